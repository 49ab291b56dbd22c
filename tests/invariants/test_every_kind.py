"""What holds for every kind, alone with what it needs, and for all of them together."""

from __future__ import annotations

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.kinds.registry import load
from qfops.reconcile.apply.result import How
from tests.invariants.cases import CASES, Case, uncovered
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble

# What the console makes beside an object and keeps, or what it cannot delete: named by the plan.
STAYS = {"PromptLabel", "Service", "ServiceResource"}
DESTROY = PlanOptions(scope=Scope.DESTROY)

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def test_every_kind_has_a_case() -> None:
    """A kind that nobody put to the test does not work."""
    assert uncovered() == set()


@every_case
def test_apply_creates_everything_and_the_next_plan_is_empty(case: Case, bench: Bench) -> None:
    """An apply of a new project makes each object once; then there is nothing to do and nothing held back."""
    case.declare(bench)
    makes = {"run" if load().get(address).run else "create" for address in bench.resources}
    assert set(actions(bench.plan()).values()) == makes
    assert trouble(bench.apply(AUTO)) == []
    plan = bench.plan()
    assert actions(plan) == {}
    assert plan.held_back == ()
    assert plan.complete
    existing = {str(found["id"]) for found in bench.emulator.objects()}
    assert existing >= {bench.id(str(address)) for address in bench.resources}
    creates = [load().get(address).create.action for address in bench.resources]
    assert sorted(action for action in bench.writes() if action in creates) == sorted(creates)


@every_case
def test_a_second_apply_calls_nothing(case: Case, bench: Bench) -> None:
    """What is applied is left alone: no mutating call, and once all is noted the state does not move."""
    case.declare(bench)
    bench.apply(AUTO)
    writes = bench.writes()
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.writes() == writes
    serial = bench.state().serial
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.state().serial == serial


@every_case
def test_destroy_leaves_nothing_of_its_own(case: Case, bench: Bench) -> None:
    """Destroy takes every object away; a service is stopped and named with what stays billed."""
    case.declare(bench)
    bench.apply(AUTO)
    plan, result = bench.apply_plan(WHOLE, DESTROY)
    assert trouble(result) == []
    left = bench.emulator.objects()
    assert {str(found["type"]) for found in left} <= STAYS
    assert all(found["runStatus"] == "Stopped" for found in left if found["type"] == "Service")
    assert all(found["status"] == "Released" for found in left if found["type"] == "ServiceResource")
    assert bench.state().entries == {}
    for change in plan.changes:
        if change.action is Action.DEACTIVATE:
            assert any("stays billed" in sentence for sentence in change.ends.left)
            assert any(
                "stays billed" in sentence
                for item in result.of(How.APPLIED)
                for sentence in item.change.ends.left
            )


@every_case
def test_destroyed_twice_is_fine(case: Case, bench: Bench) -> None:
    """The second destroy finds nothing and calls nothing."""
    case.declare(bench)
    bench.apply(AUTO)
    bench.apply(WHOLE, DESTROY)
    writes = bench.writes()
    plan, result = bench.apply_plan(WHOLE, DESTROY)
    assert plan.changes == ()
    assert trouble(result) == []
    assert bench.writes() == writes


@every_case
def test_deleted_by_somebody_first_is_fine(case: Case, bench: Bench) -> None:
    """What is gone from the console already only leaves the state; of a new object, the list is no proof."""
    case.declare(bench)
    bench.apply(AUTO)
    bench.pass_time()
    bench.emulator.delete(bench.id(case.subject))
    plan, result = bench.apply_plan(WHOLE, PlanOptions(scope=Scope.DESTROY, allow_large_change=True))
    assert find(plan, case.subject).action is Action.FORGET
    assert trouble(result) == []
    assert bench.state().entries == {}


@every_case
def test_adopted_with_the_state_thrown_away_it_plans_empty(case: Case, bench: Bench) -> None:
    """Taking everything over again costs no call, and afterwards there is nothing to do."""
    case.declare(bench)
    bench.apply(AUTO)
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    writes = bench.writes()
    bench.lose_state()
    plan, result = bench.apply_plan(AUTO, adopt=ids)
    assert set(actions(plan).values()) == {"adopt"}
    assert not any(change.billable for change in plan.changes)
    assert trouble(result) == []
    assert bench.writes() == writes
    after = bench.plan()
    assert actions(after) == {}
    assert after.held_back == ()


@every_case
def test_labels_and_lifecycle_change_the_state_only(case: Case, bench: Bench) -> None:
    """What is ours and never sent is an update without a call."""
    case.declare(bench)
    bench.apply(AUTO)
    writes = bench.writes()
    bench.configure(case.subject, labels={"team": "support"}, lifecycle=Lifecycle(protect=True))
    assert actions(bench.plan()) == {case.subject: "update"}
    assert trouble(bench.apply(AUTO)) == []
    assert actions(bench.plan()) == {}
    assert bench.writes() == writes


@every_case
def test_the_order_of_keys_is_no_difference(case: Case, bench: Bench) -> None:
    """A manifest written in another order says the same."""
    case.declare(bench)
    bench.apply(AUTO)
    subject = next(item for item in case.resources if str(item.address) == case.subject)
    reordered = dict(reversed(subject.attributes.items()))
    bench.configure(case.subject, attributes=reordered)
    assert actions(bench.plan()) == {}


@every_case
def test_a_plan_writes_nothing(case: Case, bench: Bench) -> None:
    """A plan reads only, and asking twice gives the same plan."""
    case.declare(bench)
    first, second = bench.plan(), bench.plan()
    assert bench.writes() == []
    assert first.digest == second.digest
    assert first.changes == second.changes
