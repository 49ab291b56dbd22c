"""What could not be looked at is unknown, never absent: for every kind, and for every way not to be told.

A console that does not show a list says nothing about what is in it: nothing is made beside what may be there,
nothing is taken for ours, and nothing ends that may hold or serve something.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.resource import Resource
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from tests.invariants.cases import CASES, Case
from tests.support.bench import Bench, find, trouble

NOT_TOLD = (
    "error:AccessDenied",
    "error:InappropriateJSON",
    "error:ResourceNotFound",
    "status:500",
    "nonjson",
    "nonjson:403",
    "cut",
)
"""How the console may answer a list without telling anything: refused, no such API, broken, a page, half of it."""

KINDS = [next(case for case in CASES if case.kind == key) for key in sorted(load().kinds)]


def kind_of(case: Case) -> Kind:
    """The kind that a case is about."""
    return load().kinds[case.kind]


def blinded(bench: Bench, *names: str, kind: str = "error:AccessDenied") -> None:
    """From now on these actions are answered so; none: everything is told again."""
    bench.emulator.configure(faults=[{"kind": kind, "action": name, "times": None} for name in names])


def prepared(bench: Bench, case: Case) -> Resource:
    """Everything of a case but its subject exists; the subject."""
    subject = next(item for item in case.resources if str(item.address) == case.subject)
    bench.declare(*(item for item in case.resources if item is not subject))
    if bench.resources:
        assert trouble(bench.apply()) == []
        bench.pass_time()
    return subject


# --- making something


@pytest.mark.parametrize("answer", NOT_TOLD)
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_nothing_is_made_where_nobody_could_look(case: Case, answer: str, bench: Bench) -> None:
    """The plan says unknown, which call failed, and the way out; an apply sends nothing."""
    bench.declare(prepared(bench, case))
    writes, list_ = bench.writes(), kind_of(case).listing
    assert list_ is not None
    blinded(bench, list_.action, kind=answer)
    change = find(bench.plan(), case.subject)
    assert change.action is Action.UNKNOWN
    assert list_.action in change.reason
    assert f'adopt: {{"{case.subject}": null}}' in change.decision.remedy
    bench.apply()
    assert bench.writes() == writes


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_what_may_not_be_listed_names_the_policy(case: Case, bench: Bench) -> None:
    """The owner of the keys can be granted what is missing."""
    bench.declare(prepared(bench, case))
    list_ = kind_of(case).listing
    assert list_ is not None
    blinded(bench, list_.action)
    assert "AccessPolicy" in find(bench.plan(), case.subject).reason


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_who_says_that_nothing_is_there_is_believed(case: Case, bench: Bench) -> None:
    """`adopt: {ADDR: null}` stands for the look; it is part of the digest, and the object is made once."""
    bench.declare(prepared(bench, case))
    list_ = kind_of(case).listing
    assert list_ is not None
    looked = bench.plan().digest
    blinded(bench, list_.action)
    bench.settings = replace(bench.settings, adopt={Address.parse(case.subject): None})
    plan = bench.plan()
    assert find(plan, case.subject).action.makes
    assert plan.digest != looked
    bench.apply()
    assert bench.writes().count(kind_of(case).create.action) == 1 + sum(
        load().get(address).create is kind_of(case).create
        for address in bench.resources
        if address != Address.parse(case.subject)
    )
