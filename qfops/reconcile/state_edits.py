"""Edits of state that a person asks for: another address, letting go, and what became of a lost call.

Each goes through the journal, as an apply does, so that a crash loses nothing. The console is only read.
"""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.address import Address, ObjectKey
from qfops.core.errors import QfopsError, Refused, UsageError
from qfops.core.plan.steps import operation_of
from qfops.core.state.entry import Entry
from qfops.core.state.records import Intent
from qfops.core.state.state import owned_ids
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.ids import id_parts
from qfops.objects.answers import CannotTell, Missing
from qfops.reconcile.journal import Journal
from qfops.reconcile.lost_calls.settlement import unreadable
from qfops.reconcile.world import World
from qfops.state.live_state import LiveState


async def move(
    journal: Journal, old: Address, new: Address, command: str, lines: Mapping[Address, Address | None]
) -> Entry:
    """Let the entry of `old` stand at `new`; the entry. UsageError where it cannot.

    `command` is what a remedy tells to type before a command, here as in the other edits. `lines` are those
    of `moved` in qfops.yaml: one that says the same has been carried out by hand.
    """
    state = journal.state
    entry = _editable(state, old, command)
    if new.kind_key != old.kind_key:
        raise UsageError(f"{old} cannot become {new}", "An object keeps its kind.")
    taken = state.entry(new)
    if taken is not None and (taken.id is not None or new == old):
        raise UsageError(
            f"{new} stands in the state already, as {taken.id or 'retired objects'}",
            remedy=f"Let go of it first, without ending it: {command} state rm {new}",
        )
    _no_open_call(state, new, command)
    await journal.move({old: new}, {old: new} if lines.get(old) == new else {})
    return entry


async def forget(journal: Journal, address: Address, command: str) -> list[str]:
    """Let go of an address; the ids of the objects that stay in the console, unmanaged."""
    entry = _editable(journal.state, address, command)
    await journal.edit_by_hand(address, "forget", {address: None})
    return [*([entry.id] if entry.id else []), *(item.id for item in entry.retired)]


def _editable(state: LiveState, address: Address, command: str) -> Entry:
    """The entry of an address that no open call is about; UsageError otherwise."""
    _no_open_call(state, address, command)
    entry = state.entry(address)
    if entry is None:
        raise UsageError(f"{address}: the state has no such address")
    return entry


def _no_open_call(state: LiveState, address: Address, command: str) -> None:
    if any(intent.header.address == address for intent in state.intents.values()):
        raise UsageError(
            f"{address} has a call whose outcome is not known yet",
            remedy=f"Settle it first: {command} apply, or {command} state settle {address} …",
        )


async def settle_by_hand(
    journal: Journal, world: World, address: Address, object_id: str | None, command: str, *, done: bool
) -> str:
    """Close the oldest open call of an address; the sentence that tells so.

    `object_id`: it made this object; `done`: it took effect; neither: it had no effect. UsageError where that
    does not fit the call, QfopsError where there is nothing to settle or no such object.
    """
    intent = _open_call(journal.state, address)
    operation = intent.header.operation
    if object_id is None and not done:
        await journal.failed(intent, "settled by hand: it had no effect")
        return f"{address}: {operation} is noted as not done."
    _check_word(intent, object_id, f"{command} state settle {address}", done=done)
    kind = world.registry.get(address)
    outputs = {} if object_id is None else await _outputs(world, kind, object_id, journal.state)
    await journal.succeeded(kind, intent, outputs)
    return f"{address}: {operation} is noted as done." if object_id is None else f"{address} is {object_id}."


def _check_word(intent: Intent, object_id: str | None, command: str, *, done: bool) -> None:
    makes = operation_of(intent.header.step) == "create"
    operation = intent.header.operation
    if done and makes:
        raise UsageError(
            f"{operation} makes an object, so --done does not say enough",
            remedy=f"Say which: {command} --id ID",
        )
    if object_id is not None and not makes:
        raise UsageError(
            f"{operation} makes no object, so there is no id to name",
            remedy=f"Say --done or --none: {command} --done",
        )


def _open_call(state: LiveState, address: Address) -> Intent:
    found = [intent for intent in state.intents.values() if intent.header.address == address]
    if not found:
        waiting = sorted({str(intent.header.address) for intent in state.intents.values()})
        raise QfopsError(
            f"no call of {address} waits to be settled",
            remedy=f"These do: {', '.join(waiting)}." if waiting else "Nothing is open.",
        )
    return min(found, key=lambda intent: intent.header.seq)


async def _outputs(world: World, kind: Kind, object_id: str, state: LiveState) -> dict[str, JSON]:
    """The outputs of an object that exists and is nobody else's."""
    if ObjectKey(kind.key, object_id) in owned_ids(state.entries):
        raise UsageError(f"{object_id} belongs to another address of this state already")
    owner = world.neighbours().owner(kind.key, object_id)
    if owner is not None:
        raise Refused(
            f"{object_id} belongs to {owner}",
            "One object has one owner. Nothing was changed.",
            f"Name the object that the lost call made; or let go of this one there first: {owner.release}",
        )
    if not id_parts(kind, object_id):
        raise UsageError(f"{object_id!r} is no id of a {kind.name}: it is {'/'.join(kind.id)}")
    async with world.objects() as objects:
        outputs = await objects.outputs_of(kind, object_id, since=objects.moment())
        if isinstance(outputs, CannotTell):
            raise unreadable(outputs)
        found = await objects.read(kind, outputs, since=objects.moment())
    if isinstance(found, CannotTell):
        raise unreadable(found)
    if isinstance(found, Missing):
        raise QfopsError(f"the console has no {kind.name} {object_id}", "Nothing was changed.")
    return outputs
