"""`defaults` of `qfops.yaml`: what lies under the manifests of a kind. Later entries lie on earlier ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qfops.core.address import KindKey
from qfops.core.diagnostics import nearest
from qfops.core.resource import Origin
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.positions import Origins
from qfops.manifests.reporter import Reporter
from qfops.manifests.schema.kindviews import KindViews
from qfops.manifests.variables.merging import laid_over


@dataclass(slots=True)
class Defaults:
    """What is merged under the manifests of one kind, and where each path of it was written."""

    metadata: dict[str, JSON] = field(default_factory=dict)
    spec: dict[str, JSON] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


NONE = Defaults()


def read_defaults(items: Sequence[JSON], views: KindViews, reporter: Reporter) -> Mapping[KindKey, Defaults]:
    """The defaults by kind, from the value of `defaults` after substitution."""
    by_kind: dict[KindKey, Defaults] = {}
    for index, item in enumerate(items):
        path = f"defaults[{index}]"
        key = _kind(item.get("kind"), f"{path}.kind", views, reporter) if isinstance(item, dict) else None
        if key is None or not isinstance(item, dict):
            continue
        entry = by_kind.setdefault(key, Defaults())
        metadata, spec = item.get("metadata"), item.get("spec")
        if isinstance(metadata, dict):
            entry.metadata = laid_over(entry.metadata, metadata)
            entry.origins.update(_moved(metadata, f"{path}.metadata", "metadata", reporter.origins))
        if isinstance(spec, dict):
            entry.spec = laid_over(entry.spec, spec)
            entry.origins.update(_moved(spec, f"{path}.spec", "spec", reporter.origins))
    return by_kind


def _kind(text: JSON, path: str, views: KindViews, reporter: Reporter) -> KindKey | None:
    if not isinstance(text, str):
        return None
    key = KindKey.parse(text)
    if views.find(key) is not None:
        return key
    reporter.error(
        codes.UNKNOWN_KIND,
        f'there is no kind "{text}"',
        path,
        detail=f"Known are {', '.join(views.names)}.",
        remedy=nearest(text, views.names),
    )
    return None


def _moved(value: JSON, source: str, path: str, origins: Origins) -> Iterator[tuple[str, Origin]]:
    """The origin of everything at `source` of `qfops.yaml`, under its path in the manifest."""
    yield path, origins.nearest(source)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _moved(item, child(source, key), child(path, key), origins)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _moved(item, f"{source}[{index}]", f"{path}[{index}]", origins)
