"""What will not happen is not built upon: every kind, held in every way, with everything that rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest

from qfops.core import graph
from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Call
from qfops.core.resource import Lifecycle, Resource
from qfops.core.values import Value
from qfops.kinds.registry import load
from tests.support.bench import AUTO, ref
from tests.support.project import (
    assistant,
    dataset,
    imported,
    job,
    model,
    run,
    service,
    template,
)
from tests.unit.planning.given import World, edited, shown

REPLACING: Mapping[str, Mapping[str, Value]] = {
    "Dataset": {"dataFormat": "Role"},
    "DatasetVersion": {"import": [{"files": ["bos:/acme/faq/other.jsonl"]}]},
    "FineTuningJob": {"model": "ERNIE-Lite-8K"},
    "FineTuningTask": {"parameterScale": "FullFineTuning"},
    "ModelSet": {"modelType": "Text2Image"},
    "Model": {"trainMeta": {"taskId": ref("FineTuningTask/faq-a"), "step": 100}},
    "Service": {"resourceConfig": {"type": "GPU-2-4", "replicasCount": 1, "region": "bj"}},
    "PromptTemplate": {"sceneType": 2},
}
"""An edit of each kind that only another object can carry out."""


def everything() -> list[Resource]:
    """Every kind, each with others that read it, and one of each that only comes after it."""
    spring = [{"versionId": ref("DatasetVersion/faq-spring", "versionId")}]
    reader = edited(run("c", 0.0002), datasetConfig={"sourceType": "Platform", "versions": spring})
    second = edited(run("d", 0.0004), incrementTaskId=ref("FineTuningTask/faq-a"))
    late = replace(template(templateName="late"), address=Address("PromptTemplate", "late"))
    late = replace(late, depends_on=(Address("Service", "faq"), Address("PromptTemplate", "faq-answer")))
    return [*assistant(), imported(), reader, second, model("c"), model("d"), late]


SUBJECTS = [
    "Dataset/faq-train",
    "DatasetVersion/faq-spring",
    "FineTuningJob/faq",
    "FineTuningTask/faq-a",
    "ModelSet/faq",
    "Model/faq-a",
    "Service/faq",
    "PromptTemplate/faq-answer",
]


def below(resources: Iterable[Resource], name: str) -> set[Address]:
    """Everything that reads `name`, or what reads it."""
    readers: dict[Address, list[Address]] = {}
    for item in resources:
        for edge in item.references:
            readers.setdefault(edge.reference.target, []).append(item.address)
    start = Address.parse(name)
    return set(graph.closure(readers, [start])) - {start}


def replacing(world: World, name: str, lifecycle: Lifecycle = Lifecycle()) -> None:
    item = world.resources[Address.parse(name)]
    if item.address.kind == "Dataset":  # the console keeps its name unique, and that is not what is tested
        item = edited(item, datasetName="other")
    if item.address.kind in ("FineTuningJob", "ModelSet", "Service", "PromptTemplate"):
        identity = load().get(item.address).identity
        assert identity is not None
        item = edited(item, **dict.fromkeys(identity.attributes, "another"))
    world.want(replace(edited(item, **REPLACING[item.address.kind]), lifecycle=lifecycle))


def immutable(world: World, name: str) -> None:
    """Only another object would do, and the console does not let two have one name."""
    item = world.resources[Address.parse(name)]
    world.want(edited(item, **REPLACING[item.address.kind]))


def protected(world: World, name: str) -> None:
    replacing(world, name, Lifecycle(protect=True))


def refused(world: World, name: str) -> None:
    """The old object would not be kept, and nobody said `--allow replace`."""
    replacing(world, name, Lifecycle(on_replace="delete"))
    world.approval = AUTO


def unreadable(world: World, name: str) -> None:
    replacing(world, name)
    world.unreadable[world.hide(name)] = "the keys may not read it"


WAYS: Mapping[str, Callable[[World, str], None]] = {
    "immutable": immutable,
    "protected": protected,
    "refused": refused,
    "unreadable": unreadable,
}


def acts_on(change: Change, addresses: set[Address]) -> list[str]:
    """The calls of a change that make an object, or write a path that refers to one of `addresses`."""
    resource = change.resource
    edges = (
        [edge.path for edge in resource.references if edge.reference.target in addresses] if resource else []
    )
    return [
        step.id
        for step in change.steps
        if isinstance(step, Call)
        and (step.operation == "create" or any(path in edges for path in step.paths))
    ]


def alone(name: str) -> bool:
    """Whether the console lets no second object have the name, so that a replacement cannot be made first."""
    identity = load().get(Address.parse(name)).identity
    return identity is not None and identity.enforced_by == "console"


HELD = [(name, way) for name in SUBJECTS for way in WAYS if way != "immutable" or alone(name)]


@pytest.mark.parametrize(("name", "way"), HELD)
def test_nothing_below_a_held_change_acts(name: str, way: str) -> None:
    world = World(*everything())
    WAYS[way](world, name)
    plan = world.plan()
    subject = _of(plan, name)
    assert subject.action.held or way == "refused", subject.action
    under = below(world.resources.values(), name)
    at_work = {
        str(c.address): acts_on(c, {*under, subject.address}) for c in plan.changes if c.address in under
    }
    assert {address: steps for address, steps in at_work.items() if steps} == {}
    for change in plan.changes:
        if change.address in under and change.action.held:
            assert change.reason.startswith("waits for "), change.reason
            assert change.decision.waits_for in {*under, subject.address}


def test_without_the_hold_what_is_below_acts() -> None:
    """The check above sees something: of every kind that others read, something below acts when it may."""
    seen = set()
    for name in SUBJECTS:
        world = World(*everything())
        replacing(world, name)
        plan = world.plan()
        under = below(world.resources.values(), name)
        acting = [c for c in plan.changes if c.address in under and acts_on(c, {*under, Address.parse(name)})]
        if acting:
            seen.add(Address.parse(name).kind)
    assert seen == {"Dataset", "DatasetVersion", "FineTuningJob", "FineTuningTask", "ModelSet", "Model"}


# --- only the paths that wait


def held(plan: Plan, name: str) -> dict[str, str]:
    return {v.path: v.reason for v in _of(plan, name).attributes if v.verdict is Verdict.HELD}


def blocked_model() -> World:
    """A model that would be another one if it were not protected, and the service that runs it."""
    world = World(*assistant())
    protected(world, "FineTuningTask/faq-a")
    return world


def test_other_paths_of_an_update_go_ahead_and_the_waiting_ones_are_named() -> None:
    world = blocked_model()
    world.want(service(resourceConfig=_compute(3)))
    plan = world.plan()
    change = next(change for change in plan.changes if str(change.address) == "Service/faq")
    assert change.action is Action.UPDATE
    assert list(held(plan, "Service/faq")) == ["modelId"]
    assert [step.paths for step in change.steps if isinstance(step, Call)] == [
        ("resourceConfig.replicasCount",)
    ]
    assert any(note.startswith("modelId: waits for Model/faq-a") for note in change.decision.notes)
    assert change.resource is not None
    assert change.resource.attributes["modelId"] == "modelId-of-faq-a"


def test_only_waiting_paths_are_blocked() -> None:
    plan = blocked_model().plan()
    assert "blocked Service/faq" in shown(plan.changes)
    assert list(held(plan, "Service/faq")) == ["modelId"]


def test_who_reads_nothing_that_changes_is_not_held() -> None:
    """The description of a model is held; its service reads the id only."""
    world = World(*assistant())
    world.want(service(resourceConfig=_compute(2)))
    world.want(edited(dataset(), publish=False))
    plan = world.plan()
    assert "blocked Dataset/faq-train" in shown(plan.changes)
    assert "update Service/faq" in shown(plan.changes)
    assert all(not line.startswith("blocked FineTuningTask") for line in shown(plan.changes))


def test_a_reference_to_what_does_not_exist_yet_waits_and_the_old_value_stays() -> None:
    """The service is given a model that cannot be made: it keeps the one it has."""
    world = World(*assistant())
    world.want(model("new"), run("new", 0.005), service("Model/faq-new"))
    world.unreadable[world.hide("FineTuningJob/faq")] = "the keys may not read it"
    plan = world.plan()
    assert "unknown Service/faq" in shown(plan.changes)
    assert list(held(plan, "Service/faq")) == ["modelId"]


def test_an_own_edit_of_a_run_waits_for_its_container_too() -> None:
    world = World(*assistant())
    world.want(edited(job(), model="ERNIE-Lite-8K"), run("a", 0.0009))
    plan = world.plan()
    assert "blocked FineTuningTask/faq-a" in shown(plan.changes)
    assert "container.model" in held(plan, "FineTuningTask/faq-a")


def test_a_new_run_in_a_job_that_waits_is_not_started() -> None:
    world = World(*assistant())
    world.want(edited(job(), model="ERNIE-Lite-8K"), run("new", 0.0009))
    assert "blocked FineTuningTask/faq-new" in shown(world.plan().changes)


def test_order_waits_only_for_what_is_not_there() -> None:
    late = replace(template(templateContent="new {input}"), depends_on=(Address("FineTuningJob", "faq"),))
    world = World(*assistant())
    world.want(edited(job(), model="ERNIE-Lite-8K"), late)
    assert "update PromptTemplate/faq-answer" in shown(world.plan().changes)
    fresh = World()
    fresh.want(job(), late)
    fresh.unsettled[Address("FineTuningJob", "faq")] = "a call is not settled"
    assert "unknown PromptTemplate/faq-answer" in shown(fresh.plan().changes)


def test_an_approval_of_the_whole_plan_holds_nothing() -> None:
    world = World(*assistant())
    refused(world, "FineTuningTask/faq-a")
    world.approval = None
    assert "replace Model/faq-a" in shown(world.plan().changes)


def test_an_end_of_what_a_waiting_change_still_refers_to_is_blocked() -> None:
    """The service was to leave the model whose manifest is gone, and cannot."""
    world = World(*assistant())
    world.want(service("Model/faq-b", resourceConfig=_compute(2)))
    protected(world, "FineTuningTask/faq-b")
    world.remove("Model/faq-a")
    lines = shown(world.plan().changes)
    assert "update Service/faq" in lines
    assert "blocked Model/faq-a" in lines


def test_a_partial_update_is_not_what_was_approved_as_a_whole() -> None:
    """Once nothing waits any more, there is more to approve."""
    wanted = service("Model/faq-b", resourceConfig=_compute(3))
    world = World(*assistant())
    protected(world, "FineTuningTask/faq-b")
    part = world.want(wanted).plan()
    whole = World(*assistant()).want(wanted).plan()
    assert _acting(part, "Service/faq") == ["resourceConfig.replicasCount"]
    assert _acting(whole, "Service/faq") == ["modelId", "resourceConfig.replicasCount"]
    digests = {_of(plan, "Service/faq").seal.digest for plan in (part, whole)}
    assert len(digests) == 2


def _compute(replicas: int) -> dict[str, Value]:
    return {"type": "GPU-1-2", "replicasCount": replicas, "region": "bj"}


def _of(plan: Plan, name: str) -> Change:
    return next(change for change in plan.changes if str(change.address) == name)


def _acting(plan: Plan, name: str) -> list[str]:
    return [vote.path for vote in _of(plan, name).attributes if vote.verdict.acts]
