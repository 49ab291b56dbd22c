"""For every kind: adopting makes nothing, and ending one thing takes nothing along that it rests on."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.planning.policy import Approval
from tests.invariants.cases import CASES, Case
from tests.support.bench import AUTO, WHOLE, Bench, actions, trouble

every_case = pytest.mark.parametrize("case", CASES, ids=str)
BY_ITSELF = Approval(auto=True, implied=frozenset({"delete", "deactivate"}))


def alone(name: str, scope: Scope) -> PlanOptions:
    """About one address only."""
    return PlanOptions(scope=scope, targets=(Address.parse(name),))


def needs(case: Case) -> dict[str, set[str]]:
    """What each resource of a case rests on, itself included, as the manifests say."""
    by_name: dict[str, Resource] = {str(item.address): item for item in case.resources}

    def below(name: str) -> set[str]:
        item = by_name[name]
        direct = {str(edge.reference.target) for edge in item.references} | {*map(str, item.depends_on)}
        return {name, *(other for target in direct for other in below(target))}

    return {name: below(name) for name in by_name}


@every_case
def test_an_adoption_is_one_change_and_no_call(case: Case, bench: Bench) -> None:
    """With the state thrown away, each object alone: taken over, or refused with what to adopt first."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    before = bench.writes()
    for name, object_id in ids.items():
        bench.lose_state()
        plan, result = bench.apply_plan(AUTO, alone(name, Scope.ADOPT), {name: object_id})
        (change,) = plan.changes
        known = {str(address) for address in bench.state().entries}
        if change.action is Action.ADOPT:
            assert (trouble(result), known) == ([], {name})
        else:
            first = change.decision.remedy.removesuffix(" ID").rpartition(" ")[2]
            assert (change.action, known) == (Action.BLOCKED, set())
            assert first in needs(case)[name] - {name}
    assert bench.writes() == before


@every_case
def test_adopted_one_by_one_the_plan_is_empty(case: Case, bench: Bench) -> None:
    """Each after what it rests on."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    before = bench.writes()
    bench.lose_state()
    rests = needs(case)
    for name in sorted(ids, key=lambda name: len(rests[name])):
        plan, result = bench.apply_plan(AUTO, alone(name, Scope.ADOPT), {name: ids[name]})
        assert (actions(plan), trouble(result)) == ({name: "adopt"}, [])
    after = bench.plan()
    assert (actions(after), after.held_back, bench.writes()) == ({}, (), before)


@every_case
def test_no_object_is_adopted_as_one_of_another_kind(case: Case, bench: Bench) -> None:
    """Any other object of the project: refused, and nothing is sent or remembered."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    before = bench.writes()
    for name, object_id in ids.items():
        if name.partition("/")[0] != case.subject.partition("/")[0]:
            bench.lose_state()
            plan, _ = bench.apply_plan(WHOLE, alone(case.subject, Scope.ADOPT), {case.subject: object_id})
            assert actions(plan) == {case.subject: "blocked"}
            assert bench.state().entries == {}
    assert bench.writes() == before


@every_case
def test_a_narrowed_end_takes_along_what_rests_on_it_only(case: Case, bench: Bench) -> None:
    """Each resource alone: it and its dependents, the latter marked; the rest stays as it is."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    rests = needs(case)
    for name in rests:
        plan = bench.plan(alone(name, Scope.DESTROY))
        dependents = {other for other, below in rests.items() if name in below}
        assert actions(plan).keys() == dependents
        assert {str(item.address) for item in plan.changes if item.ends.joined} == dependents - {name}
        for change in plan.changes:
            assert all(str(address) in rests[str(change.address)] for address in change.ends.joined)


@every_case
def test_what_joins_in_is_not_ended_unasked(case: Case, bench: Bench) -> None:
    """`destroy --target X --auto-approve`: X alone goes, or nothing at all."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    rests = needs(case)
    for name in sorted(rests, key=lambda name: len(rests[name])):
        left = {str(address) for address in bench.state().entries}
        free = not any(name in rests[other] for other in left - {name})
        bench.apply(BY_ITSELF, alone(name, Scope.DESTROY))
        assert {str(address) for address in bench.state().entries} == (left - {name} if free else left)
        assert bench.state().approved is None
    assert {str(address) for address in bench.state().entries} < rests.keys()
