"""The simulated clock of the benches: what waits at once waits once, in order, and nobody waits really."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.clock import MORNING, SkippingClock

PATIENCE = 10.0
NEARLY = 1e-3


def test_sleeps_at_once_pass_once_and_wake_in_order() -> None:
    """Ten sleepers of 30 s take 30 s, and each wakes when it is due, not when it fell asleep."""
    clock, woken = SkippingClock(), list[tuple[float, float]]()

    async def nap(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.now() - MORNING))

    async def scene() -> None:
        await asyncio.gather(*(nap(seconds) for seconds in [30.0, 7.0, 86400.0, *[30.0] * 9, 7.5]))

    began = time.monotonic()
    clock.run(scene())
    assert time.monotonic() - began < PATIENCE
    assert [seconds for seconds, _ in woken] == [7.0, 7.5, *[30.0] * 10, 86400.0]
    for seconds, at in woken:
        assert seconds <= at < seconds + NEARLY


def test_time_stands_still_while_anybody_works() -> None:
    """Turns of the loop take no time, however many they are, while another sleeps."""
    clock = SkippingClock()

    async def scene() -> None:
        sleeper = asyncio.ensure_future(clock.sleep(1.0))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert clock.now() == MORNING
        await sleeper

    clock.run(scene())
    assert clock.now() >= MORNING + 1.0


def test_time_stands_still_while_a_thread_works() -> None:
    """A sleeper does not overtake what is being written, and wakes afterwards."""
    clock, may_end = SkippingClock(), threading.Event()

    async def scene() -> None:
        sleeper = asyncio.ensure_future(clock.sleep(60.0))
        with ThreadPoolExecutor(1) as pool:
            job = asyncio.get_running_loop().run_in_executor(pool, may_end.wait, PATIENCE)
            threading.Timer(0.05, may_end.set).start()
            assert await job
            assert clock.now() == MORNING
            assert not sleeper.done()
        await sleeper

    clock.run(scene())
    assert clock.now() >= MORNING + 60.0


def test_time_that_a_test_lets_pass_wakes_who_is_due() -> None:
    """Also in the middle of a run, as when somebody thinks at a prompt."""
    clock = SkippingClock()

    async def scene() -> None:
        sleeper = asyncio.ensure_future(clock.sleep(60.0))
        await asyncio.sleep(0)
        clock.pass_(3600.0)
        await sleeper

    clock.run(scene())
    assert clock.now() == MORNING + 3600.0


def test_waiting_for_nothing_is_said_and_does_not_hang() -> None:
    """Where nobody sleeps and no thread works, nothing can happen any more."""

    async def forever() -> None:
        await asyncio.Event().wait()

    with pytest.raises(AssertionError, match="nothing will ever happen"):
        SkippingClock().run(forever())


def test_nobody_sleeps_on_it_by_the_real_time() -> None:
    """Under another loop it would never move: that is a mistake of the test."""
    with pytest.raises(AssertionError, match="can sleep on this clock"):
        asyncio.run(SkippingClock().sleep(1.0))
    with pytest.raises(AssertionError, match="another one's loop"):
        SkippingClock().run(SkippingClock().sleep(1.0))
