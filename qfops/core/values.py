"""Values as attributes hold them: JSON, references, and the values that are not JSON.

Absent, null, unobserved, unknown and assumed are five different things. Null is JSON's null; absent and
unobserved are the markers below; unknown carries the reference it waits for; assumed is a mark that
state keeps beside a prior value.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from qfops.core.address import Address


class Marker(enum.Enum):
    """A value that is not there: `ABSENT` is known to be missing, `UNOBSERVED` was not shown by this read."""

    ABSENT = "absent"
    UNOBSERVED = "unobserved"

    def __repr__(self) -> str:
        return self.name


ABSENT: Final = Marker.ABSENT
UNOBSERVED: Final = Marker.UNOBSERVED


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """`{ref: Kind/name, output: NAME}` in place of an id; `output` is None until the path decides it."""

    target: Address
    output: str | None = None

    def __str__(self) -> str:
        return f"{self.target}.{self.output}" if self.output else str(self.target)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only exists once something else has been applied ("known after apply")."""

    reference: Reference

    def __str__(self) -> str:
        return "known after apply"


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A secret, shown only as the digest that tells whether two are equal."""

    digest: str


JSON: TypeAlias = "None | bool | int | float | str | list[JSON] | dict[str, JSON]"
Value: TypeAlias = (
    "None | bool | int | float | str | Reference | Unknown | Sensitive"
    " | Sequence[Value] | Mapping[str, Value]"
)
"""JSON that may hold references and unknowns; covariant, so that JSON is a Value. At run time: list, dict."""
Slot: TypeAlias = "Value | Literal[Marker.ABSENT, Marker.UNOBSERVED]"
"""One side of a comparison: a value, or one of the markers."""


def same(left: Slot, right: Slot) -> bool:
    """Whether two values are equal: numbers by value (10 and 10.0), true and false only with themselves."""
    if left is right:
        return True
    if isinstance(left, str):  # most values: told first
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, dict):
        if not isinstance(right, dict) or left.keys() != right.keys():
            return False
        for key, value in left.items():  # no generator: this runs for every attribute of a project
            other = right[key]
            if value is not other and not same(value, other):
                return False
        return True
    if isinstance(left, list):
        return (
            isinstance(right, list)
            and len(left) == len(right)
            and all(same(a, b) for a, b in zip(left, right, strict=True))
        )
    return left == right


def references_in(value: Value, path: str = "") -> Iterator[tuple[str, Reference]]:
    """Every reference below `value` with its path, in the order written."""
    if isinstance(value, Reference):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from references_in(item, child(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references_in(item, f"{path}[{index}]")


def has_unknown(value: Slot) -> bool:
    """Whether anything below `value` is known only after apply."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return False


def plain(value: Value) -> JSON:
    """The JSON that `value` is; ValueError when it still holds a reference, an unknown or a secret."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(f"{value!r} has no value yet")


def child(path: str, key: str) -> str:
    """The path of `key` below `path`; a key that holds a dot or bracket is written `["a.b"]`."""
    if "." in key or "[" in key or "]" in key or '"' in key or not key:
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key
