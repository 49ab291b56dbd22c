"""Mutating calls: intent, one request, outcome. The only module that sends them.

A call is repeated only when it certainly had no effect or is safe to repeat; everything else is settled by
looking, and left open for `state settle` where looking cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from qfops.core.errors import ApiError, ErrorClass, QfopsError
from qfops.core.exit_codes import ExitCode
from qfops.core.plan.steps import Repeat
from qfops.core.state.records import Intent, Outcome
from qfops.core.values import JSON
from qfops.kinds.ids import answered_handle, bought_ids, created_outputs, object_id
from qfops.reconcile.apply.running import Running
from qfops.reconcile.concurrency import interruptible
from qfops.reconcile.journal import Request
from qfops.reconcile.lost_calls.ruling import Ruling, explain
from qfops.reconcile.lost_calls.settlement import made, settle
from qfops.reconcile.run import Run

ATTEMPTS = 8


class Unsettled(QfopsError):
    """The outcome of a call cannot be told; its intent stays open."""


class Interrupted(QfopsError):
    """The run was asked to stop before this call was made."""

    exit_code = ExitCode.INTERRUPTED


Outputs = Mapping[str, JSON]
"""What a call that took effect has made: the outputs of a new object, a handle of what it started, or the id
of what was bought; or {}."""


class Caller:
    """Makes calls for the executor; shared by all its tasks."""

    def __init__(self, run: Run) -> None:
        self.run, self.running = run, Running()

    async def call(self, request: Request) -> Outcome:
        """Carry one step out, however often it takes. Raises ApiError, Unsettled or Interrupted.

        Intents of safe attempts whose answers were lost stay open until an attempt has an answer: whatever
        becomes of this run, the next one sees that its own call may have made the change.
        """
        journal = self.run.journal
        lost: list[Intent] = []
        attempt = 1
        while True:
            if self.run.stop.is_set():
                raise Interrupted("interrupted before the call")
            await self.run.world.console.turn()
            intent = await journal.intend(request, self.run.wait.signature)
            outputs: Outputs | None
            try:
                outputs = await self._send(request, intent, attempt)
            except ApiError as error:
                if error.crowded and self.running.any(request.kind):
                    await self._wait_for_room(request, intent, error)
                    continue
                outputs = await self._after_error(request, intent, error, attempt, lost)
            attempt += 1
            if outputs is not None:
                done = await journal.succeeded(request.kind, intent, outputs, done=request.last)
                for earlier in lost:
                    await journal.failed(earlier, "its answer was lost; a later attempt was answered")
                return done

    async def _send(self, request: Request, intent: Intent, attempt: int) -> Outputs:
        answer = await self.run.world.console.send(
            request.kind.route_of(request.operation),
            request.operation.action,
            request.body,
            valid_until=intent.expires,
            attempt=attempt,
        )
        return _made_by(request, answer.result)

    async def _after_error(
        self, request: Request, intent: Intent, error: ApiError, attempt: int, lost: list[Intent]
    ) -> Outputs | None:
        """None: try again. An answer that says "gone" is what an end wanted."""
        if request.ends and (error.missing or error.code in request.kind.missing_codes):
            return {}
        if error.error_class is ErrorClass.UNKNOWN_OUTCOME:
            return await self._lost(request, intent, error, attempt, lost)
        if lost and await self._shown(request, intent):
            return {}
        await self.run.journal.failed(intent, str(error))
        if error.error_class is not ErrorClass.NO_EFFECT and not error.crowded:
            raise error
        await self._back_off(request, error, attempt)
        return None

    async def _shown(self, request: Request, intent: Intent) -> bool:
        """Whether an earlier attempt, whose answer was lost, has done it: then this one may be refused."""
        _, ruling = await settle(self.run, request.kind, intent, request.operation.repeat)
        return ruling is Ruling.DONE

    async def _wait_for_room(self, request: Request, intent: Intent, error: ApiError) -> None:
        """Too many are running, and some of them are ours: one of those has to end first."""
        await self.run.journal.failed(intent, str(error))
        self._say(request, f"{error}; waiting for one of ours to end")
        await interruptible(self.running.one_less(request.kind), self.run.stop)

    async def _back_off(self, request: Request, error: ApiError, attempt: int) -> None:
        """Let some time pass before the next attempt; the error itself after the last."""
        if attempt >= ATTEMPTS:
            raise error
        self._say(request, f"{error}; trying again")
        await self.run.pause(self.run.world.console.backoff(attempt, error))

    async def _lost(
        self, request: Request, intent: Intent, error: ApiError, attempt: int, lost: list[Intent]
    ) -> Outputs | None:
        """The answer was lost: a safe write is repeated, anything else is looked for."""
        if request.operation.repeat is Repeat.SAFE:
            lost.append(intent)
            await self._back_off(request, error, attempt)
            return None
        self._say(request, f"{error}; looking whether it took effect")
        look, ruling = await settle(self.run, request.kind, intent, request.operation.repeat)
        if ruling is Ruling.DONE:
            return await made(self.run.objects, request.kind, look)
        if ruling is not Ruling.REPEAT:
            reason = explain(request.address, intent.header.operation, ruling, look)
            raise Unsettled(reason, f"({error})", error.remedy)
        await self.run.journal.failed(intent, f"{error}; it did not take effect")
        if attempt >= ATTEMPTS:
            raise error
        return None

    def _say(self, request: Request, message: str) -> None:
        self.run.progress(request.address, request.call.id, message)


def _made_by(request: Request, result: JSON) -> Outputs:
    """The outputs that an answer holds.

    An answer to a creation that names no object, or by no id of the kind, says as little as one that was
    lost: an ApiError whose outcome is not known.
    """
    if request.call.operation != "create":
        handle = answered_handle(request.kind, request.operation.result, result)
        return {**handle, **bought_ids(request.operation, result)}
    outputs = created_outputs(request.kind, result)
    if not object_id(request.kind, outputs):
        raise ApiError(
            f"it names no {request.kind.name} by a usable {' or '.join(request.kind.id)}",
            error_class=ErrorClass.UNKNOWN_OUTCOME,
            action=request.operation.action,
            route=request.kind.route_of(request.operation),
            status=HTTPStatus.OK,
        )
    return outputs
