"""What can be done to a service that exists: another model, other replicas, off line, more compute.

Console API, routes /v2/service, /v2/serviceresources and, as the Python SDK sends them, /v2/charge.
"""

from qfops.emulator.areas.v2._billing import BILLING, check_billing
from qfops.emulator.areas.v2._running_models import RESOURCE, SERVICE, run_status, updating
from qfops.emulator.areas.v2.services import PROTOCOL, ROUTE, buy, ready_model
from qfops.emulator.areas.v2.units import UNIT, free_units
from qfops.emulator.vocabulary.errors import ApiError, not_found
from qfops.emulator.vocabulary.facts import Shape
from qfops.emulator.vocabulary.fields import JsonObject, integer, need, text
from qfops.emulator.vocabulary.times import utc
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.world import Item, World

RESOURCES_ROUTE = "/v2/serviceresources"
CHARGE_ROUTE = "/v2/charge"
RESOURCE_STATUSES = ("Creating", "Running", "Released")

_RESOURCE: Shape = {
    "instanceId": "str",
    "paymentTiming": "str",
    "replicasCount": "int",
    "status": "str",
    "startTime": "str",
    "expiredTime": "str",
}


def _changeable(world: World, service_id: str) -> Item:
    """Return a service that serves, is not being changed and is not going off line."""
    service = world.own(SERVICE, service_id)
    status = run_status(world, service)
    if status != "Serving" or service.life["stopped"] is not None:
        raise ApiError("StateConflict", f"service {service.id} is {status}")
    if updating(world, service):
        raise ApiError("StateConflict", f"service {service.id} is updating")
    return service


def _begin_update(world: World, service: Item) -> None:
    """Remember what the service showed until now; it keeps showing that until the update is through."""
    before = {key: service.echo[key] for key in ("modelSetId", "modelId", "baseModel", "resourceConfig")}
    service.life["update"] = {"until": world.now + world.duration("update"), "before": before}


def _deploy(service: Item, replicas: dict[str, int]) -> None:
    service.life["replicas"] = {unit: count for unit, count in replicas.items() if count}
    total = sum(service.life["replicas"].values())
    service.echo["resourceConfig"] = {**service.echo["resourceConfig"], "replicasCount": total}


def modify_service(world: World, body: JsonObject) -> bool:
    """Put another model behind a service (console API, ModifyService)."""
    service = _changeable(world, body["serviceId"])
    model = ready_model(world, body)
    _begin_update(world, service)
    service.echo |= {"modelSetId": model.parent, "modelId": model.id, "baseModel": model.echo["model"]}
    world.save(service)
    return True


def scale_service(world: World, body: JsonObject) -> bool:
    """Set the replicas of a service on one compute unit (console API, ScaleService)."""
    service = _changeable(world, body["serviceId"])
    unit_id, count = body["instanceId"], body["deploymentReplicasCount"]
    _require_room(world, service, unit_id, count)
    replicas = {**service.life["replicas"], unit_id: count}
    if sum(replicas.values()) == 0:
        service.life["stopped"] = world.now + world.duration("deactivate")
    else:
        _begin_update(world, service)
    _deploy(service, replicas)
    world.save(service)
    return True


def _require_room(world: World, service: Item, unit_id: str, count: int) -> None:
    unit = world.find(UNIT, unit_id)
    if unit is not None:
        room = free_units(world, unit, service.id) // service.life["unitsPerReplica"]
    else:
        room = int(_resource(world, service.id, unit_id).echo["replicasCount"])
    if count > room:
        raise ApiError("InsufficientResource", f"unit {unit_id} has room for {room} replicas")


def deactivate_service(world: World, body: JsonObject) -> JsonObject:
    """Take a service off line, for good (console API, DeactivateService)."""
    service = world.own(SERVICE, body["serviceId"])
    status = run_status(world, service)
    if status in ("New", "Deploying"):
        raise ApiError("StateConflict", f"service {service.id} is {status}")
    if status != "Stopped" and service.life["stopped"] is None:
        service.life["stopped"] = world.now + world.duration("deactivate")
        service.forced.clear()
        world.save(service)
    return {"operation": True, "message": "dedicated postpaid compute units are still billed"}


