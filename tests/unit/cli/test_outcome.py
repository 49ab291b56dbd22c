"""From results to the summary: order, sentences, and the command that goes on."""

import pytest

from qfops.cli.outcome import summarize
from qfops.core.address import Address
from qfops.core.plan import Action, AttributeChange, Change, Plan, Verdict
from qfops.reconcile.result import ApplyResult, Item

A = Change(Address("Dataset", "a"), Action.CREATE, "")
B = Change(Address("Service", "b"), Action.DEACTIVATE, "", left=("the unit stays billed",))
OLD = Change(Address("Model", "m"), Action.DELETE, "", object="amv-1")
PLAN = Plan("shop", "", "", 0, "", (A, B, OLD))
OVERWRITING = Change(
    Address("Dataset", "a"),
    Action.UPDATE,
    "",
    attributes=(AttributeChange("x", verdict=Verdict.UPDATE, overwrites=True),),
)


def test_lists_stand_in_the_order_of_the_plan_and_say_what_stays() -> None:
    summary = summarize(PLAN, ApplyResult(applied=[Item(OLD), Item(B), Item(A)]), "qfops")
    assert [(item.address, item.text) for item in summary.applied] == [
        ("Dataset/a", "created"),
        ("Service/b", "deactivated; stays: the unit stays billed"),
        ("Model/m", "old object amv-1: deleted"),
    ]
    assert (summary.next, summary.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("result", "following", "code"),
    [
        (ApplyResult(in_progress=[Item(A)]), "apply --resume", 4),
        (ApplyResult(not_attempted=[Item(A)], interrupted=True), "apply --resume", 130),
        (ApplyResult(failed=[Item(A)]), "plan", 1),
        (ApplyResult(stale=[Item(A)]), "plan", 5),
        (ApplyResult(dropped=["Dataset/a"]), "plan", 5),
        (ApplyResult(refused=[Item(B), Item(OLD)]), "apply --allow delete,deactivate", 3),
        (ApplyResult(refused=[Item(OVERWRITING)]), "plan", 3),
        (ApplyResult(failed=[Item(A)], refused=[Item(B)], in_progress=[Item(OLD)]), "apply --resume", 1),
    ],
)
def test_the_way_on(result: ApplyResult, following: str, code: int) -> None:
    plan = PLAN if OVERWRITING not in [item.change for item in result.refused] else Plan(
        "shop", "", "", 0, "", (OVERWRITING,)
    )  # fmt: skip
    summary = summarize(plan, result, "qfops -C x")
    assert summary.next == f"qfops -C x {following}"
    assert summary.exit_code == code


def test_what_moved_is_named_where_it_was_left_out() -> None:
    summary = summarize(PLAN, ApplyResult(stale=[Item(A, "it moved")], dropped=["Model/m amv-1"]), "qfops")
    assert [item.text for item in summary.refused] == ["it moved"]
    assert [item.address for item in summary.not_attempted] == ["Model/m"]
    assert "amv-1" in summary.not_attempted[0].text
