"""One YAML document to the resources that it declares, with everything that can be said of each alone.

The order: envelope and kind, `forEach`, substitution, `defaults`, references and texts, schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.address import Address, Location
from qfops.core.diagnostics import Diagnostic, nearest
from qfops.core.observation import KindKey
from qfops.core.resource import Origin, Resource
from qfops.core.values import JSON, Value, child
from qfops.manifests import codes, metadata
from qfops.manifests.builder import Document
from qfops.manifests.defaults import NONE, Defaults
from qfops.manifests.kindviews import KindView, KindViews
from qfops.manifests.lifting import Lifting, Texts
from qfops.manifests.merging import merged
from qfops.manifests.positions import Origins, Place
from qfops.manifests.references import ReferenceReader
from qfops.manifests.scalars import described
from qfops.manifests.schema import Checker
from qfops.manifests.substitution import Each, Scope, Substitution

_API = "qianfan/"
_ENVELOPE = ("apiVersion", "kind", "metadata", "spec")
_NO_ORIGINS: Mapping[str, Origin] = {}


class Declared(NamedTuple):
    """What a document declares: an address where the name could be read, a resource where all of it could."""

    address: Address | None
    location: Location
    resource: Resource | None


@dataclass(slots=True)
class ManifestReader:
    """Reads the documents of one environment; findings are added to `found`."""

    views: KindViews
    scope: Scope
    defaults: Mapping[KindKey, Defaults]
    texts: Texts
    found: list[Diagnostic]

    def __post_init__(self) -> None:
        self._metadata = Checker(metadata.SCHEMA)

    def read(self, document: Document) -> Iterator[Declared]:
        """Every resource of a document: one, or one for each key of its `forEach`."""
        origins = Origins(document.file, document.marks, _NO_ORIGINS, _NO_ORIGINS)
        place = Place(self.found, origins, document.start)
        envelope = _envelope(document.value, place)
        view = envelope and self._kind(envelope, place)
        if envelope is None or view is None:
            yield Declared(None, document.start, None)
            return
        about, spec = envelope["metadata"], envelope["spec"]
        assert isinstance(about, dict)
        assert isinstance(spec, dict)
        if "forEach" not in about:
            yield self._resource(document, view, about, spec, None, {})
            return
        special: dict[str, Origin] = {}
        items = self._items(document, about, special)
        if items is None:
            yield Declared(None, document.start, None)
            return
        template = {key: value for key, value in about.items() if key != "forEach"}
        for key, item in items.items():
            each = Each(key, item, child("metadata.forEach", key))
            yield self._resource(document, view, template, spec, each, dict(special))
