"""The one question before a plan is done: what it costs decides what has to be typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.plan.actions import Action, Need
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Destination, Plan
from qfops.core.plan_options import Scope
from qfops.render.question import question
from tests.support.plans import with_needs

from .builders import change, plan

REAL = Destination("https://qianfan.baidubce.com", "1a2b")
WHERE = "qianfan.baidubce.com, account 1a2b, environment dev"
CREATE, UPDATE = change(Action.CREATE), change(Action.UPDATE, "PromptTemplate/a")
DELETE = change(Action.DELETE, "Dataset/a", destroys=("dg-1",))


def at(place: Destination, *changes: Change, scope: Scope = Scope.PROJECT) -> Plan:
    return plan(*changes, place=place, scope=scope)


def test_a_plain_y_is_enough_where_nothing_is_lost_or_trained() -> None:
    asked = question(at(REAL, CREATE, UPDATE), narrowed=False)
    assert asked is not None
    assert asked.text == f"Do these 2 changes ({WHERE})? [y/N]"
    assert [asked.agreed(answer) for answer in ("y", "Y", "yes", "", "n", "yy")] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    ("strict", "told"),
    [
        (DELETE, "deletes 1"),
        (change(Action.DEACTIVATE), "deactivates 1"),
        (with_needs(CREATE, Need.PURCHASE), "purchases without a way back 1"),
        (change(Action.RUN, "FineTuningTask/a"), "trains 1"),
        (change(Action.REPLACE, destroys=("svco-1",)), "does not keep 1"),
        (replace(DELETE, seal=replace(DELETE.seal, owed=True)), "deletes 1"),
    ],
    ids=["delete", "deactivate", "purchase", "run", "old not kept", "approved earlier"],
)
def test_yes_in_full_where_something_is_lost_bought_or_trained(strict: Change, told: str) -> None:
    """The strictest of all that is shown decides, also where an earlier approval covers it."""
    asked = question(at(REAL, UPDATE, strict), narrowed=False)
    assert asked is not None
    assert asked.text == f"Do these 2 changes ({WHERE})? It {told}. Type yes in full to go on:"
    assert [asked.agreed(answer) for answer in ("yes", "YES", "y", "", "faq")] == [True, True, *[False] * 3]


def test_the_name_of_the_project_for_the_end_of_all_of_it() -> None:
    """Not where it is narrowed: then a yes in full."""
    whole = question(at(REAL, DELETE, scope=Scope.DESTROY), narrowed=False)
    assert whole is not None
    assert whole.text.endswith("It deletes 1. Type the name of the project, faq, to go on:")
    assert [whole.agreed(answer) for answer in ("faq", "FAQ", "yes", "y")] == [True, False, False, False]
    part = question(at(REAL, DELETE, scope=Scope.DESTROY), narrowed=True)
    assert part is not None
    assert part.wanted == "yes"


@pytest.mark.parametrize("scope", list(Scope))
def test_on_the_emulator_a_plain_y_serves(scope: Scope) -> None:
    asked = question(at(Destination("emulator"), DELETE, scope=scope), narrowed=False)
    assert asked is not None
    assert asked.text == "Do this (emulator, environment dev)? [y/N]"
    assert asked.agreed("y")


@pytest.mark.parametrize("idle", [Action.NO_OP, Action.WAIT, Action.BLOCKED, Action.UNKNOWN])
def test_nothing_is_asked_where_nothing_is_done(idle: Action) -> None:
    assert question(at(REAL, change(idle)), narrowed=False) is None


def test_an_account_that_is_not_known_is_said() -> None:
    asked = question(at(Destination("http://127.0.0.1:8080"), CREATE), narrowed=False)
    assert asked is not None
    assert "(http://127.0.0.1:8080, account not known, environment dev)" in asked.text
