"""One environment of a project: its choice, and what it makes of `qfops.yaml`: variables and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from qfops.core.address import is_name
from qfops.core.diagnostics import Diagnostic, nearest
from qfops.core.errors import InputError, UsageError
from qfops.core.paths import top
from qfops.core.settings import Settings
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.files import PROJECT_FILE, packaged_schema
from qfops.manifests.positions import Origins
from qfops.manifests.problem import Problem
from qfops.manifests.project.project_file import OWN, ProjectFile
from qfops.manifests.project.settings import read_settings
from qfops.manifests.reporter import Reporter
from qfops.manifests.resources.metadata import NAME_RULE
from qfops.manifests.scalars import Numerals
from qfops.manifests.schema.schema import Checker, without_substitutions
from qfops.manifests.variables.merging import laid_over
from qfops.manifests.variables.scope import Variable, VariableScope, numerals_below
from qfops.manifests.variables.substitution import Substitution
from qfops.manifests.variables.variables import DeclaredVariables

MANIFESTS = "manifests/"
_SHORTEST_KEY = 12
_NEVER_SUBSTITUTED = ("name", "vars", *OWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """What one environment sees of `qfops.yaml`, after substitution.

    `settings` leave out what is wrong, for the checks that follow. `manifests` are patterns with the paths
    where they stand. `declared` are the names of `vars`, `used` the variables that the file asked for.
    """

    settings: Settings
    manifests: tuple[tuple[str, str], ...]
    defaults: Sequence[JSON]
    scope: VariableScope
    declared: frozenset[str]
    used: frozenset[str]
    origins: Origins
    diagnostics: Sequence[Diagnostic]


def choose_environment(file: ProjectFile, environment: str | None) -> str:
    """The environment of a run: the given one, else the default; "" where none is declared.

    UsageError where the choice cannot be made; InputError where the file names a wrong default.
    """
    declared = file.environments
    listed = ", ".join(declared)
    if environment is None and declared:
        default = file.value.get("environment")
        if default is None:
            raise UsageError(
                "This project has environments and none is chosen.",
                f"Declared are {listed}.",
                f"Add --env {declared[0]}, or `environment: {declared[0]}` to {PROJECT_FILE}.",
            )
        if default not in declared:
            raise InputError(file.diagnostics)
        return str(default)
    if environment is None:
        return ""
    if not declared:
        raise UsageError(
            f"This project declares no environments, so {environment!r} cannot be chosen.",
            remedy=f"Leave --env out, or declare `environments` in {PROJECT_FILE}.",
        )
    if environment not in declared:
        raise UsageError(
            f"There is no environment {environment!r}.",
            f"Declared are {listed}.",
            nearest(environment, declared),
        )
    return environment


def resolve_settings(file: ProjectFile, environment: str, outside: Mapping[str, Variable]) -> ProjectSettings:
    """One environment's variables and settings; `outside` are the variables that were given to the run."""
    value, origins, numerals = _laid_over(file, environment)
    reporter = Reporter(origins)
    name, raw = value.get("name"), value.get("vars")
    raw = raw if isinstance(raw, dict) else {}
    project = name if isinstance(name, str) else ""
    variables = DeclaredVariables(project, environment, raw, reporter, numerals).resolve(outside)
    substitution = Substitution(variables.scope, reporter)
    substituted = {
        key: item if key in _NEVER_SUBSTITUTED else substitution.value(item, child("", key))
        for key, item in value.items()
    }
    reporter.supply(substitution.origins)
    defaults = substituted.get("defaults")
    return ProjectSettings(
        settings=_settings(substituted, environment, reporter),
        manifests=_patterns(substituted.get("manifests")),
        defaults=defaults if isinstance(defaults, list) else [],
        scope=variables.scope,
        declared=frozenset(raw),
        used=variables.used | substitution.used,
        origins=reporter.origins,
        diagnostics=reporter.diagnostics,
    )


def _laid_over(file: ProjectFile, environment: str) -> tuple[dict[str, JSON], Origins, Numerals]:
    """The file with the environment's overrides merged in; where, and how, everything in it was written."""
    name, marks, numerals = file.document.file, file.document.marks, file.document.numerals
    base = {key: value for key, value in file.value.items() if key not in OWN}
    environments = file.value.get("environments")
    overrides = environments.get(environment) if isinstance(environments, dict) else None
    if not isinstance(overrides, dict):
        return base, Origins(name, marks), numerals
    overrides = {key: value for key, value in overrides.items() if key not in ("name", *OWN)}
    prefix = child("environments", environment)
    own = {
        path.removeprefix(prefix).removeprefix("."): mark
        for path, mark in marks.items()
        if path.startswith((f"{prefix}.", f"{prefix}["))
    }
    replaced = {path: text for path, text in numerals.items() if path not in own}
    replacing = {path.removeprefix("."): text for path, text in numerals_below(numerals, prefix).items()}
    return laid_over(base, overrides), Origins(name, {**marks, **own}), {**replaced, **replacing}


def _settings(value: dict[str, JSON], environment: str, reporter: Reporter) -> Settings:
    name = value.get("name")
    if isinstance(name, str) and not is_name(name):
        summary = f'"{name}" cannot be the name of a project'
        reporter.error(codes.BAD_NAME, summary, "name", detail=NAME_RULE, remedy="Rename it.")
    if "state" in value:
        summary = "`state` is not supported by this version: state is kept in the folder .qfops"
        reporter.error(codes.UNSUPPORTED, summary, "state", remedy="Remove it.")
        value = {key: item for key, item in value.items() if key != "state"}
    problems = [_without_key(problem, value) for problem in project_checker().problems(value)]
    reporter.report(problems)
    wrong = {top(problem.path) for problem in problems}
    right = {key: item for key, item in value.items() if key not in wrong}
    return read_settings(right, environment, reporter)


def _without_key(problem: Problem, value: Mapping[str, JSON]) -> Problem:
    """The problem of a text that is no prefix of variables: a long one may be a key, so it is not shown."""
    console = value.get("console")
    written = console.get("keys") if isinstance(console, dict) else None
    if problem.path != "console.keys" or not isinstance(written, str) or len(written) < _SHORTEST_KEY:
        return problem
    return replace(problem, summary="what stands here (not shown: it may be a key) is no prefix of variables")


@cache
def project_checker() -> Checker:
    """The schema of `qfops.yaml` as it is after substitution."""
    return Checker(without_substitutions(packaged_schema("project.json")))


def _patterns(value: JSON) -> tuple[tuple[str, str], ...]:
    if isinstance(value, list):
        return tuple((f"manifests[{i}]", item) for i, item in enumerate(value) if isinstance(item, str))
    return (("manifests", value if isinstance(value, str) else MANIFESTS),)
