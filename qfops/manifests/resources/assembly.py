"""One manifest to one resource: substitution, `defaults`, metadata, references and texts, then the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from qfops.core.diagnostics import Diagnostic
from qfops.core.observation import KindKey
from qfops.core.paths import pattern
from qfops.core.resource import Origin, Resource
from qfops.core.values import JSON, Value
from qfops.kinds.base import Kind
from qfops.manifests import codes
from qfops.manifests.positions import Origins, Reporter
from qfops.manifests.problem import REMOVE, Problem, report
from qfops.manifests.resources.extra import read_extra
from qfops.manifests.resources.lifting import Lifting, Texts
from qfops.manifests.resources.metadata import NO_METADATA, SCHEMA, Metadata, check_name, read_metadata
from qfops.manifests.resources.references import ReferenceReader
from qfops.manifests.schema.kindviews import KindView, KindViews, label
from qfops.manifests.schema.schema import Checker
from qfops.manifests.variables.defaults import NONE, Defaults
from qfops.manifests.variables.merging import laid_over
from qfops.manifests.variables.substitution import Each, Scope, Substitution
from qfops.manifests.yaml.builder import Document


class Template(NamedTuple):
    """A manifest as it is written; with `forEach`, several resources are made from it."""

    document: Document
    view: KindView
    metadata: dict[str, JSON]
    spec: dict[str, JSON]


class Declared(NamedTuple):
    """What a manifest declares; None where its name could not be read, `valid` when nothing is wrong."""

    resource: Resource | None
    valid: bool = False


class Assembler:
    """Makes the resources of one environment; what is wrong is added to `found`."""

    def __init__(
        self,
        views: KindViews,
        scope: Scope,
        defaults: Mapping[KindKey, Defaults],
        texts: Texts,
        found: list[Diagnostic],
    ) -> None:
        self._views, self._scope, self._defaults = views, scope, defaults
        self._texts, self._found = texts, found
        self._metadata = Checker(SCHEMA)

    def resource(self, template: Template, each: Each | None) -> Declared:
        """The resource of a template and one item of its forEach."""
        document, view = template.document, template.view
        special: dict[str, Origin] = {}
        defaults = self._defaults.get(view.kind.key, NONE)
        origins = Origins(document.file, document.marks, special, defaults.origins)
        reporter = Reporter(self._found, origins, document.start)
        metadata, spec = self._substituted(template, reporter, special, each)
        if defaults is not NONE:
            metadata, spec = laid_over(defaults.metadata, metadata), laid_over(defaults.spec, spec)
        about = self._about(metadata, view, reporter)
        lifting = Lifting(ReferenceReader(view, self._views, reporter), reporter, special, self._texts)
        extra: dict[str, Value] = {}
        if "extra" in spec:
            spec = dict(spec)
            extra = read_extra(spec.pop("extra"), view, reporter, lifting)
        attributes = lifting.mapping(spec, "spec")
        report(_advised(view.checker.problems(attributes), view), "spec", reporter)
        lifting.settle()
        if extra:
            attributes["extra"] = extra
        if reporter.address is None:
            return Declared(None)
        resource = Resource(
            reporter.address,
            attributes,
            document.start,
            about.labels,
            about.lifecycle,
            about.depends_on,
            tuple(sorted(lifting.edges)),
            origins,
        )
        return Declared(resource, not reporter.failed)

    def _substituted(
        self, template: Template, reporter: Reporter, special: dict[str, Origin], each: Each | None
    ) -> tuple[dict[str, JSON], dict[str, JSON]]:
        """Metadata and spec with every substitution made; the name first, so that errors have an address."""
        metadata, spec, kind = template.metadata, template.spec, template.view.kind
        if not template.document.templated:
            _name(metadata.get("name"), kind, reporter)
            return metadata, spec
        substitution = Substitution(self._scope, reporter, special, each)
        name = substitution.value(metadata.get("name"), "metadata.name")
        _name(name, kind, reporter)
        rest = {key: value for key, value in metadata.items() if key != "name"}
        about = substitution.mapping(rest, "metadata")
        if "name" in metadata:
            about["name"] = name
        return about, substitution.mapping(spec, "spec")

    def _about(self, metadata: dict[str, JSON], view: KindView, reporter: Reporter) -> Metadata:
        if report(self._metadata.problems(metadata), "metadata", reporter):
            return NO_METADATA
        return read_metadata(metadata, view.schema, reporter)


def _name(name: JSON, kind: Kind, reporter: Reporter) -> None:
    """Give the place its address, where the name may be one."""
    if isinstance(name, str) and check_name(name, reporter):
        reporter.address = kind.address(name)


def _advised(problems: Iterable[Problem], view: KindView) -> Iterator[Problem]:
    """The problems of a spec, with the ways out that only a spec has: references and `extra`."""
    for problem in problems:
        targets = view.targets.get(pattern(problem.path))
        if targets and problem.code in (codes.WRONG_TYPE, codes.MISSING_KEY):
            key, reference = problem.path.rpartition(".")[2], f"{{ref: {label(next(iter(targets)))}/NAME}}"
            written = f"Add {key}: {reference}" if problem.code == codes.MISSING_KEY else f"Write {reference}"
            yield replace(problem, remedy=f"{written}, or an id as a text.")
        elif problem.code == codes.UNKNOWN_KEY and problem.remedy == REMOVE:
            yield replace(problem, remedy="Remove it, or give it in `extra` if the console API knows it.")
        else:
            yield problem
