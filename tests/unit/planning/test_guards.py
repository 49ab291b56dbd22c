"""Guards before an end: what lives in it, what uses it, and that protection outlives the manifest."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import KindKey
from qfops.core.observation import LiveObject, Phase
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from tests.support.project import assistant, job, model_set, template
from tests.unit.planning.given import World, shown

DESTROY = PlanOptions(scope=Scope.DESTROY)
TASKS, SERVICES, SETS = (
    KindKey("v2", "FineTuningTask"),
    KindKey("v2", "Service"),
    KindKey("v2", "ModelSet"),
)


def change(plan: Plan, name: str) -> Change:
    return next(item for item in plan.changes if str(item.address) == name)


def test_a_container_with_foreign_content_stays() -> None:
    """Somebody else's run in our job, by its id."""
    world = World(job())
    job_id = world.live("FineTuningJob/faq").id
    world.show(
        LiveObject("task-theirs", {"jobId": job_id}, {"taskId": "task-theirs"}, {"runStatus": "Done"}), TASKS
    )
    blocked = change(world.plan(DESTROY), "FineTuningJob/faq")
    assert blocked.action == "blocked"
    assert "task-theirs" in blocked.reason
    assert blocked.steps == ()


def test_content_that_ends_as_well_is_in_nobodys_way() -> None:
    """The whole project goes."""
    plan = World(*assistant()).plan(DESTROY)
    assert not any(item.action == "blocked" for item in plan.changes)


def test_a_model_in_somebody_elses_service_stays() -> None:
    """Whoever owns the service; once it is stopped it holds nothing."""
    world = World(*assistant())
    world.remove("Service/faq")
    world.remove("Model/faq-a")
    model_id = world.live("Model/faq-a").id
    theirs = LiveObject(
        "svco-theirs", {"modelId": model_id}, {"serviceId": "svco-theirs"}, {"runStatus": "Serving"}
    )
    world.show(theirs, SERVICES)
    blocked = change(world.plan(), "Model/faq-a")
    assert (blocked.action, "svco-theirs" in blocked.reason) == ("blocked", True)
    world.show(replace(theirs, phase=Phase.STOPPED), SERVICES)
    assert shown(world.plan().changes) == ["deactivate Service/faq", "delete Model/faq-a"]


def test_the_version_that_came_with_a_dataset_is_part_of_it() -> None:
    """It is no foreign content."""
    plan = World(*[item for item in assistant() if item.address.kind == "Dataset"]).plan(DESTROY)
    assert shown(plan.changes) == ["delete Dataset/faq-train"]


def test_protection_lives_in_state() -> None:
    """Deleting the file does not lift it; the manifest does."""
    protected = replace(template(), lifecycle=Lifecycle(protect=True))
    world = World(protected)
    world.remove("PromptTemplate/faq-answer")
    assert shown(world.plan().changes) == ["blocked PromptTemplate/faq-answer"]
    world.want(template())
    assert shown(world.plan().changes) == ["update PromptTemplate/faq-answer"]


def test_what_is_only_read_by_a_container_is_no_content() -> None:
    """An empty set of ours goes although another set exists."""
    world = World(model_set())
    world.show(LiveObject("am-other", {"modelSetName": "other"}, {"modelSetId": "am-other"}), SETS)
    assert shown(world.plan(DESTROY).changes) == ["delete ModelSet/faq"]
