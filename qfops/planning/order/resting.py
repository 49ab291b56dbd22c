"""What rests on what: the names by which objects of ours refer to each other, in state and in the console.

A name is the id of an object, or an output of it, with the kind that it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from qfops.core.address import KindKey
from qfops.core.observation import Observed
from qfops.core.paths import parse, step
from qfops.core.plan.change import Change
from qfops.core.values import JSON, Marker, Value
from qfops.kinds.base import Kind, Ref
from qfops.kinds.registry import Registry


class Name(NamedTuple):
    """What others call an object of a kind: its id, or one of its outputs."""

    kind: KindKey
    value: str


def names_of(change: Change) -> set[Name]:
    """The names of the object of a change: its id and its outputs."""
    entry, outputs = change.entry, {}
    if entry is not None:
        outputs = entry.outputs if entry.id == change.id else {}
        outputs = next((item.outputs for item in entry.retired if item.id == change.id), outputs)
    values = {value for value in outputs.values() if isinstance(value, str)} | {change.id}
    return {Name(change.address.kind_key, value) for value in values if value}


def referred(kind: Kind, attributes: Mapping[str, JSON]) -> set[Name]:
    """The names that stand at the reference paths of an object."""
    return {name for ref in kind.references for name in referred_by(ref, attributes)}


def referred_by(ref: Ref, attributes: Mapping[str, JSON]) -> Iterable[Name]:
    """The names that stand at one reference path."""
    values: list[Value] = [dict(attributes)]
    for part in parse(ref.path.replace("[*]", ".*")):
        values = [item for value in values for item in _below(value, part)]
    kinds = ref.targets()
    return [Name(kind, value) for value in values if isinstance(value, str) for kind in kinds]


def applied_to(change: Change) -> Mapping[str, JSON]:
    """What state holds of the object of an end, current or kept."""
    entry = change.entry
    if entry is None or entry.id == change.id:
        return entry.attributes if entry is not None else {}
    return next((item.attributes for item in entry.retired if item.id == change.id), {})


def rests_on(registry: Registry, observed: Observed, change: Change) -> set[Name]:
    """The names that the object of an end refers to, as state recorded it or as the console shows it."""
    kind = registry.kinds.get(change.address.kind_key)
    if kind is None:
        return set()
    live, applied = observed.find(kind.key, change.id), referred(kind, applied_to(change))
    return applied if live is None else applied | referred(kind, live.attributes)


def _below(value: Value, part: str | int) -> list[Value]:
    if part == "*":
        return value if isinstance(value, list) else []
    found = step(value, part)
    return [] if isinstance(found, Marker) else [found]
