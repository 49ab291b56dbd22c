"""What a person says about a lost call, written as the end of its intent; an object that is named is read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qfops.cli.access import identity
from qfops.cli.access.connect import connected
from qfops.core.address import Address
from qfops.core.errors import ApiError, QfopsError, UsageError
from qfops.core.state import Record, State
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.reconcile.journal import Journal
from qfops.reconcile.looking import Searcher, planned_entry
from qfops.reconcile.ports import SystemClock
from qfops.reconcile.recover import outcome
from qfops.state import Session

if TYPE_CHECKING:
    from qfops.cli.project import Project


async def settle_call(
    project: Project, session: Session, address: Address, object_id: str | None, *, done: bool
) -> str:
    """Close the oldest open call of an address; the sentence that tells so.

    `object_id`: it made this object; `done`: it took effect; neither: it had no effect. UsageError where that
    does not fit the call, QfopsError where there is nothing to settle or no such object.
    """
    intent = _open_call(session.state, address)
    journal = Journal(session, SystemClock(), identity.who(), identity.commit())
    if object_id is None and not done:
        await journal.failed(intent, "settled by hand: it had no effect")
        return f"{address}: {intent.operation} is noted as not done."
    planned = planned_entry(intent)
    makes = planned is not None and planned.id is None
    if done and makes:
        raise UsageError(
            f"{intent.operation} makes an object, so --done does not say enough",
            remedy=f"Say which: {project.prefix} state settle {address} --id ID",
        )
    if object_id is not None and not makes:
        raise UsageError(
            f"{intent.operation} makes no object, so there is no id to name",
            remedy=f"Say --done or --none: {project.prefix} state settle {address} --done",
        )
    kind = project.registry.get(address)
    found = None if object_id is None else await _read(project, kind, object_id, session.state)
    await journal.settled(intent, partial(outcome, kind, intent, found, session.state))
    if object_id is None:
        return f"{address}: {intent.operation} is noted as done."
    return f"{address} is {object_id}."


def _open_call(state: State, address: Address) -> Record:
    found = [intent for intent in state.intents.values() if intent.address == address]
    if not found:
        waiting = sorted({str(intent.address) for intent in state.intents.values()})
        raise QfopsError(
            f"no call of {address} waits to be settled",
            remedy=f"These do: {', '.join(waiting)}." if waiting else "Nothing is open.",
        )
    return min(found, key=lambda intent: intent.seq)


async def _read(project: Project, kind: Kind, object_id: str, state: State) -> dict[str, JSON]:
    """The outputs of an object that exists and is nobody else's."""
    if (kind.key, object_id) in state.ids():
        raise UsageError(f"{object_id} belongs to another address of this state already")
    parts = object_id.split("/")
    if len(parts) != len(kind.id) or not all(parts):
        raise UsageError(f"{object_id!r} is no id of a {kind.name}: it is {'/'.join(kind.id)}")
    async with connected(project) as world:
        searcher = Searcher(world.console, kind)
        try:
            found = await searcher.outputs_of(object_id)
            exists = await searcher.read(found) is not None
        except ApiError as error:
            if not error.missing:
                raise
            exists = False
    if not exists:
        raise QfopsError(f"the console has no {kind.name} {object_id}", "Nothing was changed.")
    return found
