"""A resource after defaults and substitution, value by value, each with the place that it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qfops.core.resource import Origin, Resource
from qfops.core.values import Marker, Value, child
from qfops.manifests.positions import nearest_origin


def origins(resource: Resource) -> list[tuple[str, Value, Origin]]:
    """Every value of a resource as (path of the manifest, value, origin), in the order of a manifest.

    Maps and lists are followed; empty ones are values. References stand as references.
    """
    metadata: dict[str, Value] = {"name": resource.address.name}
    if resource.labels:
        metadata["labels"] = dict(resource.labels)
    if resource.depends_on:
        metadata["dependsOn"] = [str(address) for address in resource.depends_on]
    metadata.update(_lifecycle(resource))
    spec: dict[str, Value] = dict(resource.attributes)
    leaves = [*_leaves(metadata, "metadata"), *_leaves(spec, "spec")]
    return [(path, value, _origin(resource, path)) for path, value in leaves]


def _origin(resource: Resource, path: str) -> Origin:
    return nearest_origin(resource.origins, path) or Origin(resource.location)


def _lifecycle(resource: Resource) -> Mapping[str, Value]:
    """The rules that were written down; a rule that nobody wrote has no origin."""
    lifecycle = resource.lifecycle
    rules: dict[str, Value] = {
        "protect": lifecycle.protect,
        "ignore": [
            {
                "path": item.path,
                "reason": item.reason,
                "until": item.until.isoformat() if item.until else None,
                **({} if isinstance(item.value, Marker) else {"value": item.value}),
            }
            for item in lifecycle.ignore
        ],
        "onRemove": lifecycle.on_remove,
        "onReplace": lifecycle.on_replace,
    }
    written: dict[str, Value] = {
        key: value for key, value in rules.items() if f"metadata.lifecycle.{key}" in resource.origins
    }
    return {"lifecycle": written} if written else {}


def _leaves(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, child(path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    else:
        yield path, value
