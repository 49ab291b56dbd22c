"""What another state owns is never taken over, and never ended: for every kind."""

from __future__ import annotations

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.state.neighbours import Neighbours, ObjectOwner
from tests.invariants.cases import CASES, Case
from tests.support.bench import AUTO, WHOLE, Bench, actions, find

OWNER = "environment dev"

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def owned_elsewhere(bench: Bench) -> Neighbours:
    """Everything that this state owns, as another environment's."""
    owned = bench.state().owners()
    owners = {key: ObjectOwner(address, OWNER, "qfops --env dev") for key, address in owned.items()}
    return Neighbours(owners)


@every_case
def test_it_is_not_adopted(case: Case, bench: Bench) -> None:
    case.declare(bench)
    bench.apply(AUTO)
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    bench.neighbours = owned_elsewhere(bench)
    bench.lose_state()
    writes = bench.writes()
    plan, _ = bench.apply_plan(WHOLE, adopt=ids)
    assert set(actions(plan).values()) == {"blocked"}
    for address in bench.resources:
        change = find(plan, str(address))
        if not change.reason.startswith("waits for"):
            assert f"{ids[str(address)]} belongs to {address} of {OWNER}" in change.reason
            assert f"qfops --env dev state rm {address}" in change.decision.remedy
    assert bench.state().entries == {}
    assert bench.writes() == writes


@every_case
def test_what_has_its_name_is_not_offered_for_adoption(case: Case, bench: Bench) -> None:
    case.declare(bench)
    bench.apply(AUTO)
    bench.neighbours = owned_elsewhere(bench)
    bench.lose_state()
    for change in bench.plan().changes:
        assert "qfops adopt" not in change.decision.remedy
        if "has the same" in change.reason and not change.reason.startswith("waits for"):
            assert f"belongs to {change.address} of {OWNER}" in change.reason


@every_case
def test_it_is_not_ended(case: Case, bench: Bench) -> None:
    case.declare(bench)
    bench.apply(AUTO)
    bench.neighbours = owned_elsewhere(bench)
    writes = bench.writes()
    plan, _ = bench.apply_plan(WHOLE, PlanOptions(scope=Scope.DESTROY))
    assert not any(change.action in (Action.DELETE, Action.DEACTIVATE) for change in plan.changes)
    assert any(
        "as well" in change.reason for change in plan.changes if change.action is Action.BLOCKED
    ) or all(change.action is Action.FORGET for change in plan.changes)
    assert bench.writes() == writes
