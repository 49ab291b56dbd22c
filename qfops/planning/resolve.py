"""References become values: the output of the target where it is known, "known after apply" where not."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.address import Address
from qfops.core.paths import pattern
from qfops.core.values import JSON, Reference, Unknown, Value
from qfops.kinds.base import Kind, Ref
from qfops.planning.context import Outlook


def resolve(value: Value, outlooks: Mapping[Address, Outlook]) -> Value:
    """`value` with every reference replaced; what has no reference is returned as it is."""
    if isinstance(value, Reference):
        outlook = outlooks.get(value.target)
        if outlook is None or outlook.outputs is None:
            return Unknown(value)
        return _output(outlook.outputs, value)
    if isinstance(value, dict):
        return {key: resolve(item, outlooks) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, outlooks) for item in value]
    return value


def _output(outputs: Mapping[str, JSON], reference: Reference) -> Value:
    found = outputs.get(reference.output or "")
    return Unknown(reference) if found is None else _as_value(found)


def _as_value(found: JSON) -> Value:
    if isinstance(found, dict):
        return {key: _as_value(item) for key, item in found.items()}
    if isinstance(found, list):
        return [_as_value(item) for item in found]
    return found


def ref_at(kind: Kind, path: str) -> Ref | None:
    """The reference rule of a concrete path."""
    wanted = pattern(path)
    return next((ref for ref in kind.references if ref.path == wanted), None)
