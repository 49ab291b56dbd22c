"""Ends: destroy, removed manifests, retired objects; what blocks them and what they leave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.planning.policy import Approval
from qfops.reconcile.apply.result import How
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import (
    container,
    dataset,
    deployed,
    imported,
    job,
    model_set,
    run,
    service,
    template,
    trained,
)

DESTROY = PlanOptions(scope=Scope.DESTROY)
PRUNE = PlanOptions(scope=Scope.PRUNE)


def test_destroy_needs_more_than_auto_approve(bench: Bench) -> None:
    """--auto-approve alone deletes nothing; the refusal names the words that are missing."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    before = bench.writes()
    found = trouble(bench.apply(AUTO, DESTROY))
    assert "refused: Service/faq: it needs --allow deactivate" in found
    assert "refused: Model/faq-base: it needs --allow delete" in found
    assert bench.writes() == before
    allowed = Approval(auto=True, allow=frozenset({"delete", "deactivate"}))
    assert trouble(bench.apply(allowed, DESTROY)) == []


def test_destroy_names_what_the_console_cannot_delete(assisted: Bench) -> None:
    """Services stay stopped, labels stay: the plan and the result both say so, and what stays billed."""
    plan, result = assisted.apply_plan(WHOLE, DESTROY)
    assert trouble(result) == []
    said, billed = find(plan, "Service/faq").ends.left
    assert "cannot delete services" in said
    assert billed == "Nothing of it stays billed."
    assert find(plan, "PromptTemplate/faq-answer").ends.left == (
        "labels that the console made stay: support, faq",
    )
    assert {text for item in result.of(How.APPLIED) for text in item.change.ends.left} >= {said, billed}
    kinds = {str(found["type"]) for found in assisted.emulator.objects()}
    assert kinds <= {"Service", "ServiceResource", "PromptLabel"}


def test_destroy_takes_retired_objects_too(assisted: Bench) -> None:
    """Runs and models that were kept after a replacement do not outlive the project."""
    assisted.declare(run("a", 0.0009))
    assisted.apply(AUTO)
    plan, result = assisted.apply_plan(WHOLE, DESTROY)
    ends = [change for change in plan.changes if change.object != "current"]
    assert {str(change.address) for change in ends} == {"FineTuningTask/faq-a", "Model/faq-a"}
    assert trouble(result) == []
    assert assisted.objects("FineTuningTask") == []
    assert assisted.objects("Model") == []
    assert assisted.state().entries == {}


def test_destroy_after_many_edits_leaves_nothing(assisted: Bench) -> None:
    """However many versions were kept, current and retired ones of one address end together."""
    for rate in (0.0009, 0.0008, 0.0007):
        assisted.declare(run("a", rate))
        assert trouble(assisted.apply(AUTO)) == []
    assisted.edit("Dataset/faq-train", datasetName="faq_train_v2")
    assert trouble(assisted.apply(AUTO)) == []
    assert trouble(assisted.apply(WHOLE, DESTROY)) == []
    assert assisted.state().entries == {}
    kinds = {str(found["type"]) for found in assisted.emulator.objects()}
    assert kinds <= {"Service", "ServiceResource", "PromptLabel"}


