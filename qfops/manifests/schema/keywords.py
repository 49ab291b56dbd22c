"""Each keyword of JSON schema in a user's words: what stands there, what is allowed, how to write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from jsonschema import ValidationError

from qfops.core.canonical import encode
from qfops.core.diagnostics import nearest
from qfops.core.paths import join
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.problem import Problem, unknown_key
from qfops.manifests.scalars import boolean_hint, described, literal, null_hint, number_hint, text_hint

_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
_Explain: TypeAlias = Callable[[ValidationError], Iterator[Problem]]


def as_list(value: Any) -> list[str]:
    """The types that a `type` keyword names."""
    return value if isinstance(value, list) else [value]


def _instance(error: ValidationError) -> Any:
    """The value that is wrong; jsonschema gives it no type."""
    return error.instance


def limit(error: ValidationError) -> Any:
    """What the schema's keyword says; jsonschema gives it no type."""
    return error.validator_value


def _path(error: ValidationError) -> str:
    return join(error.absolute_path)


def _about(error: ValidationError) -> str:
    schema = error.schema
    return str(schema.get("description", "")) if isinstance(schema, Mapping) else ""


def _problem(error: ValidationError, code: str, summary: str, remedy: str = "", detail: str = "") -> Problem:
    return Problem(code, summary, _path(error), detail=detail or _about(error), remedy=remedy)


def _value(error: ValidationError, summary: str, remedy: str = "") -> Iterator[Problem]:
    yield _problem(error, codes.WRONG_VALUE, summary, remedy)


def _type(error: ValidationError) -> Iterator[Problem]:
    yield wrong_type(error, as_list(limit(error)))


def wrong_type(error: ValidationError, types: Iterable[str]) -> Problem:
    """The problem of a value that has none of these types."""
    wanted = list(dict.fromkeys(types))
    words = " or ".join(_WORDS[name] for name in wanted)
    summary = f"{words} is wanted here, not {described(_instance(error))}"
    allowed = error.schema.get("enum", ()) if isinstance(error.schema, Mapping) else ()
    hint = _enum_hint(_instance(error), allowed) or _type_hint(wanted, _instance(error))
    if "string" in wanted and not _would_fit(error):
        hint = ""
    return _problem(error, codes.WRONG_TYPE, summary, hint)


def _would_fit(error: ValidationError) -> bool:
    """Whether the value would be right in quotes, as far as a pattern says so."""
    form = error.schema.get("pattern") if isinstance(error.schema, Mapping) else None
    return form is None or re.search(str(form), literal(_instance(error))) is not None


def _type_hint(wanted: Collection[str], value: JSON) -> str:
    """How to write what was meant, or an empty string."""
    if value is None:
        return "Give a value, or remove the key."
    if isinstance(value, str):
        return (
            (("number" in wanted or "integer" in wanted) and number_hint(value))
            or ("boolean" in wanted and boolean_hint(value))
            or ("null" in wanted and null_hint(value))
            or ("array" in wanted and f"Write it as a list: [{value}].")
            or ""
        )
    return text_hint(value) if "string" in wanted else ""


def _enum(error: ValidationError) -> Iterator[Problem]:
    allowed: list[JSON] = list(limit(error))
    detail = f"Allowed: {', '.join(literal(item) for item in allowed)}."
    summary = f"{literal(_instance(error))} is not allowed here"
    yield _problem(error, codes.WRONG_VALUE, summary, _enum_hint(_instance(error), allowed), detail)


def _enum_hint(value: JSON, allowed: Collection[JSON]) -> str:
    texts = {str(item).lower(): item for item in allowed if isinstance(item, str)}
    if not isinstance(value, str):
        meant = texts.get(literal(value).lower())
        return f'Put it in quotes: "{meant}".' if meant is not None else ""
    if any(isinstance(item, bool) for item in allowed) and boolean_hint(value):
        return boolean_hint(value)
    if any(isinstance(item, (int, float)) for item in allowed) and number_hint(value):
        return number_hint(value)
    return nearest(value, [item for item in allowed if isinstance(item, str)])


def _const(error: ValidationError) -> Iterator[Problem]:
    yield from _value(
        error, f"{literal(_instance(error))} is not allowed here", f"Write {literal(limit(error))}."
    )


