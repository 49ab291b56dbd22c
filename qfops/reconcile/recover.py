"""Before anything else: what became of the calls that an earlier run left without an outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from qfops.core.address import Address
from qfops.core.plan import Event
from qfops.core.settings import Settings
from qfops.core.state import Record, State
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.operations import Operation
from qfops.kinds.registry import Registry
from qfops.kinds.wire import object_id
from qfops.reconcile.calls import Caller
from qfops.reconcile.entries import made, rebased
from qfops.reconcile.looking import Searcher, planned_entry
from qfops.reconcile.ports import Clock, Console
from qfops.reconcile.settle import Look, Ruling, Window, decide, explain


@dataclass(frozen=True, slots=True)
class Open:
    """An intent without an outcome, and what its kind says about the call."""

    intent: Record
    address: Address
    kind: Kind
    operation: Operation


async def recover(registry: Registry, caller: Caller) -> dict[Address, str]:
    """Settle every open intent, waiting while its window is open; what cannot be told, by address."""
    unsettled: dict[Address, str] = {}
    journal = caller.journal
    for item in list(_open_intents(registry, journal.state)):
        message = f"settling {item.intent.operation}, whose answer was lost"
        caller.emit(Event(caller.clock.now(), "progress", str(item.address), "", item.intent.step, message))
        look, ruling = await caller.settle(item.kind, item.intent, item.operation.repeat)
        if ruling is Ruling.DONE:
            result = await caller.result_of(item.kind, look)
            await journal.settled(
                item.intent, partial(outcome, item.kind, item.intent, result, journal.state)
            )
        elif ruling is Ruling.REPEAT:
            await journal.failed(item.intent, "settled: it did not take effect")
        else:
            unsettled[item.address] = explain(item.address, item.intent.operation, ruling, look)
    return unsettled


async def settle_in_memory(
    console: Console, registry: Registry, clock: Clock, settings: Settings, state: State
) -> tuple[State, dict[Address, str]]:
    """The state as it would be after settling, from one look without waiting; what is open, by address."""
    unsettled: dict[Address, str] = {}

    async def look_at(item: Open) -> tuple[Look, Ruling, JSON]:
        searcher, began = Searcher(console, item.kind), clock.now()
        look = await searcher.effect(item.intent, item.operation.repeat, state)
        window = Window(item.intent.expires, settings.wait.visibility)
        ruling = decide(item.operation.repeat, look, window, began)
        found = ruling is Ruling.DONE and look.candidates
        return look, ruling, await searcher.outputs_of(look.candidates[0]) if found else None

    items = list(_open_intents(registry, state))
    settled = state
    for item, (look, ruling, result) in zip(items, await asyncio.gather(*map(look_at, items)), strict=True):
        if ruling is Ruling.DONE:
            settled = _with(settled, outcome(item.kind, item.intent, result, settled))
        elif ruling is not Ruling.REPEAT:
            unsettled[item.address] = explain(item.address, item.intent.operation, ruling, look)
    return settled, unsettled


def _with(state: State, record: Record) -> State:
    entries = {**state.entries, **record.entries}
    return replace(state, entries={address: entry for address, entry in entries.items() if entry is not None})


def _open_intents(registry: Registry, state: State) -> Iterator[Open]:
    """The intents that this version can settle, oldest first."""
    for intent in sorted(state.intents.values(), key=lambda record: record.seq):
        kind = registry.kinds.get(intent.address.kind_key) if intent.address else None
        operation = kind.operations.get(intent.step.partition("[")[0]) if kind else None
        if intent.address is not None and kind is not None and operation is not None:
            yield Open(intent, intent.address, kind, operation)


def outcome(kind: Kind, intent: Record, result: JSON, state: State) -> Record:
    """The outcome of an intent that took effect; `result` holds the outputs of a found object."""
    assert intent.address is not None
    entry = rebased(intent, planned_entry(intent), state.entries.get(intent.address))
    found, outputs = "", result if isinstance(result, dict) else {}
    if entry is not None and entry.id is None and outputs:
        found = object_id(kind, outputs)
        entry = made(entry, found, outputs)
    return replace(
        intent,
        type="outcome",
        id=found,
        outputs=outputs,
        entries={intent.address: entry},
        attributes=entry.attributes if entry else {},
        before=None,
        expires=0.0,
    )
