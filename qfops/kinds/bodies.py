"""Request bodies from the terms of a kind: what goes to the console in each of its calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qfops.core.merging import laid_over
from qfops.core.paths import Part, parse, top
from qfops.core.values import JSON
from qfops.kinds.base import EXTRA, Kind
from qfops.kinds.findings import Finding
from qfops.kinds.operations import CallValues, Operation, Read


def create_body(kind: Kind, attributes: Mapping[str, JSON]) -> dict[str, JSON]:
    """The body of the create call: what no other operation carries out, with `extra` laid over it.

    Defaults that the console wants to be told are filled in.
    """
    outside = kind.steps_outside_create() | {EXTRA}
    extra = attributes.get(EXTRA)
    body = {key: value for key, value in attributes.items() if key not in outside}
    for path in kind.always_sent:
        _fill(body, parse(path), kind.defaults[path])
    return whole(laid_over(body, extra) if isinstance(extra, dict) else body)


def whole(body: Mapping[str, JSON]) -> dict[str, JSON]:
    """The body with whole numbers written as such: 3.0 means 3, but a console may refuse it as an integer."""
    return {key: _whole(value) for key, value in body.items()}


def _whole(value: JSON) -> JSON:
    if isinstance(value, dict):
        return whole(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _fill(body: dict[str, JSON], path: Sequence[Part], value: JSON) -> None:
    """Set a path where nothing stands and there is an object to hold it; inner objects are copied."""
    *parents, last = path
    here = body
    for part in parents:
        below = here.get(str(part))
        if not isinstance(below, dict):
            return
        here[str(part)] = here = {**below}
    if here.get(str(last)) is None:
        here[str(last)] = value


def call_body(
    kind: Kind, operation: Operation, values: CallValues, paths: Iterable[str] = ()
) -> dict[str, JSON] | Finding:
    """The body of any other call, or why it must not be sent as things stand.

    `values.attributes` shall hold afterwards; `paths` are the changed ones. An update sends the whole
    top-level attributes that changed, with live values for the parts we do not own.
    """
    if operation.encode is not None:
        encoded = operation.encode(values)
        return whole(encoded) if isinstance(encoded, dict) else encoded
    body = keys(operation, values.outputs)
    if operation.sends == "changed":
        for key in sorted({top(path) for path in paths} | set(operation.requires)):
            value = values.attributes.get(key, values.live.get(key))
            if value is not None or key in values.attributes:
                body[key] = value
    elif operation.sends == "item" and isinstance(values.item, dict):
        body.update(values.item)
    elif operation.sends == "keyed":
        *_, name, leaf = parse(values.path)
        rule = kind.rule_at(values.path)
        if rule is not None and rule.set_of:
            body[rule.set_of] = name
        body[str(leaf)] = values.item
    return whole(body)


def keys(operation: Operation | Read, outputs: Mapping[str, JSON]) -> dict[str, JSON]:
    """The body keys that name the object."""
    return {wire: outputs[output] for wire, output in operation.keys.items() if output in outputs}


def names_all(operation: Operation | Read, outputs: Mapping[str, JSON]) -> bool:
    """Whether everything is known that the call must name (compute that we did not buy has no id here)."""
    return all(outputs.get(output) for output in operation.keys.values())
