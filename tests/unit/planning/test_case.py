"""The change that a verdict becomes: what is read off the votes, the steps and the entry."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.observation import Observed
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.steps import Step
from qfops.core.resolve import resolve
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.values import Value
from qfops.kinds.registry import load
from qfops.planning.actions import case as cases
from qfops.planning.context import PlannedValues
from tests.support.bench import resource
from tests.support.plans import call
from tests.support.project import run, template
from tests.unit.planning.given import World

PROMPT = template()


def case_of(item: Resource, **container: Value) -> cases.Case:
    given = World().want(item).given()
    desired = {key: resolve(value, PlannedValues({}, Observed({}))) for key, value in item.attributes.items()}
    return cases.Case(given, load().get(item.address), item, desired, container, {})


def change(
    action: Action, *votes: AttributeChange, entry: Entry | None = None, steps: tuple[Step, ...] = ()
) -> Change:
    return cases.change_of(case_of(PROMPT), entry, action, "why", votes, steps)


@pytest.mark.parametrize("action", Action)
def test_outputs_are_promised_only_by_what_makes_an_object(action: Action) -> None:
    made = action in (Action.CREATE, Action.RUN, Action.REPLACE)
    assert change(action).outputs == (("templateId",) if made else ())


def test_an_edit_is_the_cause_of_a_change_but_not_of_a_no_op() -> None:
    vote = AttributeChange("templateContent", "a", "a", "b", Verdict.UPDATE)
    assert [cause.path for cause in change(Action.UPDATE, vote).causes] == ["templateContent"]
    assert change(Action.NO_OP, vote).causes == ()


def test_notes_are_the_differences_that_no_action_follows() -> None:
    votes = (
        AttributeChange("a", verdict=Verdict.NOTE, reason="sent at creation only"),
        AttributeChange("b", verdict=Verdict.DROP, reason="no longer managed"),
        AttributeChange("c", verdict=Verdict.DROP),
        AttributeChange("d", verdict=Verdict.DRIFT, reason="edited in the console"),
    )
    assert change(Action.NO_OP, *votes).decision.notes == ("a: sent at creation only", "b: no longer managed")


def test_a_change_costs_money_when_one_of_its_steps_does() -> None:
    free, paid = call("modify"), call("purchase", billable=True)
    assert change(Action.UPDATE, steps=(free, paid)).billable
    assert not change(Action.UPDATE, steps=(free,)).billable


def test_the_object_and_its_last_duration_come_from_the_entry() -> None:
    known = change(Action.UPDATE, entry=Entry(address=PROMPT.address, id="pt-1", seconds=90.0))
    assert (known.id, known.last_duration) == ("pt-1", 90.0)
    bare = change(Action.CREATE, entry=Entry(address=PROMPT.address, id=None))
    assert (bare.id, bare.last_duration) == ("", 0.0)


def test_dependencies_are_what_is_referred_to_and_what_comes_first_each_once() -> None:
    version = {"datasetId": "dg-1", "description": "x"}
    first = resource("DatasetVersion/v", version, depends_on=["Dataset/z", "Dataset/a", "Dataset/z"])
    assert cases.dependencies_of(case_of(first)) == (Address("Dataset", "a"), Address("Dataset", "z"))
    both = cases.dependencies_of(case_of(run("a", 0.1)))
    assert both == (Address("Dataset", "faq-train"), Address("FineTuningJob", "faq"))


def test_the_inputs_of_a_run_hold_what_its_container_decides() -> None:
    with_model = case_of(run("a", 0.1), model="ERNIE-Speed-8K", name="faq").inputs()
    assert with_model.values["container.model"] == "ERNIE-Speed-8K"
    assert "container.name" not in with_model.values
