"""What a request body may hold: known keys, their types, which are required, their ranges.

Actions declare their bodies with these fields. A bad value is refused as the console would; an unknown key
is only reported, because the console ignores it (some clients send secrets that way: its value is not kept).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from qfops.emulator.vocabulary.errors import invalid

JsonObject: TypeAlias = dict[str, Any]  # JSON as parsed; `check` vouches for the types of declared keys
FieldKind: TypeAlias = Literal["text", "integer", "number", "boolean", "record", "listing", "free"]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a body. For texts and listings `low` and `high` bound the length, for numbers the value."""

    kind: FieldKind
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    item: "Field | None" = None
    fields: "Mapping[str, Field] | None" = None


Fields: TypeAlias = Mapping[str, Field]


def text(
    low: int | None = None, high: int | None = None, *, choices: tuple[str, ...] = (), pattern: str = ""
) -> Field:
    """Return an optional string, with bounds on its length, a choice of values, or a pattern."""
    return Field("text", low=low, high=high, choices=choices, pattern=pattern)


def integer(low: int | None = None, high: int | None = None) -> Field:
    """Return an optional whole number."""
    return Field("integer", low=low, high=high)


def number(low: float | None = None, high: float | None = None) -> Field:
    """Return an optional number."""
    return Field("number", low=low, high=high)


def boolean() -> Field:
    """Return an optional boolean."""
    return Field("boolean")


def listing(item: Field, low: int | None = None, high: int | None = None) -> Field:
    """Return an optional array of `item`."""
    return Field("listing", low=low, high=high, item=item)


def record(**fields: Field) -> Field:
    """Return an optional object with known keys."""
    return Field("record", fields=fields)


def free() -> Field:
    """Return an optional object whose keys the action itself checks."""
    return Field("free")


def need(field: Field) -> Field:
    """Return the same field, required."""
    return Field(
        field.kind, True, field.low, field.high, field.choices, field.pattern, field.item, field.fields
    )


def check(body: Mapping[str, Any], fields: Fields, at: str = "") -> Iterator[str]:
    """Yield the path of every unknown key; raise on a missing or unsuitable value, naming the path's leaf.

    An explicit null counts as absent: the Python SDK sends it for arguments left out.
    """
    for key, value in body.items():
        field = fields.get(key)
        if field is None:
            yield at + key
        elif value is not None:
            yield from _check_value(value, field, at + key)
    for key, field in fields.items():
        if field.required and body.get(key) is None:
            raise invalid(key)


def known(body: Mapping[str, Any], fields: Fields) -> JsonObject:
    """Return a checked body without its unknown keys, at any depth."""
    return {key: _known_value(value, fields[key]) for key, value in body.items() if key in fields}


def _known_value(value: object, field: Field) -> object:
    if field.fields is not None and isinstance(value, dict):
        return known(value, field.fields)
    if field.item is not None and isinstance(value, list):
        return [_known_value(element, field.item) for element in value]
    return value


def _check_value(value: object, field: Field, at: str) -> Iterator[str]:
    if not _TYPES[field.kind](value):
        raise invalid(_leaf(at))
    if field.low is not None or field.high is not None:
        size = value if isinstance(value, int | float) else len(value)  # type: ignore[arg-type]
        if (field.low is not None and size < field.low) or (field.high is not None and size > field.high):
            raise invalid(_leaf(at))
    if field.choices and value not in field.choices:
        raise invalid(_leaf(at))
    if field.pattern and not re.fullmatch(field.pattern, str(value)):
        raise invalid(_leaf(at))
    if field.item is not None and isinstance(value, list):
        for position, element in enumerate(value):
            yield from _check_value(element, field.item, f"{at}[{position}]")
    if field.fields is not None and isinstance(value, dict):
        yield from check(value, field.fields, at + ".")


def _leaf(path: str) -> str:
    """What a refusal names: the vendor's say the last key of a path."""
    return path.rpartition(".")[2]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[FieldKind, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "record": lambda value: isinstance(value, dict),
    "listing": lambda value: isinstance(value, list),
    "free": lambda value: isinstance(value, dict),
}
