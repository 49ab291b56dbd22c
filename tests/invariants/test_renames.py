"""Renaming everything, of every kind: nothing is made or taken away, and the printed lines do all of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions
from qfops.core.state.approved_plan import ApprovedPlan
from qfops.core.state.readdress import Places, approved_at
from tests.invariants.cases import CASES, Case
from tests.support.bench import AUTO, WHOLE, Bench, actions, trouble

every_case = pytest.mark.parametrize("case", CASES, ids=str)
PRINTED = re.compile(r"moved: (\{.*?\})")
OTHER = "renamed-"


def readdressed(bench: Bench, places: Places) -> None:
    """The same project under other names, references with them."""
    resources = approved_at(ApprovedPlan(digest="", resources=bench.resources), places).resources
    bench.resources = {address: resources[address] for address in sorted(resources)}


def renamed(bench: Bench) -> dict[Address, Address]:
    places = {a: Address(a.kind, OTHER + a.name, a.version) for a in bench.resources}
    readdressed(bench, places)
    return places


def printed(plan: Plan) -> dict[Address, Address]:
    """The lines that a plan says to add, all of them."""
    found = [block for change in plan.changes for block in PRINTED.findall(change.decision.remedy)]
    assert len(found) == 1
    return {Address.parse(old): Address.parse(new) for old, new in json.loads(found[0]).items()}


@every_case
def test_everything_renamed_is_blocked_until_the_printed_lines_are_added(case: Case, bench: Bench) -> None:
    """One plan shows all lines; with them, all is moved and no call is made."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    bench.apply(AUTO)
    writes, ids = bench.writes(), {a: entry.id for a, entry in bench.state().entries.items()}
    places = renamed(bench)
    plan, _ = bench.apply_plan(WHOLE)
    assert set(actions(plan).values()) == {"blocked"}
    assert bench.writes() == writes
    assert printed(plan) == places
    bench.settings = replace(bench.settings, moved=printed(plan))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {str(new): "move" for new in places.values()}
    assert trouble(result) == []
    assert bench.writes() == writes
    assert {a: entry.id for a, entry in bench.state().entries.items()} == {
        places[address]: id_ for address, id_ in ids.items()
    }
    serial = bench.state().serial
    assert actions(bench.plan()) == {}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.state().serial == serial


@every_case
def test_a_rename_of_one_and_the_models_of_runs_need_no_line_of_their_own(case: Case, bench: Bench) -> None:
    """The lines of all but the models: these follow what they were made from."""
    case.declare(bench)
    bench.apply(AUTO)
    writes = bench.writes()
    places = renamed(bench)
    trained = any(address.kind == "FineTuningTask" for address in places)
    lines = {a: b for a, b in places.items() if not (trained and a.kind == "Model")}
    bench.settings = replace(bench.settings, moved=lines)
    assert actions(bench.plan()) == {str(new): "move" for new in places.values()}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.writes() == writes
    assert set(bench.state().entries) == set(places.values())


@every_case
def test_narrowed_to_one_nothing_else_moves(case: Case, bench: Bench) -> None:
    """What it needs joins in; the rest keeps its old address and moves with the next plan."""
    case.declare(bench)
    bench.apply(AUTO)
    writes = bench.writes()
    places = renamed(bench)
    bench.settings = replace(bench.settings, moved=dict(places))
    for asked in (PlanOptions(targets=(places[Address.parse(case.subject)],)), PlanOptions()):
        plan, result = bench.apply_plan(AUTO, asked)
        assert set(actions(plan).values()) <= {"move"}
        assert trouble(result) == []
    assert bench.writes() == writes
    assert bench.state().entries.keys() == set(places.values())
    assert actions(bench.plan()) == {}


@every_case
def test_two_of_a_kind_change_places(case: Case, bench: Bench) -> None:
    """With everything that they need, under exchanged names: an exchange, and no call."""
    case.declare(bench)
    bench.apply(AUTO)
    writes, ids = bench.writes(), {a: entry.id for a, entry in bench.state().entries.items()}
    pairs = [
        (a, b)
        for a in bench.resources
        for b in bench.resources
        if a.kind_key == b.kind_key and a.name < b.name
    ]
    places = {old: new for a, b in pairs for old, new in ((a, b), (b, a))}
    readdressed(bench, places)
    bench.settings = replace(bench.settings, moved=dict(places))
    assert actions(bench.plan()) == {str(new): "move" for new in places.values()}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.writes() == writes
    found = bench.state().entries
    assert {address: entry.id for address, entry in found.items()} == {
        places.get(address, address): id_ for address, id_ in ids.items()
    }


def test_pairs_of_a_kind_are_among_the_cases() -> None:
    """Else nothing would change places above."""
    kinds = [
        kind
        for case in CASES
        for kind in {item.address.kind for item in case.resources}
        if sum(item.address.kind == kind for item in case.resources) > 1
    ]
    assert {"FineTuningTask"} <= set(kinds)
