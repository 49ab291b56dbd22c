"""The client for library users who write no async code: the same calls, each waiting for its result.

A thread of its own runs the event loop, so that it also works where a loop is already running (notebooks).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Self, TypeVar

from qfops.console.client import Answer, Client
from qfops.console.paging import Item
from qfops.core.errors import ApiError
from qfops.core.plan.plan import Stats
from qfops.core.values import JSON

Result = TypeVar("Result")


class SyncClient:
    """`Client` without async; may be shared by threads. Close it, or use it as a context manager.

    `with SyncClient(Client(endpoint, credentials)) as console: console.read(route, action, {})`. The async
    client belongs to this one from then on, and may not be used elsewhere.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="qfops-console", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"Sync{self._client!r}"

    @property
    def stats(self) -> Stats:
        """See Client.stats."""
        return self._client.stats

    @property
    def account(self) -> str:
        """See Client.account."""
        return self._client.account

    def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        """See Client.read."""
        return self._wait(self._client.read(route, action, body))

    def pages(self, route: str, action: str, body: Mapping[str, JSON], *, items: str) -> list[Item]:
        """See Client.pages."""
        return self._wait(self._client.pages(route, action, body, items=items))

    def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> Answer:
        """See Client.send."""
        return self._wait(self._client.send(route, action, body, valid_until=valid_until, attempt=attempt))

    def turn(self) -> None:
        """See Client.turn."""
        self._wait(self._client.turn())

    def backoff(self, attempt: int, error: ApiError) -> float:
        """See Client.backoff."""
        return self._client.backoff(attempt, error)

    def close(self) -> None:
        """Cancel what other threads wait for, close every connection, end the thread; later calls fail."""
        if self._loop.is_closed():
            return
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.aclose()

    def _wait(self, call: Coroutine[object, object, Result]) -> Result:
        """The result of `call`; an interruption of the waiting thread (Ctrl-C) cancels it."""
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
