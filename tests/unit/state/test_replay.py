"""Replay by a table: what a state holds after records, with nothing but the records said."""

from dataclasses import replace
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.state import Entry, Record, State
from qfops.core.values import JSON
from qfops.state.replay import Working, replay

from .support import FAQ, entry, record

OTHER = Address("Prompt", "x", "v1")
EMPTY = State("faq", "dev")


def numbered(*records: Record) -> list[Record]:
    return [replace(item, seq=index) for index, item in enumerate(records, 1)]


def plan(*objects: str) -> dict[str, JSON]:
    changes: list[JSON] = [{"address": str(FAQ), "object": item, "action": "create"} for item in objects]
    return {"digest": "9c41", "by": "zhang", "runUrl": "", "at": 1, "changes": changes, "resources": {}}


INTENT = record("intent", "a1", entry=entry(None))
APPROVE = Record("outcome", "p1", None, "approve", approved=plan("current", "ds-0"))
DONE = record("outcome", "a1", entry=entry(), done=True)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], {}),
        ([INTENT], {"intents": {"a1": replace(INTENT, seq=1)}}),
        ([INTENT, DONE], {"entries": {FAQ: entry()}}),
        ([INTENT, record("failed", "a1")], {}),
        ([INTENT, record("failed", "a1", entry=entry("ds-2"))], {"entries": {FAQ: entry("ds-2")}}),
        ([INTENT, record("outcome", "a2")], {"intents": {"a1": replace(INTENT, seq=1)}}),
        ([DONE, record("outcome", "b", entries={FAQ: None})], {}),
        ([record("outcome", "b", entries={FAQ: None})], {}),
        (
            [record("outcome", "b", entries={FAQ: None, OTHER: Entry(OTHER, "p")})],
            {"entries": {OTHER: Entry(OTHER, "p")}},
        ),
        ([APPROVE], {"approved": plan("current", "ds-0")}),
        ([APPROVE, DONE], {"approved": plan("ds-0"), "entries": {FAQ: entry()}}),
        ([APPROVE, DONE, record("outcome", "c", object="ds-0", done=True)], {"entries": {FAQ: entry()}}),
        ([APPROVE, record("outcome", "c", object="ds-9", done=True)], {"approved": plan("current", "ds-0")}),
        ([APPROVE, record("outcome", "c")], {"approved": plan("current", "ds-0")}),
        ([APPROVE, record("failed", "c", done=True)], {"approved": plan("current", "ds-0")}),
        ([APPROVE, Record("outcome", "u", None, "unapprove")], {}),
        ([APPROVE, replace(APPROVE, approved=plan("ds-3"))], {"approved": plan("ds-3")}),
        ([replace(APPROVE, approved=plan())], {}),
    ],
)
def test_replay(records: list[Record], expected: dict[str, Any]) -> None:
    assert replay(EMPTY, numbered(*records)) == replace(EMPTY, serial=len(records), **expected)


def test_an_intent_that_says_done_strikes_nothing_off() -> None:
    """The mark stands on the intent of a change's last step, too; only its outcome counts."""
    after = replay(EMPTY, numbered(APPROVE, replace(INTENT, done=True)))
    assert after.approved == plan("current", "ds-0")


def test_records_that_the_state_holds_are_skipped() -> None:
    records = numbered(INTENT, DONE, record("outcome", "b", entries={FAQ: None}))
    half = replay(EMPTY, records[:2])
    assert replay(half, records) == replay(EMPTY, records)


def test_replay_leaves_its_argument_alone() -> None:
    before = replay(EMPTY, numbered(APPROVE, DONE))
    replay(before, [replace(record("outcome", "b", entries={FAQ: None}, object="ds-0", done=True), seq=3)])
    assert before.entries == {FAQ: entry()}
    assert before.approved == plan("ds-0")


def test_a_view_follows_and_a_copy_does_not() -> None:
    working = Working(EMPTY)
    view, copy = working.view(), working.frozen()
    working.apply(replace(DONE, seq=1))
    assert (view.entries, copy.entries) == ({FAQ: entry()}, {})
    with pytest.raises(TypeError):
        view.entries[FAQ] = entry()  # type: ignore[index]
