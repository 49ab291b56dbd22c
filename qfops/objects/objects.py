"""Objects of the console by kind: lists, reads, parts, and candidates for what a lost create made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from qfops.core.errors import ApiError
from qfops.core.observation import LiveObject
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.bodies import keys, names_all
from qfops.kinds.decoding import decode, each_of
from qfops.kinds.ids import id_parts, object_id
from qfops.kinds.operations import Listing
from qfops.kinds.status import with_status
from qfops.objects.answers import CannotTell, Listed, Missing, Moment, Shown
from qfops.objects.lists import ListCall, Reading, SharedLists
from qfops.objects.matching import in_scope, matches, shows_search_key
from qfops.objects.ports import Reader


class Objects:
    """The door, for one run; an asynchronous context that ends what is in flight.

    `now` tells the time in seconds since 1970; `keep` is how long a list may serve readers whom its age does
    not trouble. Every reader names the earliest moment that serves it (`since`).
    """

    def __init__(self, console: Reader, now: Callable[[], float], keep: float) -> None:
        self._console, self._now = console, now
        self._order = 0
        self._lists = SharedLists(console, self.moment, keep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._lists.close()

    def moment(self) -> Moment:
        """Now, later than every moment that was named before."""
        self._order += 1
        return Moment(self._now(), self._order)

    def ago(self, seconds: float) -> Moment:
        """So many seconds before now, for a reader whom a list of that age serves."""
        return Moment(self._now() - seconds)

    async def list(self, kind: Kind, scope: str = "", *, since: Moment) -> Listed | CannotTell:
        """The objects of a kind, or of one container (`scope` is its id) where the kind is listed so."""
        if kind.listing is None:
            return CannotTell(f"the console API has no list of {kind.name}s", self.moment())
        read = await self._read_list(kind, kind.listing, scope, since)
        return read if isinstance(read, CannotTell) else _listed(kind, kind.listing, scope, read)

    async def read(
        self, kind: Kind, outputs: Mapping[str, JSON], *, scope: str = "", since: Moment
    ) -> Shown | Missing | CannotTell:
        """The object in full, by its own read, else as the list of its container shows it.

        A read that is named by the part alone says nothing of the object: where the part is gone, the list
        says whether the object is.
        """
        read = kind.read
        if read is None or not names_all(read, outputs):
            return await self._find(kind, object_id(kind, outputs), scope, since)
        began = self.moment()
        try:
            answer = await self._console.read(kind.route_of(read), read.action, keys(read, outputs))
        except ApiError as error:
            if not (error.missing or error.code in kind.missing_codes):
                return CannotTell(str(error), began, error)
            return (
                await self._without_part(kind, outputs, scope, since) if kind.reads_part else Missing(began)
            )
        shown = _shown(kind, read.action, outputs, answer, began)
        if isinstance(shown, CannotTell):
            return shown
        return await self._with_whole_status(kind, shown, outputs, scope, since)

    async def part(
        self, kind: Kind, object_id_: str, key: JSON, *, since: Moment
    ) -> Shown | Missing | CannotTell:
        """What the console made together with an object: the part of that key, or (None) the one there is."""
        assert kind.part is not None, f"{kind.name} has no part"
        read = await self._read_list(kind, kind.part.listing, object_id_, since)
        if isinstance(read, CannotTell):
            return read
        raw = kind.part.among(read.items.result(), key)
        if raw is not None:
            return Shown(decode(kind, raw), read.began)
        if key is not None:
            return Missing(read.began, listed=True)
        reason = f"nothing says which {kind.part.key} was made with {object_id_}, or it is gone"
        return CannotTell(reason, read.began)

    async def candidates(
        self, kind: Kind, planned: Mapping[str, JSON], *, since: Moment
    ) -> Listed | CannotTell:
        """The objects in the search scope whose echoed attributes equal the planned ones."""
        scope = kind.scope_in(planned)
        found = await self.list(kind, scope, since=since)
        if isinstance(found, CannotTell):
            return found
        near = [live for live in found.objects.values() if in_scope(kind, planned, live)]
        whole = await asyncio.gather(*(self._with_key(kind, live, scope, since) for live in near))
        matching: dict[str, LiveObject] = {}
        for live in whole:
            if isinstance(live, CannotTell):
                return live
            if matches(kind, planned, live):
                matching[live.id] = live
        return Listed(matching, found.began)

    async def outputs_of(self, kind: Kind, object_id_: str, *, since: Moment) -> dict[str, JSON] | CannotTell:
        """The outputs of an object known by its id only: the parts of the id, and what reads show besides."""
        names = id_parts(kind, object_id_)
        if kind.part is not None:
            part = await self.part(kind, object_id_, None, since=since)
            if isinstance(part, CannotTell) and part.error is not None:
                return part
            if isinstance(part, Shown):
                names[kind.part.key] = part.object.outputs.get(kind.part.key)
        found = await self.read(kind, names, since=since)
        if isinstance(found, CannotTell):
            return found
        return {**names, **(found.object.outputs if isinstance(found, Shown) else {})}

    async def _without_part(
        self, kind: Kind, outputs: Mapping[str, JSON], scope: str, since: Moment
    ) -> Missing | CannotTell:
        """Whether an object is gone, or only the part by which it is read."""
        found = await self._find(kind, object_id(kind, outputs), scope, since)
        if not isinstance(found, Shown):
            return found
        assert kind.part is not None
        gone = f"{kind.part.key} {outputs.get(kind.part.key)} is gone, which was made with {found.object.id}"
        return CannotTell(gone, found.began)

    async def _with_key(
        self, kind: Kind, live: LiveObject, scope: str, since: Moment
    ) -> LiveObject | CannotTell:
        """An object with all that a search compares: what its list does not show is read."""
        if live.complete or shows_search_key(kind, live):
            return live
        found = await self.read(kind, live.outputs, scope=scope, since=since)
        if isinstance(found, CannotTell):
            return found
        return found.object.completed(live) if isinstance(found, Shown) else live

    async def _with_whole_status(
        self, kind: Kind, found: Shown, outputs: Mapping[str, JSON], scope: str, since: Moment
    ) -> Shown | CannotTell:
        """The object with the status words that its own read does not show, and another one does."""
        live = found.object
        for field in kind.readiness.fields:
            read = field.proof
            if read is None or field.key in live.status or not names_all(read, outputs):
                continue
            try:
                answer = await self._console.read(kind.route_of(read), read.action, keys(read, outputs))
            except ApiError as error:
                if error.missing:
                    continue
                return CannotTell(str(error), found.began, error)
            word = answer.get(field.key) if isinstance(answer, dict) else None
            if word is not None:
                live = with_status(kind, live, {field.key: str(word)})
        if kind.readiness.fields and not live.status and not _lists_ids_only(kind):
            listed = await self._find(kind, live.id, scope, since)
            if isinstance(listed, Shown):  # else nothing shows it, and the object itself was read
                live = with_status(kind, live, listed.object.status)
        return found if live is found.object else Shown(live, found.began)

    async def _find(self, kind: Kind, id_: str, scope: str, since: Moment) -> Shown | Missing | CannotTell:
        """An object as its list shows it, which is all that can be seen of it."""
        found = await self.list(kind, scope, since=since)
        if isinstance(found, CannotTell):
            return found
        live = found.objects.get(id_)
        if live is None:
            return Missing(found.began, listed=True)
        return Shown(_complete(live), found.began)

    async def _read_list(
        self, kind: Kind, listing: Listing, scope: str, since: Moment
    ) -> Reading | CannotTell:
        body: dict[str, JSON] = dict(listing.body)
        if listing.scope:
            body[listing.scope] = scope
        call = ListCall(kind.route_of(listing), listing.action, body, listing.items)
        began = self.moment()
        try:
            return await self._lists.read(call, since)
        except ApiError as error:
            return CannotTell(str(error), began, error)


def _listed(kind: Kind, listing: Listing, scope: str, reading: Reading) -> Listed | CannotTell:
    """The objects that a list shows, decoded once for all its readers.

    A list with an object that it does not name by an id does not tell what is there.
    """
    objects = reading.decoded.get(kind.key)
    if objects is None:
        shown = [live for item in reading.items.result() for live in _objects(kind, listing, item, scope)]
        if not all(live.id for live in shown):
            names = " or ".join(kind.id)
            return CannotTell(f"{listing.action} shows an object without a usable {names}", reading.began)
        objects = {live.id: live for live in shown}
        reading.decoded[kind.key] = objects
    return Listed(objects, reading.began)


def _objects(kind: Kind, listing: Listing, item: Mapping[str, JSON], scope: str) -> list[LiveObject]:
    """The objects that a list item shows; the scope is an attribute that every one of them has."""
    if listing.each:
        return list(each_of(kind, item))
    return [decode(kind, {listing.scope: scope, **item} if listing.scope else item)]


def _shown(
    kind: Kind, action: str, outputs: Mapping[str, JSON], answer: JSON, began: Moment
) -> Shown | CannotTell:
    """The object that a read shows; an answer without content, or about another object, shows nothing."""
    if not isinstance(answer, dict) or not answer:
        return CannotTell(f"{action} answered without showing the object", began)
    unnamed = {name: value for name, value in outputs.items() if answer.get(name) in (None, "")}
    live = decode(kind, {**answer, **unnamed}, complete=True)
    wanted = object_id(kind, outputs)
    if wanted and live.id != wanted:
        return CannotTell(f"{action} was asked for {wanted} and shows {live.id or 'no usable id'}", began)
    return Shown(live, began)


def _lists_ids_only(kind: Kind) -> bool:
    """Whether no list shows more of an object than its id."""
    return kind.listing is None or bool(kind.listing.each)


def _complete(live: LiveObject) -> LiveObject:
    return LiveObject(
        live.id, live.attributes, live.outputs, live.status, live.phase, live.reason, complete=True
    )
