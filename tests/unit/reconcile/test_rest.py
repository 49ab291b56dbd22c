"""What is left of an approval under the plan of today: done, dropped with a reason, or still to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.change import After, Change
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Call, Repeat
from qfops.core.plan_options import PlanOptions
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.entry import CURRENT, Entry, Retired
from qfops.reconcile.rest import rest_of, settled, stored_approval
from qfops.reconcile.world import Desired
from tests.support.plans import change
from tests.support.project import model, run, template

TASK, MODEL = Address.parse("FineTuningTask/faq-a"), Address.parse("Model/faq-a")
PROMPT = Address.parse("PromptTemplate/faq-answer")
WANTED = {item.address: item for item in (run("a", 0.0003), model("a"), template())}
CREATE = (Call("create", "CreateFineTuningTask", Repeat.LOOK_UP),)


def owed(address: Address, action: Action, object_: str = CURRENT, **more: object) -> OwedChange:
    return OwedChange(address=address, action=str(action), digest="d", object=object_, **more)  # type: ignore[arg-type]


def approved(*changes: OwedChange) -> ApprovedPlan:
    return ApprovedPlan(digest="whole", changes={item.key: item for item in changes}, resources=WANTED)


def plan(*changes: Change) -> Plan:
    return Plan(project="demo", environment="", lineage="", serial=1, digest="now", changes=changes)


HELD = {MODEL: Entry(address=MODEL, id="amv-1", retired=(Retired("amv-0", {}),))}
NOTHING: dict[Address, Entry] = {}


@pytest.mark.parametrize(
    ("of", "now", "entries", "is_done", "why"),
    [
        (owed(TASK, Action.RUN), change(TASK, Action.NO_OP), HELD, True, ""),
        (owed(TASK, Action.RUN), change(TASK, Action.RUN, owed=True), HELD, False, ""),
        (owed(TASK, Action.RUN), change(TASK, Action.WAIT), HELD, False, ""),
        (owed(TASK, Action.RUN), change(TASK, Action.UNKNOWN, owed=True), HELD, False, ""),
        (
            owed(TASK, Action.RUN),
            change(TASK, Action.RUN, "x"),
            HELD,
            False,
            "planned otherwise now (run: x)",
        ),
        (owed(TASK, Action.RUN), change(TASK, Action.BLOCKED, "x", owed=True), HELD, False, "blocked now: x"),
        (
            owed(TASK, Action.RUN, started=True, done=("create",)),
            change(TASK, Action.RUN, steps=CREATE),
            HELD,
            False,
            "it ran once, so making it again is a new change",
        ),
        (owed(TASK, Action.RUN), None, HELD, False, "the plan does not make it any more"),
        (owed(MODEL, Action.DELETE), None, NOTHING, True, ""),
        (owed(MODEL, Action.DELETE), None, HELD, False, "the plan does not make it any more"),
        (owed(MODEL, Action.DELETE, "amv-9"), None, HELD, True, ""),
        (owed(MODEL, Action.DELETE, "amv-0"), None, HELD, False, "the plan does not make it any more"),
    ],
)
def test_an_owed_change_is_done_dropped_or_still_to_do(
    of: OwedChange, now: Change | None, entries: dict[Address, Entry], is_done: bool, why: str
) -> None:
    done, dropped = settled(approved(of), plan(*([now] if now else [])), WANTED, entries)
    assert done == ([of.key] if is_done else [])
    assert [item.why for item in dropped] == ([why] if why else [])


def test_what_no_manifest_asks_for_is_said_so_and_goes_on_where_it_began() -> None:
    without = {address: item for address, item in WANTED.items() if address != TASK}
    for now in (None, change(TASK, Action.DELETE, "removed")):
        for started, told in ((False, ""), (True, "; what it has begun goes on")):
            of = owed(TASK, Action.RUN, started=started)
            _, dropped = settled(approved(of), plan(*([now] if now else [])), without, {})
            assert [item.why for item in dropped] == [f"no manifest asks for it any more{told}"]


def test_what_is_as_it_is_wanted_now_was_not_done_where_another_was_approved() -> None:
    """The edit was taken back: nothing is to be done, and the approval comes to nothing."""
    edited = {**WANTED, PROMPT: template(templateContent="other: {input}")}
    done, dropped = settled(
        approved(owed(PROMPT, Action.UPDATE)), plan(change(PROMPT, Action.NO_OP)), edited, {}
    )
    assert (done, [item.name for item in dropped]) == ([], [str(PROMPT)])


def test_what_is_waited_for_joins_in_and_what_rests_on_something_else_is_dropped() -> None:
    """A wait costs nothing; a change that was not approved is not done for the sake of one that was."""
    made = change(MODEL, Action.CREATE, owed=True, after=(After(TASK),))
    going = rest_of(approved(owed(MODEL, Action.CREATE)), plan(change(TASK, Action.WAIT), made), WANTED, {})
    assert [item.address for item in going.changes] == [TASK, MODEL]
    assert going.changes[1].after == (After(TASK),)
    other = rest_of(approved(owed(MODEL, Action.CREATE)), plan(change(TASK, Action.RUN), made), WANTED, {})
    assert other.changes == ()
    assert [item.why for item in other.dropped] == [f"it waits for run {TASK}, which is not done"]


def test_a_plan_tells_what_becomes_of_an_approval_only_where_it_was_asked_for_alike() -> None:
    """Other flags make another plan: it names what is left, and no more."""
    kept = replace(approved(owed(TASK, Action.RUN)), options=PlanOptions(retry_failed=True))
    for options, told in (
        (PlanOptions(retry_failed=True, allow_large_change=True), ""),
        (PlanOptions(), None),
    ):
        found = stored_approval(kept, plan(change(TASK, Action.WAIT)), Desired(WANTED, options), {})
        assert found is not None
        assert [item.dropped for item in found.changes] == [told]
    assert stored_approval(None, plan(), Desired(WANTED), {}) is None
