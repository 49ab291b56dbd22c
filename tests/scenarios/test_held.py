"""What will not happen is not built upon: what rests on it waits, and nothing is trained on the way."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Address
from qfops.core.plan.actions import Verdict
from qfops.core.resource import Lifecycle
from qfops.core.values import JSON, Value
from tests.support.bench import AUTO, Bench, actions, find, ref, trouble
from tests.support.project import deployed, run, template

JOB, A, B = "FineTuningJob/faq", "FineTuningTask/faq-a", "FineTuningTask/faq-b"


def _replicas(bench: Bench) -> JSON:
    compute = bench.shown("Service/faq")["resourceConfig"]
    assert isinstance(compute, dict)
    return compute["replicasCount"]


def _runs(bench: Bench) -> int:
    return bench.writes().count("CreateFineTuningTask")


def test_runs_wait_for_a_job_that_cannot_be_replaced(assisted: Bench) -> None:
    """Another base model, the job's name kept: blocked, and so is all that would run in it, however often."""
    before = _runs(assisted)
    assisted.edit(JOB, model="ERNIE-Lite-8K")
    plan = assisted.plan()
    assert actions(plan) == {
        JOB: "blocked", A: "blocked", B: "blocked", "Model/faq-a": "blocked", "Model/faq-b": "blocked",
        "Service/faq": "blocked",
    }  # fmt: skip
    assert find(plan, A).reason.startswith(f"waits for {JOB}: model: ")
    for _ in range(3):
        assisted.apply(AUTO)
    assert _runs(assisted) == before
    assert actions(assisted.plan()) == actions(plan)


def test_the_wait_ends_with_the_edit(assisted: Bench) -> None:
    """Undone, or made possible, the edit leaves nothing behind."""
    assisted.edit(JOB, model="ERNIE-Lite-8K")
    assisted.apply(AUTO)
    assisted.edit(JOB, model="ERNIE-Speed-8K")
    assert actions(assisted.plan()) == {}
    assisted.edit(JOB, model="ERNIE-Lite-8K", name="faq_lite")
    assert actions(assisted.plan())[A] == "run"


def test_what_does_not_wait_goes_ahead_and_the_rest_follows_later(assisted: Bench) -> None:
    """The service is scaled now; the model that it waits for comes once the run may be replaced."""
    protected = replace(run("a", 0.0009), lifecycle=Lifecycle(protect=True))
    assisted.declare(protected)
    assisted.edit("Service/faq", resourceConfig={"type": "GPU-1-2", "replicasCount": 2, "region": "bj"})
    before, model = _runs(assisted), assisted.shown("Service/faq")["modelId"]
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {A: "blocked", "Model/faq-a": "blocked", "Service/faq": "update"}
    assert [item for item in trouble(result) if "Service" in item] == []
    assert _runs(assisted) == before
    assert assisted.shown("Service/faq")["modelId"] == model
    assert _replicas(assisted) == 2
    assert actions(assisted.plan()) == {A: "blocked", "Model/faq-a": "blocked", "Service/faq": "blocked"}
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    assert _runs(assisted) == before + 1
    assert assisted.shown("Service/faq")["modelId"] == assisted.id("Model/faq-a") != model
    assert actions(assisted.plan()) == {}


def test_a_new_reference_to_what_cannot_be_made_waits_beside_other_edits(assisted: Bench) -> None:
    """Scaled at once; given its new model when that one can be made."""
    assisted.edit(JOB, model="ERNIE-Lite-8K")
    assisted.declare(run("new", 0.0009))
    assisted.edit(
        "Service/faq",
        resourceConfig={"type": "GPU-1-2", "replicasCount": 2, "region": "bj"},
        modelId=ref("Model/faq-b"),
    )
    plan, _ = assisted.apply_plan(AUTO)
    assert actions(plan)["Service/faq"] == "update"
    votes = {vote.path: vote.verdict for vote in find(plan, "Service/faq").attributes}
    assert votes["modelId"] is Verdict.HELD
    assisted.edit(JOB, model="ERNIE-Speed-8K")
    assert actions(assisted.plan()) == {"FineTuningTask/faq-new": "run", "Service/faq": "update"}


def test_what_nobody_allowed_holds_what_rests_on_it(assisted: Bench) -> None:
    """The model may not be replaced without its old version: refused; its service stays as it is."""
    assisted.configure("Model/faq-a", lifecycle=Lifecycle(on_replace="delete"))
    assert trouble(assisted.apply(AUTO)) == []
    assisted.declare(run("c", 0.0009))
    assisted.edit("Model/faq-a", trainMeta={"taskId": ref("FineTuningTask/faq-c")})
    assisted.edit("Service/faq", resourceConfig={"type": "GPU-1-2", "replicasCount": 2, "region": "bj"})
    before = assisted.id("Model/faq-a")
    plan, result = assisted.apply_plan(AUTO)
    assert (actions(plan)["Model/faq-a"], actions(plan)["Service/faq"]) == ("replace", "update")
    assert [line.partition(":")[0] for line in trouble(result)] == ["refused", "refused"]
    assert assisted.shown("Service/faq")["modelId"] == assisted.id("Model/faq-a") == before
    assert trouble(assisted.apply()) == []
    assert assisted.shown("Service/faq")["modelId"] == assisted.id("Model/faq-a") != before


def test_what_comes_after_a_purchase_that_nobody_allowed_waits(bench: Bench) -> None:
    """The service would be paid in advance: it is not made, and so nothing that is ordered after it."""
    reservation: Value = {"reservationLength": 1, "reservationTimeUnit": "Month"}
    terms = {"paymentTiming": "Prepaid", "chargeType": "ComputingUnit", "reservation": reservation}
    late = replace(template(), depends_on=(Address("Service", "faq"),))
    bench.declare(*deployed(), late)
    bench.edit("Service/faq", billing=terms)
    plan, result = bench.apply_plan(AUTO)
    assert (actions(plan)["Service/faq"], actions(plan)["PromptTemplate/faq-answer"]) == ("create", "blocked")
    assert find(plan, "PromptTemplate/faq-answer").reason.startswith("waits for Service/faq: ")
    assert len(trouble(result)) == 2
    assert bench.objects("Service") == bench.objects("PromptTemplate") == []
    assert trouble(bench.apply()) == []
    assert len(bench.objects("Service")) == len(bench.objects("PromptTemplate")) == 1
