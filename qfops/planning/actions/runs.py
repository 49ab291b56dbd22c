"""What a run was made from: inputs that decide its result, and the key that tells two runs apart.

Never part of the inputs: the container's id, a name, a description. Container attributes that decide the
result (`model`, `trainMode`) are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qfops.core.canonical import digest
from qfops.core.resolve import Lookup, container_attributes
from qfops.core.values import ABSENT, JSON, Marker, Value, has_unknown, plain, same
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.kinds.rules import RuleType

_DECIDES = (RuleType.UPDATABLE, RuleType.IMMUTABLE, RuleType.APPEND_ONLY, RuleType.ONE_WAY)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a run by path (`container.model` for those of the container); "" key: not yet known."""

    values: Mapping[str, Value]
    key: str


def inputs_of(kind: Kind, attributes: Mapping[str, Value], container: Mapping[str, Value]) -> Inputs:
    """The inputs that `attributes` and the attributes of the container make."""
    place = kind.container.path if kind.container else ""
    values: dict[str, Value] = {
        path: leaf.value
        for path, leaf in flatten(kind, attributes).items()
        if leaf.rule.type in _DECIDES and path != place
    }
    for name in kind.container_inputs:
        value = container.get(name, ABSENT)
        if not isinstance(value, Marker) and (value is None or isinstance(value, (str, int, float, bool))):
            values[f"container.{name}"] = value
    known = not any(has_unknown(value) for value in values.values())
    return Inputs(values, digest({p: plain(v) for p, v in values.items()}) if known else "")


def container_of(kind: Kind, attributes: Mapping[str, Value], lookup: Lookup) -> Mapping[str, Value]:
    """The attributes of the container that decide the result of a run, as `lookup` knows them."""
    ref = kind.container
    return container_attributes(ref.path, ref.targets(), attributes, lookup) if ref is not None else {}


def differing(before: Mapping[str, JSON], after: Mapping[str, Value]) -> list[str]:
    """The input paths that differ, sorted."""
    old: Mapping[str, Value] = {path: value for path, value in before.items()}  # noqa: C416 (widens the type)
    paths = sorted(old.keys() | after.keys())
    return [path for path in paths if not same(old.get(path, ABSENT), after.get(path, ABSENT))]
