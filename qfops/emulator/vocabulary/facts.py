"""What a response may hold: the fact table of an action, and the filter every result passes through.

A shape is a literal: `"str"`, `"int"`, `"number"`, `"bool"` or `"object"` for a value, `[shape]` for an
array, a dict for an object; a key that ends in `?` may be absent. Whatever the table does not name never
leaves the emulator, and a result that lacks a promised key is an internal error, not an answer.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

Shape: TypeAlias = "str | list[Shape] | dict[str, Shape]"

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "number": (int, float),
    "bool": (bool,),
    "object": (dict,),
}


class ShapeError(AssertionError):
    """A handler returned something its fact table does not describe: a mistake in the emulator."""


def shaped(value: object, shape: Shape, at: str = "result") -> Any:
    """Return `value` reduced to what `shape` names; refuse a missing key or a wrong type."""
    if isinstance(shape, str):
        if not isinstance(value, _TYPES[shape]) or (isinstance(value, bool) and shape != "bool"):
            raise ShapeError(f"{at}: {value!r} is not of type {shape}")
        return value
    if isinstance(shape, list):
        if not isinstance(value, list | tuple):
            raise ShapeError(f"{at}: {value!r} is not an array")
        return [shaped(element, shape[0], f"{at}[]") for element in value]
    if not isinstance(value, dict):
        raise ShapeError(f"{at}: {value!r} is not an object")
    return _object(value, shape, at)


def _object(value: dict[str, Any], shape: dict[str, Shape], at: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, inner in shape.items():
        key = name.removesuffix("?")
        if key in value:
            kept[key] = shaped(value[key], inner, f"{at}.{key}")
        elif key == name:
            raise ShapeError(f"{at} lacks {key}")
    return kept


def without(result: Any, action: str, hidden: Mapping[str, str]) -> Any:
    """Return a result less the members that are not to be shown by this action, at any depth."""
    fields: dict[str, str] = {}
    for name, how in hidden.items():
        pattern, _, key = name.partition(".")
        if fnmatchcase(action, pattern):
            fields[key] = how
    return _stripped(result, fields) if fields else result


def _stripped(value: Any, fields: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_stripped(element, fields) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        key: None if fields.get(key) == "null" else _stripped(inner, fields)
        for key, inner in value.items()
        if fields.get(key) != "absent"
    }


PAGE_INFO: Shape = {"marker": "str", "maxKeys": "int", "isTruncated": "bool", "nextMarker?": "str"}
