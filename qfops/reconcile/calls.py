"""Mutating calls: intent, one request, outcome. The only module that sends them.

A call is repeated only when it certainly had no effect or is safe to repeat; everything else is settled by
looking, and left open for `state settle` where looking cannot tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from qfops.console.errors import TOO_MANY_RUNNING
from qfops.core.errors import ApiError, ErrorClass, QfopsError
from qfops.core.plan import Event
from qfops.core.settings import Wait
from qfops.core.state import Record
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.operations import Repeat
from qfops.reconcile.journal import Finished, Journal, Request
from qfops.reconcile.looking import Searcher
from qfops.reconcile.ports import Clock, Console, Emit
from qfops.reconcile.running import Running
from qfops.reconcile.settle import Look, Ruling, Window, decide, explain

ATTEMPTS = 8
_GROWTH = 1.5
_LEAST = 0.05


class Unsettled(QfopsError):
    """The outcome of a call cannot be told; its intent stays open."""


class Interrupted(QfopsError):
    """The run was asked to stop before this call was made."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class Taken:
    """The call took effect; what the console answered, or would have."""

    result: JSON


class Caller:
    """Makes calls for the executor; shared by all its tasks."""

    def __init__(
        self, journal: Journal, console: Console, clock: Clock, wait: Wait, emit: Emit, stop: asyncio.Event
    ) -> None:
        self.journal, self.console, self.clock, self.wait = journal, console, clock, wait
        self.emit, self.stop = emit, stop
        self.running = Running()

    async def call(self, request: Request) -> Finished:
        """Carry one step out, however often it takes. Raises ApiError, Unsettled or Interrupted.

        Intents of safe attempts whose answers were lost stay open until an attempt has an answer: whatever
        becomes of this run, the next one sees that its own call may have made the change.
        """
        lost: list[Record] = []
        attempt = 1
        while True:
            if self.stop.is_set():
                raise Interrupted("interrupted before the call")
            await self.console.turn()
            intent = await self.journal.intend(request, self.wait.signature)
            try:
                taken: Taken | None = Taken(await self._send(request, intent, attempt))
            except ApiError as error:
                if error.code in TOO_MANY_RUNNING and self.running.any(request.kind):
                    await self._wait_for_room(request, intent, error)
                    continue
                taken = await self._after_error(request, intent, error, attempt, lost)
            attempt += 1
            if taken is not None:
                finished = await self.journal.succeeded(request, intent, taken.result)
                for earlier in lost:
                    await self.journal.failed(earlier, "its answer was lost; a later attempt was answered")
                return finished

    async def _send(self, request: Request, intent: Record, attempt: int) -> JSON:
        answer = await self.console.send(
            request.kind.route_of(request.operation),
            request.operation.action,
            request.body,
            valid_until=intent.expires,
            attempt=attempt,
        )
        return answer.result

    async def _after_error(
        self, request: Request, intent: Record, error: ApiError, attempt: int, lost: list[Record]
    ) -> Taken | None:
        """None: try again. An answer that says "gone" is what an end wanted."""
        if request.ends and (error.missing or error.code in request.kind.missing_codes):
            return Taken(None)
        if error.error_class is ErrorClass.UNKNOWN_OUTCOME:
            return await self._lost(request, intent, error, attempt, lost)
        if lost and await self._shown(request, intent):
            return Taken(None)
        await self.journal.failed(intent, str(error))
        if error.error_class is not ErrorClass.NO_EFFECT and error.code not in TOO_MANY_RUNNING:
            raise error
        await self._back_off(request, error, attempt)
        return None

    async def _shown(self, request: Request, intent: Record) -> bool:
        """Whether an earlier attempt, whose answer was lost, has done it: then this one may be refused."""
        _, ruling = await self.settle(request.kind, intent, request.operation.repeat)
        return ruling is Ruling.DONE

    async def _wait_for_room(self, request: Request, intent: Record, error: ApiError) -> None:
        """Too many are running, and some of them are ours: one of those has to end first."""
        await self.journal.failed(intent, str(error))
        self._say(request, f"{error}; waiting for one of ours to end")
        await interruptible(self.running.one_less(request.kind), self.stop)

    async def _back_off(self, request: Request, error: ApiError, attempt: int) -> None:
        """Let some time pass before the next attempt; the error itself after the last."""
        if attempt >= ATTEMPTS:
            raise error
        self._say(request, f"{error}; trying again")
        await self.pause(self.console.backoff(attempt, error))

    async def _lost(
        self, request: Request, intent: Record, error: ApiError, attempt: int, lost: list[Record]
    ) -> Taken | None:
        """The answer was lost: a safe write is repeated, anything else is looked for."""
        if request.operation.repeat is Repeat.SAFE:
            lost.append(intent)
            await self._back_off(request, error, attempt)
            return None
        self._say(request, f"{error}; looking whether it took effect")
        look, ruling = await self.settle(request.kind, intent, request.operation.repeat)
        if ruling is Ruling.DONE:
            return Taken(await self.result_of(request.kind, look))
        if ruling is not Ruling.REPEAT:
            reason = explain(request.address, intent.operation, ruling, look)
            raise Unsettled(reason, f"({error})", error.remedy)
        await self.journal.failed(intent, f"{error}; it did not take effect")
        if attempt >= ATTEMPTS:
            raise error
        return None

    async def settle(self, kind: Kind, intent: Record, repeat: Repeat) -> tuple[Look, Ruling]:
        """Look until the decision table rules, or the run is asked to stop."""
        window = Window(intent.expires, self.wait.visibility)
        searcher = Searcher(self.console, kind)
        pause = self.wait.initial
        while True:
            began = self.clock.now()
            look = await searcher.effect(intent, repeat, self.journal.state)
            ruling = decide(repeat, look, window, began)
            if ruling is not Ruling.PENDING or self.stop.is_set():
                return look, ruling
            await self.pause(min(pause, max(_LEAST, window.closes - self.clock.now())))
            pause = longer(pause, self.wait)

    async def result_of(self, kind: Kind, look: Look) -> JSON:
        """The result that the lost answer would have held, read from the object that was found."""
        if not look.candidates:
            return None
        return await Searcher(self.console, kind).outputs_of(look.candidates[0])

    async def pause(self, seconds: float) -> None:
        """Sleep, but no longer than until the run is asked to stop."""
        await interruptible(self.clock.sleep(seconds), self.stop)

    def _say(self, request: Request, message: str) -> None:
        self.emit(Event(self.clock.now(), "progress", str(request.address), "", request.step, message))


def longer(pause: float, wait: Wait) -> float:
    """The pause before the next look."""
    return min(pause * _GROWTH, wait.max)


async def interruptible(waiting: Awaitable[None], stop: asyncio.Event) -> None:
    """Wait for `waiting` or for `stop`, whichever comes first."""
    sleeping = asyncio.ensure_future(waiting)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sleeping, stopping):
            task.cancel()
