"""Waiting: reads at growing intervals until a step's goal is reached, fails, or takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qfops.core.errors import QfopsError
from qfops.core.observation import LiveObject, Phase
from qfops.core.settings import Wait
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.reconcile.calls import interruptible, longer
from qfops.reconcile.looking import Searcher
from qfops.reconcile.ports import Clock, Console


class StillGoing(QfopsError):
    """The object is not ready yet and waiting for it has ended; nothing is wrong."""

    exit_code = 4


class NotReady(QfopsError):
    """The console says that it failed, or it ended in a state that cannot become what was wanted."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What ends a wait: status fields and the words they must show; empty: anything but "going"."""

    until: Mapping[str, tuple[str, ...]]
    fails: bool = True

    def reached(self, kind: Kind, live: LiveObject) -> bool:
        """Whether the wait is over."""
        words = dict(zip([f.key for f in kind.readiness.fields], live.status.split("/"), strict=False))
        if not self.until:
            return live.phase is not Phase.GOING and not (self.fails and live.phase is Phase.FAILED)
        return live.phase is not Phase.GOING and all(
            words.get(key) in wanted for key, wanted in self.until.items()
        )

    def failed(self, live: LiveObject) -> bool:
        """Whether it can never be reached."""
        return self.fails and live.phase in (Phase.FAILED, Phase.STOPPED)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Waits for objects. `limit` caps every wait in seconds (0: not at all); `stop` ends all of them."""

    console: Console
    clock: Clock
    wait: Wait
    limit: float
    stop: asyncio.Event

    async def until(
        self, kind: Kind, outputs: Mapping[str, JSON], goal: Goal, tell: Callable[[LiveObject], None]
    ) -> LiveObject:
        """The object once the goal is reached; StillGoing or NotReady otherwise."""
        began, pause, shown = self.clock.now(), self.wait.initial, ""
        limit = min(self.limit, kind.readiness.limit, self.wait.limit)
        while True:
            live = await Searcher(self.console, kind).read(outputs)
            if live is None:
                raise NotReady("it vanished from the console while we waited for it")
            if goal.reached(kind, live):
                return live
            if goal.failed(live):
                said = f": {live.reason}" if live.reason else ""
                raise NotReady(f"the console says {live.status}{said}")
            if live.phase is Phase.UNREADABLE:
                raise NotReady(
                    f"the console shows the status {live.status!r}, which this version does not know"
                )
            if live.status != shown:
                shown = live.status
                tell(live)
            left = limit - (self.clock.now() - began)
            if left <= 0 or self.stop.is_set():
                raise StillGoing(f"still going: {live.status}")
            await interruptible(self.clock.sleep(min(pause, left)), self.stop)
            pause = longer(pause, self.wait)
