"""Creates that a lost answer could confuse go one at a time, and what matches already is known before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.errors import Stale
from qfops.core.observation import Observed, Searched
from qfops.core.state.entry import Entry
from qfops.core.state.state import owned_ids
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.status import is_released
from qfops.objects.answers import CannotTell, Listed
from qfops.objects.matching import in_scope, leaves_open, matches, search_key, shows_search_key
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
        self,
        kind: Kind,
        planned: Mapping[str, JSON],
        entries: Mapping[Address, Entry],
        *,
        vouched: bool = False,
    ) -> tuple[str, ...] | None:
        """The ids that match already, and so cannot be the result of the create that follows.

        A place that the refresh did not look through, since it did not exist or could not be read, is looked
        through now, as is every place once the refresh is old; an error where that cannot be done, or where
        somebody has taken the name by now (`entries` are what state holds). None: nobody can look (the kind
        has no list), or nobody could and a person said that nothing is there (`vouched`).
        """
        if kind.listing is None:
            return None
        seen = isinstance(self.observed.search(kind.key, kind.scope_in(planned)), Searched)
        if not seen or self.objects.moment().time >= self.until:
            found = await self.objects.candidates(kind, planned, since=self.objects.ago(self.fresh))
            if not isinstance(found, CannotTell):
                _refuse_taken(kind, found, entries)
                return tuple(sorted(found.objects))
            if vouched:
                return None
            raise unreadable(found)
        if leaves_open(kind, planned):
            known = self.observed.inventory.get(kind.key, {}).values()
            alike = (live for live in known if in_scope(kind, planned, live))
            return tuple(sorted(live.id for live in alike if matches(kind, planned, live)))
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


def _refuse_taken(kind: Kind, found: Listed, entries: Mapping[Address, Entry]) -> None:
    """Raise Stale where an object that is not ours has the name of the one that is to be made."""
    if not (kind.named and found.objects):
        return
    owned = set(owned_ids(entries))
    for live in found.objects.values():
        if ObjectKey(kind.key, live.id) not in owned and not is_released(kind.identity, live.status):
            raise Stale(f"{live.id} has taken the name since the plan was made", remedy="Plan again.")
