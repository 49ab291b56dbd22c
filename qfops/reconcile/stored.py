"""A resource as JSON and back: the full desired values and texts of an approved plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from qfops.core.address import Address, Location
from qfops.core.errors import StateError
from qfops.core.resource import Edge, Ignore, Lifecycle, OnRemove, OnReplace, Resource
from qfops.core.values import JSON, Reference, Value, references_in

_ON_REMOVE: tuple[OnRemove, ...] = ("delete", "retire", "forget")
_ON_REPLACE: tuple[OnReplace, ...] = ("retire", "delete")


def resource_json(resource: Resource) -> dict[str, JSON]:
    """A resource with its references as `{"$ref": …, "output": …}`."""
    life = resource.lifecycle
    ignores: list[JSON] = [
        {"path": item.path, "reason": item.reason, "until": item.until.isoformat() if item.until else None}
        for item in life.ignore
    ]
    return {
        "attributes": _out(resource.attributes),
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
    attributes = _values(stored["attributes"])
    file, line = _items_of(stored["location"])
    edges = [Edge(path, ref) for path, ref in references_in(attributes)]
    return Resource(
        address,
        attributes,
        Location(str(file), int(str(line))),
        labels={key: str(value) for key, value in _object(stored["labels"]).items()},
        lifecycle=_lifecycle(_object(stored["lifecycle"])),
        depends_on=tuple(Address.parse(str(item)) for item in _items_of(stored["dependsOn"])),
        references=tuple(edges),
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
