"""Guards that lean on each other: an end that is blocked, or not selected, protects what rests on it."""

from __future__ import annotations

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import assistant, imported, model_set

DESTROY = PlanOptions(scope=Scope.DESTROY)


def serve(bench: Bench, model: str) -> None:
    """Somebody else's service on one of our models."""
    bench.call("/v2/service", "CreateService", {
        "modelSetId": bench.id("ModelSet/faq"), "modelId": bench.id(model), "name": "theirs",
        "urlSuffix": "theirs", "resourceConfig": {"type": "GPU-1-1", "replicasCount": 1},
        "billing": {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
    })  # fmt: skip


def test_a_blocked_end_blocks_the_container_around_it(bench: Bench) -> None:
    """A model in somebody's service stays, and so does its set, which would take the model along."""
    bench.declare(model_set(), imported())
    assert trouble(bench.apply(AUTO)) == []
    serve(bench, "Model/faq-base")
    plan = bench.plan(DESTROY)
    assert actions(plan) == {"Model/faq-base": "blocked", "ModelSet/faq": "blocked"}
    before = bench.writes()
    bench.apply(WHOLE, DESTROY)
    assert bench.writes() == before


def test_an_end_outside_the_selection_blocks_the_container(bench: Bench) -> None:
    """Narrowed to the set alone, its model joins in; a protected one does not, and the set is blocked."""
    bench.declare(model_set(), imported())
    assert trouble(bench.apply(AUTO)) == []
    only = PlanOptions(scope=Scope.DESTROY, targets=(Address.parse("ModelSet/faq"),))
    assert actions(bench.plan(only)) == {"ModelSet/faq": "delete", "Model/faq-base": "delete"}
    bench.configure("Model/faq-base", lifecycle=Lifecycle(protect=True))
    assert trouble(bench.apply(AUTO)) == []
    plan = bench.plan(only)
    assert actions(plan) == {"ModelSet/faq": "blocked"}
    assert bench.id("Model/faq-base") in find(plan, "ModelSet/faq").reason


def test_what_a_staying_object_needs_stays_too(bench: Bench) -> None:
    """A protected service keeps its model; the run that the model came from is not deleted under it."""
    bench.declare(*assistant())
    assert trouble(bench.apply(AUTO)) == []
    bench.configure("Service/faq", lifecycle=Lifecycle(protect=True))
    assert trouble(bench.apply(AUTO)) == []
    plan = bench.plan(DESTROY)
    assert find(plan, "Service/faq").action is Action.BLOCKED
    assert find(plan, "Model/faq-a").reason == f"still used by Service {bench.id('Service/faq')}"
    assert find(plan, "FineTuningTask/faq-a").reason == "still needed by Model/faq-a, which stays"
    assert find(plan, "FineTuningTask/faq-b").action is Action.DELETE
