"""One YAML document to the resources that it declares: its envelope, its kind, its `forEach`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from qfops.core.address import KindKey
from qfops.core.diagnostics import nearest
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.positions import Origins
from qfops.manifests.problem import Problem, unknown_key
from qfops.manifests.reporter import Reporter
from qfops.manifests.resources.assembly import Assembler, Declared, Template
from qfops.manifests.scalars import described, literal
from qfops.manifests.schema.kindviews import KindView, KindViews
from qfops.manifests.variables.scope import Each, VariableScope
from qfops.manifests.variables.substitution import Substitution
from qfops.manifests.yaml.builder import Document

_API = "qianfan/"
_ENVELOPE = frozenset({"apiVersion", "kind", "metadata", "spec"})
_FOR_EACH = "metadata.forEach"
_EACH_KEY = re.compile(r"\$\{\s*each\.key\s*\}")


class ManifestReader:
    """Reads the documents of one environment."""

    def __init__(self, views: KindViews, scope: VariableScope, assembler: Assembler) -> None:
        self._views, self._scope, self._assembler = views, scope, assembler

    def read(self, document: Document) -> Iterator[Declared]:
        """What is wrong with a document as such, then its resources: one, or one for each key of forEach."""
        reporter = Reporter(Origins(document.file, document.marks))
        template = self._template(document, reporter)
        if template is None or reporter.diagnostics:
            yield Declared(complete=template is not None, diagnostics=reporter.diagnostics)
        if template is None:
            return
        if "forEach" not in template.metadata:
            yield self._assembler.resource(template, None)
        else:
            yield from self._each(template)

    def _template(self, document: Document, reporter: Reporter) -> Template | None:
        value = document.value
        if not isinstance(value, dict):
            summary = f"a manifest is a mapping, not {described(value)}"
            reporter.error(codes.WRONG_TYPE, summary, remedy="Write apiVersion, kind, metadata and spec.")
            return None
        if value.keys() != _ENVELOPE:
            reporter.report(_envelope_problems(value))
        view = self._view(value.get("apiVersion"), value.get("kind"), reporter) if _named(value) else None
        metadata, spec = value.get("metadata"), value.get("spec")
        for key, part in (("metadata", metadata), ("spec", spec)):
            if key in value and not isinstance(part, dict):
                reporter.error(codes.WRONG_TYPE, f"{key} is a mapping, not {described(part)}", key)
        if view is None or not isinstance(metadata, dict) or not isinstance(spec, dict):
            return None
        return Template(document, view, metadata, spec)

    def _view(self, version: JSON, name: JSON, reporter: Reporter) -> KindView | None:
        if isinstance(version, str) and isinstance(name, str) and version.startswith(_API):
            view = self._views.find(KindKey(version.removeprefix(_API), name))
            if view is not None:
                return view
        kinds = self._views.registry.kinds
        names = sorted(kind for known, kind in kinds if f"{_API}{known}" == version)
        if names:
            path, value, known, summary = "kind", name, names, f"{literal(name)} is no kind of {version}"
        else:
            known = sorted({f"{_API}{known}" for known, _ in kinds})
            path, value, summary = "apiVersion", version, f"{literal(version)} is no apiVersion"
        remedy = nearest(str(value), known)
        if "${" in str(value):
            remedy = f"Write it out: {path} is never substituted."
        reporter.error(
            codes.UNKNOWN_KIND, summary, path, detail=f"Known are {', '.join(known)}.", remedy=remedy
        )
        return None

    def _each(self, template: Template) -> Iterator[Declared]:
        reporter = Reporter(Origins(template.document.file, template.document.marks))
        metadata = {key: value for key, value in template.metadata.items() if key != "forEach"}
        substitution = Substitution(self._scope, reporter)
        items = substitution.value(template.metadata["forEach"], _FOR_EACH)
        reporter.supply(substitution.origins)
        if not isinstance(items, dict):
            reporter.error(
                codes.FOR_EACH,
                f"forEach wants a mapping with one key for each resource, not {described(items)}",
                _FOR_EACH,
                remedy="Write it as {a: {…}, b: {…}}.",
            )
            items = {}
        name = metadata.get("name")
        if isinstance(name, str) and _EACH_KEY.search(name) is None:
            reporter.error(
                codes.FOR_EACH,
                "with forEach the name must hold ${each.key}, or all resources have one name",
                "metadata.name",
                remedy=f'Write name: "{name}-${{each.key}}".',
            )
            items = {}
        yield Declared(complete=not reporter.failed, diagnostics=reporter.diagnostics, used=substitution.used)
        numerals = {**template.document.numerals, **substitution.numerals}
        one = Template(template.document, template.view, metadata, template.spec)
        for key, item in items.items():
            yield self._assembler.resource(
                one, Each(key, item, child(_FOR_EACH, key), reporter.origins, numerals)
            )


def _named(value: Mapping[str, JSON]) -> bool:
    return "apiVersion" in value and "kind" in value


def _envelope_problems(value: Mapping[str, JSON]) -> Iterator[Problem]:
    for key in value:
        if key not in _ENVELOPE:
            yield unknown_key("", key, _ENVELOPE, value)
    for key in sorted(_ENVELOPE - value.keys()):
        yield Problem(codes.MISSING_KEY, f"{key} is missing", key, remedy=f"Add {key}.")
