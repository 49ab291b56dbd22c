"""One run: everything that its parts share, from the console to whom is told of progress."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from qfops.core.address import Address
from qfops.core.plan.events import Event
from qfops.core.settings import WaitSettings
from qfops.objects.objects import Objects
from qfops.reconcile.concurrency import interruptible
from qfops.reconcile.journal import Journal
from qfops.reconcile.ports import Emit
from qfops.reconcile.world import World
from qfops.state.live_state import LiveState

_GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Run:
    """A run that may write: it holds the lease of its journal's session.

    `stop` is set when it shall begin nothing any more.
    """

    world: World
    objects: Objects
    journal: Journal
    emit: Emit
    stop: asyncio.Event

    @property
    def state(self) -> LiveState:
        """The state as it is now."""
        return self.journal.state

    @property
    def wait(self) -> WaitSettings:
        """How long things may take."""
        return self.world.settings.wait

    def now(self) -> float:
        """Seconds since 1970."""
        return self.world.clock.now()

    async def pause(self, seconds: float) -> None:
        """Sleep, but no longer than until the run is asked to stop."""
        await interruptible(self.world.clock.sleep(seconds), self.stop)

    def longer(self, pause: float) -> float:
        """The pause before the next look."""
        return min(pause * _GROWTH, self.wait.max)

    def progress(self, address: Address, step: str, message: str, action: str = "") -> None:
        """Say what is being done."""
        self.emit(Event(self.now(), "progress", str(address), action, step, message))
