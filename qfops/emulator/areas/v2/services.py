"""Services: models deployed for calling (console API, route /v2/service).

A service is never deleted: it is deactivated and stays listed as Stopped. What may change afterwards is in
`service_changes.py`.
"""

from collections.abc import Mapping

from qfops.emulator.areas.v2._billing import BILLING, check_billing
from qfops.emulator.areas.v2._running_models import (
    RESOURCE,
    RUN_STATUSES,
    SERVICE,
    alive,
    run_status,
    updating,
)
from qfops.emulator.areas.v2.model_sets import MODEL
from qfops.emulator.areas.v2.models import model_status
from qfops.emulator.areas.v2.units import UNIT, free_units, unit_status
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.facts import PAGE_INFO, Shape
from qfops.emulator.vocabulary.fields import (
    JsonObject,
    integer,
    listing,
    need,
    number,
    record,
    text,
)
from qfops.emulator.vocabulary.ids import instance_id, random_word
from qfops.emulator.vocabulary.times import utc
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.paging import PAGE_FIELDS, Listing, page
from qfops.emulator.world.world import Item, World

ROUTE = "/v2/service"
SERVICE_FORM = ("svco-", 12)
FAILING_SERVICE = "failing"  # a service whose name contains this fails to deploy
SHARE_NEW = 0.1  # the part of the deployment a service spends as New
DEFAULT_QPS = 1.5
LONGEST_NAME = 35
PROTOCOL = {"protocolVersion": integer(1, 2)}

_BASE_URL = "https://aip.baidubce.com/rpc/2.0/ai_custom/v1/wenxinworkshop"
_TYPES: Mapping[str, str] = {
    "chat": "chat",
    "completion": "completions",
    "Text-to-Image": "text2image",
    "Image-to-Text": "image2text",
}
_SERVICE: Shape = {
    "serviceId": "str",
    "modelSetId": "str",
    "modelId": "str",
    "baseModel": "str",
    "name": "str",
    "description": "str",
    "url": "str",
    "endpoint": "str",
    "serviceType": "str",
    "runStatus": "str",
    "updateStatus": "str",
    "chargeType": "str",
    "payType": "str",
    "chargeStatus": "str",
    "resourceConfig": {"type?": "str", "qps?": "number", "replicasCount?": "int", "region?": "str"},
    "createTime": "str",
}


def ready_model(world: World, body: JsonObject) -> Item:
    """Return the model a service shall run, which must be ready and belong to the named set."""
    model = world.referenced(MODEL, body["modelId"], "modelId")
    if model.parent != body["modelSetId"]:
        raise invalid("modelSetId")
    if model_status(world, model) != "Ready":
        raise ApiError("ReferenceNotReady", f"model {model.id} is not Ready")
    return model


def create_service(world: World, body: JsonObject) -> JsonObject:
    """Deploy a model, on bought or on owned compute (console API, CreateService)."""
    model = ready_model(world, body)
    _require_unused(world, body["name"], body["urlSuffix"])
    kind = _TYPES.get(model.echo["modelApplicationType"], "chat")
    endpoint = f"{random_word(8)}_{body['urlSuffix']}"
    echo = {key: body[key] for key in ("modelSetId", "modelId", "name", "urlSuffix")}
    echo |= {
        "description": body.get("description") or "",
        "baseModel": model.echo["model"],
        "serviceType": kind,
        "endpoint": endpoint,
        "url": f"{_BASE_URL}/{kind}/{endpoint}",
    }
    deployment = body.get("deploymentConfig") or {}
    owned = bool(deployment.get("deploymentComputeUnitList"))
    paid, replicas = _on_owned_units(world, deployment) if owned else _on_bought_units(body)
    took = world.duration("service")
    life = {
        "deploying": world.now + took * SHARE_NEW,
        "deployed": world.now + took,
        "fails": FAILING_SERVICE in body["name"],
        "stopped": None,
        "update": None,
        "replicas": replicas,
        "unitsPerReplica": deployment.get("replicaComputeUnitCount") or 1,
    }
    service = world.add(SERVICE, SERVICE_FORM, echo | paid, name=body["name"], life=life)
    if owned or paid["chargeType"] == "Tokens":
        return {"serviceId": service.id}
    bought = buy(world, service, paid["resourceConfig"]["replicasCount"], body["billing"])
    return {"serviceId": service.id, "instanceId": bought}


def _require_unused(world: World, name: str, suffix: str) -> None:
    if any(alive(world, service) for service in world.named(SERVICE, name)):
        raise ApiError("NameConflict", f"service {name}")
    for service in world.mentioning(SERVICE, suffix):
        if service.echo["urlSuffix"] == suffix and alive(world, service):
            raise ApiError("NameConflict", f"urlSuffix {suffix}")


def _on_bought_units(body: JsonObject) -> tuple[JsonObject, dict[str, int]]:
    billing = body.get("billing")
    if billing is None:
        raise invalid("billing")
    check_billing(billing)
    if billing["paymentTiming"] == "Postpaid" and billing.get("chargeType") is None:
        raise invalid("billing.chargeType")
    charge = billing.get("chargeType") or "ComputingUnit"
    config = body.get("resourceConfig") or {}
    if charge == "ComputingUnit":
        for key in ("type", "replicasCount"):
            if config.get(key) is None:
                raise invalid(f"resourceConfig.{key}")
        config = {"qps": DEFAULT_QPS, "region": "bj", **{k: v for k, v in config.items() if v is not None}}
    pay = "Prepay" if billing["paymentTiming"] == "Prepaid" else "Postpay"
    return {"chargeType": charge, "payType": pay, "resourceConfig": config, "billing": billing}, {}


