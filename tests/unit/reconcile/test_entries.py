"""What state holds after each step: pure, so a table of small stories is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address, Location
from qfops.core.observation import LiveObject
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.resource import Lifecycle, Resource
from qfops.core.state.entry import CURRENT, Entry, Retired
from qfops.core.state.records import Record
from qfops.core.values import ABSENT, JSON, UNOBSERVED
from qfops.kinds.registry import load
from qfops.planning.actions.runs import Inputs
from qfops.reconcile import entries

PROMPT = load().kinds[("v2", "PromptTemplate")]
SERVICE = load().kinds[("v2", "Service")]
DATASET = load().kinds[("v2", "Dataset")]
ADDRESS = Address.parse("PromptTemplate/p")
WANTED = Resource(
    ADDRESS,
    {"templateName": "p"},
    Location("p.yaml", 1),
    labels={"team": "a"},
    lifecycle=Lifecycle(protect=True),
)
NO_INPUTS = Inputs({}, "")
CURRENT_ENTRY = Entry(ADDRESS, "pt-1", {"templateName": "p"}, outputs={"templateId": "pt-1"})
OLD = Retired("pt-0", {"templateName": "o"}, {"templateId": "pt-0"})


def change(
    *votes: AttributeChange, entry: Entry | None = CURRENT_ENTRY, keeps: tuple[str, ...] = ()
) -> Change:
    """A change of the prompt."""
    id_ = (entry.id or "") if entry else ""
    return Change(
        ADDRESS,
        Action.REPLACE,
        "because",
        id=id_,
        attributes=votes,
        keeps=keeps,
        resource=WANTED,
        entry=entry,
    )


def test_a_new_object_pushes_the_old_one_aside_with_the_end_it_owes() -> None:
    """Kept, it owes nothing; else it is deleted, or deactivated where nothing can be deleted."""
    kept = entries.fresh(change(keeps=("pt-1",)), PROMPT, {"templateName": "q"}, NO_INPUTS, 5.0)
    assert (kept.id, kept.created, kept.labels) == (None, 5.0, {"team": "a"})
    assert [(item.id, item.due) for item in kept.retired] == [("pt-1", None)]
    due = entries.fresh(change(), PROMPT, {}, NO_INPUTS, 5.0)
    assert [(item.id, item.due, item.why) for item in due.retired] == [("pt-1", "delete", "because")]
    stopped = entries.fresh(change(), SERVICE, {}, NO_INPUTS, 5.0)
    assert stopped.retired[0].due == "deactivate"


def test_what_is_gone_has_no_place_among_the_retired() -> None:
    """A missing object is made again; nothing of it is left to end."""
    gone = replace(change(), id="")
    assert entries.fresh(gone, PROMPT, {}, NO_INPUTS, 5.0).retired == ()


def test_what_other_operations_carry_out_is_not_applied_by_a_create() -> None:
    """Rows and the publishing of a dataset come later, and are noted when they are done."""
    desired: dict[str, JSON] = {"datasetName": "d", "import": [{"files": ["a"]}], "publish": True}
    fresh = entries.fresh(change(entry=None), DATASET, desired, NO_INPUTS, 5.0)
    assert fresh.attributes == {"datasetName": "d"}
    once = entries.changed(fresh, change(entry=None), desired, ["import[0]"])
    assert once.attributes == {"datasetName": "d", "import": [{"files": ["a"]}]}
    assert entries.changed(once, change(entry=None), desired, ["publish"]).attributes["publish"] is True


def test_an_update_notes_its_own_paths_and_nothing_else() -> None:
    """A held-back path keeps what was applied; a removed one goes, with the objects that it leaves empty."""
    prior: dict[str, JSON] = {"text": "a", "name": "a", "settings": {"top": {"p": 1}}}
    entry = replace(CURRENT_ENTRY, attributes=prior)
    votes = (
        AttributeChange("text", "a", "a", "b", Verdict.UPDATE),
        AttributeChange("settings.top.p", 1, 1, ABSENT, Verdict.DROP),
    )
    after = entries.changed(entry, change(*votes), {"text": "b", "name": "z"}, ["text", "settings.top.p"])
    assert after.attributes == {"text": "b", "name": "a"}
    assert entry.attributes == prior  # what was there before is not touched


def test_a_reset_takes_the_path_out_of_what_is_applied() -> None:
    """The console holds its default then, and the manifest says nothing."""
    entry = replace(CURRENT_ENTRY, attributes={"settings": {"a": 1, "b": 2}})
    vote = AttributeChange("settings.a", 1, 1, 0, Verdict.UPDATE)
    after = entries.changed(entry, change(vote), {"settings": {"b": 2}}, ["settings.a"])
    assert after.attributes == {"settings": {"b": 2}}


def test_recording_takes_over_what_is_equal_already_and_drops_what_is_not_ours() -> None:
    """live == desired becomes prior; drift does not."""
    entry = replace(CURRENT_ENTRY, attributes={"same": 1, "ours": 1, "drift": 1})
    votes = (
        AttributeChange("same", 1, 2, 2, Verdict.SAME),
        AttributeChange("ours", 1, 1, ABSENT, Verdict.DROP),
        AttributeChange("drift", 1, 3, 1, Verdict.DRIFT),
    )
    live = LiveObject("pt-1", {}, {"templateId": "pt-1", "extra": "x"}, status="Done")
    after = entries.recorded(entry, change(*votes), {"same": 2, "drift": 1}, live)
    assert after.attributes == {"same": 2, "drift": 1}
    assert (after.status, after.outputs["extra"]) == ("Done", "x")
    assert after.lifecycle == WANTED.lifecycle


def test_an_adoption_marks_what_it_could_not_see() -> None:
    """What the manifest says about it becomes prior, assumed."""
    live = LiveObject("pt-1", {"seen": 1}, {"templateId": "pt-1"}, status="Ready")
    votes = (
        AttributeChange("hidden", ABSENT, UNOBSERVED, 2, Verdict.NOTE),
        AttributeChange("seen", ABSENT, 1, 1, Verdict.SAME),
    )
    after = entries.adopted(
        change(*votes, entry=None), PROMPT, {"hidden": 2, "seen": 1}, NO_INPUTS, live, 5.0
    )
    assert (after.id, after.assumed, after.attributes) == ("pt-1", ("hidden",), {"hidden": 2, "seen": 1})


def test_linking_swaps_the_current_object_and_the_kept_one() -> None:
    """The one that was current is kept, or owes its end."""
    entry = replace(CURRENT_ENTRY, retired=(OLD,))
    linked = entries.relinked(change(entry=entry, keeps=("pt-1",)), PROMPT, OLD, None)
    assert (linked.id, [(item.id, item.due) for item in linked.retired]) == ("pt-0", [("pt-1", None)])
    owing = entries.relinked(change(entry=entry), PROMPT, OLD, None)
    assert [(item.id, item.due) for item in owing.retired] == [("pt-1", "delete")]


def test_an_entry_goes_with_its_last_object() -> None:
    """Until then it stays, for what is retired."""
    both = replace(CURRENT_ENTRY, retired=(OLD,))
    left = entries.ended(both, "pt-1")
    assert left is not None
    assert (left.id, left.attributes, left.retired) == (None, {}, (OLD,))
    assert entries.ended(left, "pt-0") is None
    assert entries.ended(both, "pt-0") == CURRENT_ENTRY


def test_putting_aside_keeps_the_object_and_its_lineage() -> None:
    """`onRemove: retire`."""
    aside = entries.put_aside(replace(CURRENT_ENTRY, retired=(OLD,)), "removed")
    assert aside.id is None
    assert [(item.id, item.why, item.due) for item in aside.retired] == [
        ("pt-0", "", None),
        ("pt-1", "removed", None),
    ]


BOTH = replace(CURRENT_ENTRY, retired=(OLD,))
ONLY_OLD = replace(CURRENT_ENTRY, id=None, attributes={}, outputs={}, retired=(OLD,))
DELETE_CURRENT = Record("intent", "a", ADDRESS, "delete", object=CURRENT)
DELETE_OLD = Record("intent", "b", ADDRESS, "delete", object="pt-0")
CREATE = Record("intent", "c", ADDRESS, "create")


@pytest.mark.parametrize(
    ("intent", "planned", "now", "after"),
    [
        (DELETE_CURRENT, ONLY_OLD, BOTH, ONLY_OLD),
        (DELETE_CURRENT, ONLY_OLD, CURRENT_ENTRY, None),  # the old one has ended meanwhile
        (DELETE_OLD, CURRENT_ENTRY, BOTH, CURRENT_ENTRY),
        (DELETE_OLD, CURRENT_ENTRY, ONLY_OLD, None),  # the current one has
        (DELETE_OLD, BOTH, BOTH, BOTH),  # a step on the way: it still stands there
        (DELETE_CURRENT, None, CURRENT_ENTRY, None),
        (CREATE, replace(CURRENT_ENTRY, id=None), None, replace(CURRENT_ENTRY, id=None)),
        # Another address has linked the old one meanwhile.
        (CREATE, ONLY_OLD, replace(ONLY_OLD, retired=()), replace(ONLY_OLD, retired=())),
    ],
)
def test_what_was_planned_is_laid_over_what_has_happened_since(
    intent: Record, planned: Entry | None, now: Entry | None, after: Entry | None
) -> None:
    """Two ends of one address may be open at once; neither may bring the other's object back."""
    assert entries.rebased(intent, planned, now) == after
