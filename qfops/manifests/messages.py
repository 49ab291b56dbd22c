"""Errors of a JSON schema in the words of a user: what stands there, what is allowed, how to write it.

Pure: errors of jsonschema in, problems out. A value of the wrong type gets one problem and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from jsonschema import ValidationError

from qfops.core.diagnostics import nearest
from qfops.core.paths import join
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.problem import Problem, unknown_key
from qfops.manifests.scalars import boolean_hint, described, null_hint, number_hint, shown, text_hint

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


def problems(errors: Iterable[ValidationError], references: Collection[str]) -> list[Problem]:
    """The best problems of each path, in order of appearance; paths of references are left out."""
    found: dict[str, list[Problem]] = {}
    for error in errors:
        for problem in _explained(error):
            if problem.path not in references:
                found.setdefault(problem.path, []).append(problem)
    return [problem for group in found.values() for problem in _best(group)]


def _best(group: list[Problem]) -> Iterable[Problem]:
    """A wrong type makes everything else about a value noise; of several rules one is enough."""
    for code in (codes.WRONG_TYPE, codes.UNKNOWN_KEY, codes.MISSING_KEY):
        chosen = [problem for problem in group if problem.code == code]
        if chosen:
            return chosen[:1]
    return group[:1]


def _explained(error: ValidationError) -> Iterator[Problem]:
    if (
        error.validator in ("anyOf", "oneOf")
        and error.context
        and isinstance(error.context[0], ValidationError)
    ):
        yield from _alternatives(error)
    else:
        yield from _EXPLAIN.get(str(error.validator), _otherwise)(error)


def _alternatives(error: ValidationError) -> Iterator[Problem]:
    """Of several schemas, the one that came closest: right type first, then the fewest errors."""
    branches: dict[str | int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    types = [wanted for branch in branches.values() for wanted in _wrong_types(branch)]
    if len(types) >= len(branches):
        yield _wrong_type(error, types)
        return
    for inner in min(branches.values(), key=lambda branch: (bool(_wrong_types(branch)), len(branch))):
        yield from _explained(inner)


def _wrong_types(branch: list[ValidationError]) -> list[str]:
    """The types that a branch wanted of the value itself, when it had another one."""
    return [
        wanted
        for error in branch
        if error.validator == "type" and not error.relative_path
        for wanted in _as_list(_limit(error))
    ]


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _instance(error: ValidationError) -> Any:
    """The value that is wrong; jsonschema gives it no type."""
    return error.instance


def _limit(error: ValidationError) -> Any:
    """What the schema's keyword says; jsonschema gives it no type."""
    return error.validator_value


def _path(error: ValidationError) -> str:
    return join(error.absolute_path)


def _about(error: ValidationError) -> str:
    schema = error.schema
    return str(schema.get("description", "")) if isinstance(schema, Mapping) else ""


def _problem(error: ValidationError, code: str, summary: str, remedy: str = "", detail: str = "") -> Problem:
    return Problem(_path(error), code, summary, detail or _about(error), remedy)


def _value(error: ValidationError, summary: str, remedy: str = "") -> Iterator[Problem]:
    yield _problem(error, codes.WRONG_VALUE, summary, remedy)


def _type(error: ValidationError) -> Iterator[Problem]:
    yield _wrong_type(error, _as_list(_limit(error)))


def _wrong_type(error: ValidationError, types: Iterable[str]) -> Problem:
    wanted = list(dict.fromkeys(types))
    words = " or ".join(_WORDS[name] for name in wanted)
    summary = f"{words} is wanted here, not {described(_instance(error))}"
    allowed = error.schema.get("enum", ()) if isinstance(error.schema, Mapping) else ()
    hint = _enum_hint(_instance(error), allowed) or _type_hint(wanted, _instance(error))
    return _problem(error, codes.WRONG_TYPE, summary, hint)


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
    allowed: list[JSON] = list(_limit(error))
    detail = f"Allowed: {', '.join(shown(item) for item in allowed)}."
    summary = f"{shown(_instance(error))} is not allowed here"
    yield _problem(error, codes.WRONG_VALUE, summary, _enum_hint(_instance(error), allowed), detail)


def _enum_hint(value: JSON, allowed: Collection[JSON]) -> str:
    texts = {str(item).lower(): item for item in allowed if isinstance(item, str)}
    if not isinstance(value, str):
        meant = texts.get(shown(value).lower())
        return f'Put it in quotes: "{meant}".' if meant is not None else ""
    if any(isinstance(item, bool) for item in allowed) and boolean_hint(value):
        return boolean_hint(value)
    if any(isinstance(item, (int, float)) for item in allowed) and number_hint(value):
        return number_hint(value)
    return nearest(value, [item for item in allowed if isinstance(item, str)])


def _const(error: ValidationError) -> Iterator[Problem]:
    yield from _value(
        error, f"{shown(_instance(error))} is not allowed here", f"Write {shown(_limit(error))}."
    )


def _required(error: ValidationError) -> Iterator[Problem]:
    for key in _limit(error):
        if isinstance(_instance(error), dict) and key not in _instance(error):
            yield _missing(error, key, f"{key} is missing")


def _missing(error: ValidationError, key: str, summary: str) -> Problem:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    described_key = schema.get("properties", {}).get(key, {})
    detail = described_key.get("description", "") if isinstance(described_key, Mapping) else ""
    return Problem(child(_path(error), key), codes.MISSING_KEY, summary, detail, f"Add {key}.")


def _dependent(error: ValidationError) -> Iterator[Problem]:
    for key, needed in _limit(error).items():
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
    bound = f"at {'least' if error.validator == 'minLength' else 'most'} {_limit(error)}"
    count = len(_instance(error))
    text = "the text is empty" if not count else f"{shown(_instance(error))} has {count} characters"
    yield from _value(error, f"{text}; {bound} are allowed")


def _items(error: ValidationError) -> Iterator[Problem]:
    what = "items" if error.validator in ("minItems", "maxItems") else "keys"
    bound = f"at {'least' if str(error.validator).startswith('min') else 'most'} {_limit(error)}"
    yield from _value(error, f"{len(_instance(error))} {what} stand here; {bound} are allowed")


def _range(error: ValidationError) -> Iterator[Problem]:
    words = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "more than",
        "exclusiveMaximum": "less than",
        "multipleOf": "a multiple of",
    }
    bound = f"{words[str(error.validator)]} {shown(_limit(error))}"
    yield from _value(error, f"{shown(_instance(error))} is out of range: {bound} is allowed")


def _pattern(error: ValidationError) -> Iterator[Problem]:
    form = str(_limit(error)).replace("(?!\\n)", "")
    summary = f"{shown(_instance(error))} does not have the right form"
    if _about(error):
        yield _problem(error, codes.WRONG_VALUE, summary)
    else:
        yield _problem(error, codes.WRONG_VALUE, summary, detail=f"It must match {form}.")


def _unique(error: ValidationError) -> Iterator[Problem]:
    seen: list[str] = []
    for item in _instance(error):
        text = shown(item)
        if text in seen:
            yield from _value(error, f"{text} stands twice in the list", "Remove one of them.")
            return
        seen.append(text)
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
