"""The live state by a table: what it holds after records, with nothing but the records said."""

from dataclasses import replace
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, Decision
from qfops.core.plan.plan import Plan
from qfops.core.state.approved_plan import AppliedPlan, ApprovedPlan, OwedChange
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.state.records import Approved, Moved, Record, Strike, numbered
from qfops.core.state.state import State
from qfops.state.live_state import LiveState

from .support import FAQ, entry, failure, header, intent, outcome

OTHER = Address("Prompt", "x", "v1")
OTHER_ENTRY = Entry(address=OTHER, id="p")
EMPTY = State(project="faq", environment="dev")


def owed(what: str, *, done: tuple[str, ...] = ()) -> OwedChange:
    return OwedChange(
        address=FAQ, object=what, action="create", digest=f"of {what}", started=bool(done), done=done
    )


def plan(*changes: OwedChange | str) -> ApprovedPlan:
    found = [owed(change) if isinstance(change, str) else change for change in changes]
    return ApprovedPlan(digest="9c41", by="zhang", at=1, changes={change.key: change for change in found})


def live(state: State, *records: Record) -> LiveState:
    """A live state after records, numbered as the store does it."""
    found = LiveState(state)
    for record in records:
        found.apply(numbered(record, found.serial + 1))
    return found


INTENT = intent("a1", entry(None))
APPROVE = Approved(plan=plan(CURRENT, "ds-0"), attempt="p1")
DONE = outcome("a1", entry(), operation="CreateDataset", done=True)
STEP = outcome("a1").header.step
HALF = outcome("a1", entry(), operation="CreateDataset")
NEW = Address("Dataset", "new")
MOVE = Moved(header=replace(header("m"), step="move"), places={FAQ: NEW}, lines={FAQ: NEW})
STARTED = owed(CURRENT, done=(STEP,))


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], {}),
        ([INTENT], {"intents": {"a1": numbered(INTENT, 1)}}),
        ([INTENT, DONE], {"entries": {FAQ: entry()}}),
        ([INTENT, failure("a1")], {}),
        ([INTENT, outcome("a2")], {"intents": {"a1": numbered(INTENT, 1)}}),
        ([INTENT, failure("a2")], {"intents": {"a1": numbered(INTENT, 1)}}),
        ([DONE, outcome("b", gone=(FAQ,))], {}),
        ([outcome("b", gone=(FAQ,))], {}),
        ([outcome("b", OTHER_ENTRY, gone=(FAQ,))], {"entries": {OTHER: OTHER_ENTRY}}),
        ([APPROVE], {"approved": plan(CURRENT, "ds-0")}),
        ([APPROVE, DONE], {"approved": plan("ds-0"), "entries": {FAQ: entry()}}),
        ([APPROVE, DONE, outcome("c", what="ds-0", done=True)], {"entries": {FAQ: entry()}}),
        ([APPROVE, outcome("c", what="ds-9", done=True)], {"approved": plan(CURRENT, "ds-0")}),
        ([APPROVE, outcome("c")], {"approved": plan(CURRENT, "ds-0")}),
        ([APPROVE, INTENT, failure("a1")], {"approved": plan(CURRENT, "ds-0")}),
        (
            [APPROVE, HALF],
            {"approved": plan(owed(CURRENT, done=(STEP,)), "ds-0"), "entries": {FAQ: entry()}},
        ),
        (
            [APPROVE, HALF, HALF],
            {"approved": plan(owed(CURRENT, done=(STEP,)), "ds-0"), "entries": {FAQ: entry()}},
        ),
        ([APPROVE, HALF, DONE], {"approved": plan("ds-0"), "entries": {FAQ: entry()}}),
        (
            [APPROVE, outcome("c", what="ds-9", operation="DeleteDataset")],
            {"approved": plan(CURRENT, "ds-0")},
        ),
        ([APPROVE, Strike(header=header("s"))], {"approved": plan("ds-0")}),
        ([APPROVE, Strike(header=header("s", what="ds-9"))], {"approved": plan(CURRENT, "ds-0")}),
        ([APPROVE, Strike(header=header("s")), Strike(header=header("s", what="ds-0"))], {}),
        ([Strike(header=header("s"))], {}),
        ([APPROVE, replace(APPROVE, plan=plan("ds-3"))], {"approved": plan("ds-3")}),
        ([APPROVE, HALF, APPROVE], {"approved": plan(CURRENT, "ds-0"), "entries": {FAQ: entry()}}),
        ([APPROVE, replace(APPROVE, plan=plan())], {}),
        ([replace(APPROVE, plan=plan())], {}),
        ([DONE, MOVE], {"entries": {NEW: replace(entry(), address=NEW)}, "moved": {FAQ: NEW}}),
        ([MOVE], {"moved": {FAQ: NEW}}),
        ([MOVE, replace(MOVE, places={}, lines={FAQ: None})], {}),
        ([replace(MOVE, places={}, lines={OTHER: None})], {}),
        (
            [APPROVE, HALF, MOVE],
            {
                "approved": plan(*(replace(item, address=NEW) for item in (STARTED, owed("ds-0")))),
                "entries": {NEW: replace(entry(), address=NEW)},
                "moved": {FAQ: NEW},
            },
        ),
    ],
)
def test_what_holds_after_records(records: list[Record], expected: dict[str, Any]) -> None:
    assert live(EMPTY, *records).frozen() == replace(EMPTY, serial=len(records), **expected)


