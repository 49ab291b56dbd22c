"""What goes to the journal: intents before calls, outcomes after them, edits of state, approvals.

A record holds whole entries, so each is computed from the entry as it is when the record is written, by one
writer of an address at a time.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from qfops.core.address import Address
from qfops.core.plan.change import Change
from qfops.core.plan.steps import Call
from qfops.core.state.approved_plan import ApprovedPlan, OwedKey
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.state.readdress import Places
from qfops.core.state.records import Approved, Before, Failure, Header, Intent, Moved, Outcome, Strike
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.operations import Operation
from qfops.reconcile.effects import EntryEdit, edited
from qfops.reconcile.outcome import outcome
from qfops.reconcile.ports import Clock
from qfops.state.live_state import LiveState
from qfops.state.store import Session

APPROVE = "approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One mutating call of one step.

    `edit` is what the entry becomes when it took effect. `attributes` are the planned ones, `before` what
    already matched or counted; `outputs` name the object. `ends`: the object is to go, so "does not exist" is
    success. `last`: the change is done after it.
    """

    address: Address
    kind: Kind
    operation: Operation
    call: Call
    body: Mapping[str, JSON]
    edit: EntryEdit
    object: str = CURRENT
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    before: Before = None
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
    def state(self) -> LiveState:
        """The state as it is now."""
        return self.session.state

    async def intend(self, request: Request, lifetime: float) -> Intent:
        """Announce an attempt; on stable storage when this returns. The signature ends after `lifetime` s."""
        header = self._header(
            request.address, request.call.id, request.object, operation=request.operation.action
        )
        planned = edited(request.edit, request.address, self.state.entry).get(request.address)
        intent = Intent(
            header=header,
            planned=planned,
            attributes=request.attributes,
            outputs=request.outputs,
            before=request.before,
            expires=header.at + lifetime,
        )
        await self.session.append(intent)
        return intent

    async def succeeded(
        self, kind: Kind, intent: Intent, outputs: Mapping[str, JSON], *, done: bool = False
    ) -> Outcome:
        """The call took effect, as its answer, a look or a person says."""
        address = intent.header.address
        async with self._alone([address]):
            closed = outcome(kind, intent, outputs, self.state.entry(address), done=done)
            closed = replace(closed, header=self._closing(intent))
            await self.session.append(closed)
        return closed

    async def failed(self, intent: Intent, message: str) -> None:
        """The call had no effect, or none that its successor did not have as well."""
        await self.session.append(Failure(header=self._closing(intent), message=message))

    async def edit(
        self, change: Change, step: str, edit: EntryEdit, *, done: bool = False, message: str = ""
    ) -> None:
        """A step of `change` that no call carries out."""
        owner = change.origin.linked_from
        touched = {change.address, *((owner,) if owner is not None else ())}
        async with self._alone(touched):
            await self.session.append(
                Outcome(
                    header=self._header(change.address, step, change.object),
                    entries=edited(edit, change.address, self.state.entry),
                    message=message,
                    done=done,
                )
            )

    async def edit_by_hand(
        self, address: Address, step: str, entries: Mapping[Address, Entry | None]
    ) -> None:
        """An edit that a person asked for."""
        header = self._header(address, step, CURRENT)
        await self.session.append(Outcome(header=header, entries=entries, message="by hand"))

    async def move(self, places: Places, lines: Mapping[Address, Address | None]) -> None:
        """Entries stand at other addresses from now on, and these lines of qfops.yaml are done or forgotten.

        One record for all of them: a kill leaves either none of the moves or every one.
        """
        if places or lines:
            header = self._header(min((*places.values(), *lines)), "move", CURRENT)
            await self.session.append(Moved(header=header, places=places, lines=lines))

    async def approve(self, plan: ApprovedPlan) -> None:
        """The approval of a plan, before its first step."""
        record = Approved(
            plan=plan, attempt=uuid.uuid4().hex, at=self.clock.now(), by=self.by, commit=self.commit
        )
        await self.session.append(record)

    async def strike(self, key: OwedKey, *, dropped: bool = False) -> None:
        """A change of the approved plan asks for nothing any more, done or `dropped`."""
        await self.session.append(Strike(header=self._header(key[0], APPROVE, key[1]), dropped=dropped))

    def _header(self, address: Address, step: str, object_: str, *, operation: str = "") -> Header:
        return Header(
            attempt=uuid.uuid4().hex,
            address=address,
            step=step,
            operation=operation,
            object=object_,
            at=self.clock.now(),
            by=self.by,
            commit=self.commit,
        )

    def _closing(self, intent: Intent) -> Header:
        """The header of the record that closes an intent."""
        return replace(intent.header, at=self.clock.now(), by=self.by, commit=self.commit)

    @asynccontextmanager
    async def _alone(self, addresses: Iterable[Address]) -> AsyncIterator[None]:
        """Keep every other writer of these addresses out; taken in one order, so nobody waits in a circle."""
        async with AsyncExitStack() as stack:
            for address in sorted(addresses):
                await stack.enter_async_context(self._locks.setdefault(address, asyncio.Lock()))
            yield
