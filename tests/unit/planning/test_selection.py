"""Narrowing: what may be changed, never what is wanted."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from tests.support.project import assistant, run, template
from tests.unit.planning.given import World, edited, shown

PROMPT, TASK = Address.parse("PromptTemplate/faq-answer"), Address.parse("FineTuningTask/faq-a")


def target(*addresses: Address) -> PlanOptions:
    return PlanOptions(targets=tuple(addresses))


def test_what_is_not_chosen_is_not_changed_and_nothing_is_deleted_for_it() -> None:
    """All manifests are loaded all the same."""
    world = World(*assistant())
    world.want(edited(template(), templateContent="new {input}"), run("a", 9e-4))
    world.remove("Model/faq-b")
    assert shown(world.plan(target(PROMPT)).changes) == ["update PromptTemplate/faq-answer"]


def test_dependencies_join_in() -> None:
    """What is chosen cannot be made without them."""
    world = World()
    world.want(*assistant())
    made = shown(world.plan(target(TASK)).changes)
    assert made == ["create Dataset/faq-train", "create FineTuningJob/faq", "run FineTuningTask/faq-a"]


def test_dependents_are_listed_as_affected_and_not_planned() -> None:
    """All of them, also those of those."""
    world = World(*assistant())
    world.want(run("a", 9e-4))
    plan = world.plan(target(TASK))
    assert shown(plan.changes) == ["run FineTuningTask/faq-a"]
    assert [str(address) for address in plan.affected] == ["Model/faq-a", "Service/faq"]
    assert not plan.complete


def test_labels_choose_what_has_no_manifest_any_more() -> None:
    """They are kept in state for that."""
    ours = replace(template(), labels={"team": "a"})
    world = World(*assistant(), ours)
    world.remove("PromptTemplate/faq-answer")
    world.remove("Model/faq-b")
    plan = world.plan(PlanOptions(labels=(("team", "a"),)))
    assert shown(plan.changes) == ["delete PromptTemplate/faq-answer"]


def test_targets_and_labels_narrow_each_other() -> None:
    """Both have to hold."""
    world = World(*assistant())
    flags = PlanOptions(targets=(PROMPT,), labels=(("team", "a"),))
    assert world.plan(flags).changes == ()
