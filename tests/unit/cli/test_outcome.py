"""From results to the summary: order, sentences, and the command that goes on."""

from dataclasses import replace
from typing import Any

import pytest

from qfops.cli.outcome import summarize
from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.reconcile.apply.result import ApplyResult, Ending, How
from tests.support.plans import change

A = change("Dataset/a", Action.CREATE)
B = change("Service/b", Action.DEACTIVATE, left=("the unit stays billed",))
OLD = change("Model/m", Action.DELETE, object="amv-1")
OVERWRITING = change(
    "Dataset/a",
    Action.UPDATE,
    attributes=(AttributeChange("x", verdict=Verdict.UPDATE, overwrites=True),),
)


def plan(*changes: Change) -> Plan:
    return Plan(project="shop", environment="", lineage="", serial=0, digest="", changes=changes)


def ended(how: How, *changes: Change, text: str = "") -> tuple[tuple[Change, Ending], ...]:
    return tuple((item, Ending(how, text)) for item in changes)


PLAN = plan(A, B, OLD)


def test_lists_stand_in_the_order_of_the_plan_and_say_what_stays() -> None:
    summary = summarize(PLAN, ApplyResult(ended(How.APPLIED, OLD, B, A)), "qfops")
    assert [(item.address, item.text) for item in summary.applied] == [
        ("Dataset/a", "created"),
        ("Service/b", "deactivated; stays: the unit stays billed"),
        ("Model/m", "old object amv-1: deleted"),
    ]
    assert (summary.next, summary.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("result", "following", "code"),
    [
        (ApplyResult(ended(How.IN_PROGRESS, A)), "apply --resume", 4),
        (ApplyResult(ended(How.NOT_ATTEMPTED, A), interrupted=True), "apply --resume", 130),
        (ApplyResult(ended(How.FAILED, A)), "plan", 1),
        (ApplyResult(ended(How.STALE, A)), "plan", 5),
        (ApplyResult(dropped=("Dataset/a",)), "plan", 5),
        (ApplyResult(ended(How.REFUSED, B, OLD)), "apply --allow delete,deactivate", 3),
        (ApplyResult(ended(How.REFUSED, OVERWRITING)), "plan", 3),
        (
            ApplyResult((*ended(How.FAILED, A), *ended(How.REFUSED, B), *ended(How.IN_PROGRESS, OLD))),
            "apply --resume",
            1,
        ),
    ],
)
def test_the_way_on(result: ApplyResult, following: str, code: int) -> None:
    refused = [item.change for item in result.of(How.REFUSED)]
    summary = summarize(plan(OVERWRITING) if OVERWRITING in refused else PLAN, result, "qfops -C x")
    assert summary.next == f"qfops -C x {following}"
    assert summary.exit_code == code


@pytest.mark.parametrize(
    ("scope", "options", "following"),
    [
        (Scope.DESTROY, {"targets": (Address("Model", "m"),)}, "destroy --target Model/m --allow delete"),
        (Scope.DESTROY, {"labels": (("tier", "front"),)}, "destroy -l tier=front --allow delete"),
        (Scope.PRUNE, {}, "prune --allow delete"),
        (Scope.PROJECT, {"paths": ("a b.yaml",), "prune": True}, "apply --prune 'a b.yaml' --allow delete"),
        (Scope.PROJECT, {"revert_drift": True}, "apply --allow delete,revert-drift"),
    ],
)
def test_the_way_on_is_as_narrow_as_the_command_was(
    scope: Scope, options: dict[str, Any], following: str
) -> None:
    """A refused end of one thing is not answered with the end of everything."""
    asked = PlanOptions(scope=scope, **options)
    refused = ApplyResult((*ended(How.REFUSED, OLD), *ended(How.BLOCKED_BY, B)))
    assert summarize(replace(PLAN, scope=scope), refused, "qfops", asked).next == f"qfops {following}"


def test_what_moved_is_named_where_it_was_left_out() -> None:
    moved = ApplyResult(ended(How.STALE, A, text="it moved"), dropped=("Model/m amv-1",))
    summary = summarize(PLAN, moved, "qfops")
    assert [item.text for item in summary.refused] == ["it moved"]
    assert [item.address for item in summary.not_attempted] == ["Model/m"]
    assert "amv-1" in summary.not_attempted[0].text
