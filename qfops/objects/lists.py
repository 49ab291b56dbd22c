"""Lists of the console, shared: one read serves everybody for whom it began late enough.

A list that is in flight, or that was kept, never serves a reader who names a later moment; those who need a
newer one wait for the one in flight to end and share the next. What makes two lists different is all of what
is sent: route, action and body.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from qfops.core.observation import LiveObject
from qfops.core.values import JSON
from qfops.objects.answers import Moment
from qfops.objects.ports import Reader

Item = dict[str, JSON]
ListKey: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class ListCall:
    """What is sent to read a list, and the key of the answer that holds its items."""

    route: str
    action: str
    body: Mapping[str, JSON]
    items: str

    @property
    def key(self) -> ListKey:
        """Equal for lists that are the same."""
        return self.route, self.action, json.dumps(self.body, sort_keys=True), self.items


@dataclass(slots=True)
class Reading:
    """One read of a list: when it began, its items once they are there, and what was decoded of them."""

    began: Moment
    items: asyncio.Future[list[Item]]
    decoded: dict[object, Mapping[str, LiveObject]] = field(default_factory=dict)


class SharedLists:
    """The lists of one run. `keep` is how long, in seconds, a list that has ended may still serve."""

    def __init__(self, console: Reader, moment: Callable[[], Moment], keep: float) -> None:
        self._console, self._moment, self._keep = console, moment, keep
        self._readings: dict[ListKey, Reading] = {}
        self._closed = False

    async def read(self, call: ListCall, since: Moment) -> Reading:
        """A read of the list, ended, that began at `since` or later. Raises ApiError."""
        key = call.key
        while True:
            found = self._readings.get(key)
            if found is not None and self._serves(found, since):
                await asyncio.shield(found.items)
                return found
            if found is not None and not found.items.done():
                await asyncio.wait([found.items])
                continue
            if self._closed:
                raise asyncio.CancelledError
            self._readings[key] = self._begin(key, call)

    async def close(self) -> None:
        """End what is still in flight, and begin nothing any more: who still waits is cancelled."""
        self._closed = True
        flying = [reading.items for reading in self._readings.values() if not reading.items.done()]
        for items in flying:
            items.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    def _serves(self, reading: Reading, since: Moment) -> bool:
        if reading.began < since:
            return False
        return not reading.items.done() or self._moment().time - reading.began.time <= self._keep

    def _begin(self, key: ListKey, call: ListCall) -> Reading:
        began = self._moment()
        pages = self._console.pages(call.route, call.action, call.body, items=call.items)
        reading = Reading(began, asyncio.ensure_future(pages))
        reading.items.add_done_callback(lambda items: self._forget_failed(key, reading, items))
        return reading

    def _forget_failed(self, key: ListKey, reading: Reading, items: asyncio.Future[list[Item]]) -> None:
        """A failed read is told to those who wait for it and serves nobody else."""
        failed = items.cancelled() or items.exception() is not None
        if failed and self._readings.get(key) is reading:
            del self._readings[key]