def test_an_intent_strikes_nothing_off_and_begins_nothing() -> None:
    """Only the outcome of a call says that it took effect."""
    assert live(EMPTY, APPROVE, INTENT).approved == plan(CURRENT, "ds-0")


def test_a_live_state_goes_on_from_a_state_and_leaves_it_alone() -> None:
    before = live(EMPTY, APPROVE, INTENT, HALF).frozen()
    half_done = plan(owed(CURRENT, done=(STEP,)), "ds-0")
    assert (before.entries, before.intents, before.approved) == ({FAQ: entry()}, {}, half_done)
    after = live(before, DONE, outcome("b", gone=(FAQ,), what="ds-0", done=True), INTENT)
    assert (after.serial, after.entries, list(after.intents), after.approved) == (6, {}, ["a1"], None)
    assert (before.serial, before.entries, before.intents) == (3, {FAQ: entry()}, {})
    assert before.approved == half_done


def test_an_approved_plan_of_which_nothing_is_owed_is_none() -> None:
    assert LiveState(replace(EMPTY, approved=plan())).approved is None
    assert LiveState(replace(EMPTY, approved=plan("ds-0"))).approved == plan("ds-0")


def test_the_views_follow_and_a_copy_does_not() -> None:
    state = live(EMPTY, INTENT, APPROVE)
    entries, intents, approved, copy = state.entries, state.intents, state.approved, state.frozen()
    assert (dict(entries), list(intents), state.entry(FAQ)) == ({}, ["a1"], None)
    state.apply(numbered(DONE, 3))
    assert (entries, intents, state.entry(FAQ)) == ({FAQ: entry()}, {}, entry())
    assert (copy.entries, list(copy.intents), copy.serial) == ({}, ["a1"], 2)
    assert copy.approved == approved == plan(CURRENT, "ds-0")
    assert state.approved == plan("ds-0")
    with pytest.raises(TypeError):
        entries[FAQ] = entry()  # type: ignore[index]
    with pytest.raises(TypeError):
        intents["a1"] = INTENT  # type: ignore[index]


def test_what_holds_thousands_shows_itself_in_a_line() -> None:
    """An assertion that fails, and a traceback, print these values; in full they would bury everything."""
    addresses = [Address("Dataset", f"d{number}") for number in range(10_000)]
    entries = {address: Entry(address=address, id="ds-1") for address in addresses}
    state = State(project="faq", lineage="7f3c0123456789", serial=412, entries=entries)
    changes = tuple(Change(address=address, decision=Decision(Action.CREATE)) for address in addresses)
    wanted = Plan(
        project="faq", environment="dev", lineage="7f3c", serial=412, digest="9c41" * 16, changes=changes
    )
    assert repr(state) == "State('faq', 7f3c0123#412, 10000 entries)"
    for value in (state, wanted, LiveState(state)):
        assert len(repr(value)) < 200
    assert "10000 changes" in repr(wanted)


WHOLE = replace(plan(CURRENT, "ds-0"), covers="all")
BEGIN = replace(APPROVE, plan=WHOLE)
LAST = Strike(header=replace(header("s", what="ds-0"), at=9.0))


@pytest.mark.parametrize(
    ("records", "applied"),
    [
        ([BEGIN, DONE], ()),
        ([BEGIN, DONE, LAST], (AppliedPlan("9c41", 9.0),)),
        ([BEGIN, DONE, LAST, BEGIN, DONE, LAST], (AppliedPlan("9c41", 9.0),)),
        ([BEGIN, Strike(header=header("s"), dropped=True), LAST], ()),
        ([BEGIN, DONE, replace(LAST, dropped=True)], ()),
        (
            [BEGIN, Strike(header=header("s", what="ds-9"), dropped=True), DONE, LAST],
            (AppliedPlan("9c41", 9.0),),
        ),
        ([replace(BEGIN, plan=replace(WHOLE, covers="acting")), DONE, LAST], ()),
        ([APPROVE, DONE, LAST], ()),
    ],
)
def test_a_plan_is_remembered_once_all_of_it_is_done(
    records: list[Record], applied: tuple[AppliedPlan, ...]
) -> None:
    """All that its digest tells of was approved and done; nothing was dropped or held back."""
    after = live(EMPTY, *records).frozen()
    assert after.applied == applied
    assert after.approved is None or after.approved.covers == "all"
    assert live(after).applied == applied


def test_only_the_last_plans_are_remembered() -> None:
    """The latest first."""
    after = live(EMPTY)
    for number in range(25):
        after.apply(numbered(replace(APPROVE, plan=replace(WHOLE, digest=f"{number}")), after.serial + 1))
        after.apply(numbered(DONE, after.serial + 1))
        after.apply(numbered(LAST, after.serial + 1))
    assert [item.digest for item in after.applied] == [f"{number}" for number in range(24, 4, -1)]
