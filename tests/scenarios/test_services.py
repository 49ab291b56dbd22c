"""Services: another model, more replicas, owned units; what is replaced and what it costs."""

from __future__ import annotations

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.core.values import ABSENT, Value
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, ref, trouble
from tests.support.project import deployed, imported, model_set, service

SERVICE = "Service/faq"


def _unit(bench: Bench, size: int = 4) -> str:
    made = bench.call("/v2/computeunit", "PurchaseComputeUnit", {
        "computeUnitCount": size, "billing": {"paymentTiming": "Postpaid"},
        "computeUnitConfig": {"type": "gpu-1"},
    })  # fmt: skip
    assert isinstance(made, dict)
    return str(made["instanceId"])


def _on_units(bench: Bench, **replicas: int) -> None:
    """Declare the service on units of one's own."""
    units: list[Value] = [
        {"instanceId": unit, "deploymentReplicasCount": count} for unit, count in replicas.items()
    ]
    bench.declare(
        model_set(), imported(),
        service(
            "Model/faq-base", resourceConfig=ABSENT, billing=ABSENT,
            deploymentConfig={"deploymentComputeUnitList": units},
        ),
    )  # fmt: skip


def test_another_model_is_exchanged_in_place(bench: Bench) -> None:
    """The URL stays: ModifyService, and the model that was used before is left alone."""
    bench.declare(*deployed(), imported("next"))
    bench.apply(AUTO)
    before, url = bench.id(SERVICE), bench.shown(SERVICE)["url"]
    bench.edit(SERVICE, modelId=ref("Model/faq-next"))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {SERVICE: "update"}
    assert not find(plan, SERVICE).billable
    assert trouble(result) == []
    assert bench.id(SERVICE) == before
    assert bench.shown(SERVICE)["url"] == url
    assert bench.shown(SERVICE)["modelId"] == bench.id("Model/faq-next")


def test_more_replicas_are_bought(bench: Bench) -> None:
    """From one to three: two are bought, with the terms of the first, and the plan says that it costs."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    bench.edit(SERVICE, resourceConfig={"type": "GPU-1-2", "replicasCount": 3, "region": "bj"})
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {SERVICE: "update"}
    assert find(plan, SERVICE).billable
    assert trouble(result) == []
    sent = bench.emulator.requests(writes_only=True)[-1]
    assert sent.action == "PurchaseComputeUnit"
    assert sent.body["replicasCount"] == 2
    assert sent.body["billing"] == {"paymentTiming": "Postpaid"}
    assert actions(bench.plan()) == {}


def test_fewer_replicas_are_blocked(bench: Bench) -> None:
    """Replicas cannot be given back in part: blocked, with the reason."""
    bench.declare(
        *deployed()[:2], service("Model/faq-base", resourceConfig={"type": "GPU-1-2", "replicasCount": 2})
    )
    bench.apply(AUTO)
    bench.edit(SERVICE, resourceConfig={"type": "GPU-1-2", "replicasCount": 1})
    change = find(bench.plan(), SERVICE)
    assert change.action is Action.BLOCKED
    assert "replicas can be bought and not given back in part" in change.reason


def test_on_owned_units_replicas_are_scaled(bench: Bench) -> None:
    """Each unit whose number differs gets one call, in both directions; nothing is bought."""
    first, second = _unit(bench), _unit(bench)
    _on_units(bench, **{first: 1, second: 2})
    assert trouble(bench.apply(AUTO)) == []
    assert actions(bench.plan()) == {}
    _on_units(bench, **{first: 3, second: 2})
    before = len(bench.writes())
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {SERVICE: "update"}
    assert not find(plan, SERVICE).billable
    assert trouble(result) == []
    sent = bench.emulator.requests(writes_only=True)[before:]
    assert [(r.action, r.body["instanceId"], r.body["deploymentReplicasCount"]) for r in sent] == [
        ("ScaleService", first, 3)
    ]
    assert actions(bench.plan()) == {}
    _on_units(bench, **{first: 1, second: 1})
    assert trouble(bench.apply(AUTO)) == []
    assert bench.writes()[-2:] == ["ScaleService", "ScaleService"]
    assert actions(bench.plan()) == {}


def test_units_are_added_and_taken_away(bench: Bench) -> None:
    """A new unit is scaled up, one that is no longer listed down to nothing."""
    first, second = _unit(bench), _unit(bench)
    _on_units(bench, **{first: 1})
    bench.apply(AUTO)
    _on_units(bench, **{second: 2})
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {SERVICE: "update"}
    assert trouble(result) == []
    sent = bench.emulator.requests(writes_only=True)[-2:]
    assert {(r.body["instanceId"], r.body["deploymentReplicasCount"]) for r in sent} == {
        (first, 0),
        (second, 2),
    }
    assert bench.shown(SERVICE)["runStatus"] == "Serving"
    assert actions(bench.plan()) == {}


def test_the_order_of_units_is_no_difference(bench: Bench) -> None:
    """Units are compared by their id."""
    first, second = _unit(bench), _unit(bench)
    _on_units(bench, **{first: 1, second: 2})
    bench.apply(AUTO)
    _on_units(bench, **{second: 2, first: 1})
    assert actions(bench.plan()) == {}


def test_a_replacement_needs_another_name(bench: Bench) -> None:
    """The new service is made while the old one runs, so both cannot have one name."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    bench.edit(SERVICE, resourceConfig={"type": "GPU-1-4", "replicasCount": 1, "region": "bj"})
    change = find(bench.plan(), SERVICE)
    assert change.action is Action.BLOCKED
    assert "change spec.name too" in change.reason
    bench.edit(SERVICE, name="faq-two", urlSuffix="faq-two")
    plan = bench.plan()
    assert actions(plan)[SERVICE] == "replace"


