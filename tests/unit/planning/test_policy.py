"""What an approval covers, and when a plan is too large to be meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Need, Verdict
from qfops.core.plan.change import After, AttributeChange, Change
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Bought
from qfops.core.plan_options import Scope
from qfops.core.settings import Limits
from qfops.planning.policy import Approval, covered, exceeded, needs, unusual_absence
from tests.support.plans import call
from tests.support.plans import change as made

ADDRESS = Address.parse("Model/m")
NOTHING, WHOLE, AUTO = Approval(), Approval(whole=True), Approval(auto=True)


def change(action: Action, **more: Any) -> Change:
    return made(ADDRESS, action, **more)


OVERWRITES = AttributeChange("a", 1, 2, 3, Verdict.UPDATE, overwrites=True)
REVERTS = AttributeChange("a", 1, 2, 1, Verdict.REVERT)
# What `--auto-approve` covers, and the words that the rest needs.
COVERED = (
    *(Action.CREATE, Action.UPDATE, Action.RUN, Action.WAIT, Action.ADOPT, Action.MOVE),
    *(Action.RETIRE, Action.FORGET),
)
NEEDS = [
    (change(Action.DELETE, destroys=("m-1",)), "delete"),
    (change(Action.DEACTIVATE, destroys=("m-1",)), "deactivate"),
    (change(Action.REPLACE, destroys=("m-1",)), "replace"),
    (change(Action.RUN, steps=(call("stop"), call("create"))), "replace"),
    (change(Action.UPDATE, attributes=(REVERTS,)), "revert-drift"),
]


@pytest.mark.parametrize("action", COVERED)
def test_auto_approve_covers_what_destroys_nothing(action: Action) -> None:
    """And a replacement that keeps the old object."""
    assert AUTO.refusal(change(action)) == ""
    assert AUTO.refusal(change(Action.REPLACE, keeps=("m-1",))) == ""


def test_the_words_of_a_command_cover_what_was_chosen_and_nothing_that_joins_in() -> None:
    """`destroy` implies delete; an end that nobody chose needs the word itself, or the whole plan."""
    by_itself = Approval(auto=True, implied=frozenset({"delete"}))
    chosen, joined = change(Action.DELETE), change(Action.DELETE, joined=(Address("Dataset", "d"),))
    assert by_itself.refusal(chosen) == ""
    assert by_itself.refusal(joined) == "it was not chosen, it rests on Dataset/d: it needs --allow delete"
    assert Approval(allow=frozenset({"delete"})).refusal(joined) == ""
    assert WHOLE.refusal(joined) == ""


def test_an_end_that_waits_for_a_refused_one_is_not_covered() -> None:
    """Else the stored approval would take away what the refused one still needs."""
    joined = made("Service/s", Action.DEACTIVATE, joined=(ADDRESS,))
    chosen = change(Action.DELETE, after=(After(joined.address),))
    below = made("Dataset/d", Action.DELETE, after=(After(ADDRESS),))
    other, new = made("Dataset/e", Action.DELETE), made("Dataset/n", Action.CREATE, after=(After(ADDRESS),))
    plan = Plan(
        project="p", environment="", lineage="", serial=0, digest="",
        changes=(joined, chosen, below, other, new),
    )  # fmt: skip
    by_itself = Approval(auto=True, implied=frozenset({"delete", "deactivate"}))
    assert covered(plan, by_itself) == [other, new]
    assert covered(plan, WHOLE) == list(plan.changes)


@pytest.mark.parametrize(("item", "word"), NEEDS, ids=[word for _, word in NEEDS])
def test_the_rest_needs_its_word(item: Change, word: str) -> None:
    """The word implies --auto-approve, and covers nothing else."""
    assert f"--allow {word}" in AUTO.refusal(item)
    assert Approval(allow=frozenset({word})).refusal(item) == ""
    others = {"delete", "deactivate", "replace", "revert-drift"} - {word}
    assert word in Approval(allow=frozenset(others)).refusal(item)
    assert WHOLE.refusal(item) == ""
    assert NOTHING.refusal(item) == "not approved"


def test_no_word_covers_an_overwritten_console_edit() -> None:
    """Only the whole plan does."""
    item = change(Action.UPDATE, attributes=(OVERWRITES,))
    everything = Approval(allow=frozenset({"delete", "deactivate", "replace", "revert-drift"}))
    for approval in (AUTO, everything):
        assert "--expect-digest" in approval.refusal(item)
    assert WHOLE.refusal(item) == ""


def test_what_is_owed_was_approved_before() -> None:
    """It asks for nothing again."""
    assert NOTHING.refusal(change(Action.DELETE, destroys=("m-1",), owed=True)) == ""


def plan(*changes: Change, destroy: bool = False) -> Plan:
    scope = Scope.DESTROY if destroy else Scope.PROJECT
    return Plan(project="demo", environment="", lineage="", serial=0, digest="", changes=changes, scope=scope)


def updates(count: int) -> list[Change]:
    return [made(Address("Model", f"m{i}"), Action.UPDATE) for i in range(count)]


def test_runs_are_limited_because_they_cost_money() -> None:
    """More than `limits.runs` at once is refused."""
    runs = [made(Address("FineTuningTask", f"t{i}"), Action.RUN) for i in range(11)]
    assert exceeded(plan(*runs[:10]), Limits(), 100) == []
    assert "11 runs would start" in exceeded(plan(*runs), Limits(), 100)[0]


def test_a_mass_change_is_a_share_of_what_is_managed() -> None:
    """A few objects are never a mass; destroying a whole project is no accident."""
    assert exceeded(plan(*updates(9)), Limits(), 9) == []
    assert exceeded(plan(*updates(30)), Limits(), 100) == []
    assert "31 of 100 objects (31 %)" in exceeded(plan(*updates(31)), Limits(), 100)[0]
    assert exceeded(plan(*updates(31), destroy=True), Limits(), 100) == []


@pytest.mark.parametrize(
    ("missing", "known", "unusual"),
    [(0, 0, False), (1, 1, True), (2, 2, True), (1, 2, False), (4, 9, False), (4, 100, False), (5, 10, True),
     (5, 100, False), (30, 100, False), (31, 100, True)],
)  # fmt: skip
def test_too_much_gone_at_once_means_the_wrong_account(missing: int, known: int, unusual: bool) -> None:
    """An unusual share from five objects on, or all of them, however few."""
    assert unusual_absence(missing, known, 0.3) is unusual


@pytest.mark.parametrize(
    ("bought", "needed"),
    [
        (None, []),
        (Bought("2 × GPU", for_good=False), []),
        (Bought("2 × GPU", for_good=True), [Need.PURCHASE]),
    ],
    ids=["nothing", "billed until released", "for good"],
)
def test_what_no_call_gives_back_needs_a_word_of_its_own(bought: Bought | None, needed: list[Need]) -> None:
    """Whatever the change is besides; nothing is bought by what is held back."""
    step = replace(call("create", billable=True), bought=bought)
    for action in (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.RUN):
        assert needs(change(action, steps=(step,))) == needed
    assert needs(change(Action.BLOCKED, steps=(step,))) == []
    assert bool(Approval(auto=True).refusal(change(Action.CREATE, steps=(step,)))) is bool(needed)
    allowed = Approval(auto=True, allow=frozenset({"purchase"}))
    assert allowed.refusal(change(Action.CREATE, steps=(step,))) == ""
