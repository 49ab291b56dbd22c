"""Before anything else: what became of the calls that an earlier run left without an outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.plan import Event
from qfops.core.settings import Settings
from qfops.core.state import Entry, Record, State
from qfops.core.values import JSON
from qfops.kinds.base import Kind, Operation
from qfops.kinds.registry import Registry
from qfops.kinds.wire import object_id
from qfops.reconcile.calls import Caller
from qfops.reconcile.entries import made
from qfops.reconcile.looking import Searcher, planned_entry
from qfops.reconcile.ports import Clock, Console
from qfops.reconcile.settle import Look, Ruling, Window, decide, explain


async def recover(registry: Registry, caller: Caller) -> dict[Address, str]:
    """Settle every open intent, waiting while its window is open; what cannot be told, by address."""
    unsettled: dict[Address, str] = {}
    for intent in sorted(caller.journal.session.state.intents.values(), key=lambda record: record.seq):
        kind, operation = _operation(registry, intent)
        if kind is None or operation is None or intent.address is None:
            continue
        _tell(caller, intent)
        look, ruling = await caller.settle(kind, intent, operation.repeat)
        if ruling is Ruling.DONE:
            result = await caller.result_of(kind, look)
            await caller.journal.session.append(outcome(kind, intent, result, caller.clock.now()))
        elif ruling is Ruling.REPEAT:
            await caller.journal.session.append(not_done(intent, caller.clock.now()))
        else:
            unsettled[intent.address] = explain(intent.address, intent.operation, ruling, look)
    return unsettled


def _tell(caller: Caller, intent: Record) -> None:
    message = f"settling {intent.operation}, whose answer was lost"
    caller.emit(Event(caller.clock.now(), "progress", str(intent.address), "", intent.step, message))


async def settle_in_memory(
    console: Console, registry: Registry, clock: Clock, settings: Settings, state: State
) -> tuple[State, dict[Address, str]]:
    """The state as it would be after settling, with one look and no waiting; what is still open, by address."""
    unsettled: dict[Address, str] = {}
    entries: dict[Address, Entry] = dict(state.entries)
    open_intents = sorted(state.intents.values(), key=lambda record: record.seq)
    taken = {object_id_ for _, object_id_ in state.ids()}

    async def look_at(intent: Record) -> tuple[Record, Look, Ruling] | None:
        kind, operation = _operation(registry, intent)
        if kind is None or operation is None:
            return None
        began = clock.now()
        look = await Searcher(console, kind).effect(intent, operation.repeat, taken)
        window = Window(intent.expires, settings.wait.visibility)
        return intent, look, decide(operation.repeat, look, window, began)

    for found in await asyncio.gather(*(look_at(intent) for intent in open_intents)):
        if found is None:
            continue
        intent, look, ruling = found
        kind, _ = _operation(registry, intent)
        if intent.address is None or kind is None:
            continue
        if ruling is Ruling.DONE:
            names: dict[str, JSON] = {}
            if look.candidates:
                names = dict(zip(kind.id, look.candidates[0].split("/"), strict=False))
                live = await Searcher(console, kind).read(names)
                names = {**names, **(live.outputs if live else {})}
            _replay(entries, outcome(kind, intent, dict(names) or None, clock.now()))
        elif ruling is not Ruling.REPEAT:
            unsettled[intent.address] = explain(intent.address, intent.operation, ruling, look)
    return replace(state, entries=entries), unsettled


def _replay(entries: dict[Address, Entry], record: Record) -> None:
    for address, entry in record.entries.items():
        if entry is None:
            entries.pop(address, None)
        else:
            entries[address] = entry


def _operation(registry: Registry, intent: Record) -> tuple[Kind | None, Operation | None]:
    kind = registry.kinds.get(intent.address.kind_key) if intent.address else None
    name = intent.step.partition("[")[0].partition(".")[0]
    return kind, kind.operations.get(name) if kind else None


def outcome(kind: Kind, intent: Record, result: JSON, now: float) -> Record:
    """The outcome of an intent that took effect; `result` holds the outputs of a found object."""
    entry = planned_entry(intent)
    found = ""
    outputs: Mapping[str, JSON] = {}
    if isinstance(result, dict) and entry is not None and entry.id is None:
        outputs = result
        found = object_id(kind, outputs)
        entry = made(entry, found, outputs)
    assert intent.address is not None
    return replace(
        intent, type="outcome", id=found, outputs=outputs, entries={intent.address: entry}, before=None,
        attributes=entry.attributes if entry else {}, at=now, expires=0.0,
    )  # fmt: skip


def not_done(intent: Record, now: float) -> Record:
    """The end of an intent that had no effect."""
    return replace(
        intent, type="failed", entries={}, attributes={}, before=None, at=now, expires=0.0,
        message="settled: it did not take effect",
    )  # fmt: skip
