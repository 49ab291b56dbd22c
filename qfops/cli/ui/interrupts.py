"""Ctrl-C, SIGTERM and SIGHUP during a change: the first finishes what is in flight, the second leaves now.

Leaving at once releases nothing: the next run finds the process gone, waits until no request of it can take
effect any more, and goes on from the journal.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from qfops.core.exit_codes import ExitCode

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SHOW_CURSOR = b"\x1b[?25h"


class Interrupts:
    """Listens while its block runs; `stop` is set soon after the first signal. For the main thread only."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.stop = asyncio.Event()
        self.arrived = False
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self._asking = False

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            if is_heard(number):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a person is asked nothing is in flight: a signal ends the question with KeyboardInterrupt."""
        self._asking = True
        try:
            yield
        finally:
            self._asking = False

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._asking:
            raise KeyboardInterrupt
        if self.arrived:
            leave()
        self.arrived = True
        # A handler may strike in the middle of a write or of the loop's own work: the loop does the rest.
        self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        self._say("interrupted: finishing what is in flight; press again to leave at once")
        self.stop.set()


def is_heard(number: signal.Signals) -> bool:
    """Whether a signal is to end anything: a terminal that goes away does not end what `nohup` began."""
    return number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN


def leave() -> None:
    """End the process now, without the ends of its blocks: what was journaled stays."""
    if os.isatty(2):
        os.write(2, _SHOW_CURSOR)
    os._exit(ExitCode.INTERRUPTED)