def _on_owned_units(world: World, deployment: JsonObject) -> tuple[JsonObject, dict[str, int]]:
    per_replica = deployment.get("replicaComputeUnitCount") or 1
    replicas: dict[str, int] = {}
    pays: set[str] = set()
    for entry in deployment["deploymentComputeUnitList"]:
        at = "deploymentConfig.deploymentComputeUnitList"
        unit = world.referenced(UNIT, entry["instanceId"], at)
        if unit_status(world, unit) != "Running":
            raise ApiError("ReferenceNotReady", f"unit {unit.id} is not Running")
        replicas[unit.id] = replicas.get(unit.id, 0) + entry["deploymentReplicasCount"]
        if replicas[unit.id] * per_replica > free_units(world, unit):
            raise ApiError("InsufficientResource", f"unit {unit.id}")
        pays.add("Prepay" if unit.echo["paymentTiming"] == "Prepaid" else "Postpay")
    config = {"qps": deployment.get("qps") or DEFAULT_QPS, "replicasCount": sum(replicas.values())}
    pay = "Prepay,Postpay" if len(pays) == 2 else pays.pop()
    return {"chargeType": "ComputingUnit", "payType": pay, "resourceConfig": config}, replicas


def buy(world: World, service: Item, replicas: int, billing: JsonObject) -> str:
    """Add compute bought for one service, with its replicas deployed on it, and return its id."""
    echo = {"paymentTiming": billing["paymentTiming"], "replicasCount": replicas}
    life = {"running": world.now + world.duration("unit")}
    bought = world.add(RESOURCE, instance_id(), echo, parent=service.id, life=life)
    service.life["replicas"][bought.id] = replicas
    world.save(service)
    return bought.id


def view_service(world: World, service: Item) -> JsonObject:
    """Return a service as DescribeService shows it; a change shows when it is through."""
    echo = service.echo
    if updating(world, service):
        echo = echo | service.life["update"]["before"]
    return {
        "serviceId": service.id,
        **echo,
        "runStatus": run_status(world, service),
        "updateStatus": "Updating" if updating(world, service) else "None",
        "chargeStatus": "Opened",
        "createTime": utc(service.created),
    }


def describe_service(world: World, body: JsonObject) -> JsonObject:
    """Show one service (console API, DescribeService)."""
    return view_service(world, world.get(SERVICE, body["serviceId"]))


def describe_services(world: World, body: JsonObject) -> JsonObject:
    """List services, newest first, the stopped ones too (console API, DescribeServices)."""
    name = body.get("name") or ""
    exact = {key: body[key] for key in ("chargeType", "payType") if body.get(key)}
    kinds, statuses, creators = (body.get(key) or () for key in ("serviceType", "runStatus", "creator"))

    def keep(item: Item) -> bool:
        return (
            name in item.name
            and all(item.echo[key] == value for key, value in exact.items())
            and (not kinds or item.echo["serviceType"] in kinds)
            and (not statuses or run_status(world, item) in statuses)
            and (not creators or item.account in creators)
        )

    order = Listing(SERVICE, newest_first=True, always_next=True)
    found, info = page(world, order, body, keep=keep)
    return {"serviceList": [view_service(world, item) for item in found], "pageInfo": info}


_QPS = number(0.01, 50)
_DEPLOYMENT = record(
    deploymentComputeUnitList=listing(
        record(instanceId=need(text()), deploymentReplicasCount=need(integer(1)))
    ),
    replicasCount=integer(1),
    qps=_QPS,
    replicaComputeUnitCount=integer(1),
)
_RESOURCE = record(
    type=text(pattern=r"(CPU|GPU)-[1-9I]-[1248]"),
    replicasCount=integer(1),
    qps=_QPS,
    region=text(choices=("bj", "bd")),
)
SERVICE_TYPES = listing(text(choices=("chat", "completions", "text2image", "image2text")))

ACTIONS = (
    Action(
        ROUTE,
        "CreateService",
        {
            "modelSetId": need(text()),
            "modelId": need(text()),
            # The pages say 20; the SDK makes names of 35 by itself, of the ids of set and model.
            "name": need(text(2, LONGEST_NAME)),
            "urlSuffix": need(text(2, LONGEST_NAME, pattern=r"[a-z0-9][a-z0-9_-]*[a-z0-9]")),
            "description": text(0, 500),
            "deploymentConfig": _DEPLOYMENT,
            "resourceConfig": _RESOURCE,
            "billing": BILLING,
            **PROTOCOL,
        },
        {"serviceId": "str", "instanceId?": "str"},
        create_service,
    ),
    Action(ROUTE, "DescribeService", {"serviceId": need(text()), **PROTOCOL}, _SERVICE, describe_service),
    Action(
        ROUTE,
        "DescribeServices",
        {
            **PAGE_FIELDS,
            **PROTOCOL,
            "name": text(),
            "serviceType": SERVICE_TYPES,
            "runStatus": listing(text(choices=RUN_STATUSES)),
            "creator": listing(text()),
            "chargeType": text(),
            "payType": text(),
        },
        {"serviceList": [_SERVICE], "pageInfo": PAGE_INFO},
        describe_services,
    ),
)
KINDS = (Kind(SERVICE, SERVICE_FORM, view_service, name_key="name", statuses={"runStatus": RUN_STATUSES}),)
