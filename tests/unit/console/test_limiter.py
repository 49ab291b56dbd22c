"""Turns: unlimited at first, slower for everybody after throttling, faster again with success."""

import asyncio
import math

import pytest

from qfops.console.limiter import PAUSE, SLOWEST, Limiter

from .support import START, Time


def limiter() -> tuple[Limiter, Time]:
    time = Time()
    return Limiter(time, time.sleep), time


async def starts(limiter: Limiter, time: Time, callers: int) -> list[float]:
    """When each of `callers`, all asking at once, got its turn."""
    moments: list[float] = []

    async def caller() -> None:
        await limiter.turn()
        moments.append(round(time.now - START, 6))

    await asyncio.gather(*(caller() for _ in range(callers)))
    return moments


def test_nobody_waits_before_the_console_asks_for_less() -> None:
    bucket, time = limiter()
    assert asyncio.run(starts(bucket, time, 50)) == [0.0] * 50
    assert time.slept == []
    assert bucket.rate == math.inf


def test_throttling_pauses_all_callers_and_spaces_them_at_half_the_pace() -> None:
    bucket, time = limiter()
    asyncio.run(starts(bucket, time, 20))
    bucket.throttled()
    assert bucket.rate == 10.0
    assert asyncio.run(starts(bucket, time, 4)) == [1.0, 1.1, 1.2, 1.3]


def test_answers_to_what_was_under_way_do_not_slow_down_again() -> None:
    bucket, time = limiter()
    asyncio.run(starts(bucket, time, 20))
    for _ in range(20):
        bucket.throttled()
    assert bucket.rate == 10.0
    time.now += PAUSE
    bucket.throttled()
    assert bucket.rate == 5.0


def test_the_pause_is_what_the_console_asks_for_and_the_longest_counts() -> None:
    bucket, time = limiter()
    bucket.throttled(7.0)
    bucket.throttled(3.0)
    assert asyncio.run(starts(bucket, time, 1)) == [7.0]


def test_a_brake_pulled_while_a_caller_sleeps_holds_for_it_too() -> None:
    bucket, time = limiter()
    bucket.throttled(2.0)
    pulled = False

    async def sleep(seconds: float) -> None:
        nonlocal pulled
        await time.sleep(seconds / 2 if not pulled else seconds)
        if not pulled:
            pulled = True
            bucket.throttled(5.0)

    bucket._sleep = sleep
    assert asyncio.run(starts(bucket, time, 1)) == [6.0]


def test_the_rate_never_falls_below_the_slowest() -> None:
    bucket, time = limiter()
    for _ in range(10):
        bucket.throttled()
        time.now += PAUSE
    assert bucket.rate == SLOWEST


def test_success_raises_the_rate_by_one_a_second() -> None:
    bucket, time = limiter()
    asyncio.run(starts(bucket, time, 20))
    bucket.throttled()
    for _ in range(10):
        bucket.succeeded()
    assert bucket.rate == pytest.approx(11.0, abs=0.1)


def test_an_announced_limit_holds_after_a_burst_and_is_the_ceiling() -> None:
    bucket, time = limiter()
    bucket.announce(120)  # a minute: two a second, twenty at once
    moments = asyncio.run(starts(bucket, time, 24))
    assert moments == [0.0] * 20 + [0.5, 1.0, 1.5, 2.0]
    bucket.throttled()
    assert bucket.rate == 1.0
    bucket.announce(90)
    for _ in range(100):
        bucket.succeeded()
    assert bucket.rate == 1.5


def test_the_same_limit_announced_again_changes_nothing() -> None:
    bucket, time = limiter()
    bucket.announce(120)
    asyncio.run(starts(bucket, time, 20))
    bucket.announce(120)
    assert asyncio.run(starts(bucket, time, 1)) == [0.5]


def test_a_pace_of_long_ago_does_not_count_as_the_pace_that_was_too_much() -> None:
    bucket, time = limiter()
    asyncio.run(starts(bucket, time, 50))
    time.now += 60
    asyncio.run(starts(bucket, time, 4))
    bucket.throttled()
    assert bucket.rate == 2.0
