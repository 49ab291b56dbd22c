"""Ctrl-C and SIGTERM while something is being changed: the first finishes what is in flight, the second leaves.

Leaving at once releases nothing: the next run finds the process gone, waits until no request of it can take
effect any more, and goes on from the journal.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Listens while its block runs; `stop` is set by the first signal. Use it on the main thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.stop = asyncio.Event()
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._before: dict[signal.Signals, object] = {}
        self._asking = False

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type] # what signal() itself returned

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a person is asked nothing is in flight: a signal ends the question with KeyboardInterrupt."""
        self._asking = True
        try:
            yield
        finally:
            self._asking = False

    def _arrived(self, _number: int, _frame: FrameType | None) -> None:
        if self._asking:
            raise KeyboardInterrupt
        if self.stop.is_set():
            leave()
        self._say("interrupted: finishing what is in flight; press again to leave at once")
        self.stop.set()
        self._loop.call_soon_threadsafe(lambda: None)  # wakes a loop that sleeps in its selector


def leave() -> None:
    """End the process now, without the ends of its blocks: what was journaled stays."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(INTERRUPTED)
