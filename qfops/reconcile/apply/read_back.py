"""Reading back together: objects that only a list shows wait for each other; one list serves all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from qfops.core.address import KindKey
from qfops.kinds.base import Kind


class ReadBacks:
    """Counts the changes under way, by kind, whose objects have no read of their own."""

    def __init__(self) -> None:
        self._under_way: Counter[KindKey] = Counter()
        self._quiet: dict[KindKey, asyncio.Event] = {}

    @contextmanager
    def under_way(self, kind: Kind) -> Iterator[None]:
        """A change of this kind is carried out while the block runs."""
        if kind.read is not None:
            yield
            return
        self._under_way[kind.key] += 1
        try:
            yield
        finally:
            self._under_way[kind.key] -= 1
            if not self._under_way[kind.key]:
                self._quiet.pop(kind.key, asyncio.Event()).set()

    async def turn(self, kind: Kind, wanted: asyncio.Event) -> None:
        """Return once nothing of the kind is under way, or earlier when somebody waits for this object.

        Called outside the block of the change itself.
        """
        if kind.read is not None or not self._under_way[kind.key] or wanted.is_set():
            return
        quiet = self._quiet.setdefault(kind.key, asyncio.Event())
        waits = [asyncio.ensure_future(quiet.wait()), asyncio.ensure_future(wanted.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