def test_the_ends_come_in_reverse_order(bench: Bench) -> None:
    """What is used goes after what uses it."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    before = len(bench.writes())
    bench.apply(WHOLE, DESTROY)
    done = [action for action in bench.writes()[before:] if action != "ReleaseComputeUnit"]
    assert done == ["DeactivateService", "DeleteModel", "DeleteModelSet"]


def test_a_destroyed_project_can_be_applied_again(bench: Bench) -> None:
    """The names are free again, the stopped service does not stand in the way."""
    bench.declare(*deployed(), template())
    bench.apply(AUTO)
    bench.apply(WHOLE, DESTROY)
    assert trouble(bench.apply(AUTO)) == []
    assert actions(bench.plan()) == {}


@pytest.mark.parametrize(
    ("resources", "name", "route", "action", "body", "foreign"),
    [
        (
            (container(),), "Dataset/faq-train", "/v2/dataset", "CreateDatasetVersion",
            {"datasetId": "=Dataset/faq-train", "description": "somebody else's"}, "DatasetVersion",
        ),
        (
            (dataset(), job()), "FineTuningJob/faq", "/v2/finetuning", "CreateFineTuningTask",
            {
                "jobId": "=FineTuningJob/faq", "parameterScale": "LoRA", "hyperParameterConfig": {"epoch": 1},
                "datasetConfig": {
                    "sourceType": "Platform", "versions": [{"versionId": "=versionId"}], "splitRatio": 20,
                },
            }, "FineTuningTask",
        ),
        (
            (model_set(),), "ModelSet/faq", "/v2/model", "CreateCustomModel",
            {
                "modelSetId": "=ModelSet/faq", "sourceType": "Import", "description": "theirs",
                "importMeta": {"bucket": "b", "objectPath": "w", "modelFormat": "Safetensors"},
            }, "Model",
        ),
    ],
    ids=["Dataset", "FineTuningJob", "ModelSet"],
)  # fmt: skip
def test_a_container_with_somebody_elses_object_is_blocked(
    resources: tuple[object, ...], name: str, route: str, action: str, body: dict[str, object], foreign: str,
    bench: Bench,
) -> None:  # fmt: skip
    """Its content would go with it: the plan names that object, and does not delete the container."""
    bench.declare(*resources)  # type: ignore[arg-type]
    bench.apply(AUTO)
    known = set(bench.objects(foreign))
    bench.call(route, action, _filled(bench, body))  # type: ignore[arg-type]
    (theirs,) = set(bench.objects(foreign)) - known
    plan, result = bench.apply_plan(WHOLE, DESTROY)
    change = find(plan, name)
    assert change.action is Action.BLOCKED
    assert change.reason == f"still holds {foreign} {theirs}, which this plan does not delete"
    assert change.decision.remedy
    assert any(text.startswith(f"refused: {name}") for text in trouble(result))
    assert theirs in bench.objects(foreign)
    assert bench.id(name)


def _filled(bench: Bench, value: object) -> object:
    """Ids in place of what starts with "=": a resource's, or the version that the dataset came with."""
    if isinstance(value, dict):
        return {key: _filled(bench, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(bench, item) for item in value]
    if value == "=versionId":
        return bench.state().entries[Address.parse("Dataset/faq-train")].outputs["versionId"]
    if isinstance(value, str) and value.startswith("="):
        return bench.id(value[1:])
    return value


def test_a_model_that_a_foreign_service_uses_is_blocked(bench: Bench) -> None:
    """Somebody else's service would break: the model stays, and so does its set."""
    bench.declare(model_set(), imported())
    bench.apply(AUTO)
    made = bench.call("/v2/service", "CreateService", {
        "modelSetId": bench.id("ModelSet/faq"), "modelId": bench.id("Model/faq-base"), "name": "theirs",
        "urlSuffix": "theirs", "resourceConfig": {"type": "GPU-1-2", "replicasCount": 1},
        "billing": {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
    })  # fmt: skip
    assert isinstance(made, dict)
    plan, result = bench.apply_plan(WHOLE, DESTROY)
    change = find(plan, "Model/faq-base")
    assert change.action is Action.BLOCKED
    assert change.reason == f"still used by Service {made['serviceId']}"
    assert trouble(result)
    assert bench.objects("Model") == [bench.id("Model/faq-base")]
    bench.call("/v2/service", "DeactivateService", {"serviceId": made["serviceId"]})
    assert trouble(bench.apply(WHOLE, DESTROY)) == []
    assert bench.state().entries == {}


def test_a_removed_manifest_deletes_its_object(assisted: Bench) -> None:
    """A file is deleted: its object goes, when deleting is allowed."""
    gone = assisted.id("PromptTemplate/faq-answer")
    assisted.remove("PromptTemplate/faq-answer")
    assert actions(assisted.plan()) == {"PromptTemplate/faq-answer": "delete"}
    assert trouble(assisted.apply(AUTO)) == ["refused: PromptTemplate/faq-answer: it needs --allow delete"]
    assert trouble(assisted.apply(WHOLE)) == []
    assert gone not in assisted.objects("PromptTemplate")
    assert actions(assisted.plan()) == {}


def test_a_removed_container_with_content_of_ours_is_blocked(assisted: Bench) -> None:
    """The set is removed and its models are not: nothing is taken away from under them."""
    for name in ("Service/faq", "ModelSet/faq"):
        assisted.remove(name)
    for key in "ab":
        assisted.edit(f"Model/faq-{key}", modelSetId=assisted.id("ModelSet/faq"))
    change = find(assisted.plan(), "ModelSet/faq")
    assert change.action is Action.BLOCKED
    assert assisted.id("Model/faq-a") in change.reason


def test_protect_refuses_delete_also_when_the_file_is_gone(bench: Bench) -> None:
    """Protection lives in state: deleting the manifest does not lift it, and neither does destroy."""
    bench.declare(template())
    bench.configure("PromptTemplate/faq-answer", lifecycle=Lifecycle(protect=True))
    bench.apply(AUTO)
    for flags in (DESTROY, PlanOptions()):
        change = find(bench.plan(DESTROY), "PromptTemplate/faq-answer")
        assert change.action is Action.BLOCKED
        assert "protect" in change.reason
        assert "lifecycle.protect: false" in change.decision.remedy
        bench.apply(WHOLE, DESTROY)
        bench.resources.clear()
        assert actions(bench.plan(flags)) == {"PromptTemplate/faq-answer": "blocked"}
    bench.apply(WHOLE)
    assert bench.objects("PromptTemplate") == [bench.id("PromptTemplate/faq-answer")]


def test_protect_refuses_a_replacement(assisted: Bench) -> None:
    """A protected run is not run again because of an edit; an update in place is no replacement."""
    assisted.configure("FineTuningTask/faq-a", lifecycle=Lifecycle(protect=True))
    assert trouble(assisted.apply(AUTO)) == []
    edited = run("a", 0.0009)
    assisted.declare(replace(edited, lifecycle=Lifecycle(protect=True)))
    plan = assisted.plan()
    change = find(plan, "FineTuningTask/faq-a")
    assert change.action is Action.BLOCKED
    assert change.reason.startswith("protected (lifecycle.protect)")
    model = find(plan, "Model/faq-a")
    assert (model.action, model.steps) == (Action.BLOCKED, ())
    assert model.reason.startswith("waits for FineTuningTask/faq-a: protected")


def test_protect_is_lifted_by_an_apply_that_says_so(bench: Bench) -> None:
    """protect: false, applied, and then the manifest may go."""
    bench.declare(template())
    bench.configure("PromptTemplate/faq-answer", lifecycle=Lifecycle(protect=True))
    bench.apply(AUTO)
    bench.configure("PromptTemplate/faq-answer", lifecycle=Lifecycle())
    bench.apply(AUTO)
    bench.remove("PromptTemplate/faq-answer")
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.state().entries == {}


def test_on_remove_retire_keeps_the_object_until_prune(bench: Bench) -> None:
    """The object outlives its manifest in console and state; prune plans its end."""
    bench.declare(template())
    bench.configure("PromptTemplate/faq-answer", lifecycle=Lifecycle(on_remove="retire"))
    bench.apply(AUTO)
    kept = bench.id("PromptTemplate/faq-answer")
    bench.remove("PromptTemplate/faq-answer")
    assert actions(bench.plan()) == {"PromptTemplate/faq-answer": "retire"}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.objects("PromptTemplate") == [kept]
    assert actions(bench.plan()) == {}
    assert actions(bench.plan(PRUNE)) == {f"PromptTemplate/faq-answer {kept}": "delete"}
    assert trouble(bench.apply(WHOLE, PRUNE)) == []
    assert bench.objects("PromptTemplate") == []
    assert bench.state().entries == {}


def test_a_retired_object_is_linked_again_when_its_manifest_returns(bench: Bench) -> None:
    """A manifest that comes back finds its object."""
    bench.declare(template())
    bench.configure("PromptTemplate/faq-answer", lifecycle=Lifecycle(on_remove="retire"))
    bench.apply(AUTO)
    kept, writes = bench.id("PromptTemplate/faq-answer"), bench.writes()
    before = dict(bench.resources)
    bench.remove("PromptTemplate/faq-answer")
    bench.apply(AUTO)
    bench.resources.update(before)
    assert actions(bench.plan()) == {"PromptTemplate/faq-answer": "adopt"}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.id("PromptTemplate/faq-answer") == kept
    assert bench.writes() == writes
    assert actions(bench.plan()) == {}


def test_on_remove_forget_leaves_the_object_and_forgets_it(bench: Bench) -> None:
    """Ours no more, and not deleted: also by destroy."""
    for flags in (PlanOptions(), DESTROY):
        bench.declare(template())
        bench.configure("PromptTemplate/faq-answer", lifecycle=Lifecycle(on_remove="forget"))
        kept = bench.objects("PromptTemplate")
        adopt = {"PromptTemplate/faq-answer": kept[0]} if kept else {}
        assert trouble(bench.apply(AUTO, adopt=adopt)) == []
        if not flags.destroys:
            bench.remove("PromptTemplate/faq-answer")
        assert actions(bench.plan(flags)) == {"PromptTemplate/faq-answer": "forget"}
        assert trouble(bench.apply(AUTO, flags)) == []
        assert bench.state().entries == {}
        assert len(bench.objects("PromptTemplate")) == 1


def test_destroy_does_not_honour_retire(bench: Bench) -> None:
    """onRemove: retire is about manifests that go, not about a project that ends."""
    bench.declare(template())
    bench.configure("PromptTemplate/faq-answer", lifecycle=Lifecycle(on_remove="retire"))
    bench.apply(AUTO)
    assert trouble(bench.apply(WHOLE, DESTROY)) == []
    assert bench.objects("PromptTemplate") == []


def test_the_forget_list_takes_addresses_out_of_state_only(bench: Bench) -> None:
    """`forget:` in qfops.yaml for something without a manifest: the object stays, the entry goes."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.remove("PromptTemplate/faq-answer")
    bench.settings = replace(bench.settings, forget=(Address.parse("PromptTemplate/faq-answer"),))
    assert actions(bench.plan()) == {"PromptTemplate/faq-answer": "forget"}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.state().entries == {}
    assert len(bench.objects("PromptTemplate")) == 1


def test_prune_ends_every_retired_object_and_nothing_else(assisted: Bench) -> None:
    """The old run and the old model go, the current ones and everything else stay."""
    old_run, old_model = assisted.id("FineTuningTask/faq-a"), assisted.id("Model/faq-a")
    assisted.declare(run("a", 0.0009))
    assisted.apply(AUTO)
    plan, result = assisted.apply_plan(WHOLE, PRUNE)
    assert actions(plan) == {
        f"FineTuningTask/faq-a {old_run}": "delete", f"Model/faq-a {old_model}": "delete",
    }  # fmt: skip
    assert trouble(result) == []
    assert old_run not in assisted.objects("FineTuningTask")
    assert old_model not in assisted.objects("Model")
    assert actions(assisted.plan()) == {}
    assert trouble(assisted.apply(WHOLE, PRUNE)) == []


def test_a_run_in_progress_is_stopped_before_it_is_deleted(bench: Bench) -> None:
    """Destroying while it trains: stop, wait, delete; the plan says so."""
    bench.emulator.configure(durations={"training": 600.0})
    bench.declare(*trained()[:3])
    bench.apply(AUTO, limit=0.0)
    plan, result = bench.apply_plan(WHOLE, DESTROY)
    change = find(plan, "FineTuningTask/faq-a")
    assert change.steps[0].id == "stop"
    assert any("stopped first" in note for note in change.decision.notes)
    assert trouble(result) == []
    assert bench.objects("FineTuningTask") == []


def test_compute_that_was_bought_is_released_when_it_is_postpaid(bench: Bench) -> None:
    """Deactivate, wait for Stopped, then give back what we bought; prepaid compute is not touched."""
    bench.declare(*deployed()[:2], service("Model/faq-base"))
    bench.apply(AUTO)
    change = find(bench.plan(DESTROY), "Service/faq")
    assert [step.id for step in change.steps] == ["deactivate", "deactivate.ready", "release"]
    bench.edit("Service/faq", name="faq-pre", urlSuffix="faq-pre", billing={
        "paymentTiming": "Prepaid",
        "reservation": {"reservationLength": 1, "reservationTimeUnit": "Month"},
    })  # fmt: skip
    assert trouble(bench.apply(WHOLE)) == []
    change = find(bench.plan(DESTROY), "Service/faq")
    assert [step.id for step in change.steps] == ["deactivate", "deactivate.ready"]
    assert change.ends.left[1].startswith("Prepaid compute stays billed")
