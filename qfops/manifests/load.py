"""A project's files to what is wanted: settings and resources, or everything that is wrong with them.

Reads files, and nothing else of the world: variables of the process come as an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import InputError
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.kinds.registry import Registry
from qfops.manifests import codes
from qfops.manifests.project.environment import ProjectSettings, choose_environment, settle
from qfops.manifests.project.project_file import ProjectFile
from qfops.manifests.project.sources import Sources
from qfops.manifests.project_checks.addressmaps import check_address_maps
from qfops.manifests.project_checks.crosschecks import check_resources
from qfops.manifests.project_checks.project_resources import ProjectResources, reporter_of
from qfops.manifests.project_checks.repeats import across_environments, without_repeats
from qfops.manifests.resources.assembly import Assembler
from qfops.manifests.resources.manifest import ManifestReader
from qfops.manifests.schema.kindviews import KindViews
from qfops.manifests.variables.defaults import read_defaults
from qfops.manifests.variables.substitution import Variable
from qfops.manifests.variables.variables import outside_variables, unused
from qfops.manifests.yaml.builder import Document


@dataclass(frozen=True)
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
    what the files of these names hold. InputError holds everything that is wrong with
    the files; UsageError says that no environment is chosen, or that an argument cannot be.
    """
    outside = outside_variables(variables, env_variables)
    sources, found = Sources(root, overlay), list[Diagnostic]()
    project = sources.project(found)
    project.check(found)
    chosen = choose_environment(project, environment, found)
    loading = _Loading(sources, project, KindViews(registry), outside)
    whole, view = loading.environment(chosen, found)
    files = sources.selected(paths, loading.names)
    found += _unused(view, variables)
    diagnostics = without_repeats(found)
    if view.settings is None or any(item.severity == "error" for item in diagnostics):
        raise InputError(diagnostics)
    resources = {address: whole.resources[address] for address in sorted(whole.resources)}
    return Loaded(
        view.settings,
        resources,
        tuple(diagnostics),
        tuple(sorted(sources.files.read_names)),
        frozenset(a for a, resource in resources.items() if resource.location.file in files)
        if paths
        else None,
    )


def load_settings(
    root: Path,
    *,
    environment: str | None,
    variables: Mapping[str, str],
    env_variables: Mapping[str, str],
) -> Settings:
    """The settings of one environment, whatever stands in the manifests; errors as in load_project."""
    outside, found = outside_variables(variables, env_variables), list[Diagnostic]()
    project = Sources(root).project(found)
    project.check(found)
    view = settle(project, choose_environment(project, environment, found), outside, found)
    if view.settings is None or any(item.severity == "error" for item in found):
        raise InputError(without_repeats(found))
    return view.settings


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
    sources, found = Sources(root), list[Diagnostic]()
    try:
        project = sources.project(found)
        project.check(found)
        chosen = (
            [choose_environment(project, environment, found)]
            if environment is not None
            else project.environments
        )
    except InputError as error:
        return list(error.diagnostics)
    loading = _Loading(sources, project, KindViews(registry), outside)
    by_environment: dict[str, list[Diagnostic]] = {}
    for name in chosen or [""]:
        own = list(found)
        _, view = loading.environment(name, own)
        by_environment[name] = without_repeats([*own, *_unused(view, variables)])
    result = across_environments(by_environment)
    if paths:
        files = sources.selected(paths, loading.names)
        result = [item for item in result if item.location is not None and item.location.file in files]
    return result


class _Loading:
    """What is shared by all environments of one project."""

    def __init__(
        self, sources: Sources, project: ProjectFile, views: KindViews, outside: Mapping[str, Variable]
    ) -> None:
        self._sources, self._project, self._views, self._outside = sources, project, views, outside
        self.names: set[str] = set()

    def environment(
        self, environment: str, found: list[Diagnostic]
    ) -> tuple[ProjectResources, ProjectSettings]:
        """The resources and settings of one environment; what is wrong is added to `found`."""
        view = settle(self._project, environment, self._outside, found)
        names, complete = self._sources.manifests(view.manifests, view.reporter)
        self.names.update(names)
        documents: list[Document] = []
        for name in names:
            parsed = self._sources.parsed(name)
            found += parsed.found
            documents += parsed.documents
            complete &= parsed.complete
        whole = self._resources(view, documents, complete, found)
        check_resources(whole, self._views.registry, found)
        check_address_maps(view.right, whole, self._views, view.reporter)
        return whole, view

    def _resources(
        self, view: ProjectSettings, documents: Iterable[Document], complete: bool, found: list[Diagnostic]
    ) -> ProjectResources:
        defaults = read_defaults(view.defaults, self._views, view.reporter)
        assembler = Assembler(self._views, view.scope, defaults, self._sources.text, found)
        reader = ManifestReader(self._views, view.scope, assembler, found)
        resources: dict[Address, Resource] = {}
        valid: set[Address] = set()
        for document in documents:
            for declared in reader.read(document):
                if declared.resource is None:
                    complete = False
                elif declared.resource.address in resources:
                    _report_duplicate(declared.resource, resources[declared.resource.address], found)
                else:
                    resources[declared.resource.address] = declared.resource
                    if declared.valid:
                        valid.add(declared.resource.address)
        ids = {object_id: address for address, object_id in view.right.adopt.items()}
        return ProjectResources(resources, frozenset(valid), ids, complete)


def _report_duplicate(resource: Resource, first: Resource, found: list[Diagnostic]) -> None:
    reporter_of(resource, found).error(
        codes.DUPLICATE_ADDRESS,
        f"{resource.address} is declared twice",
        "metadata.name",
        detail=f"It stands first at {first.location}.",
        remedy="Rename one of them, or remove it.",
    )


def _unused(view: ProjectSettings, variables: Mapping[str, str]) -> list[Diagnostic]:
    return [
        Diagnostic(
            codes.UNUSED,
            f"nothing uses the variable {name} of --var",
            remedy=hint or "Remove it, or declare it under `vars` in qfops.yaml.",
            severity="warning",
        )
        for name, hint in unused(view.scope, variables, view.declared)
    ]
