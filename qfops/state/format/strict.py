"""Strict reading of JSON objects: a field has its type, and no key is unknown.

Every FormatError says where in the document and what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TypeVar, cast

from qfops.core.diagnostics import nearest
from qfops.core.values import JSON
from qfops.state.format.problems import FormatError

T = TypeVar("T")
Word = TypeVar("Word", bound=str)
Object = dict[str, JSON]

_NAMES: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    int: "a whole number",
}


def an_object(value: object, where: str, known: AbstractSet[str]) -> Object:
    """`value` as an object whose keys are all in `known`."""
    if not isinstance(value, dict):
        raise FormatError(f"{where} must be an object")
    if not value.keys() <= known:
        unknown = min(value.keys() - known)
        raise FormatError(f"{where}: unknown key {unknown!r}. {nearest(unknown, sorted(known))}".rstrip())
    return cast("Object", value)


def field(source: Mapping[str, JSON], key: str, kind: type[T], default: T, where: str) -> T:
    """The value of `key`, of type `kind`; `default` when it is missing."""
    if key not in source:
        return default
    value = source[key]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise FormatError(f"{where}.{key} must be {_NAMES[kind]}")
    return value


def required(source: Mapping[str, JSON], key: str, where: str) -> str:
    """A text that must be there and not be empty."""
    value = source.get(key)
    if not isinstance(value, str) or not value:
        raise FormatError(f"{where}.{key} must be a text that is not empty")
    return value


def number(source: Mapping[str, JSON], key: str, where: str) -> float:
    """A number, 0.0 when it is missing."""
    if key not in source:
        return 0.0
    value = source[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise FormatError(f"{where}.{key} must be a number")
    return float(value)


def texts(source: Mapping[str, JSON], key: str, where: str) -> list[str]:
    """A list of texts, empty when it is missing."""
    if key not in source:
        return []
    value = field(source, key, list, [], where)
    if not all(isinstance(item, str) for item in value):
        raise FormatError(f"{where}.{key} must be a list of texts")
    return cast("list[str]", value)


def named_texts(source: Mapping[str, JSON], key: str, where: str) -> dict[str, str]:
    """An object that holds texts, empty when it is missing."""
    if key not in source:
        return {}
    value = field(source, key, dict, {}, where)
    if not all(isinstance(item, str) for item in value.values()):
        raise FormatError(f"{where}.{key} must hold texts")
    return cast("dict[str, str]", value)


def word(source: Mapping[str, JSON], key: str, allowed: Mapping[str, Word], where: str) -> Word:
    """One of the `allowed` words; a missing key is the first of them."""
    value = source.get(key, next(iter(allowed)))
    if not isinstance(value, str) or value not in allowed:
        raise FormatError(f"{where}.{key} must be one of {', '.join(allowed)}")
    return allowed[value]


def sparse(document: Mapping[str, JSON]) -> Object:
    """`document` without what a reader fills in: null, false, 0 and empty texts, lists and objects."""
    return {key: value for key, value in document.items() if value}
