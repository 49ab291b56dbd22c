"""`defaults` of `qfops.yaml`: what lies under the manifests of a kind. Later entries lie on earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qfops.core.diagnostics import nearest
from qfops.core.observation import KindKey
from qfops.core.resource import Origin
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.kindviews import KindViews
from qfops.manifests.merging import merged
from qfops.manifests.positions import Place


@dataclass(slots=True)
class Defaults:
    """What is merged under the manifests of one kind, and where each path of it was written."""

    metadata: JSON = field(default_factory=dict)
    spec: JSON = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


NONE = Defaults()


def read_defaults(items: Sequence[JSON], views: KindViews, place: Place) -> Mapping[KindKey, Defaults]:
    """The defaults by kind from the value of `defaults`, which fits the project's schema."""
    found: dict[KindKey, Defaults] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        path = f"defaults[{index}]"
        key = _kind(item.get("kind"), f"{path}.kind", views, place)
        if key is None:
            continue
        entry = found.setdefault(key, Defaults())
        for part in ("metadata", "spec"):
            if isinstance(item.get(part), dict):
                setattr(entry, part, merged(getattr(entry, part), item[part]))
                _origins(item[part], child(path, part), part, entry.origins, place)
    return found


def _kind(text: JSON, path: str, views: KindViews, place: Place) -> KindKey | None:
    if not isinstance(text, str):
        return None
    version, _, name = text.rpartition("/")
    key = (version or "v2", name)
    if views.find(key) is not None:
        return key
    place.error(
        codes.UNKNOWN_KIND,
        f'there is no kind "{text}"',
        path,
        detail=f"Known are {', '.join(views.names)}.",
        remedy=nearest(text, views.names),
    )
    return None


def _origins(value: JSON, source: str, path: str, found: dict[str, Origin], place: Place) -> None:
    found[path] = place.origin(source)
    if isinstance(value, dict):
        for key, item in value.items():
            _origins(item, child(source, key), child(path, key), found, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _origins(item, f"{source}[{index}]", f"{path}[{index}]", found, place)
