from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Cause
from qfops.core.plan.steps import StateEdit
from qfops.core.plan_options import PlanOptions
from qfops.core.values import ABSENT, JSON, UNOBSERVED, Reference, Sensitive, Slot, Unknown
from qfops.render.plan_json import plan_json, published_slot

from .builders import attribute, change, plan
from .schemas import complaints

MODEL = Reference(Address("Model", "faq"), "modelId")


def first(**fields: object) -> dict[str, JSON]:
    data = plan_json(plan(change(Action.UPDATE, "Service/faq", **fields)))
    assert complaints("plan", data) == []
    changes = data["changes"]
    assert isinstance(changes, list)
    found = changes[0]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, None),
        ([1, {"a": Unknown(MODEL)}], [1, {"a": {"$unknown": "Model/faq.modelId"}}]),
        (Sensitive("ab12"), {"$sensitive": "ab12"}),
        (UNOBSERVED, {"$unobserved": True}),
        (MODEL, {"ref": "Model/faq", "output": "modelId"}),
        (Reference(MODEL.target), {"ref": "Model/faq"}),
        ("客服", "客服"),
    ],
)
def test_what_is_not_json_is_marked(value: Slot, data: JSON) -> None:
    assert published_slot(value) == data


def test_absent_is_a_missing_key_and_null_is_null() -> None:
    with pytest.raises(ValueError, match="left out"):
        published_slot(ABSENT)
    item = AttributeChange("name", ABSENT, None, UNOBSERVED, Verdict.UPDATE)
    assert first(attributes=(item,))["attributes"] == [
        {"path": "name", "live": None, "desired": {"$unobserved": True}, "verdict": "update", "reason": ""}
    ]


def test_what_says_nothing_is_missing() -> None:
    found = first(
        steps=(StateEdit("record"),), causes=(Cause(Address("Service", "faq"), "name", "var", "", 0, "x"),)
    )
    assert not {"id", "lastDuration"} & found.keys()
    assert found["steps"] == [{"id": "record", "paths": [], "billable": False}]
    assert found["causes"] == [{"address": "Service/faq", "path": "name", "source": "var"}]
    assert found["gate"] is None


def test_attributes_that_are_the_same_are_left_out() -> None:
    assert first(attributes=(attribute(verdict=Verdict.SAME),))["attributes"] == []


def test_an_overwritten_console_edit_is_marked_in_words() -> None:
    item = AttributeChange("name", "a", "x", "b", Verdict.UPDATE, "edited", overwrites=True)
    assert first(attributes=(item,))["attributes"] == [
        {
            "path": "name",
            "prior": "a",
            "live": "x",
            "desired": "b",
            "verdict": "update",
            "reason": "edited; overwrites console edit",
        }
    ]


def test_the_reason_holds_what_people_must_know() -> None:
    found = first(
        notes=("new URL",),
        left=("unit-1 is billed",),
        remedy="add moved",
        moved_from=Address("Service", "old"),
    )
    assert (
        found["reason"]
        == "because; moved from Service/old; new URL; stays: unit-1 is billed; way on: add moved"
    )


def test_how_the_plan_was_made_goes_with_it() -> None:
    data = plan_json(plan(destroy=True, command="destroy"), PlanOptions(targets=(Address("Service", "faq"),)))
    assert complaints("plan", data) == []
    tool = data["tool"]
    assert isinstance(tool, dict)
    assert (tool["command"], tool["destroy"], tool["arguments"]) == (
        "destroy",
        True,
        ["--target", "Service/faq"],
    )


def test_needs_are_what_the_planner_wrote_in_the_order_of_the_words() -> None:
    data = plan_json(plan(change(Action.DELETE), change(Action.CREATE, "Model/a")))
    changes = data["changes"]
    assert isinstance(changes, list)
    assert [item["needs"] for item in changes if isinstance(item, dict)] == [["delete"], []]
    assert complaints("plan", data) == []
