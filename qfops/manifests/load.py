"""A project's files to what is wanted: settings and resources, or everything that is wrong with them.

Four stages, each of which returns what it made and what it found wrong: the files are read, variables and
settings settled, resources assembled, the whole checked. Reads files, and nothing else of the world:
variables of the process come as an argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from qfops.core.address import Address, by_address
from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import InputError
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.kinds.registry import Registry
from qfops.manifests.project.environment import ProjectSettings, choose_environment, resolve_settings
from qfops.manifests.project.project_file import ProjectFile
from qfops.manifests.project.sources import Manifests, Sources
from qfops.manifests.project_checks.addressmaps import check_address_maps
from qfops.manifests.project_checks.crosschecks import check_resources
from qfops.manifests.project_checks.project_resources import ProjectResources, gathered
from qfops.manifests.project_checks.repeats import across_environments, without_repeats
from qfops.manifests.reporter import Reporter, located
from qfops.manifests.resources.assembly import Assembler
from qfops.manifests.resources.manifest import ManifestReader
from qfops.manifests.schema.kindviews import KindViews
from qfops.manifests.variables.defaults import read_defaults
from qfops.manifests.variables.scope import Variable
from qfops.manifests.variables.variables import outside_variables, unused


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """One environment of a project.

    `resources` are sorted by address; `diagnostics` are warnings; `files` are the files that were read,
    relative to the project folder; `selected` are the addresses declared in the PATH arguments, None for all.
    """

    settings: Settings
    resources: Mapping[Address, Resource]
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    selected: frozenset[Address] | None


def load_project(
    root: Path,
    *,
    environment: str | None,
    variables: Mapping[str, str],
    env_variables: Mapping[str, str],
    registry: Registry,
    paths: Sequence[Path] = (),
    overlay: Mapping[str, str] | None = None,
) -> Loaded:
    """Load one environment of the project in `root`.

    `variables` are those of `--var`, `env_variables` the process's `QFOPS_VAR_…` without their prefix; both
    are read as plain scalars. `paths` are relative to `root`. `overlay` holds texts that take the place of
    what the files of these names hold. InputError holds everything that is wrong with the files; UsageError
    says that no environment is chosen, or that an argument cannot be.
    """
    outside = outside_variables(variables, env_variables)
    sources = Sources(root, overlay)
    project = sources.project()
    chosen = choose_environment(project, environment)
    loaded = _Loading(sources, project, KindViews(registry), outside).environment(chosen)
    files = sources.selected(paths, loaded.manifests.names)
    diagnostics = without_repeats([*loaded.diagnostics, *loaded.unused(variables)])
    _refuse_errors(diagnostics)
    resources = loaded.project.resources
    return Loaded(
        settings=loaded.settled.settings,
        resources={address: resources[address] for address in sorted(resources, key=by_address)},
        diagnostics=tuple(diagnostics),
        files=tuple(sorted(sources.files.read_names)),
        selected=frozenset(a for a, resource in resources.items() if resource.location.file in files)
        if paths
        else None,
    )


def environments(root: Path) -> tuple[str, ...]:
    """The environments that a project declares; InputError where its file cannot be read."""
    return tuple(Sources(root).project().environments)


def declared_elsewhere(
    root: Path,
    *,
    environment: str,
    variables: Mapping[str, str],
    env_variables: Mapping[str, str],
    registry: Registry,
) -> tuple[frozenset[Address], ...]:
    """What each environment but `environment` declares, as far as its files can be read."""
    sources = Sources(root)
    project = sources.project()
    loading = _Loading(sources, project, KindViews(registry), outside_variables(variables, env_variables))
    return tuple(loading.declared(name) for name in project.environments if name != environment)


def load_settings(
    root: Path,
    *,
    environment: str | None,
    variables: Mapping[str, str],
    env_variables: Mapping[str, str],
) -> Settings:
    """The settings of one environment, whatever stands in the manifests; errors as in load_project."""
    outside = outside_variables(variables, env_variables)
    project = Sources(root).project()
    settled = resolve_settings(project, choose_environment(project, environment), outside)
    _refuse_errors(without_repeats([*project.diagnostics, *settled.diagnostics]))
    return settled.settings


def validate_project(
    root: Path,
    *,
    environment: str | None,
    variables: Mapping[str, str],
    env_variables: Mapping[str, str],
    registry: Registry,
    paths: Sequence[Path] = (),
) -> list[Diagnostic]:
    """Everything wrong with a project, errors and warnings, sorted by place; every environment when None.

    With `paths`, only what is found in these files (the whole project is looked at all the same).
    """
    outside = outside_variables(variables, env_variables)
    sources = Sources(root)
    try:
        project = sources.project()
        chosen = [choose_environment(project, environment)] if environment is not None else []
    except InputError as error:
        return list(error.diagnostics)
    loading = _Loading(sources, project, KindViews(registry), outside)
    names: set[str] = set()
    by_environment: dict[str, list[Diagnostic]] = {}
    for name in chosen or project.environments or [""]:
        loaded = loading.environment(name)
        names.update(loaded.manifests.names)
        by_environment[name] = without_repeats([*loaded.diagnostics, *loaded.unused(variables)])
    diagnostics = across_environments(by_environment)
    if not paths:
        return diagnostics
    files = sources.selected(paths, names)
    return [item for item in diagnostics if item.location is not None and item.location.file in files]


def _refuse_errors(diagnostics: Sequence[Diagnostic]) -> None:
    if any(item.severity == "error" for item in diagnostics):
        raise InputError(diagnostics)


class _Assembled(NamedTuple):
    """The resources of an environment, what is wrong with each, and the variables that they asked for."""

    project: ProjectResources
    diagnostics: Sequence[Diagnostic]
    used: frozenset[str]


class _Environment(NamedTuple):
    """What the stages made of one environment, and everything that they found wrong."""

    settled: ProjectSettings
    manifests: Manifests
    project: ProjectResources
    used: frozenset[str]
    diagnostics: Sequence[Diagnostic]

    def unused(self, variables: Mapping[str, str]) -> list[Diagnostic]:
        """A warning for each of these variables that nothing in the environment uses."""
        return unused(self.used, variables, self.settled.declared)


class _Loading:
    """What is shared by all environments of one project."""

    def __init__(
        self, sources: Sources, project: ProjectFile, views: KindViews, outside: Mapping[str, Variable]
    ) -> None:
        self._sources, self._project, self._views, self._outside = sources, project, views, outside

    def environment(self, name: str) -> _Environment:
        """The resources and settings of one environment."""
        settled = resolve_settings(self._project, name, self._outside)
        manifests = self._sources.manifests(settled.manifests, settled.origins)
        assembled = self._assemble(settled, manifests)
        found_wrong = (
            self._project.diagnostics,
            settled.diagnostics,
            manifests.diagnostics,
            assembled.diagnostics,
            list(self._check(settled, assembled.project)),
        )
        return _Environment(
            settled=settled,
            manifests=manifests,
            project=assembled.project,
            used=settled.used | assembled.used,
            diagnostics=[item for part in found_wrong for item in part],
        )

    def declared(self, name: str) -> frozenset[Address]:
        """The addresses that one environment declares."""
        settled = resolve_settings(self._project, name, self._outside)
        manifests = self._sources.manifests(settled.manifests, settled.origins)
        return frozenset(self._assemble(settled, manifests).project.resources)

    def _assemble(self, settled: ProjectSettings, manifests: Manifests) -> _Assembled:
        """The manifests to resources, each judged for itself."""
        reporter = Reporter(settled.origins)
        defaults = read_defaults(settled.defaults, self._views, reporter)
        texts = partial(self._sources.text, allow=settled.settings.allowed_files)
        assembler = Assembler(self._views, settled.scope, defaults, texts)
        reader = ManifestReader(self._views, settled.scope, assembler)
        declared = [item for document in manifests.documents for item in reader.read(document)]
        project, doubles = gathered(declared, settled.settings.adopt, complete=manifests.complete)
        own = (diagnostic for item in declared for diagnostic in item.diagnostics)
        return _Assembled(
            project=project,
            diagnostics=[*reporter.diagnostics, *own, *doubles],
            used=frozenset(name for item in declared for name in item.used),
        )

    def _check(self, settled: ProjectSettings, project: ProjectResources) -> Iterator[Diagnostic]:
        """What is wrong with the project as a whole."""
        yield from check_resources(project, self._views.registry)
        for problem in check_address_maps(settled.settings, project, self._views):
            yield located(problem, settled.origins)
