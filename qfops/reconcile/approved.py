"""The approved plan as state keeps it: what was agreed to, with the full desired values and texts.

`apply --resume` carries out its rest from these values, whatever the manifests say by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from qfops.core.address import Address, Location
from qfops.core.errors import StateError
from qfops.core.plan import Action, Change, Plan
from qfops.core.resource import Edge, Ignore, Lifecycle, OnRemove, OnReplace, Resource
from qfops.core.values import JSON, Reference, Value, references_in
from qfops.planning.context import Owed

_ON_REMOVE: tuple[OnRemove, ...] = ("delete", "retire", "forget")
_ON_REPLACE: tuple[OnReplace, ...] = ("retire", "delete")
_SKIPPED = (Action.NO_OP, Action.BLOCKED, Action.UNKNOWN)


def approval_json(
    plan: Plan,
    changes: Iterable[Change],
    resources: Mapping[Address, Resource],
    by: str,
    run_url: str,
    at: float,
) -> dict[str, JSON]:
    """The stored form of an approval of `changes` (those that act)."""
    owed = [change for change in changes if change.action not in _SKIPPED]
    needed = _closure({change.address for change in owed}, resources)
    return {
        "digest": plan.digest,
        "by": by,
        "runUrl": run_url,
        "at": at,
        "destroy": plan.destroy,
        "changes": [_change_json(change) for change in owed],
        "resources": {str(address): resource_json(resources[address]) for address in sorted(needed)},
    }


def _change_json(change: Change) -> JSON:
    return {
        "address": str(change.address),
        "object": change.object,
        "action": str(change.action),
        "digest": change.digest,
        "fingerprint": change.fingerprint,
        "steps": [[step.id, step.operation] for step in change.steps],
    }


def _closure(addresses: set[Address], resources: Mapping[Address, Resource]) -> set[Address]:
    """The declared ones among `addresses`, and all they refer to."""
    found: set[Address] = set()
    stack = [address for address in addresses if address in resources]
    while stack:
        address = stack.pop()
        if address not in found and address in resources:
            found.add(address)
            resource = resources[address]
            stack += [edge.reference.target for edge in resource.references]
            stack += resource.depends_on
    return found


def owed_changes(
    approved: Mapping[str, JSON] | None, started: set[Address]
) -> dict[tuple[Address, str], Owed]:
    """The changes that a stored approval still covers; `started` are addresses with outcomes since then."""
    found: dict[tuple[Address, str], Owed] = {}
    for item in _items(approved, "changes"):
        address = Address.parse(str(item.get("address")))
        steps = item.get("steps")
        pairs = (
            [tuple(map(str, pair)) for pair in steps if isinstance(pair, list)]
            if isinstance(steps, list)
            else []
        )
        found[(address, str(item.get("object")))] = Owed(
            str(item.get("digest")),
            frozenset((pair[0], pair[1]) for pair in pairs),
            str(item.get("fingerprint")),
            address in started,
        )
    return found


def _items(approved: Mapping[str, JSON] | None, key: str) -> list[dict[str, JSON]]:
    value = approved.get(key) if approved else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def approved_resources(approved: Mapping[str, JSON]) -> dict[Address, Resource]:
    """The desired resources of a stored approval; StateError when it cannot be read."""
    stored = approved.get("resources")
    if not isinstance(stored, dict):
        raise StateError("the approved plan in state holds no resources")
    return {Address.parse(name): read_resource(Address.parse(name), value) for name, value in stored.items()}


def resource_json(resource: Resource) -> dict[str, JSON]:
    """A resource with its references as `{"$ref": …, "output": …}`."""
    life = resource.lifecycle
    ignores: list[JSON] = [
        {"path": item.path, "reason": item.reason, "until": item.until.isoformat() if item.until else None}
        for item in life.ignore
    ]
    return {
        "attributes": _out(resource.attributes),
        "extra": _out(resource.extra),
        "labels": dict(resource.labels),
        "dependsOn": [str(address) for address in resource.depends_on],
        "location": [resource.location.file, resource.location.line],
        "lifecycle": {
            "protect": life.protect,
            "ignore": ignores,
            "onRemove": life.on_remove,
            "onReplace": life.on_replace,
        },
    }


def read_resource(address: Address, stored: JSON) -> Resource:
    """The resource that `resource_json` wrote; StateError where it is anything else."""
    try:
        return _resource(address, _object(stored))
    except (KeyError, ValueError, IndexError) as error:
        raise StateError(f"the approved plan in state cannot be read at {address}", str(error)) from error


def _resource(address: Address, stored: Mapping[str, JSON]) -> Resource:
    attributes, extra = _values(stored["attributes"]), _values(stored["extra"])
    file, line = _items_of(stored["location"])
    edges = [Edge(path, ref) for path, ref in references_in(attributes)]
    edges += [Edge(f"extra.{path}", ref) for path, ref in references_in(extra)]
    return Resource(
        address,
        attributes,
        Location(str(file), int(str(line))),
        labels={key: str(value) for key, value in _object(stored["labels"]).items()},
        lifecycle=_lifecycle(_object(stored["lifecycle"])),
        depends_on=tuple(Address.parse(str(item)) for item in _items_of(stored["dependsOn"])),
        references=tuple(edges),
        extra=extra,
    )


def _object(value: JSON) -> dict[str, JSON]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no object")
    return value


def _items_of(value: JSON) -> list[JSON]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is no list")
    return value


def _values(value: JSON) -> dict[str, Value]:
    return {key: _in(item) for key, item in _object(value).items()}


def _lifecycle(stored: Mapping[str, JSON]) -> Lifecycle:
    found = [_object(item) for item in _items_of(stored["ignore"])]
    on_remove, on_replace = stored["onRemove"], stored["onReplace"]
    return Lifecycle(
        protect=stored["protect"] is True,
        ignore=tuple(
            Ignore(
                str(item["path"]),
                str(item["reason"]),
                date.fromisoformat(str(item["until"])) if item["until"] else None,
            )
            for item in found
        ),
        on_remove=_one_of(on_remove, _ON_REMOVE),
        on_replace=None if on_replace is None else _one_of(on_replace, _ON_REPLACE),
    )


Word = TypeVar("Word", bound=str)


def _one_of(value: JSON, words: tuple[Word, ...]) -> Word:
    """The word that `value` is; ValueError for any other."""
    for word in words:
        if value == word:
            return word
    raise ValueError(f"{value!r} is none of {', '.join(words)}")


def _out(value: Value) -> JSON:
    if isinstance(value, Reference):
        return {"$ref": str(value.target), "output": value.output}
    if isinstance(value, dict):
        return {key: _out(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_out(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise StateError(f"{value!r} cannot be stored")


def _in(value: JSON) -> Value:
    if isinstance(value, dict) and "$ref" in value:
        output = value.get("output")
        return Reference(Address.parse(str(value["$ref"])), str(output) if output else None)
    if isinstance(value, dict):
        return {key: _in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in(item) for item in value]
    return value
