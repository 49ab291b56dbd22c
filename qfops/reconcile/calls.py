"""Mutating calls: intent, one request, outcome. The only module that sends them.

A call is repeated only when it certainly had no effect or is safe to repeat; everything else is settled by
looking, and left open for `state settle` where looking cannot tell.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from qfops.core.address import Address
from qfops.core.errors import ApiError, ErrorClass, QfopsError
from qfops.core.plan import CURRENT, Event
from qfops.core.settings import Wait
from qfops.core.state import Entry, Record
from qfops.core.values import JSON
from qfops.kinds.base import Kind, Operation, Repeat
from qfops.reconcile.looking import Searcher
from qfops.reconcile.ports import Clock, Console, Emit
from qfops.reconcile.settle import Look, Ruling, Window, decide, explain
from qfops.state.store import Session

ATTEMPTS = 8
BUSY = ("TaskRunningNumberExceedLimit", "510402")


class Unsettled(QfopsError):
    """The outcome of a call cannot be told; its intent stays open."""


class Interrupted(QfopsError):
    """The run was asked to stop before this call was made."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class Request:
    """One mutating call of one step.

    `planned` is the entry that the step leaves behind (None: gone), `others` further entries that change with
    it. `attributes` are the planned ones, `before` what already matched (ids) or counted (an object).
    `outputs` name the object. `finish` turns the console's result into the outcome's entry, id and outputs.
    """

    address: Address
    kind: Kind
    operation: Operation
    step: str
    body: Mapping[str, JSON]
    planned: Entry | None
    finish: Callable[[JSON], Finished]
    object: str = CURRENT
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    before: JSON = None
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    ends: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """What an answer means for state."""

    entry: Entry | None
    id: str = ""
    outputs: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Journal:
    """Who writes, for which commit."""

    session: Session
    by: str = ""
    commit: str = ""


class Caller:
    """Makes calls for the executor; shared by all its tasks."""

    def __init__(
        self, journal: Journal, console: Console, clock: Clock, wait: Wait, emit: Emit, stop: asyncio.Event
    ) -> None:
        self.journal, self.console, self.clock, self.wait = journal, console, clock, wait
        self.emit, self.stop = emit, stop

    async def call(self, request: Request) -> Finished:
        """Carry one step out, however often it takes. Raises ApiError, Unsettled or Interrupted."""
        attempt = 0
        while True:
            attempt += 1
            if self.stop.is_set():
                raise Interrupted("interrupted before the call")
            await self.console.turn()
            intent = await self._intend(request)
            try:
                answer = await self.console.send(
                    request.kind.route_of(request.operation),
                    request.operation.action,
                    request.body,
                    valid_until=intent.expires,
                    attempt=attempt,
                )
            except ApiError as error:
                finished = await self._after_error(request, intent, error, attempt)
                if finished is not None:
                    return finished
            else:
                return await self._done(request, intent, answer.result)

    async def _intend(self, request: Request) -> Record:
        now = self.clock.now()
        return await self.journal.session.append(
            Record(
                "intent",
                uuid.uuid4().hex,
                request.address,
                request.step,
                operation=request.operation.action,
                object=request.object,
                attributes=request.attributes,
                before=request.before,
                outputs=request.outputs,
                entries={request.address: request.planned},
                at=now,
                expires=now + self.wait.signature,
                by=self.journal.by,
                commit=self.journal.commit,
            )
        )

    async def _done(self, request: Request, intent: Record, result: JSON) -> Finished:
        finished = request.finish(result)
        await self.journal.session.append(
            replace(
                intent,
                type="outcome",
                id=finished.id,
                outputs=finished.outputs,
                entries={request.address: finished.entry},
                attributes=finished.entry.attributes if finished.entry else {},
                before=None,
                at=self.clock.now(),
                expires=0.0,
                done=request.last,
            )
        )
        return finished

    async def _failed(self, intent: Record, message: str) -> None:
        await self.journal.session.append(
            replace(intent, type="failed", entries={}, attributes={}, before=None, at=self.clock.now(),
                    expires=0.0, message=message)
        )  # fmt: skip

    async def _after_error(
        self, request: Request, intent: Record, error: ApiError, attempt: int
    ) -> Finished | None:
        """None: try again. An answer that says "gone" is what an end wanted."""
        if request.ends and (error.missing or error.code in request.kind.missing_codes):
            return await self._done(request, intent, None)
        if error.error_class is ErrorClass.UNKNOWN_OUTCOME:
            return await self._lost(request, intent, error, attempt)
        await self._failed(intent, str(error))
        busy = error.code in BUSY
        if error.error_class is not ErrorClass.NO_EFFECT and not busy:
            raise error
        if attempt >= ATTEMPTS and not busy:
            raise error
        self._say(request, f"{error}; trying again")
        await self.pause(self.wait.max if busy else self.console.backoff(attempt, error))
        return None

    async def _lost(self, request: Request, intent: Record, error: ApiError, attempt: int) -> Finished | None:
        """The answer was lost: a safe write is repeated, anything else is looked for."""
        repeat = request.operation.repeat
        if repeat is Repeat.SAFE:
            await self._failed(intent, str(error))
            if attempt >= ATTEMPTS:
                raise error
            self._say(request, f"{error}; trying again")
            await self.pause(self.console.backoff(attempt, error))
            return None
        self._say(request, f"{error}; looking whether it took effect")
        look, ruling = await self.settle(request.kind, intent, repeat)
        if ruling is Ruling.REPEAT:
            await self._failed(intent, f"{error}; it did not take effect")
            if attempt >= ATTEMPTS:
                raise error
            return None
        if ruling is Ruling.DONE:
            return await self._done(request, intent, await self.result_of(request.kind, look))
        raise Unsettled(explain(request.address, intent.operation, ruling, look), f"({error})", error.remedy)

    async def settle(self, kind: Kind, intent: Record, repeat: Repeat) -> tuple[Look, Ruling]:
        """Look until the decision table rules, or the run is asked to stop."""
        window = Window(intent.expires, self.wait.visibility)
        searcher = Searcher(self.console, kind)
        while True:
            began = self.clock.now()
            taken = {object_id for _, object_id in self.journal.session.state.ids()}
            look = await searcher.effect(intent, repeat, taken)
            ruling = decide(repeat, look, window, began)
            if ruling is not Ruling.PENDING or self.stop.is_set():
                return look, ruling
            await self.pause(min(self.wait.initial, max(0.05, window.closes - self.clock.now())))

    async def result_of(self, kind: Kind, look: Look) -> JSON:
        """The result that the lost answer would have held, read from the object that was found."""
        if not look.candidates:
            return None
        names: dict[str, JSON] = dict(zip(kind.id, look.candidates[0].split("/"), strict=False))
        live = await Searcher(self.console, kind).read(names)
        return {**names, **(live.outputs if live else {})}

    async def pause(self, seconds: float) -> None:
        """Sleep, but no longer than until the run is asked to stop."""
        await interruptible(self.clock.sleep(seconds), self.stop)

    def _say(self, request: Request, message: str) -> None:
        self.emit(Event(self.clock.now(), "progress", str(request.address), "", request.step, message))


async def interruptible(waiting: Awaitable[None], stop: asyncio.Event) -> None:
    """Wait for `waiting` or for `stop`, whichever comes first."""
    sleeping = asyncio.ensure_future(waiting)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sleeping, stopping):
            task.cancel()
