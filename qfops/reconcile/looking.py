"""Looking for the effect of a lost call: the search scope of a create, the counters of an append, the object.

It only reads; what the findings mean is decided in `settle`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from qfops.core.errors import ApiError
from qfops.core.observation import LiveObject
from qfops.core.paths import get
from qfops.core.plan import Verdict
from qfops.core.state import Entry, Record, State
from qfops.core.values import ABSENT, JSON, Marker, same
from qfops.kinds.base import Kind
from qfops.kinds.operations import Repeat
from qfops.kinds.wire import decode, keys, object_id
from qfops.planning.votes import compare
from qfops.reconcile.ports import Console
from qfops.reconcile.settle import Look, Seen, seen_among

# A vote on what the call did not touch, and a vote that says: it is as the call was to make it.
_NOT_OURS = (Verdict.DRIFT, Verdict.NOTE)
_DONE = (Verdict.SAME, Verdict.DROP)


@dataclass(frozen=True, slots=True)
class Searcher:
    """Reads for settling."""

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
        place = scope if isinstance(scope, str) else ""
        objects = [live for item in items for live in self._objects(item, place)]
        return [live.id for live in objects if await self._matches(planned, live)]

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
        if read is None or not all(outputs.get(output) for output in read.keys.values()):
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
        """The object as its list shows it, where no read of its own can be made."""
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

    async def outputs_of(self, object_id_: str) -> dict[str, JSON]:
        """The outputs of the object with this id: the parts of the id, and what a read shows besides."""
        names: dict[str, JSON] = dict(zip(self.kind.id, object_id_.split("/"), strict=False))
        names |= await self._part_of(object_id_)
        live = await self.read(names)
        return {**names, **(live.outputs if live else {})}

    async def _part_of(self, object_id_: str) -> dict[str, JSON]:
        """The key of the part that was made with an object, where there is one part: never a guess."""
        part = self.kind.part
        if part is None:
            return {}
        listing = part.listing
        body = {**listing.body, listing.scope: object_id_}
        items = await self.console.pages(
            self.kind.route_of(listing), listing.action, body, items=listing.items
        )
        found = part.among(items, None)
        return {part.key: found.get(part.key)} if found is not None else {}

    async def effect(self, intent: Record, repeat: Repeat, state: State) -> Look:
        """One look at what became of a lost call; what `state` owns is no candidate for a lost create."""
        try:
            if repeat is Repeat.LOOK_UP and not isinstance(intent.before, dict):
                return await self._created(intent, {name for _, name in state.ids()})
            live = await self.read(intent.outputs)
        except ApiError as error:
            return Look(Seen.UNREADABLE, reason=str(error))
        if live is None:
            return Look(Seen.GONE)
        if repeat is Repeat.LOOK_UP:
            moved = counters(self.kind, intent.step, live) != intent.before
            return Look(Seen.MOVED if moved else Seen.STILL)
        return Look(Seen.SHOWN if self._shows(intent, live, state) else Seen.NOT_SHOWN)

    async def _created(self, intent: Record, taken: Collection[str]) -> Look:
        before = intent.before if isinstance(intent.before, list) else []
        found = await self.matching(intent.attributes)
        candidates = tuple(sorted(name for name in found if name not in before and name not in taken))
        return Look(seen_among(candidates), candidates)

    def _shows(self, intent: Record, live: LiveObject, state: State) -> bool:
        """Whether the object shows everything that the call was to change; what no read shows is no proof."""
        planned, entry = planned_entry(intent), state.entries.get(intent.address) if intent.address else None
        if planned is None or entry is None:
            return False
        votes = compare(self.kind, planned.attributes, entry.attributes, live)
        changed = [vote for vote in votes if vote.verdict not in _NOT_OURS]
        return bool(changed) and all(vote.verdict in _DONE for vote in changed)


def planned_entry(intent: Record) -> Entry | None:
    """The entry that the step of an intent would leave behind."""
    return intent.entries.get(intent.address) if intent.address is not None else None


def counters(kind: Kind, step: str, live: LiveObject) -> dict[str, JSON]:
    """What tells whether an append or a purchase took effect: status and the declared counters."""
    found: dict[str, JSON] = {"status": live.status}
    for counter in kind.operations[step.partition("[")[0]].counters:
        found[counter] = live.outputs.get(counter)
    return found
