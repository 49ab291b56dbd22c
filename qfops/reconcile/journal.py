"""What goes to the journal: intents before calls, outcomes after them, notes of what needs no call.

A record holds whole entries, so each is computed from the entry as it is when the record is written, by one
writer of an address at a time: changes of one address may overlap (its current object ends while a retired
one does).
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from qfops.core.address import Address
from qfops.core.plan import CURRENT, Change
from qfops.core.state import Entry, Record, State
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.operations import Operation
from qfops.reconcile.ports import Clock
from qfops.state.store import Session

Entries = Mapping[Address, Entry | None]


@dataclass(frozen=True, slots=True)
class Finished:
    """What an answer means for state."""

    entry: Entry | None
    id: str = ""
    outputs: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """One mutating call of one step.

    `planned` is the entry that the step is expected to leave behind (None: gone). `attributes` are the
    planned ones, `before` what already matched (ids) or counted (an object). `outputs` name the object.
    `finish` turns the console's result into what then holds; it is asked when the outcome is written.
    `ends`: the object is to go, so "does not exist" is success. `last`: the change is done after it.
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


class Journal:
    """Writes for one run: `by` whom, for which `commit`."""

    def __init__(self, session: Session, clock: Clock, by: str = "", commit: str = "") -> None:
        self.session, self.clock = session, clock
        self.by, self.commit = by, commit
        self._locks: dict[Address, asyncio.Lock] = {}

    @property
    def state(self) -> State:
        """The state as it is now."""
        return self.session.state

    async def intend(self, request: Request, lifetime: float) -> Record:
        """Announce an attempt; on stable storage when this returns. The signature ends after `lifetime` s."""
        now = self.clock.now()
        return await self._append(
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
                expires=now + lifetime,
            )
        )

    async def succeeded(self, request: Request, intent: Record, result: JSON) -> Finished:
        """The call took effect."""
        async with self._alone([request.address]):
            finished = request.finish(result)
            closed = replace(
                _closed(intent, "outcome", self.clock.now()),
                id=finished.id,
                outputs=finished.outputs,
                entries={request.address: finished.entry},
                attributes=finished.entry.attributes if finished.entry else {},
                done=request.last,
            )
            await self._append(closed)
        return finished

    async def settled(self, intent: Record, outcome: Callable[[], Record]) -> None:
        """The call of an earlier run took effect; `outcome` is asked for what holds then."""
        async with self._alone([intent.address] if intent.address else []):
            await self._append(replace(outcome(), at=self.clock.now()))

    async def failed(self, intent: Record, message: str) -> None:
        """The call had no effect, or none that its successor did not have as well."""
        await self._append(replace(_closed(intent, "failed", self.clock.now()), message=message))

    async def note(
        self,
        change: Change,
        step: str,
        entries: Callable[[], Entries],
        *,
        done: bool = False,
        message: str = "",
    ) -> None:
        """A step of `change` that no call carries out."""
        touched = {change.address, *([change.moved_from] if change.moved_from else ())}
        async with self._alone(touched):
            await self._append(
                Record(
                    "outcome",
                    uuid.uuid4().hex,
                    change.address,
                    step,
                    object=change.object,
                    entries=entries(),
                    at=self.clock.now(),
                    message=message,
                    done=done,
                )
            )

    async def approve(self, plan: Mapping[str, JSON]) -> None:
        """The approval of a plan, before its first step."""
        now = self.clock.now()
        await self._append(Record("outcome", uuid.uuid4().hex, None, "approve", approved=plan, at=now))

    async def strike(self, address: Address, object_: str) -> None:
        """A change of the approved plan that asks for nothing any more."""
        now = self.clock.now()
        await self._append(
            Record("outcome", uuid.uuid4().hex, address, "approve", object=object_, at=now, done=True)
        )

    async def _append(self, record: Record) -> Record:
        return await self.session.append(replace(record, by=self.by, commit=self.commit))

    @asynccontextmanager
    async def _alone(self, addresses: Iterable[Address]) -> AsyncIterator[None]:
        """Keep every other writer of these addresses out; taken in one order, so nobody waits in a circle."""
        async with AsyncExitStack() as stack:
            for address in sorted(addresses):
                await stack.enter_async_context(self._locks.setdefault(address, asyncio.Lock()))
            yield


def _closed(intent: Record, type_: Literal["outcome", "failed"], now: float) -> Record:
    """The record that closes an intent, holding nothing of what was only planned."""
    return replace(intent, type=type_, entries={}, attributes={}, before=None, at=now, expires=0.0)
