"""A clock that nobody waits for: while everybody sleeps, it moves on to the moment when the first wakes."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

MORNING = 1_790_000_000.0
"""When simulated time begins, in seconds since 1970; a Monday in 2026."""
_LATE = 1e-6
"""Who sleeps wakes a moment late, as on a real clock: never before its time by a rounding error."""

_Result = TypeVar("_Result")
_Events = list[tuple[selectors.SelectorKey, int]]


class SkippingClock:
    """Simulated time, shared by a console, a client, a store and a workflow. It moves in two ways only.

    `pass_` moves it when a test says so. And in what `run` runs, time moves when nobody can do anything
    before the next sleeper wakes: ten sleeps of 30 s at once take 30 s. Work itself takes no time.
    Files are written by threads, in real time: simulated time stands still until they are done. A lease is
    renewed in real time as well, so a holder that sleeps for long looks stopped to others meanwhile.
    """

    def __init__(self, start: float = MORNING) -> None:
        self._now = start

    def now(self) -> float:
        """Seconds since 1970."""
        return self._now

    def pass_(self, seconds: float) -> None:
        """Let the time pass."""
        assert seconds >= 0
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Let others run for that long."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, _Loop), "only what SkippingClock.run runs can sleep on this clock"
        assert loop.clock is self, "this clock does not move while another one's loop runs"
        await asyncio.sleep(seconds)

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `work` to its end, like `asyncio.run`, without waiting for any time to pass."""
        with asyncio.Runner(loop_factory=lambda: _Loop(self)) as runner:
            return runner.run(work)


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose timers follow a skipping clock; it has no sockets to wait for."""

    def __init__(self, clock: SkippingClock) -> None:
        self.clock, self.jobs = clock, 0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.clock.now()

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., _Result], *args: Any
    ) -> asyncio.Future[_Result]:
        """Count the jobs of other threads that this loop has not heard of again."""
        job = super().run_in_executor(executor, func, *args)
        self.jobs += 1
        job.add_done_callback(self._job_done)
        return job

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads in real time, as for a job."""
        self.jobs += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self.jobs -= 1

    def _job_done(self, _: asyncio.Future[Any]) -> None:
        self.jobs -= 1


class _Selector(selectors.DefaultSelector):
    """What a loop asks when it has nothing to do, for how long it may block."""

    def __init__(self, loop: _Loop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> _Events:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if self._loop.jobs:
            return super().select(None)
        assert timeout is not None, "everybody waits, and nothing will ever happen"
        self._loop.clock.pass_(timeout + _LATE)
        return super().select(0)
