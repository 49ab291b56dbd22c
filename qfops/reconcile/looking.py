"""Looking for the effect of a lost call: the search scope of a create, the counters of an append, the object.

It only reads; what the findings mean is decided in `settle`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from qfops.core.errors import ApiError
from qfops.core.observation import LiveObject
from qfops.core.paths import get
from qfops.core.state import Entry, Record
from qfops.core.values import ABSENT, JSON, Marker, same
from qfops.kinds.base import Kind, Repeat
from qfops.kinds.wire import decode, keys, object_id
from qfops.planning.votes import compare
from qfops.reconcile.ports import Console
from qfops.reconcile.settle import Look, Seen, seen_among


@dataclass(frozen=True, slots=True)
class Searcher:
    """Reads for settling; `taken` are ids that state owns or an intent names: never candidates."""

    console: Console
    kind: Kind

    async def matching(self, planned: Mapping[str, JSON]) -> list[str]:
        """The ids in the search scope whose echoed attributes equal the planned ones."""
        listing, search = self.kind.listing, self.kind.search
        body: dict[str, JSON] = dict(listing.body)
        scope = get(planned, search.scope) if search.scope else ""
        if listing.scope:
            body[listing.scope] = scope if isinstance(scope, str) else ""
        items = await self.console.pages(
            self.kind.route_of(listing), listing.action, body, items=listing.items
        )
        found: list[str] = []
        for item in items:
            for live in self._objects(item, scope if isinstance(scope, str) else ""):
                if await self._matches(planned, live):
                    found.append(live.id)  # noqa: PERF401 (one read at a time, and only where needed)
        return found

    def _objects(self, item: Mapping[str, JSON], scope: str) -> list[LiveObject]:
        listing = self.kind.listing
        if not listing.each:
            return [decode(self.kind, {listing.scope: scope, **item} if listing.scope else item)]
        carried = {ours: item[theirs] for ours, theirs in listing.carry.items() if theirs in item}
        if scope and self.kind.search.scope and carried.get(self.kind.search.scope) != scope:
            return []
        ids = item.get(listing.each)
        names = [str(name) for name in ids] if isinstance(ids, list) else []
        return [LiveObject(name, carried, {self.kind.id[0]: name}) for name in names]

    async def _matches(self, planned: Mapping[str, JSON], live: LiveObject) -> bool:
        """A path that a list does not show is read; one that no read shows counts as equal."""
        wanted = {path: get(planned, path) for path in self.kind.search.match}
        if any(isinstance(get(live.attributes, path), Marker) for path in wanted) and not live.complete:
            live = await self.read(live.outputs) or live
        for path, value in wanted.items():
            shown = get(live.attributes, path)
            if isinstance(shown, Marker) or (value is ABSENT and shown in ("", None)):
                continue
            if not same(shown, value):
                return False
        return True

    async def read(self, outputs: Mapping[str, JSON]) -> LiveObject | None:
        """The object in full, or None when the console says that it does not exist."""
        read = self.kind.read
        if read is None:
            return await self._find(outputs)
        try:
            answer = await self.console.read(self.kind.route_of(read), read.action, keys(read, outputs))
        except ApiError as error:
            if error.missing or error.code in self.kind.missing_codes:
                return None
            raise
        raw = answer if isinstance(answer, dict) else {}
        return decode(self.kind, {**outputs, **raw}, complete=True)

    async def _find(self, outputs: Mapping[str, JSON]) -> LiveObject | None:
        """The object as its list shows it, for kinds that have no read of their own."""
        listing = self.kind.listing
        wanted = object_id(self.kind, outputs)
        items = await self.console.pages(
            self.kind.route_of(listing), listing.action, dict(listing.body), items=listing.items
        )
        for item in items:
            live = decode(self.kind, item, complete=True)
            if live.id == wanted:
                return live
        return None

    async def effect(self, intent: Record, repeat: Repeat, taken: Collection[str]) -> Look:
        """One look at what became of a lost call."""
        try:
            if repeat is Repeat.LOOK_UP and not isinstance(intent.before, dict):
                return await self._created(intent, taken)
            live = await self.read(intent.outputs)
            if live is None:
                return Look(Seen.GONE)
            if isinstance(intent.before, dict):
                return Look(Seen.MOVED if counters(self.kind, intent, live) != intent.before else Seen.STILL)
            return Look(Seen.SHOWN if self._shows(intent, live) else Seen.NOT_SHOWN)
        except ApiError as error:
            return Look(Seen.UNREADABLE, reason=str(error))

    async def _created(self, intent: Record, taken: Collection[str]) -> Look:
        before = intent.before if isinstance(intent.before, list) else []
        found = await self.matching(intent.attributes)
        candidates = tuple(sorted(name for name in found if name not in before and name not in taken))
        return Look(seen_among(candidates), candidates)

    def _shows(self, intent: Record, live: LiveObject) -> bool:
        """Whether the object shows everything that the entry after the step would hold."""
        planned = planned_entry(intent)
        if planned is None or not intent.attributes:
            return False
        votes = compare(self.kind, planned.attributes, planned.attributes, live)
        return not votes


def planned_entry(intent: Record) -> Entry | None:
    """The entry that the step of an intent would leave behind."""
    return intent.entries.get(intent.address) if intent.address is not None else None


def counters(kind: Kind, intent: Record, live: LiveObject) -> dict[str, JSON]:
    """What tells whether an append or a purchase took effect: status and the declared counters."""
    name = intent.step.partition("[")[0]
    found: dict[str, JSON] = {"status": live.status}
    for counter in kind.operations[name].counters:
        found[counter] = live.outputs.get(counter)
    return found
