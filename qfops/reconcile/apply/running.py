"""What this run is waiting for, by kind: who meets "too many running" waits here for one of them to end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from qfops.core.address import KindKey
from qfops.kinds.base import Kind


class Running:
    """Counts the waits of one run."""

    def __init__(self) -> None:
        self._counts: Counter[KindKey] = Counter()
        self._ended: dict[KindKey, asyncio.Event] = {}

    @contextmanager
    def one(self, kind: Kind) -> Iterator[None]:
        """An object of `kind` is waited for while the block runs."""
        self._counts[kind.key] += 1
        try:
            yield
        finally:
            self._counts[kind.key] -= 1
            self._ended.pop(kind.key, asyncio.Event()).set()

    def any(self, kind: Kind) -> bool:
        """Whether an object of `kind` is waited for."""
        return self._counts[kind.key] > 0

    async def one_less(self, kind: Kind) -> None:
        """Return when one of those now waited for is not any more."""
        await self._ended.setdefault(kind.key, asyncio.Event()).wait()
