"""Waiting: reads at growing intervals until a step's goal is reached, fails, or takes too long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qfops.core.errors import QfopsError
from qfops.core.exit_codes import ExitCode
from qfops.core.observation import LiveObject, Phase, words_of
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.status import Until, reached, told
from qfops.objects.answers import CannotTell, Missing
from qfops.reconcile.lost_calls.settlement import unreadable
from qfops.reconcile.run import Run


class StillGoing(QfopsError):
    """The object is not ready yet and waiting for it has ended; nothing is wrong."""

    exit_code = ExitCode.IN_PROGRESS


class NotProven(QfopsError):
    """The console accepted it and shows nothing that tells how far it is."""


class NotReady(QfopsError):
    """The console says that it failed, or it ended in a state that cannot become what was wanted."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What ends a wait: status fields and the words that those shown must show; empty: anything but "going".

    `owes` are the goals of the object that have to be told, whatever they say, where `until` is empty.
    """

    until: Until
    fails: bool = True
    owes: tuple[Until, ...] = ()

    def reached(self, live: LiveObject) -> bool:
        """Whether the wait is over."""
        if live.phase is Phase.GOING:
            return False
        if self.until:
            return reached(live.status, self.until)
        return not (self.fails and live.phase is Phase.FAILED) and not self.hidden(live)

    def hidden(self, live: LiveObject) -> tuple[str, ...]:
        """The status fields of a goal that nothing tells of."""
        goals = (self.until,) if self.until else self.owes
        return tuple(key for until in goals if not told(live.status, until) for key in until)

    def failed(self, live: LiveObject) -> bool:
        """Whether it can never be reached."""
        return self.fails and live.phase in (Phase.FAILED, Phase.STOPPED)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Waits for objects; `limit` caps every wait in seconds (0: not at all)."""

    run: Run
    limit: float

    async def until(
        self,
        kind: Kind,
        outputs: Mapping[str, JSON],
        scope: str,
        goal: Goal,
        tell: Callable[[LiveObject], None],
    ) -> LiveObject:
        """The object once the goal is reached; StillGoing or NotReady otherwise."""
        run = self.run
        began, pause, shown = run.now(), run.wait.initial, ""
        silent_since = began
        limit = min(self.limit, kind.readiness.limit, run.wait.limit)
        while True:
            live = await self._read(kind, outputs, scope)
            words = words_of(live.status)
            if goal.reached(live):
                return live
            _check(goal, live)
            if words != shown:
                shown = words
                tell(live)
            hidden = goal.hidden(live)
            silent_since = silent_since if hidden else run.now()
            left = limit - (run.now() - began)
            if left <= 0 or run.stop.is_set():
                raise StillGoing(f"still going: {words or 'no status is shown yet'}")
            if hidden:
                left = min(left, _patience(run.wait.visibility - (run.now() - silent_since), hidden))
            await run.pause(min(pause, left))
            pause = run.longer(pause)

    async def _read(self, kind: Kind, outputs: Mapping[str, JSON], scope: str) -> LiveObject:
        objects = self.run.objects
        found = await objects.read(kind, outputs, scope=scope, since=objects.moment())
        if isinstance(found, CannotTell):
            raise unreadable(found)
        if isinstance(found, Missing):
            raise NotReady("it vanished from the console while we waited for it")
        return found.object


def _patience(left: float, hidden: tuple[str, ...]) -> float:
    """How long a status may still stay away; NotProven once that is over."""
    if left > 0:
        return left
    fields = " and ".join(dict.fromkeys(hidden))
    raise NotProven(
        f"not proven: accepted, but the console does not show {fields}, so nothing says how far it is"
    )


def _check(goal: Goal, live: LiveObject) -> None:
    """Raise NotReady where the goal cannot be reached any more, or the console says what we do not know."""
    words = words_of(live.status)
    if goal.failed(live):
        said = f": {live.reason}" if live.reason else ""
        raise NotReady(f"the console says {words}{said}")
    if live.phase is Phase.UNREADABLE:
        raise NotReady(f"the console shows the status {words!r}, which this version does not know")
