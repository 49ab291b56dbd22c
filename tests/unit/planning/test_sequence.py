"""The order of the walk: makers before users, users away before ends, ties by address; always the same."""

from __future__ import annotations

import random

from qfops.core.address import Address
from qfops.core.plan.change import After
from qfops.core.plan_options import PlanOptions, Scope
from tests.support.bench import ref, resource
from tests.support.project import assistant, dataset, service, template, version
from tests.unit.planning.given import World, edited, shown


def test_what_is_referred_to_comes_first_and_ties_go_by_address() -> None:
    """A container only has to exist; whatever is read has to be done."""
    world = World()
    world.want(*assistant())
    plan = world.plan()
    assert shown(plan.changes) == [
        "create Dataset/faq-train",
        "create DatasetVersion/faq-spring",
        "create FineTuningJob/faq",
        "run FineTuningTask/faq-a",
        "run FineTuningTask/faq-b",
        "create ModelSet/faq",
        "create Model/faq-a",
        "create Model/faq-b",
        "create PromptTemplate/faq-answer",
        "create Service/faq",
    ]
    after = {str(change.address): change.after for change in plan.changes}
    data, container = Address.parse("Dataset/faq-train"), Address.parse("FineTuningJob/faq")
    assert after["DatasetVersion/faq-spring"] == (After(data, milestone="created"),)
    assert after["FineTuningTask/faq-a"] == (After(data), After(container, milestone="created"))


def test_the_order_does_not_depend_on_the_order_of_the_manifests() -> None:
    """The same input, read in any order, gives the same plan."""
    resources = assistant()
    plans = set()
    for seed in range(5):
        random.Random(seed).shuffle(resources)
        world = World()
        world.want(*resources)
        plan = world.plan()
        plans.add((plan.digest, tuple(shown(plan.changes))))
    assert len(plans) == 1


def test_ends_come_in_reverse() -> None:
    """Nothing ends before what refers to it; dependents first."""
    order = shown(World(*assistant()).plan(PlanOptions(scope=Scope.DESTROY)).changes)
    place = {line.partition(" ")[2]: index for index, line in enumerate(order)}
    for first, second in (
        ("Service/faq", "Model/faq-a"),
        ("Model/faq-a", "FineTuningTask/faq-a"),
        ("Model/faq-a", "ModelSet/faq"),
        ("FineTuningTask/faq-a", "FineTuningJob/faq"),
        ("FineTuningTask/faq-a", "Dataset/faq-train"),
        ("DatasetVersion/faq-spring", "Dataset/faq-train"),
    ):
        assert place[first] < place[second]


def test_who_moves_away_goes_before_the_end_of_what_it_used() -> None:
    """The service takes the other model first; then the one that it had is deleted."""
    world = World(*assistant())
    world.want(edited(service(), modelId=ref("Model/faq-b", "modelId")))
    world.remove("Model/faq-a")
    plan = world.plan()
    assert shown(plan.changes) == ["update Service/faq", "delete Model/faq-a"]
    assert plan.changes[1].after == (After(Address.parse("Service/faq")),)


def test_the_old_object_of_a_replacement_ends_last() -> None:
    """Create, move dependents, then the end."""
    prompt = template()
    world = World(prompt)
    world.want(edited(prompt, templateName="other", sceneType="TextToImage"))
    plan = world.plan()
    assert shown(plan.changes) == [
        "replace PromptTemplate/faq-answer",
        "delete PromptTemplate/faq-answer templateId-of-faq-answer",
    ]
    assert plan.changes[1].after == (After(Address.parse("PromptTemplate/faq-answer")),)


def test_order_without_data_is_kept() -> None:
    """`dependsOn`, when things are made and, the other way round, when they end."""
    first = resource("ModelSet/zz", {"modelSetName": "zz", "modelType": "Text2Text"})
    second = resource(
        "ModelSet/aa", {"modelSetName": "aa", "modelType": "Text2Text"}, depends_on=["ModelSet/zz"]
    )
    world = World()
    world.want(first, second)
    assert shown(world.plan().changes) == ["create ModelSet/zz", "create ModelSet/aa"]
    ends = World(first, second).plan(PlanOptions(scope=Scope.DESTROY))
    assert shown(ends.changes) == ["delete ModelSet/aa", "delete ModelSet/zz"]


def test_only_a_changed_thing_is_waited_for() -> None:
    """What is already there is no step."""
    world = World(dataset())
    world.want(version())
    plan = world.plan()
    assert shown(plan.changes) == ["create DatasetVersion/faq-spring"]
    assert next(c for c in plan.changes if c.acts).after == ()
