"""What reconciling needs from outside: a console, a clock, somebody to tell. Small and easy to fake."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from qfops.core.errors import ApiError
from qfops.core.plan.events import Event
from qfops.core.plan.plan import Stats
from qfops.core.values import JSON
from qfops.objects.ports import Reader


class CallAnswer(Protocol):
    """The answer to one mutating call."""

    @property
    def result(self) -> JSON:
        """What the action returned; None where it returns nothing."""

    @property
    def request_id(self) -> str:
        """The console's id of the request, for support."""


class Console(Reader, Protocol):
    """The console API; `qfops.console.client.Client` is the real one."""

    @property
    def stats(self) -> Stats:
        """What has been asked so far."""

    @property
    def account(self) -> str:
        """The owner that reads showed, or ""."""

    async def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> CallAnswer:
        """One attempt of a mutating call."""

    async def turn(self) -> None:
        """Wait until the rate allows one more request."""

    def backoff(self, attempt: int, error: ApiError) -> float:
        """Seconds to wait before repeating."""


class Clock(Protocol):
    """Seconds since 1970, and sleeping."""

    def now(self) -> float:
        """Seconds since 1970."""

    async def sleep(self, seconds: float) -> None:
        """Let others run for that long."""


class SystemClock:
    """The real clock."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let others run for that long."""
        await asyncio.sleep(seconds)


Emit = Callable[[Event], None]
