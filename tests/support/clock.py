"""A clock that never waits: who sleeps moves it on instead."""

from __future__ import annotations

import asyncio
import time


class SkippingClock:
    """Real time, plus all that anybody has slept; safe to share by a console, a client and a store."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def now(self) -> float:
        """Seconds since 1970, as if every sleep had been slept."""
        return time.time() + self.skipped

    async def sleep(self, seconds: float) -> None:
        """Let everybody else have a turn, and let the time pass."""
        self.skipped += max(0.0, seconds)
        await asyncio.sleep(0)
