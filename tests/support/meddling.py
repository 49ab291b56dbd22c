"""A console beside which somebody else acts: before a call, or after its effect and before its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from qfops.console.client import Client
from qfops.core.errors import ApiError
from qfops.core.plan.plan import Stats
from qfops.core.values import JSON
from qfops.reconcile.ports import CallAnswer

Meddle = Callable[[Client, str], Awaitable[None]]


async def _nobody(client: Client, action: str) -> None:
    """Do nothing."""


@dataclass
class Meddled:
    """A console client with meddlers, who are told the action of every mutating call."""

    inner: Client
    before: Meddle = _nobody
    after: Meddle = _nobody

    @property
    def stats(self) -> Stats:
        return self.inner.stats

    @property
    def account(self) -> str:
        return self.inner.account

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        return await self.inner.read(route, action, body)

    async def pages(
        self, route: str, action: str, body: Mapping[str, JSON], *, items: str
    ) -> list[dict[str, JSON]]:
        return await self.inner.pages(route, action, body, items=items)

    async def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> CallAnswer:
        await self.before(self.inner, action)
        answer = await self.inner.send(route, action, body, valid_until=valid_until, attempt=attempt)
        await self.after(self.inner, action)
        return answer

    async def turn(self) -> None:
        await self.inner.turn()

    def backoff(self, attempt: int, error: ApiError) -> float:
        return self.inner.backoff(attempt, error)