def test_a_replaced_service_is_made_first_and_ends_last(bench: Bench) -> None:
    """Another name: create, then deactivate the old one; both are billed meanwhile, and the plan says so."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    old = bench.id(SERVICE)
    bench.edit(SERVICE, name="faq-two", urlSuffix="faq-two")
    before = len(bench.writes())
    plan, result = bench.apply_plan(WHOLE)
    change = find(plan, SERVICE)
    assert change.billable
    assert change.ends.destroys == (old,)
    assert any("new URL" in note for note in change.decision.notes)
    assert any("billed twice" in note for note in change.decision.notes)
    assert find(plan, SERVICE, old).action is Action.DEACTIVATE
    assert trouble(result) == []
    done = [action for action in bench.writes()[before:] if action != "ReleaseComputeUnit"]
    assert done == ["CreateService", "DeactivateService"]
    assert actions(bench.plan()) == {}


def test_auto_approve_does_not_take_a_service_away(bench: Bench) -> None:
    """A replacement that ends the old service needs --allow replace."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    bench.edit(SERVICE, name="faq-two", urlSuffix="faq-two")
    found = trouble(bench.apply(AUTO))
    assert any(
        text.startswith(f"refused: {SERVICE}: it needs --allow") and "replace" in text for text in found
    )


def test_a_service_replaced_with_retire_keeps_the_old_one_running(bench: Bench) -> None:
    """onReplace: retire: the old URL answers on until prune."""
    bench.declare(*deployed()[:2], service("Model/faq-base", lifecycle=Lifecycle(on_replace="retire")))
    bench.apply(AUTO)
    old = bench.id(SERVICE)
    bench.edit(SERVICE, name="faq-two", urlSuffix="faq-two")
    plan, result = bench.apply_plan(AUTO)
    assert find(plan, SERVICE).ends.keeps == (old,)
    assert trouble(result) == []
    running = {o["id"] for o in bench.emulator.objects("Service") if o["runStatus"] == "Serving"}
    assert running == {old, bench.id(SERVICE)}
    prune = PlanOptions(scope=Scope.PRUNE)
    assert actions(bench.plan(prune)) == {f"{SERVICE} {old}": "deactivate"}
    assert trouble(bench.apply(WHOLE, prune)) == []


@pytest.mark.parametrize("key", ["urlSuffix", "name"])
def test_another_name_or_url_is_another_service(key: str, bench: Bench) -> None:
    """No call renames a service."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    spec = {key: "faq-two"}
    bench.edit(SERVICE, **spec)
    assert find(bench.plan(), SERVICE).action in (Action.REPLACE, Action.BLOCKED)
    assert "ModifyService" not in bench.writes()