def _required(error: ValidationError) -> Iterator[Problem]:
    for key in limit(error):
        if isinstance(_instance(error), dict) and key not in _instance(error):
            yield _missing(error, key, f"{key} is missing")


def _missing(error: ValidationError, key: str, summary: str) -> Problem:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    described_key = schema.get("properties", {}).get(key, {})
    detail = described_key.get("description", "") if isinstance(described_key, Mapping) else ""
    path = child(_path(error), key)
    return Problem(codes.MISSING_KEY, summary, path, detail=str(detail), remedy=f"Add {key}.")


def _dependent(error: ValidationError) -> Iterator[Problem]:
    for key, needed in limit(error).items():
        if key in _instance(error):
            for other in needed:
                if other not in _instance(error):
                    yield _missing(error, other, f"{other} is missing: {key} needs it")


def _additional(error: ValidationError) -> Iterator[Problem]:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known = list(schema.get("properties", {}))
    for key in _instance(error):
        if key not in known:
            yield unknown_key(_path(error), key, known, _instance(error))


def _length(error: ValidationError) -> Iterator[Problem]:
    count = len(_instance(error))
    wanted = _bounds(error, "minLength", "maxLength")
    has = (
        f"{literal(_instance(error))} has {count} character{'s' * (count != 1)}"
        if count
        else "the text is empty"
    )
    yield from _value(error, f"{has}; wanted are {wanted}")


def _items(error: ValidationError) -> Iterator[Problem]:
    count = len(_instance(error))
    what = "Items" if isinstance(_instance(error), list) else "Properties"
    word = f"{'item' if what == 'Items' else 'key'}{'s' * (count != 1)}"
    wanted = _bounds(error, f"min{what}", f"max{what}")
    yield from _value(error, f"{count or 'no'} {word} here; wanted are {wanted}")


def _range(error: ValidationError) -> Iterator[Problem]:
    wanted = _bounds(error, "minimum", "maximum")
    for keyword, words in _EXCLUSIVE.items():
        if error.validator == keyword:
            wanted = f"{words} {literal(limit(error))}"
    yield from _value(error, f"{literal(_instance(error))} is out of range; wanted is {wanted}")


_EXCLUSIVE = {"exclusiveMinimum": "more than", "exclusiveMaximum": "less than", "multipleOf": "a multiple of"}


def _bounds(error: ValidationError, lower: str, upper: str) -> str:
    """The range that a schema allows, in words."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    least, most = schema.get(lower), schema.get(upper)
    if least is not None and most is not None:
        return f"{literal(least)} to {literal(most)}" if least != most else f"exactly {literal(least)}"
    return f"at least {literal(least)}" if least is not None else f"at most {literal(most)}"


def _pattern(error: ValidationError) -> Iterator[Problem]:
    form = str(limit(error)).replace("(?!\\n)", "")
    summary = f"{literal(_instance(error))} does not have the right form"
    if _about(error):
        yield _problem(error, codes.WRONG_VALUE, summary)
    else:
        yield _problem(error, codes.WRONG_VALUE, summary, detail=f"It must match {form}.")


def _unique(error: ValidationError) -> Iterator[Problem]:
    seen: set[bytes] = set()
    for item in _instance(error):
        text = encode(item)
        if text in seen:
            yield from _value(error, f"{literal(item)} stands twice in the list", "Remove one of them.")
            return
        seen.add(text)
    yield from _value(error, "an item stands twice in the list", "Remove one of them.")


def _otherwise(error: ValidationError) -> Iterator[Problem]:
    yield from _value(error, error.message)


_EXPLAIN: Mapping[str, _Explain] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _required,
    "dependentRequired": _dependent,
    "additionalProperties": _additional,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _items,
    "maxItems": _items,
    "minProperties": _items,
    "maxProperties": _items,
    "minimum": _range,
    "maximum": _range,
    "exclusiveMinimum": _range,
    "exclusiveMaximum": _range,
    "multipleOf": _range,
    "pattern": _pattern,
    "uniqueItems": _unique,
}


def explain_keyword(error: ValidationError) -> Iterator[Problem]:
    """The problems behind one error, by the keyword of the schema that it broke."""
    yield from _EXPLAIN.get(str(error.validator), _otherwise)(error)
