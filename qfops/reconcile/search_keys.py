"""Search keys: creates that could be confused go one at a time, and what already matches is known before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from qfops.core.canonical import digest
from qfops.core.observation import KindKey, LiveObject, Observed
from qfops.core.paths import get
from qfops.core.values import JSON, Marker, Value
from qfops.kinds.base import Kind
from qfops.reconcile.looking import Searcher
from qfops.reconcile.ports import Clock, Console

_ANY = ""


class SearchKeys:
    """Locks and look-ups by search key: the scope and the echoed attributes that must match.

    The refresh of the plan serves as the look before a create while it is fresh (`visibility` seconds);
    later, the scope is read again.
    """

    def __init__(
        self, console: Console, clock: Clock, observed: Observed, observed_at: float, fresh: float
    ) -> None:
        self.console, self.clock = console, clock
        self.observed, self.until = observed, observed_at + fresh
        self.locks: dict[str, asyncio.Lock] = {}
        self.indexes: dict[KindKey, dict[str, list[str]]] = {}

    def alone(self, kind: Kind, planned: Mapping[str, JSON]) -> asyncio.Lock:
        """The lock of everybody who would be looked for in the same place under the same marks."""
        return self.locks.setdefault(f"{kind.key}{_key(kind, planned)}", asyncio.Lock())

    async def before(self, kind: Kind, planned: Mapping[str, JSON]) -> list[str]:
        """The ids that match already, and so cannot be the result of the create that follows."""
        if self.clock.now() >= self.until:
            return sorted(await Searcher(self.console, kind).matching(planned))
        if kind.key not in self.indexes:
            self.indexes[kind.key] = self._index(kind)
        index = self.indexes[kind.key]
        return sorted({*index.get(_key(kind, planned), ()), *index.get(_ANY, ())})

    def _index(self, kind: Kind) -> dict[str, list[str]]:
        """Every object of the refresh by its search key; those that do not show theirs match anything."""
        found: dict[str, list[str]] = {}
        for live in self.observed.inventory.get(kind.key, {}).values():
            shown = _key(kind, live.attributes) if _shows(kind, live) else _ANY
            found.setdefault(shown, []).append(live.id)
        return found


def _shows(kind: Kind, live: LiveObject) -> bool:
    paths = [*kind.search.match, *([kind.search.scope] if kind.search.scope else [])]
    return not any(isinstance(get(live.attributes, path), Marker) for path in paths)


def _key(kind: Kind, attributes: Mapping[str, Value]) -> str:
    paths = [*([kind.search.scope] if kind.search.scope else []), *kind.search.match]
    values = [get(attributes, path) for path in paths]
    return digest([None if isinstance(value, Marker) or value == "" else value for value in values])
