"""The calls and waits of each change: exactly these are walked."""

from __future__ import annotations

from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Call, Repeat, Wait, api_action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.core.state.entry import CURRENT
from qfops.core.values import Value
from tests.support.bench import ref, resource
from tests.support.project import assistant, dataset, run, service, template
from tests.unit.planning.given import World, edited


def steps(plan: Plan, name: str) -> list[str]:
    """The ids of the steps of an address, with the action that each one calls."""
    current = [item for item in plan.changes if item.object == CURRENT]
    change = next(item for item in current if str(item.address) == name)
    return [f"{step.id} {api_action(step)}".rstrip() for step in change.steps]


def test_a_dataset_is_made_filled_and_published() -> None:
    """One import after the other, each waited for, then the switch."""
    world = World()
    world.want(dataset())
    assert steps(world.plan(), "Dataset/faq-train") == [
        "create CreateDataset",
        "import[0] CreateImportTask",
        "import[0].ready DescribeDatasetVersion",
        "import[1] CreateImportTask",
        "import[1].ready DescribeDatasetVersion",
        "publish PublishDatasetVersion",
        "publish.ready DescribeDatasetVersion",
    ]


def test_a_run_is_one_call_and_a_wait() -> None:
    """The call costs money, and says so."""
    world = World()
    world.want(*assistant())
    plan = world.plan()
    assert steps(plan, "FineTuningTask/faq-a") == [
        "create CreateFineTuningTask",
        "ready DescribeFineTuningTask",
    ]
    change = next(item for item in plan.changes if str(item.address) == "FineTuningTask/faq-a")
    call, wait = change.steps
    assert isinstance(call, Call)
    assert call.repeat is Repeat.LOOK_UP
    assert wait == Wait("DescribeFineTuningTask", "create")
    assert change.billable


def test_only_new_items_are_appended() -> None:
    """What was imported stays."""
    old = dataset(publish=False)
    world = World(old)
    items = old.attributes["import"]
    assert isinstance(items, list)
    more: dict[str, Value] = {"import": [*items, {"files": ["bos:/acme/faq/part3.jsonl"]}], "publish": True}
    world.want(edited(old, **more))
    assert steps(world.plan(), "Dataset/faq-train") == [
        "import[2] CreateImportTask",
        "import[2].ready DescribeDatasetVersion",
        "publish PublishDatasetVersion",
        "publish.ready DescribeDatasetVersion",
        "record",
    ]


def test_edits_of_one_operation_are_one_call() -> None:
    """And each operation has its own, in the order in which the kind names them."""
    world = World(*assistant())
    prompt = edited(template(), templateContent="In short: {input}", labels=["faq"])
    more: Value = {"type": "GPU-1-2", "replicasCount": 2, "region": "bj"}
    world.want(prompt, edited(service(), modelId=ref("Model/faq-b", "modelId"), resourceConfig=more))
    plan = world.plan()
    assert steps(plan, "PromptTemplate/faq-answer") == ["modify ModifyPromptTemplate", "record"]
    assert steps(plan, "Service/faq") == [
        "modify ModifyService",
        "modify.ready DescribeService",
        "purchase PurchaseComputeUnit",
        "purchase.ready DescribeService",
        "record",
    ]


def test_a_run_in_progress_is_stopped_before_it_is_thrown_away() -> None:
    """And the plan says what is lost."""
    world = World(*assistant()).set_status("FineTuningTask/faq-a", runStatus="Running")
    world.want(run("a", 9e-4))
    plan = world.plan()
    assert steps(plan, "FineTuningTask/faq-a")[:2] == [
        "stop StopFineTuningTask",
        "stop.ready DescribeFineTuningTask",
    ]
    change = next(item for item in plan.changes if str(item.address) == "FineTuningTask/faq-a")
    assert any("thrown away" in note for note in change.decision.notes)


def test_a_service_ends_with_what_was_bought_for_it() -> None:
    """Postpaid compute is given back; prepaid compute cannot be."""
    plan = World(*assistant()).plan(PlanOptions(scope=Scope.DESTROY))
    assert steps(plan, "Service/faq") == [
        "deactivate DeactivateService",
        "deactivate.ready DescribeService",
        "release ReleaseComputeUnit",
    ]
    billing = {"paymentTiming": "Prepaid"}
    prepaid = World(*[edited(i, billing=billing) if i.address.kind == "Service" else i for i in assistant()])
    assert steps(prepaid.plan(PlanOptions(scope=Scope.DESTROY)), "Service/faq") == [
        "deactivate DeactivateService",
        "deactivate.ready DescribeService",
    ]


def test_units_of_ones_own_are_scaled_one_by_one() -> None:
    """A new number is its call; a unit that is not listed any more is scaled down to nothing."""

    def own(**units: int) -> Resource:
        listed: list[Value] = [
            {"instanceId": name, "deploymentReplicasCount": count} for name, count in units.items()
        ]
        spec: dict[str, Value] = {"modelSetId": "am-1", "modelId": "amv-1", "name": "own", "urlSuffix": "own"}
        return resource("Service/own", {**spec, "deploymentConfig": {"deploymentComputeUnitList": listed}})

    world = World(own(unit1=1, unit2=1))
    world.want(own(unit1=3))
    found = [step for step in steps(world.plan(), "Service/own") if "ScaleService" in step]
    place = "deploymentConfig.deploymentComputeUnitList"
    assert found == [
        f"scale[{place}.unit1.deploymentReplicasCount] ScaleService",
        f"scale[{place}.unit2.deploymentReplicasCount] ScaleService",
    ]
