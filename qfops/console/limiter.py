"""The rate of one client's requests, shared by all callers: they slow down together and recover together.

A token bucket that has no limit until the console names one or throttles. Throttling pauses everybody and
halves the rate; each success adds a little. It knows nothing of requests, only of turns.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

PAUSE = 1.0
"""Seconds that everybody waits after throttling, unless the console asks for more."""
SLOWEST = 1.0
"""Requests per second that the rate never falls below."""
BURST = 10.0
"""Seconds' worth of unused turns that may be taken at once under a limit that the console announced."""


class Limiter:
    """Hands out turns in order of arrival; times are seconds of a clock that never goes back."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[object]]) -> None:
        self._clock, self._sleep = clock, sleep
        self._door = asyncio.Lock()
        self._limit = self._rate = math.inf
        self._capacity = 1.0
        self._tokens = 0.0
        self._counted_at = self._resume_at = -math.inf
        self._second, self._started, self._started_before = -math.inf, 0, 0

    @property
    def rate(self) -> float:
        """Requests per second that are let through now; infinite while nobody has asked for less."""
        return self._rate

    async def turn(self) -> None:
        """Wait until one more request may start, and count it."""
        if self._door.locked() or self._wait() > 0:
            async with self._door:
                # The brake may be pulled again while this caller sleeps; otherwise one sleep is enough, and
                # the clock is not asked again (it may be a test's).
                while (delay := self._wait()) > 0:
                    brake = self._resume_at
                    await self._sleep(delay)
                    if brake == self._resume_at:
                        break
                self._take()
        else:
            self._take()

    def announce(self, per_minute: float) -> None:
        """Obey a limit that the console states, in requests a minute."""
        limit = max(per_minute / 60.0, SLOWEST)
        if limit != self._limit:
            self._limit = limit
            self._set_rate(min(self._rate, limit), capacity=max(1.0, limit * BURST))
            self._tokens = self._capacity

    def throttled(self, pause: float = 0.0) -> None:
        """Stop everybody for `pause` seconds (at least a second), then go on at half the rate.

        Requests that were already under way when the brake was pulled are throttled too: while the pause
        lasts they prolong it where they ask for more, and do not halve again.
        """
        now = self._clock()
        braking = now < self._resume_at
        self._resume_at = max(self._resume_at, now + (pause if braking else max(pause, PAUSE)))
        if not braking:
            pace = self._rate if math.isfinite(self._rate) else self._observed()
            self._set_rate(max(pace / 2, SLOWEST), capacity=1.0)
            self._tokens, self._counted_at = 1.0, self._resume_at

    def succeeded(self) -> None:
        """Recover: each second at full pace makes the rate one request a second higher."""
        if self._rate < self._limit:
            self._rate = min(self._limit, self._rate + 1 / self._rate)

    def _set_rate(self, rate: float, capacity: float) -> None:
        self._rate, self._capacity = rate, capacity

    def _observed(self) -> float:
        """Requests started in the last second or two: the pace that was too much."""
        return float(max(self._started, self._started_before))

    def _wait(self) -> float:
        """Seconds until the next turn."""
        now = self._clock()
        if math.isinf(self._rate):
            return max(0.0, self._resume_at - now)
        start = max(now, self._resume_at)
        return start - now + max(0.0, (1.0 - self._level(start)) / self._rate)

    def _level(self, moment: float) -> float:
        grown = max(0.0, moment - self._counted_at) * self._rate
        return min(self._capacity, self._tokens + grown)

    def _take(self) -> None:
        now = self._clock()
        if now - self._second >= 1.0:
            self._started_before = self._started if now - self._second < 2.0 else 0
            self._second, self._started = now, 0
        self._started += 1
        if math.isfinite(self._rate):
            moment = max(now, self._resume_at)
            self._tokens = max(0.0, self._level(moment) - 1.0)
            self._counted_at = moment
