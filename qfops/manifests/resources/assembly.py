"""One manifest to one resource: substitution, `defaults`, metadata, references and texts, then the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from qfops.core.address import Address, KindKey
from qfops.core.diagnostics import Diagnostic
from qfops.core.paths import pattern
from qfops.core.resource import Resource
from qfops.core.values import JSON
from qfops.kinds.base import EXTRA, Kind
from qfops.manifests import codes
from qfops.manifests.positions import Origins
from qfops.manifests.problem import REMOVE, Problem, below
from qfops.manifests.reporter import Reporter
from qfops.manifests.resources.extra import EXTRA_PATH, read_extra
from qfops.manifests.resources.lifting import Lifting, Texts, with_references
from qfops.manifests.resources.metadata import NO_METADATA, SCHEMA, Metadata, check_name, read_metadata
from qfops.manifests.resources.references import ReferenceReader
from qfops.manifests.scalars import Numerals, scalar, text_hint
from qfops.manifests.schema.kindviews import KindView, KindViews, label
from qfops.manifests.schema.schema import Checker
from qfops.manifests.variables.defaults import NONE, Defaults
from qfops.manifests.variables.merging import laid_over
from qfops.manifests.variables.scope import Each, VariableScope
from qfops.manifests.variables.substitution import Substitution
from qfops.manifests.yaml.builder import Document


class Template(NamedTuple):
    """A manifest as it is written; with `forEach`, several resources are made from it."""

    document: Document
    view: KindView
    metadata: dict[str, JSON]
    spec: dict[str, JSON]


class Written(NamedTuple):
    """The metadata and spec of one resource after substitution, and the variables that they asked for.

    `numerals` are their numbers as they were written.
    """

    metadata: dict[str, JSON]
    spec: dict[str, JSON]
    used: frozenset[str]
    numerals: Numerals


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What was learnt from a manifest, or from a part of it.

    `resource` is what it declares, `valid` when nothing is wrong with it. `complete` is False where something
    is declared whose name could not be read. `used` are the variables that were asked for.
    """

    resource: Resource | None = None
    valid: bool = False
    complete: bool = True
    diagnostics: Sequence[Diagnostic] = ()
    used: frozenset[str] = frozenset()


class Assembler:
    """Makes the resources of one environment."""

    def __init__(
        self, views: KindViews, scope: VariableScope, defaults: Mapping[KindKey, Defaults], texts: Texts
    ) -> None:
        self._views, self._scope, self._defaults, self._texts = views, scope, defaults, texts
        self._metadata = Checker(SCHEMA)

    def resource(self, template: Template, each: Each | None) -> Declared:
        """The resource of a template and one item of its forEach."""
        document, view = template.document, template.view
        defaults = self._defaults.get(view.kind.key, NONE)
        reporter = Reporter(Origins(document.file, document.marks, below=defaults.origins))
        metadata, spec, used, numerals = self._substituted(template, each, reporter)
        if defaults is not NONE:
            metadata, spec = laid_over(defaults.metadata, metadata), laid_over(defaults.spec, spec)
        about = self._about(metadata, view, reporter, numerals)
        lifting = Lifting(ReferenceReader(view, self._views, reporter), reporter, self._texts)
        attributes = _lifted(spec, view, lifting, reporter, numerals)
        if reporter.address is None:
            return Declared(complete=False, diagnostics=reporter.diagnostics, used=used)
        resource = Resource(
            address=reporter.address,
            attributes=with_references(attributes, lifting.edges),
            location=document.start,
            labels=about.labels,
            lifecycle=about.lifecycle,
            depends_on=about.depends_on,
            references=tuple(sorted(lifting.edges)),
            origins=reporter.origins,
        )
        return Declared(
            resource=resource, valid=not reporter.failed, diagnostics=reporter.diagnostics, used=used
        )

    def _substituted(self, template: Template, each: Each | None, reporter: Reporter) -> Written:
        """Every substitution made; the name first, so that errors have an address."""
        metadata, spec, kind = template.metadata, template.spec, template.view.kind
        if not template.document.templated:
            reporter.address = _named(metadata.get("name"), kind, reporter)
            return Written(metadata, spec, frozenset(), template.document.numerals)
        substitution = Substitution(self._scope, reporter, each)
        name = substitution.value(metadata.get("name"), "metadata.name")
        reporter.supply(substitution.origins)
        reporter.address = _named(name, kind, reporter)
        rest = {key: value for key, value in metadata.items() if key != "name"}
        about = substitution.mapping(rest, "metadata")
        if "name" in metadata:
            about["name"] = name
        filled = substitution.mapping(spec, "spec")
        reporter.supply(substitution.origins)
        numerals = {**template.document.numerals, **substitution.numerals}
        return Written(about, filled, substitution.used, numerals)

    def _about(
        self, metadata: dict[str, JSON], view: KindView, reporter: Reporter, numerals: Numerals
    ) -> Metadata:
        problems = self._metadata.problems(metadata)
        if reporter.report(_as_written(problems, "metadata", numerals), "metadata"):
            return NO_METADATA
        return read_metadata(metadata, view.schema, reporter)


def _lifted(
    spec: dict[str, JSON], view: KindView, lifting: Lifting, reporter: Reporter, numerals: Numerals
) -> dict[str, JSON]:
    """The spec as plain JSON, judged by the kind's schema, with the extra fields, which it does not judge."""
    fields: dict[str, JSON] = {}
    if EXTRA in spec:
        fields = lifting.mapping(read_extra(spec[EXTRA], view, reporter), EXTRA_PATH)
        spec = {key: value for key, value in spec.items() if key != EXTRA}
    attributes = lifting.mapping(spec, "spec")
    reporter.supply(lifting.origins)
    problems = _as_written(view.checker.problems(attributes), "spec", numerals)
    reporter.report(_advised(problems, view), "spec")
    return {**attributes, EXTRA: fields} if fields else attributes


def _named(name: JSON, kind: Kind, reporter: Reporter) -> Address | None:
    """The address that a name makes; None where it makes none."""
    return kind.address(name) if isinstance(name, str) and check_name(name, reporter) else None


def _as_written(problems: Iterable[Problem], root: str, numerals: Numerals) -> Iterator[Problem]:
    """The problems below `root`; where a number shall be put in quotes, as it was written (`"1.10"`)."""
    for problem in problems:
        written = numerals.get(below(root, problem.path))
        if written and problem.remedy == text_hint(scalar(written)):
            yield replace(problem, remedy=f'Put it in quotes: "{written}".')
        else:
            yield problem


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
