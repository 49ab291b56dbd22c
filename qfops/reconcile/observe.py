"""Observing: one refresh of the console, by lists; a detail is read only where a list does not show enough.

Missing, forbidden and could-not-tell are three answers. Only a list read to its end, or a read that says
so, makes an object missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qfops.core.errors import ApiError, ErrorClass
from qfops.core.observation import KindKey, LiveObject, ObjectKey, Observed
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.operations import Listing
from qfops.kinds.registry import Registry
from qfops.kinds.wire import decode, is_final, keys, phase_of, unobserved
from qfops.reconcile.known import (
    Known,
    Wanted,
    is_fixed,
    kinds_to_list,
    known_objects,
    lists_to_read,
    scope_of,
)
from qfops.reconcile.ports import Console

Item = Mapping[str, JSON]


async def observe(console: Console, registry: Registry, wanted: Wanted) -> Observed:
    """One refresh. Raises ApiError when the console cannot be reached or does not accept the keys at all."""
    return await _Refresh(console, registry, wanted).run()


class _Refresh:
    """The reads of one refresh, each made once however many objects need it."""

    def __init__(self, console: Console, registry: Registry, wanted: Wanted) -> None:
        self.console, self.registry, self.wanted = console, registry, wanted
        self.lists: dict[tuple[str, str, str], asyncio.Future[list[dict[str, JSON]]]] = {}
        self.inventory: dict[KindKey, dict[str, LiveObject]] = {}
        self.failed: dict[tuple[KindKey, str], str] = {}
        self.missing: set[ObjectKey] = set()
        self.unreadable: dict[ObjectKey, str] = {}

    async def run(self) -> Observed:
        known = list(known_objects(self.registry, self.wanted))
        kinds = kinds_to_list(self.registry, self.wanted, known)
        await asyncio.gather(*(self._list(kind, scope) for kind, scope in lists_to_read(kinds, known)))
        await self._parts(known)
        await self._details(known)
        stats = self.console.stats
        return Observed(
            self.inventory,
            frozenset(self.missing),
            self.unreadable,
            self.console.account,
            stats.calls,
            stats.retries,
            stats.seconds,
        )

    async def _list(self, kind: Kind, scope: str) -> None:
        try:
            items = await self._items(kind, kind.listing, scope)
        except ApiError as error:
            self._not_listed(kind, scope, error)
            return
        found = self.inventory.setdefault(kind.key, {})
        for live in _objects(kind, items, scope):
            found[live.id] = live

    def _not_listed(self, kind: Kind, scope: str, error: ApiError) -> None:
        if scope and (error.missing or error.code in kind.missing_codes):
            return  # the container is gone, and so is all that it held
        if _fatal(error):
            raise error
        self.failed[(kind.key, scope)] = str(error)

    async def _items(self, kind: Kind, listing: Listing, scope: str) -> Sequence[Item]:
        """One list, shared by everybody who needs it."""
        key = (kind.route_of(listing), listing.action, scope)
        if key not in self.lists:
            body: dict[str, JSON] = dict(listing.body)
            if listing.scope:
                body[listing.scope] = scope
            pages = self.console.pages(key[0], key[1], body, items=listing.items)
            self.lists[key] = asyncio.ensure_future(pages)
        return await self.lists[key]

    async def _parts(self, known: Iterable[Known]) -> None:
        """The parts that belong to declared objects: the version that was made with a dataset."""
        await asyncio.gather(*(self._part(item) for item in known if item.kind.part is not None))

    async def _part(self, item: Known) -> None:
        part, live = item.kind.part, self.inventory.get(item.kind.key, {}).get(item.id)
        if part is None or live is None or not any(path in item.declared for path in part.owned_when):
            return
        try:
            items = await self._items(item.kind, part.listing, item.id)
        except ApiError as error:
            if _fatal(error):
                raise
            self.unreadable[(item.kind.key, item.id)] = str(error)
            return
        ours = item.outputs.get(part.key)
        raw = part.among(items, ours)
        if raw is not None:
            whole = {**raw, **live.outputs, **live.attributes}
            self.inventory[item.kind.key][item.id] = decode(item.kind, whole)
            return
        if ours is None:
            reason = f"nothing says which {part.key} was made with {item.id}, or it is gone"
            self.unreadable[(item.kind.key, item.id)] = reason
        else:
            self.missing.add((item.kind.key, item.id))
        del self.inventory[item.kind.key][item.id]

    async def _details(self, known: Iterable[Known]) -> None:
        await asyncio.gather(*(self._detail(item) for item in known))

    async def _detail(self, item: Known) -> None:
        """Complete what a list showed, or find out why it showed nothing."""
        key = (item.kind.key, item.id)
        live = self.inventory.get(item.kind.key, {}).get(item.id)
        if live is None:
            if key not in self.missing and key not in self.unreadable:
                await self._absent(item)
            return
        if not item.kind.readiness.fields or live.status:
            if not item.detail and not unobserved(item.kind, live, item.declared):
                return
        elif is_final(item.kind, item.status) and not item.detail and is_fixed(item):
            kept = replace(live, status=item.status, phase=phase_of(item.kind, item.status))
            self.inventory[item.kind.key][item.id] = kept
            return
        await self._read(item, live)

    async def _absent(self, item: Known) -> None:
        """Not in any list: missing, if the list was read to its end and the object is not brand-new."""
        key = (item.kind.key, item.id)
        scope = scope_of(item)
        reason = self.failed.get((item.kind.key, scope))
        young = self.wanted.now - item.created < self.wanted.visibility
        if reason is None and not young:
            self.missing.add(key)
        elif item.kind.read is None or not all(item.outputs.get(o) for o in item.kind.read.keys.values()):
            self.unreadable[key] = reason or "made a moment ago and not in the list yet"
        else:
            await self._read(item, None)

    async def _read(self, item: Known, live: LiveObject | None) -> None:
        read = item.kind.read
        key = (item.kind.key, item.id)
        outputs = {**item.outputs, **(live.outputs if live else {})}
        if read is None or not all(outputs.get(name) for name in read.keys.values()):
            return
        try:
            answer = await self.console.read(item.kind.route_of(read), read.action, keys(read, outputs))
        except ApiError as error:
            if _fatal(error):
                raise
            if live is not None and _of_part(item):
                return  # the read is of the part; the object itself is in its list
            if error.missing or error.code in item.kind.missing_codes:
                self.missing.add(key)
                self.inventory.get(item.kind.key, {}).pop(item.id, None)
            elif live is None or not live.status:
                self.unreadable[key] = str(error)
            return
        raw = answer if isinstance(answer, dict) else {}
        base = {**live.outputs, **live.attributes} if live else {}
        self.inventory.setdefault(item.kind.key, {})[item.id] = decode(
            item.kind, {**base, **raw}, complete=True
        )


def _of_part(item: Known) -> bool:
    """Whether the read of the kind is named by the part, not by the object itself."""
    part, read = item.kind.part, item.kind.read
    return part is not None and read is not None and part.key in read.keys.values()


def _fatal(error: ApiError) -> bool:
    """Whether nothing else will work either: the console is away, or it does not know the keys."""
    if error.error_class is ErrorClass.NO_EFFECT and not error.status:
        return True
    return error.code in (
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "RequestExpired",
        "InvalidHTTPAuthHeader",
    )


def _objects(kind: Kind, items: Iterable[Item], scope: str) -> Iterable[LiveObject]:
    """The objects that list items show; the scope is an attribute that every one of them has."""
    listing = kind.listing
    for item in items:
        if not listing.each:
            live = decode(kind, {listing.scope: scope, **item} if listing.scope else item)
            if live.id:
                yield live
            continue
        ids = item.get(listing.each)
        carried = {ours: item[theirs] for ours, theirs in listing.carry.items() if theirs in item}
        for object_id_ in ids if isinstance(ids, list) else []:
            yield LiveObject(str(object_id_), carried, {kind.id[0]: object_id_})
