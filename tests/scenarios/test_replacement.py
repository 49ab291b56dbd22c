"""Replacement: made first, dependents moved, then the old one ends; half-way, reverted, or kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.errors import Refused
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.core.settings import Limits
from qfops.planning.policy import Approval
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, resource, trouble
from tests.support.project import dataset, deployed, imported, job, model_set, run, service

MODEL = "Model/faq-base"
DELETES = Lifecycle(on_replace="delete")


def _other_weights(bench: Bench, path: str = "weights/two") -> None:
    meta = {"bucket": "acme", "objectPath": path, "modelFormat": "Safetensors"}
    bench.edit(MODEL, importMeta=meta)


def _with_deleting_model(bench: Bench) -> str:
    """A service on a model that is deleted when it is replaced; the id of the model."""
    bench.declare(model_set(), imported(), service(MODEL))
    bench.configure(MODEL, lifecycle=DELETES)
    assert trouble(bench.apply(AUTO)) == []
    return bench.id(MODEL)


def test_the_old_object_ends_after_its_dependents_have_moved(bench: Bench) -> None:
    """onReplace: delete: create, point the service at the new model, only then delete the old one."""
    old = _with_deleting_model(bench)
    _other_weights(bench)
    before = len(bench.writes())
    plan, result = bench.apply_plan(WHOLE)
    assert actions(plan) == {MODEL: "replace", f"{MODEL} {old}": "delete", "Service/faq": "update"}
    assert find(plan, MODEL).ends.destroys == (old,)
    assert trouble(result) == []
    assert bench.writes()[before:] == ["CreateCustomModel", "ModifyService", "DeleteModel"]
    assert bench.objects("Model") == [bench.id(MODEL)]
    assert actions(bench.plan()) == {}


def test_a_replacement_that_deletes_needs_more_than_auto_approve(bench: Bench) -> None:
    """The old object is not kept, so it must be allowed by name."""
    old = _with_deleting_model(bench)
    _other_weights(bench)
    found = trouble(bench.apply(AUTO))
    assert f"refused: {MODEL}: it needs --allow replace" in found
    assert bench.objects("Model") == [old]
    allowed = Approval(auto=True, allow=frozenset({"replace", "delete"}))
    assert trouble(bench.apply(allowed)) == []
    assert old not in bench.objects("Model")


def test_an_end_that_could_not_be_done_stays_due(bench: Bench) -> None:
    """The delete is refused by the console: every later plan contains it until it is done."""
    old = _with_deleting_model(bench)
    _other_weights(bench)
    bench.emulator.configure(faults=[{"kind": "error:StateConflict", "action": "DeleteModel", "times": 1}])
    found = trouble(bench.apply(WHOLE))
    assert len(found) == 1
    assert found[0].startswith(f"failed: {MODEL} {old}: DeleteModel answered 409")
    assert actions(bench.plan()) == {f"{MODEL} {old}": "delete"}
    assert trouble(bench.apply(WHOLE)) == []
    assert old not in bench.objects("Model")
    assert actions(bench.plan()) == {}


def test_dependents_that_could_not_move_keep_the_old_object(bench: Bench) -> None:
    """The service still runs on it: the old model is not deleted, and the next apply goes on from there."""
    old = _with_deleting_model(bench)
    _other_weights(bench)
    bench.emulator.configure(faults=[{"kind": "error:StateConflict", "action": "ModifyService", "times": 1}])
    found = trouble(bench.apply(WHOLE))
    assert any(text.startswith("failed: Service/faq") for text in found)
    assert any(text.startswith(f"blocked by: {MODEL} {old}") for text in found)
    assert old in bench.objects("Model")
    assert actions(bench.plan()) == {"Service/faq": "update", f"{MODEL} {old}": "delete"}
    assert trouble(bench.apply(WHOLE)) == []
    assert old not in bench.objects("Model")
    assert actions(bench.plan()) == {}


def test_reverted_half_way_the_old_one_is_linked_again(bench: Bench) -> None:
    """The edit is undone before the old model ended: it is current again, and the new one gets the end."""
    old = _with_deleting_model(bench)
    _other_weights(bench)
    bench.emulator.configure(faults=[{"kind": "error:StateConflict", "action": "ModifyService", "times": 1}])
    bench.apply(WHOLE)
    new = bench.id(MODEL)
    assert new != old
    _other_weights(bench, "weights/base")
    before = len(bench.writes())
    plan, result = bench.apply_plan(WHOLE)
    assert actions(plan)[MODEL] == "adopt"
    assert trouble(result) == []
    assert bench.writes()[before:] == ["DeleteModel"]
    assert bench.objects("Model") == [old]
    assert bench.id(MODEL) == old
    assert actions(bench.plan()) == {}


def test_a_kept_object_stays_in_state_with_its_lineage(assisted: Bench) -> None:
    """The retired run and model are remembered with what they were made from, and why they were retired."""
    old = assisted.id("Model/faq-a")
    assisted.declare(run("a", 0.0009))
    assisted.apply(AUTO)
    entry = assisted.state().entries[Address.parse("Model/faq-a")]
    assert [(item.id, item.due) for item in entry.retired] == [(old, None)]
    assert entry.retired[0].attributes["trainMeta"] == {
        "taskId": assisted.state().entries[Address.parse("FineTuningTask/faq-a")].retired[0].id
    }
    assert "trainMeta.taskId" in entry.retired[0].why


def test_a_run_in_progress_with_changed_inputs_is_stopped_first(bench: Bench) -> None:
    """The plan says what is thrown away, and that needs --allow replace."""
    bench.emulator.configure(durations={"training": 600.0})
    bench.declare(dataset(), job(), run("a", 0.0003))
    bench.apply(AUTO, limit=0.0)
    going = bench.id("FineTuningTask/faq-a")
    bench.declare(run("a", 0.0009))
    change = find(bench.plan(), "FineTuningTask/faq-a")
    assert change.action is Action.RUN
    assert [step.id for step in change.steps][:2] == ["stop", "stop.ready"]
    assert any("thrown away" in note and going in note for note in change.decision.notes)
    assert any("--allow" in text and "replace" in text for text in trouble(bench.apply(AUTO)))
    bench.emulator.configure(durations={"training": 0.0})
    assert trouble(bench.apply(WHOLE)) == []
    assert going not in bench.objects("FineTuningTask")
    assert actions(bench.plan()) == {}


def test_too_many_changes_at_once_are_refused(bench: Bench) -> None:
    """A project that would change at large is likelier a mistake; --allow-large-change says it is meant."""
    spec = {"variableIdentifier": "{}", "templateContent": "{input}"}
    names = [f"faq-{number}" for number in range(12)]
    for name in names:
        bench.declare(resource(f"PromptTemplate/{name}", {**spec, "templateName": name}))
    assert trouble(bench.apply(AUTO)) == []
    for name in names:
        bench.edit(f"PromptTemplate/{name}", templateContent="{input}!")
    writes = bench.writes()
    with pytest.raises(Refused, match=r"12 of 12 objects \(100 %\) would change"):
        bench.apply(WHOLE)
    assert bench.writes() == writes
    assert trouble(bench.apply(WHOLE, allow_large_change=True)) == []
    bench.settings = replace(bench.settings, limits=Limits(change=1.0))
    for name in names:
        bench.edit(f"PromptTemplate/{name}", templateContent="{input}?")
    assert trouble(bench.apply(WHOLE)) == []


def test_too_many_runs_at_once_are_refused(assisted: Bench) -> None:
    """limits.runs: a plan that starts more than that stops before the first of them."""
    assisted.settings = replace(assisted.settings, limits=Limits(runs=1))
    assisted.edit("Dataset/faq-train", datasetName="faq_train_v2")
    writes = assisted.writes()
    with pytest.raises(Refused, match=r"2 runs would start \(limits.runs is 1\)"):
        assisted.apply(WHOLE)
    assert assisted.writes() == writes


def test_the_order_of_creation_follows_the_references(bench: Bench) -> None:
    """Nothing is made before what it refers to, and dependsOn orders without a reference."""
    bench.declare(*deployed())
    bench.declare(
        resource("PromptTemplate/last", {
            "templateName": "last", "templateContent": "{input}", "variableIdentifier": "{}",
        }, depends_on=["Service/faq"])
    )  # fmt: skip
    bench.apply(AUTO)
    assert bench.writes() == [
        "CreateCustomModelSet", "CreateCustomModel", "CreateService", "CreatePromptTemplate",
    ]  # fmt: skip
    assert actions(bench.plan()) == {}
    before = len(bench.writes())
    bench.apply(WHOLE, PlanOptions(scope=Scope.DESTROY))
    assert bench.writes()[before:][0] == "DeletePromptTemplate"
