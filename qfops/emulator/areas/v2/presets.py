"""Preset services: what the platform offers ready to call (console API, DescribePresetServices).

Read only; the account has none of its own.
"""

from qfops.emulator.areas.v2.services import PROTOCOL, ROUTE, SERVICE_TYPES
from qfops.emulator.vocabulary.fields import JsonObject, listing, text
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.world import SHARED, Item, World

PRESET = "PresetService"


def view_preset(_world: World, service: Item) -> JsonObject:
    """Return a preset service as the list shows it."""
    return {"serviceId": service.id, **service.echo}


def describe_presets(world: World, body: JsonObject) -> JsonObject:
    """List the platform's services (console API, DescribePresetServices)."""
    walk = world.walk(PRESET, start=None, descending=False, parent=None, accounts=(SHARED,))
    ids = body.get("serviceIds")
    wanted = {key: body[key] for key in ("serviceType", "chargeType", "chargeStatus") if body.get(key)}
    return {
        "serviceList": [
            view_preset(world, item)
            for item in list(walk)
            if (not ids or item.id in ids) and all(item.echo[key] in values for key, values in wanted.items())
        ]
    }


ACTIONS = (
    Action(
        ROUTE,
        "DescribePresetServices",
        {
            **PROTOCOL,
            "serviceIds": listing(text()),
            "serviceType": SERVICE_TYPES,
            "chargeType": listing(text()),
            "chargeStatus": listing(text()),
        },
        {
            "serviceList": [
                {
                    "serviceId": "str",
                    "name": "str",
                    "url": "str",
                    "endpoint": "str",
                    "serviceType": "str",
                    "chargeType": "str",
                    "chargeStatus": "str",
                }
            ]
        },
        describe_presets,
    ),
)
KINDS = (Kind(PRESET, ("svcp-", 12), view_preset, name_key="name"),)
