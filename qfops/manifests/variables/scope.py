"""The names that a `${…}` may hold, and what each stands for: a value with its origin, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from qfops.core.diagnostics import nearest
from qfops.core.resource import Origin, Source
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.positions import Origins
from qfops.manifests.problem import Problem
from qfops.manifests.scalars import Numerals

_NONE: Numerals = MappingProxyType({})
_KNOWN = "Known are ${var.NAME}, ${each.key}, ${each.FIELD}, ${qfops.environment}, ${qfops.project}."


class Variable(NamedTuple):
    """The value of a variable and its origin; None for one from outside the files, where its use stands.

    `numerals` are the numbers in it as they were written, by their paths below it. `unread` says why a
    number from outside has no value: it can only stand inside a text.
    """

    value: JSON
    source: Source
    origin: Origin | None
    numerals: Numerals = _NONE
    unread: str = ""


class VariableScope(NamedTuple):
    """The variables, and what `${qfops.…}` stands for ("" without environments)."""

    project: str
    environment: str
    variables: Mapping[str, Variable]


class Each(NamedTuple):
    """One item of a `forEach`: its key, its value, the path where it stands, and where such paths are.

    `numerals` are the numbers of the manifest as they were written.
    """

    key: str
    value: JSON
    path: str
    origins: Origins
    numerals: Numerals = _NONE


class Supplied(NamedTuple):
    """A value to put in, and its origin; None where it has no place of its own.

    `numerals` and `unread` are as of a variable.
    """

    value: JSON
    origin: Origin | None = None
    numerals: Numerals = _NONE
    unread: str = ""


def numerals_below(numerals: Numerals, root: str) -> Numerals:
    """The numerals of what stands at `root`, by their paths below it."""
    if not numerals:
        return _NONE
    below = {path[len(root) :]: text for path, text in numerals.items() if path.startswith(root)}
    return {rest: text for rest, text in below.items() if rest[:1] in ("", ".", "[")}


def variable_in(name: str) -> str:
    """The variable that a substitution names, or "" when it names something else."""
    root, _, variable = name.partition(".")
    return variable if root == "var" else ""


def look_up(
    name: str, path: str, origins: Origins, scope: VariableScope, each: Each | None
) -> Supplied | Problem:
    """What a name stands for where it is used: at `path` of a document with these origins."""
    root, _, rest = name.partition(".")
    if variable_in(name):
        return _variable(rest, path, origins, scope)
    if root == "each" and rest:
        return _item(rest, path, each)
    if name == "qfops.project":
        return Supplied(scope.project)
    if name == "qfops.environment":
        return _environment(path, scope)
    return Problem(
        codes.SUBSTITUTION,
        f"${{{name}}} is not a substitution",
        path,
        detail=_KNOWN,
        remedy='For a literal "${" write "$${".',
    )


def _variable(name: str, path: str, origins: Origins, scope: VariableScope) -> Supplied | Problem:
    variable = scope.variables.get(name)
    if variable is None:
        ways = f"Set it under `vars` in qfops.yaml, with --var {name}=…, or as QFOPS_VAR_{name}."
        remedy = f"{nearest(name, scope.variables)} {ways}".strip()
        return Problem(codes.UNDEFINED, f"the variable {name} is not defined", path, remedy=remedy)
    if variable.origin is not None:
        return Supplied(variable.value, variable.origin, variable.numerals)
    origin = Origin(origins.nearest(path).location, variable.source, name)
    return Supplied(variable.value, origin, variable.numerals, variable.unread)


def _item(name: str, path: str, each: Each | None) -> Supplied | Problem:
    if each is None:
        summary = f"${{each.{name}}} stands only in a manifest with metadata.forEach"
        return Problem(codes.SUBSTITUTION, summary, path)
    if name == "key":
        return Supplied(each.key)
    if name == "value":
        return _of_each(each, each.value, each.path)
    value, where = each.value, each.path
    for key in name.split("."):
        if not isinstance(value, dict) or key not in value:
            known = ["key", "value", *(value if isinstance(value, dict) else ())]
            return Problem(
                codes.UNDEFINED,
                f"the item {each.key} of forEach has no {name}",
                path,
                detail=f"Known are {', '.join(f'${{each.{item}}}' for item in known)}.",
                remedy=nearest(key, known),
            )
        value, where = value[key], child(where, key)
    return _of_each(each, value, where)


def _of_each(each: Each, value: JSON, path: str) -> Supplied:
    return Supplied(value, each.origins.nearest(path), numerals_below(each.numerals, path))


def _environment(path: str, scope: VariableScope) -> Supplied | Problem:
    if scope.environment:
        return Supplied(scope.environment)
    return Problem(
        codes.SUBSTITUTION,
        "this project has no environments, so ${qfops.environment} has no value",
        path,
        remedy="Declare `environments` in qfops.yaml.",
    )
