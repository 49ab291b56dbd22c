"""Compute units: a pool the account owns (console API, route /v2/computeunit).

Services are deployed on them; see `services.py`. Nothing here costs anything.
"""

from qfops.emulator.areas.v2._billing import BILLING, check_billing
from qfops.emulator.areas.v2._running_models import RESOURCE, SERVICE, alive, deployed_on
from qfops.emulator.vocabulary.errors import ApiError
from qfops.emulator.vocabulary.facts import Shape
from qfops.emulator.vocabulary.fields import JsonObject, integer, need, record, text
from qfops.emulator.vocabulary.times import utc
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.world import Item, World

ROUTE = "/v2/computeunit"
UNIT = "ComputeUnit"
UNIT_FORM = ("unit-", 8)
UNIT_STATUSES = (
    "Creating",
    "CreateFailed",
    "Running",
    "Releasing",
    "Released",
    "Reconfiguring",
    "ReconfigureFailed",
    "BillingChanging",
)
_REGION = text(choices=("bj", "bd", "sz", "gz", "yq", "global"))
_TYPE = text(pattern=r"cpu|gpu-[1-9]")
_UNIT: Shape = {
    "instanceId": "str",
    "region": "str",
    "status": "str",
    "type": "str",
    "totalComputeUnits": "int",
    "usedComputeUnits": "int",
    "paymentTiming": "str",
    "startTime": "str",
    "releaseTime?": "str",
}


def purchase(world: World, body: JsonObject) -> JsonObject:
    """Get compute units (console API, PurchaseComputeUnit)."""
    check_billing(body["billing"])
    config = body["computeUnitConfig"]
    echo = {
        "region": config.get("region") or "bj",
        "type": config["type"],
        "totalComputeUnits": body["computeUnitCount"],
        "paymentTiming": body["billing"]["paymentTiming"],
    }
    if body["billing"].get("releaseTime"):
        echo["releaseTime"] = body["billing"]["releaseTime"]
    life = {"running": world.now + world.duration("unit"), "released": None}
    return {"instanceId": world.add(UNIT, UNIT_FORM, echo, life=life).id}


def unit_status(world: World, unit: Item) -> str:
    """Return where a unit is in its life."""
    if "status" in unit.forced:
        return str(unit.forced["status"])
    released = unit.life["released"]
    if released is not None:
        return "Releasing" if world.now < released else "Released"
    return "Creating" if world.now < unit.life["running"] else "Running"


def free_units(world: World, unit: Item, service_id: str = "") -> int:
    """Return how many units are free, counting what `service_id` holds as free."""
    used = sum(count for service, count in deployed_on(world, unit.id) if service.id != service_id)
    return int(unit.echo["totalComputeUnits"]) - used


def view_unit(world: World, unit: Item) -> JsonObject:
    """Return a unit as lists show it."""
    total = int(unit.echo["totalComputeUnits"])
    return {
        "instanceId": unit.id,
        **unit.echo,
        "status": unit_status(world, unit),
        "usedComputeUnits": total - free_units(world, unit),
        "startTime": utc(unit.created),
    }


def describe_units(world: World, body: JsonObject) -> JsonObject:
    """List the units that are not released (console API, DescribeComputeUnits)."""
    walk = world.walk(UNIT, start=None, descending=False, parent=None, accounts=(world.account,))
    wanted = {key: body[key] for key in ("paymentTiming", "region", "type") if body.get(key)}
    shown = [view_unit(world, unit) for unit in list(walk)]
    return {
        "computeUnitInstanceList": [
            unit
            for unit in shown
            if unit["status"] != "Released" and all(unit[key] == value for key, value in wanted.items())
        ]
    }


def describe_unit(world: World, body: JsonObject) -> JsonObject:
    """Show one unit and the services on it (console API, DescribeComputeUnit)."""
    unit = world.get(UNIT, body["instanceId"])
    usage = [
        {"serviceId": service.id, "serviceName": service.name, "usedComputeUnits": count}
        for service, count in deployed_on(world, unit.id)
    ]
    return {"computeUnitInstance": view_unit(world, unit), "serviceUsageList": usage}


def release(world: World, body: JsonObject) -> bool:
    """Give postpaid compute back: units, or what a service bought (console API, ReleaseComputeUnit)."""
    bought = world.find(RESOURCE, body["instanceId"])
    if bought is not None:
        return _release_bought(world, bought)
    unit = world.own(UNIT, body["instanceId"])
    if unit_status(world, unit) in ("Releasing", "Released"):
        return True
    if unit.echo["paymentTiming"] == "Prepaid":
        raise ApiError("StateConflict", f"unit {unit.id} is prepaid")
    if deployed_on(world, unit.id):
        raise ApiError("ResourceInUse", f"unit {unit.id} has services on it")
    unit.life["released"] = world.now + world.duration("unit")
    unit.forced.clear()
    world.save(unit)
    return True


def _release_bought(world: World, bought: Item) -> bool:
    """Give back what was bought for a service, once the service is off line."""
    if bought.echo["paymentTiming"] == "Prepaid":
        raise ApiError("StateConflict", f"compute {bought.id} is prepaid")
    if alive(world, world.get(SERVICE, bought.parent)):
        raise ApiError("ResourceInUse", f"compute {bought.id} is used by service {bought.parent}")
    bought.forced["status"] = "Released"
    world.save(bought)
    return True


_ID = {"instanceId": need(text())}
_USAGE: Shape = {"serviceId": "str", "serviceName": "str", "usedComputeUnits": "int"}

ACTIONS = (
    Action(
        ROUTE,
        "PurchaseComputeUnit",
        {
            "computeUnitCount": need(integer(1)),
            "billing": need(BILLING),
            "computeUnitConfig": need(record(region=_REGION, type=need(_TYPE))),
        },
        {"instanceId": "str"},
        purchase,
    ),
    Action(
        ROUTE,
        "DescribeComputeUnits",
        {"paymentTiming": text(), "region": text(), "type": text()},
        {"computeUnitInstanceList": [_UNIT]},
        describe_units,
    ),
    Action(
        ROUTE,
        "DescribeComputeUnit",
        _ID,
        {"computeUnitInstance": _UNIT, "serviceUsageList": [_USAGE]},
        describe_unit,
    ),
    Action(ROUTE, "ReleaseComputeUnit", _ID, "bool", release),
)
KINDS = (Kind(UNIT, UNIT_FORM, view_unit, statuses={"status": UNIT_STATUSES}),)
