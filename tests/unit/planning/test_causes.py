"""Why a change is planned: the edited line, the variable, or the change that it follows from."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Location
from qfops.core.plan.change import Cause
from qfops.core.plan.plan import Plan
from qfops.core.resource import Origin
from tests.support.project import assistant, run, template
from tests.unit.planning.given import World, edited


def causes(plan: Plan, name: str) -> tuple[Cause, ...]:
    return next(item for item in plan.changes if str(item.address) == name).causes


def test_an_edit_is_found_where_it_was_written() -> None:
    """File and line, and what became of the value."""
    world = World(*assistant())
    place = Origin(Location("training/runs.yaml", 9))
    item = replace(run("a", 9e-4), origins={"spec.hyperParameterConfig.learningRate": place})
    (cause,) = causes(world.want(item).plan(), "FineTuningTask/faq-a")
    assert (cause.file, cause.line, cause.source) == ("training/runs.yaml", 9, "file")
    assert (cause.path, cause.summary) == (
        "hyperParameterConfig.learningRate",
        "learningRate 0.0003 → 0.0009",
    )


def test_a_text_file_is_pointed_at_by_the_line_that_changed() -> None:
    """Not by its first one."""
    world = World(*assistant())
    text = "Answer the customer: {input}\nAt most 80 words."
    place = Origin(Location("prompts/answer.txt", 1))
    item = replace(edited(template(), templateContent=text), origins={"spec.templateContent": place})
    (cause,) = causes(world.want(item).plan(), "PromptTemplate/faq-answer")
    assert (cause.file, cause.line, cause.summary) == ("prompts/answer.txt", 2, "templateContent")


def test_a_variable_is_named() -> None:
    """The value was not edited in a manifest."""
    world = World(*assistant())
    place = Origin(Location("qfops.yaml", 4), "var", "rate")
    item = replace(run("a", 9e-4), origins={"spec.hyperParameterConfig.learningRate": place})
    (cause,) = causes(world.want(item).plan(), "FineTuningTask/faq-a")
    assert cause.source == "var"
    assert cause.summary.endswith("(variable rate)")


def test_what_follows_from_an_edit_has_its_cause() -> None:
    """The model and the service change because the run does."""
    plan = World(*assistant()).want(run("a", 9e-4)).plan()
    (edit,) = causes(plan, "FineTuningTask/faq-a")
    assert causes(plan, "Model/faq-a") == (edit,)
    assert causes(plan, "Service/faq") == (edit,)


def test_a_new_manifest_is_its_own_cause() -> None:
    """And a removed one has no place to point at."""
    world = World(*assistant())
    (new,) = causes(world.want(run("c", 1e-4)).plan(), "FineTuningTask/faq-c")
    assert (new.file, new.summary) == ("manifests/FineTuningTask-faq-c.yaml", "new")
    (gone,) = causes(world.remove("Model/faq-b").plan(), "Model/faq-b")
    assert (gone.file, gone.summary) == ("", "removed")
