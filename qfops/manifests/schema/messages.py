"""Errors of a JSON schema as problems: the best of each path, and of alternatives the one that came closest.

Pure: errors of jsonschema in, problems out. A value of the wrong type gets one problem and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jsonschema import ValidationError

from qfops.manifests import codes
from qfops.manifests.problem import Problem
from qfops.manifests.schema.keywords import as_list, explain_keyword, limit, wrong_type


def problems(errors: Iterable[ValidationError]) -> list[Problem]:
    """The best problem of each path, in order of appearance."""
    by_path: dict[str, list[Problem]] = {}
    for error in errors:
        for problem in _explained(error):
            by_path.setdefault(problem.path, []).append(problem)
    return [_best(group) for group in by_path.values()]


def _best(group: list[Problem]) -> Problem:
    """A wrong type makes everything else about a value noise; of several rules one is enough."""
    return next((problem for problem in group if problem.code == codes.WRONG_TYPE), group[0])


def _explained(error: ValidationError) -> Iterator[Problem]:
    if (
        error.validator in ("anyOf", "oneOf")
        and error.context
        and isinstance(error.context[0], ValidationError)
    ):
        yield from _alternatives(error)
    else:
        yield from explain_keyword(error)


def _alternatives(error: ValidationError) -> Iterator[Problem]:
    """Of several schemas, the one that came closest: right type first, then the fewest errors."""
    branches: dict[str | int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    types = [wanted for branch in branches.values() for wanted in _wrong_types(branch)]
    if len(types) >= len(branches):
        yield wrong_type(error, types)
        return
    for inner in min(branches.values(), key=lambda branch: (bool(_wrong_types(branch)), len(branch))):
        yield from _explained(inner)


def _wrong_types(branch: list[ValidationError]) -> list[str]:
    """The types that a branch wanted of the value itself, when it had another one."""
    return [
        wanted
        for error in branch
        if error.validator == "type" and not error.relative_path
        for wanted in as_list(limit(error))
    ]
