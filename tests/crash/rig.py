"""A run that dies: at its n-th mutating request, before the request or after its effect, and all at once.

Death is total: no other task gets an answer any more, nothing is written, and the lease stays as it was held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from qfops.console.client import Client
from qfops.core.errors import ApiError
from qfops.core.plan.plan import Stats
from qfops.core.plan_options import PlanOptions
from qfops.core.state.records import Record
from qfops.core.values import JSON
from qfops.reconcile.ports import CallAnswer
from qfops.state import FileStore
from qfops.state.file.session import FileSession
from qfops.state.live_state import LiveState
from qfops.state.store import Session
from tests.support.bench import WHOLE, Bench
from tests.support.clock import SkippingClock

When = Literal["before", "after"]


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Doom:
    """Death at the n-th mutating request, at the first of one action, or once so many records are written.

    `dead` from then on.
    """

    nth: int
    when: When
    action: str = ""
    records: int = 0
    sent: int = 0
    written: int = 0
    dead: bool = False

    def check(self) -> None:
        """Nobody does anything any more once the process is dead."""
        if self.dead:
            raise Killed

    def strike(self, when: When, number: int, action: str) -> None:
        """Die here, at the request of this number, if this is the moment."""
        if self.when == when and (number == self.nth or self.action == action):
            self.dead = True
        self.check()


@dataclass
class MortalConsole:
    """A console client that dies with its process."""

    inner: Client
    doom: Doom

    @property
    def stats(self) -> Stats:
        return self.inner.stats

    @property
    def account(self) -> str:
        return self.inner.account

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        self.doom.check()
        return await self.inner.read(route, action, body)

    async def pages(
        self, route: str, action: str, body: Mapping[str, JSON], *, items: str
    ) -> list[dict[str, JSON]]:
        self.doom.check()
        return await self.inner.pages(route, action, body, items=items)

    async def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> CallAnswer:
        self.doom.check()
        self.doom.sent = number = self.doom.sent + 1
        self.doom.strike("before", number, action)
        answer = await self.inner.send(route, action, body, valid_until=valid_until, attempt=attempt)
        self.doom.strike("after", number, action)
        return answer

    async def turn(self) -> None:
        self.doom.check()
        await self.inner.turn()

    def backoff(self, attempt: int, error: ApiError) -> float:
        return self.inner.backoff(attempt, error)


@dataclass
class MortalSession:
    """A session whose process dies: what is on disk stays, the lease included, and nothing is added."""

    inner: FileSession
    doom: Doom
    lease: Path

    @property
    def state(self) -> LiveState:
        return self.inner.state

    async def append(self, record: Record) -> Record:
        self.doom.check()
        written = await self.inner.append(record)
        self.doom.written += 1
        self.doom.dead |= self.doom.written == self.doom.records
        self.doom.check()
        return written

    async def note(self, event: str, details: Mapping[str, JSON]) -> None:
        self.doom.check()
        await self.inner.note(event, details)

    async def commit(self, *, account: str | None = None, details: Mapping[str, JSON] | None = None) -> None:
        self.doom.check()
        await self.inner.commit(account=account, details=details)

    async def release(self) -> None:
        held = self.lease.read_bytes()
        await self.inner.release()
        if self.doom.dead:
            self.lease.write_bytes(held)


class MortalStore(FileStore):
    """A store whose sessions die."""

    doom: Doom

    async def begin(self, *args: object, **options: object) -> Session:  # type: ignore[override]
        session = await super().begin(*args, **options)  # type: ignore[arg-type]
        return MortalSession(session, self.doom, self.path / "lease.json")


def dying(bench: Bench, doom: Doom) -> Bench:
    """The same project, run by a process that will die."""
    mortal = replace(bench, console=lambda client: MortalConsole(client, doom))
    store = MortalStore(
        bench.root, bench.settings.project, bench.settings.environment, bench.registry,
        clock=bench.clock.now, sleep=bench.clock.sleep,
    )  # fmt: skip
    store.doom = doom
    mortal.store = store
    return mortal


def kill(bench: Bench, nth: int, when: When, flags: PlanOptions) -> None:
    """Apply the project in a process that dies at its n-th mutating request."""
    doom = Doom(nth, when)
    mortal = dying(bench, doom)
    with pytest.raises(Killed):
        mortal.apply(WHOLE, flags, allow_large_change=True)
    mortal.close()
    assert doom.sent >= nth


def dies_after_records(bench: Bench, count: int) -> None:
    """Apply the project in a process that dies when so many records of its journal are on disk."""
    doom = Doom(0, "before", records=count)
    mortal = dying(bench, doom)
    with pytest.raises(Killed):
        mortal.apply(WHOLE, PlanOptions())
    mortal.close()


def next_process(bench: Bench) -> Bench:
    """The same project in a new process, which finds the one before gone, on a clock nobody waits for."""
    clock = bench.clock if isinstance(bench.clock, SkippingClock) else SkippingClock(bench.clock.now())
    return replace(bench, clock=clock, gone=lambda _owner: True, events=[])


def dies_at(bench: Bench, action: str, when: When, flags: PlanOptions) -> None:
    """Apply the project in a process that dies at its first request of one action."""
    doom = Doom(0, when, action=action)
    mortal = dying(bench, doom)
    with pytest.raises(Killed):
        mortal.apply(WHOLE, flags)
    mortal.close()
