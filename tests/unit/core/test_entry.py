"""Entries: an object leaves one, and what the old object was does not stay behind."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Address
from qfops.core.state.entry import Entry

ENTRY = Entry(
    address=Address("FineTuningTask", "a"),
    id="task-1",
    attributes={"epoch": 3},
    outputs={"taskId": "task-1"},
    status={"runStatus": "Done"},
    run_key="key",
    inputs={"epoch": 3},
    created=1e9,
    seconds=90.0,
)


def test_a_kept_object_is_what_it_was_its_age_too() -> None:
    """Lists may be late for a young one, whether it is current or kept."""
    kept = ENTRY.as_retired("replaced", "delete")
    assert (kept.id, kept.attributes, kept.outputs) == ("task-1", {"epoch": 3}, {"taskId": "task-1"})
    assert (kept.run_key, kept.status, kept.created) == ("key", {"runStatus": "Done"}, 1e9)
    assert (kept.why, kept.due) == ("replaced", "delete")


def test_without_its_object_an_entry_knows_only_how_long_one_takes() -> None:
    """Nothing of the old object is taken for the next one's."""
    bare = ENTRY.without_object()
    assert bare == Entry(address=ENTRY.address, id=None, seconds=90.0)
    assert bare.empty
    assert not replace(bare, retired=(ENTRY.as_retired("removed", None),)).empty
