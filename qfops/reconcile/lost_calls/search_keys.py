"""Creates that a lost answer could confuse go one at a time, and what matches already is known before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from qfops.core.address import KindKey
from qfops.core.observation import Observed, Searched
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.objects.answers import CannotTell
from qfops.objects.matching import search_key, shows_search_key
from qfops.objects.objects import Objects
from qfops.reconcile.lost_calls.settlement import unreadable

_ANY = ""


class SearchKeys:
    """Locks and look-ups by search key: the scope and the echoed attributes that must match.

    The refresh of the plan serves as the look before a create for `fresh` seconds; later, a list of that age
    does. What this run has made meanwhile is in state, and so no candidate.
    """

    def __init__(self, objects: Objects, observed: Observed, observed_at: float, fresh: float) -> None:
        self.objects, self.observed = objects, observed
        self.fresh, self.until = fresh, observed_at + fresh
        self.locks: dict[str, asyncio.Lock] = {}
        self.indexes: dict[KindKey, dict[str, list[str]]] = {}

    def alone(self, kind: Kind, planned: Mapping[str, JSON]) -> asyncio.Lock:
        """The lock of everybody who would be looked for in the same place under the same marks."""
        return self.locks.setdefault(f"{kind.key}{search_key(kind, planned)}", asyncio.Lock())

    async def before(
        self, kind: Kind, planned: Mapping[str, JSON], *, vouched: bool = False
    ) -> tuple[str, ...] | None:
        """The ids that match already, and so cannot be the result of the create that follows.

        A place that the refresh did not look through, since it did not exist or could not be read, is looked
        through now; an error where that cannot be done. None: nobody can look (the kind has no list), or
        nobody could and a person said that nothing is there (`vouched`).
        """
        if kind.listing is None:
            return None
        seen = isinstance(self.observed.search(kind.key, kind.scope_in(planned)), Searched)
        if not seen or self.objects.moment().time >= self.until:
            found = await self.objects.candidates(kind, planned, since=self.objects.ago(self.fresh))
            if not isinstance(found, CannotTell):
                return tuple(sorted(found.objects))
            if vouched:
                return None
            raise unreadable(found)
        if kind.key not in self.indexes:
            self.indexes[kind.key] = self._index(kind)
        index = self.indexes[kind.key]
        return tuple(sorted({*index.get(search_key(kind, planned), ()), *index.get(_ANY, ())}))

    def _index(self, kind: Kind) -> dict[str, list[str]]:
        """Every object of the refresh by its search key; those that do not show theirs match anything."""
        found: dict[str, list[str]] = {}
        for live in self.observed.inventory.get(kind.key, {}).values():
            shown = search_key(kind, live.attributes) if shows_search_key(kind, live) else _ANY
            found.setdefault(shown, []).append(live.id)
        return found
