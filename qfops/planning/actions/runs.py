"""What a run was made from: inputs that decide its result, and the key that tells two runs apart.

Never part of the inputs: the container's id, a name, a description. Container attributes that decide the
result (`model`, `trainMode`) are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qfops.core.canonical import digest
from qfops.core.resolve import Lookup, container_attributes
from qfops.core.values import ABSENT, JSON, Marker, Slot, Value, has_unknown, plain, same
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.kinds.normalise import form_at, implied
from qfops.kinds.rules import RuleType

_CONTAINER = "container."
_DECIDES = (RuleType.UPDATABLE, RuleType.IMMUTABLE, RuleType.APPEND_ONLY, RuleType.ONE_WAY)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a run by path (`container.model` for those of the container); "" key: not yet known."""

    values: Mapping[str, Value]
    key: str


def inputs_of(kind: Kind, attributes: Mapping[str, Value], container: Mapping[str, Value]) -> Inputs:
    """The inputs that `attributes` and the attributes of the container make, in the form of the kind.

    What silence would say too is none: a default that is written down is no other run.
    """
    return _inputs(
        kind,
        {
            path: leaf.value
            for path, leaf in flatten(kind, attributes).items()
            if leaf.rule.type in _DECIDES and not leaf.implied
        },
        container,
    )


def inputs_as_written(kind: Kind, attributes: Mapping[str, Value], container: Mapping[str, Value]) -> Inputs:
    """The inputs and the key as earlier versions made them: with written defaults, lists in their order."""
    return _inputs(
        kind,
        {
            path: leaf.written
            for path, leaf in flatten(kind, attributes).items()
            if leaf.rule.type in _DECIDES
        },
        container,
    )


def in_form(kind: Kind, inputs: Mapping[str, JSON]) -> dict[str, Value]:
    """Recorded inputs in the form of today; those of the container are as they are."""
    found: dict[str, Value] = {}
    for path, value in inputs.items():
        if path.startswith(_CONTAINER):
            found[path] = value
            continue
        form = form_at(kind.form, path)
        if not implied(value, form.default if form is not None else ABSENT):
            found[path] = form.of(value) if form is not None else value
    return found


def container_in(inputs: Mapping[str, JSON]) -> dict[str, Value]:
    """The attributes of the container that recorded inputs hold."""
    return {p.removeprefix(_CONTAINER): v for p, v in inputs.items() if p.startswith(_CONTAINER)}


def key_of(values: Mapping[str, Value]) -> str:
    """The key of inputs by path; "" where one is not known yet."""
    if any(has_unknown(value) for value in values.values()):
        return ""
    return digest({path: plain(value) for path, value in values.items()})


def _inputs(kind: Kind, leaves: dict[str, Value], container: Mapping[str, Value]) -> Inputs:
    place = kind.container.path if kind.container else ""
    values = {path: value for path, value in leaves.items() if path != place}
    for name in kind.container_inputs:
        value = container.get(name, ABSENT)
        if not isinstance(value, Marker) and (value is None or isinstance(value, (str, int, float, bool))):
            values[f"{_CONTAINER}{name}"] = value
    return Inputs(values, key_of(values))


def container_of(kind: Kind, attributes: Mapping[str, Value], lookup: Lookup) -> Mapping[str, Value]:
    """The attributes of the container that decide the result of a run, as `lookup` knows them."""
    ref = kind.container
    return container_attributes(ref.path, ref.targets(), attributes, lookup) if ref is not None else {}


def differing(before: Mapping[str, JSON], after: Mapping[str, Value]) -> list[str]:
    """The input paths that differ, sorted."""
    old: Mapping[str, Value] = {path: value for path, value in before.items()}  # noqa: C416 (widens the type)
    paths = sorted(old.keys() | after.keys())
    return [path for path in paths if not same(old.get(path, ABSENT), after.get(path, ABSENT))]


def chosen_by_console(kind: Kind, path: str, before: Slot, after: Slot, shown: Slot) -> bool:
    """Whether a manifest that was silent says now what the console chose then, and shows.

    Silence after a value is another input: nobody knows that the console would choose the same.
    """
    rule = kind.rules_by_path.get(path)
    return rule is not None and bool(rule.server_default) and before is ABSENT and same(shown, after)