def purchase(world: World, body: JsonObject) -> JsonObject:
    """Buy replicas for one service, deployed at once (console API, PurchaseComputeUnit)."""
    check_billing(body["billing"])
    service = _changeable(world, body["serviceId"])
    _begin_update(world, service)
    bought = buy(world, service, body["replicasCount"], body["billing"])
    _deploy(service, service.life["replicas"])
    world.save(service)
    return {"instanceId": bought}


def _resource(world: World, service_id: str, resource_id: str) -> Item:
    resource = world.get(RESOURCE, resource_id)
    if resource.parent != service_id:
        raise not_found(RESOURCE, resource_id)
    return resource


def view_resource(world: World, resource: Item) -> JsonObject:
    """Return compute bought for a service as the list shows it."""
    status = "Creating" if world.now < resource.life["running"] else "Running"
    return {
        "instanceId": resource.id,
        "serviceId": resource.parent,
        **resource.echo,
        "status": resource.forced.get("status", status),
        "startTime": utc(resource.created),
        "expiredTime": "-",
    }


def describe_resources(world: World, body: JsonObject) -> JsonObject:
    """List the compute bought for a service (console API, DescribeComputeUnits)."""
    service = world.get(SERVICE, body["serviceId"])
    timing = body.get("paymentTiming")
    resources = world.children(RESOURCE, service.id)
    return {
        "instances": [
            view_resource(world, item) for item in resources if timing in (None, item.echo["paymentTiming"])
        ]
    }


def describe_resource(world: World, body: JsonObject) -> JsonObject:
    """Show one compute instance of a service (console API, DescribeComputeUnit)."""
    return {"instance": view_resource(world, _resource(world, body["serviceId"], body["instanceId"]))}


_SERVICE_ID = {"serviceId": need(text())}


def _purchase(route: str, name: str) -> Action:
    fields = {**_SERVICE_ID, "replicasCount": need(integer(1)), "billing": need(BILLING)}
    return Action(route, name, fields, {"instanceId": "str"}, purchase)


def _list(route: str, name: str) -> Action:
    fields = {**_SERVICE_ID, "paymentTiming": text(choices=("Prepaid", "Postpaid"))}
    return Action(route, name, fields, {"instances": [_RESOURCE]}, describe_resources)


def _show(route: str, name: str) -> Action:
    fields = {**_SERVICE_ID, "instanceId": need(text())}
    return Action(route, name, fields, {"instance": _RESOURCE}, describe_resource)


ACTIONS = (
    Action(
        ROUTE,
        "ModifyService",
        {**_SERVICE_ID, "modelSetId": need(text()), "modelId": need(text()), **PROTOCOL},
        "bool",
        modify_service,
    ),
    Action(
        ROUTE,
        "ScaleService",
        {
            **_SERVICE_ID,
            "instanceId": need(text()),
            "deploymentReplicasCount": need(integer(0)),
            **PROTOCOL,
        },
        "bool",
        scale_service,
    ),
    Action(
        ROUTE,
        "DeactivateService",
        {**_SERVICE_ID, **PROTOCOL},
        {"operation": "bool", "message": "str"},
        deactivate_service,
    ),
    *(
        build(route, name)
        for route in (RESOURCES_ROUTE, CHARGE_ROUTE)
        for build, names in (
            (_purchase, ("PurchaseComputeUnit", "PurchaseServiceResource")),
            (_list, ("DescribeComputeUnits", "DescribeServiceResources")),
            (_show, ("DescribeComputeUnit", "DescribeServiceResource")),
        )
        for name in names
    ),
)
KINDS = (Kind(RESOURCE, ("", 32), view_resource, statuses={"status": RESOURCE_STATUSES}),)
