"""What loading needs of each kind, prepared once: its schema compiled, and what its reference paths take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qfops.core.address import KindKey
from qfops.kinds.base import Kind
from qfops.kinds.check import Schema
from qfops.kinds.registry import Registry
from qfops.manifests.schema.schema import Checker


@dataclass(frozen=True, slots=True)
class KindView:
    """A kind with its compiled schema; `targets` are the outputs each path takes, by the target's kind."""

    kind: Kind
    schema: Schema
    checker: Checker
    targets: Mapping[str, Mapping[KindKey, tuple[str, ...]]]


class KindViews:
    """The views of a registry's kinds, each made when it is first asked for."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._views: dict[KindKey, KindView] = {}

    def find(self, key: KindKey) -> KindView | None:
        """The view of a kind, or None where there is no such kind."""
        view = self._views.get(key)
        if view is None:
            kind = self.registry.kinds.get(key)
            if kind is None:
                return None
            schema = self.registry.schema(key)
            view = self._views[key] = KindView(kind, schema, Checker(schema), _targets(kind))
        return view

    @property
    def names(self) -> list[str]:
        """Every kind as users write it before the slash of an address."""
        return self.registry.names()


def label(key: KindKey) -> str:
    """A kind as users write it: `Dataset`, `v1/Dataset`."""
    return str(key)


def _targets(kind: Kind) -> dict[str, dict[KindKey, tuple[str, ...]]]:
    targets: dict[str, dict[KindKey, tuple[str, ...]]] = {}
    for ref in kind.references:
        accepted = targets.setdefault(ref.path, {})
        for item in ref.to:
            named, _, output = item.rpartition(".")
            key = KindKey.parse(named)
            accepted[key] = (*accepted.get(key, ()), output)
    return targets
