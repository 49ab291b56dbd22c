from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Need, Verdict
from qfops.core.plan.change import AttributeChange, Cause
from qfops.core.plan.steps import FORGET, LINK, MOVE, RECORD, RETIRE, Call, Repeat, Step, Wait
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.values import ABSENT, JSON, UNOBSERVED, Reference, Sensitive, Slot, Unknown
from qfops.render.plan_json import plan_json, published_slot
from tests.support.plans import held_back

from .builders import attribute, change, plan, unchanged
from .schemas import complaints

MODEL = Reference(Address("Model", "faq"), "modelId")


def first(**fields: Any) -> dict[str, JSON]:
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
        causes=(Cause(Address("Service", "faq"), "name", "var", "", 0, "x"),),
    )
    assert not {"id", "lastDuration", "joined"} & found.keys()
    assert found["causes"] == [{"address": "Service/faq", "path": "name", "source": "var"}]
    assert found["gate"] is None


@pytest.mark.parametrize(
    ("step", "data"),
    [
        (
            Call("modify", "ModifyService", Repeat.SAFE, paths=("name", "modelId")),
            {
                "id": "modify",
                "operation": "ModifyService",
                "paths": ["name", "modelId"],
                "repeat": "safe",
                "billable": False,
            },
        ),
        (
            Call("import", "CreateImportTask", Repeat.LOOK_UP, item=0, paths=("imports",), billable=True),
            {
                "id": "import[0]",
                "operation": "CreateImportTask",
                "paths": ["imports"],
                "repeat": "look-up",
                "billable": True,
            },
        ),
        (
            Wait("DescribeService", "create"),
            {
                "id": "ready",
                "operation": "DescribeService",
                "paths": [],
                "repeat": "read",
                "billable": False,
            },
        ),
        (
            Wait("DescribeDataset", "import", item=0),
            {
                "id": "import[0].ready",
                "operation": "DescribeDataset",
                "paths": [],
                "repeat": "read",
                "billable": False,
            },
        ),
        *(
            (edit, {"id": edit.name, "paths": [], "billable": False})
            for edit in (LINK, RECORD, FORGET, RETIRE, MOVE)
        ),
    ],
)
def test_a_step_says_what_is_called_and_what_a_lost_answer_means(step: Step, data: JSON) -> None:
    """And one that only changes the state calls nothing."""
    assert first(steps=(step,))["steps"] == [data]


@pytest.mark.parametrize(
    ("steps", "billable"),
    [
        ((), False),
        ((Call("create", "CreateService", Repeat.LOOK_UP), Wait("DescribeService", "create")), False),
        ((RECORD, Call("purchase", "PurchaseComputeUnit", Repeat.LOOK_UP, billable=True)), True),
    ],
)
def test_a_change_costs_money_when_a_call_of_it_does(steps: tuple[Step, ...], billable: bool) -> None:
    assert first(steps=steps)["billable"] is billable


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


def test_an_end_that_was_not_chosen_names_what_it_goes_with() -> None:
    item = change(Action.DELETE, joined=(Address("FineTuningTask", "faq"),))
    data = plan_json(plan(item))
    assert complaints("plan", data) == []
    assert data["changes"][0]["joined"] == ["FineTuningTask/faq"]  # type: ignore[index,call-overload]


def test_the_reason_holds_what_people_must_know() -> None:
    found = first(
        notes=("new URL",),
        left=("unit-1 is billed",),
        remedy="add moved",
        moved_from=Address("Service", "old"),
        linked_from=Address("Service", "older"),
    )
    assert found["reason"] == (
        "because; moved from Service/old; kept by Service/older; new URL; stays: unit-1 is billed; "
        "way on: add moved"
    )


def test_how_the_plan_was_made_goes_with_it() -> None:
    """As words, as they are typed, and as values; what the words cannot say stands in the values alone."""
    options = PlanOptions(
        scope=Scope.DESTROY,
        paths=("manifests",),
        targets=(Address("Service", "faq"),),
        labels=(("team", "faq"),),
        retry_failed=True,
    )
    data = plan_json(plan(destroy=True, command="destroy"), options)
    assert complaints("plan", data) == []
    tool = data["tool"]
    assert isinstance(tool, dict)
    assert (tool["command"], tool["destroy"]) == ("destroy", True)
    assert tool["arguments"] == ["--target", "Service/faq", "-l", "team=faq", "--retry-failed", "manifests"]
    assert tool["options"] == {
        "scope": "destroy",
        "paths": ["manifests"],
        "targets": ["Service/faq"],
        "labels": [["team", "faq"]],
        "prune": False,
        "retryFailed": True,
        "revertDrift": False,
    }


@pytest.mark.parametrize("scope", Scope)
def test_only_the_end_of_everything_is_called_destroy(scope: Scope) -> None:
    data = plan_json(plan(scope=scope), PlanOptions(scope=scope))
    assert complaints("plan", data) == []
    tool = data["tool"]
    assert isinstance(tool, dict)
    assert tool["destroy"] is (scope is Scope.DESTROY)


def needed(*needs: Need) -> JSON:
    made = plan(replace(change(Action.DELETE), needs=needs))
    data = plan_json(made)
    assert complaints("plan", data) == []
    changes = data["changes"]
    assert isinstance(changes, list)
    assert isinstance(changes[0], dict)
    return changes[0]["needs"]


def test_needs_are_what_the_planner_wrote() -> None:
    """Nothing is concluded again from what the change does, here a deletion."""
    assert needed() == []
    assert needed(Need.REPLACE) == ["replace"]
    assert needed(*Need) == [*("delete", "deactivate", "replace", "revert-drift", "purchase", "overwrite")]


def test_console_edits_that_are_left_alone_stand_beside_the_changes() -> None:
    """One that is undone does not: it is a change."""
    undone = AttributeChange("name", "a", "x", "a", Verdict.REVERT, operation="modify")
    made = plan(
        change(Action.UPDATE, "Service/faq", attributes=(undone,)),
        held_back("Model/a", "name", "a", "x", "a", "edited in the console"),
        held_back("Model/b", "note", ABSENT, "x", ABSENT, "lifecycle.ignore", ignored=True, revertible=False),
    )
    data = plan_json(made)
    assert complaints("plan", data) == []
    assert data["drift"] == [
        {
            "address": "Model/a",
            "path": "name",
            "prior": "a",
            "live": "x",
            "desired": "a",
            "reason": "edited in the console",
            "ignored": False,
            "revertible": True,
        },
        {
            "address": "Model/b",
            "path": "note",
            "live": "x",
            "reason": "lifecycle.ignore",
            "ignored": True,
            "revertible": False,
        },
    ]


def test_every_resource_is_listed_and_counted_once() -> None:
    made = plan(change(Action.UPDATE), *unchanged(2), drift=(held_back("Model/a", "name", "a", "x", "a"),))
    data = plan_json(made)
    changes, summary = data["changes"], data["summary"]
    assert isinstance(changes, list)
    assert isinstance(summary, dict)
    assert len(changes) == 4
    assert {action: count for action, count in summary.items() if count} == {"update": 1, "noop": 3}
