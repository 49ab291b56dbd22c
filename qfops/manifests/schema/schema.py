"""One JSON schema with two validators: a fast one that decides, and one that names the errors.

jsonschema_rs says yes or no in microseconds; only after a no is jsonschema loaded to find the words. A
property test holds both to one verdict; where they differ, the no stands.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import jsonschema_rs

from qfops.core.paths import join, pattern
from qfops.core.values import JSON, Value
from qfops.kinds.check import Schema, schema_paths
from qfops.kinds.metadata import SUBSTITUTION
from qfops.manifests import codes
from qfops.manifests.problem import Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


class Checker:
    """Checks values against one schema, which is compiled once."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._fast = jsonschema_rs.Draft202012Validator(schema)

    @cached_property
    def _slow(self) -> Draft202012Validator:
        from jsonschema import Draft202012Validator

        return Draft202012Validator(self.schema)

    def problems(self, value: Value) -> list[Problem]:
        """What is wrong with a value, the best problem of each path; nothing when it is valid."""
        if self._fast.is_valid(value):
            return []
        from qfops.manifests.schema.messages import problems

        named = problems(self._slow.iter_errors(value))
        return [self._with_detail(problem) for problem in named] or self._unnamed(value)

    @cached_property
    def _paths(self) -> dict[str, Schema]:
        return schema_paths(self.schema)

    def _with_detail(self, problem: Problem) -> Problem:
        """The problem with the description of its path, where a condition of the schema had none."""
        described = self._paths.get(pattern(problem.path), {}).get("description", "")
        return problem if problem.detail else replace(problem, detail=str(described))

    def _unnamed(self, value: Value) -> list[Problem]:
        """The errors that only the fast validator sees, in its own words."""
        return [
            Problem(codes.WRONG_VALUE, error.message, join(error.instance_path))
            for error in self._fast.iter_errors(value)
        ]


def without_substitutions(schema: Schema) -> Schema:
    """A schema without the alternatives that let an editor accept `${…}`: none is left when it judges."""
    result = {key: _without_substitutions(value) for key, value in schema.items()}
    choices = result.get("anyOf")
    if isinstance(choices, list):
        kept = [item for item in choices if item != SUBSTITUTION]
        if len(kept) == 1 and isinstance(kept[0], dict):
            del result["anyOf"]
            result = {**kept[0], **result}
    return result


def _without_substitutions(value: JSON) -> JSON:
    if isinstance(value, list):
        return [_without_substitutions(item) for item in value]
    return without_substitutions(value) if isinstance(value, dict) else value
