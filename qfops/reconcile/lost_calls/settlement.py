"""Settling calls without an outcome: of this run as they happen, of earlier ones before anything else.

A run that may write waits while the window of a call is open and journals what it finds; a plan looks once
and settles in memory; a person may say what became of a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qfops.core.address import Address
from qfops.core.errors import QfopsError
from qfops.core.plan.steps import Repeat, operation_of
from qfops.core.state.entry import Entry
from qfops.core.state.records import Intent
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.operations import Operation
from qfops.kinds.registry import Registry
from qfops.objects.answers import CannotTell
from qfops.objects.objects import Objects
from qfops.reconcile.concurrency import together
from qfops.reconcile.lost_calls.look_up import look_for
from qfops.reconcile.lost_calls.ruling import Look, Ruling, Window, decide, explain
from qfops.reconcile.outcome import outcome
from qfops.reconcile.world import World

if TYPE_CHECKING:
    from qfops.reconcile.run import Run

_LEAST_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class OpenCall:
    """An intent without an outcome, and what its kind says about the call."""

    intent: Intent
    kind: Kind
    operation: Operation

    @property
    def address(self) -> Address:
        """What the call is about."""
        return self.intent.header.address

    def explained(self, ruling: Ruling, look: Look) -> str:
        """Why it is not settled."""
        return explain(self.address, self.intent.header.operation, ruling, look)


def open_calls(registry: Registry, intents: Mapping[str, Intent]) -> Iterator[OpenCall]:
    """The intents that this version can settle, oldest first."""
    for intent in sorted(intents.values(), key=lambda intent: intent.header.seq):
        kind = registry.kinds.get(intent.header.address.kind_key)
        operation = kind.operations.get(operation_of(intent.header.step)) if kind else None
        if kind is not None and operation is not None:
            yield OpenCall(intent, kind, operation)


async def settle(run: Run, kind: Kind, intent: Intent, repeat: Repeat) -> tuple[Look, Ruling]:
    """Look until the decision table rules, or the run is asked to stop."""
    window = Window(intent.expires, run.wait.visibility)
    pause = run.wait.initial
    while True:
        look, began = await look_for(
            run.objects, kind, intent, repeat, run.state.entries, run.world.neighbours
        )
        ruling = decide(repeat, look, window, began.time)
        if ruling is not Ruling.PENDING or run.stop.is_set():
            return look, ruling
        await run.pause(min(pause, max(_LEAST_PAUSE, window.closes - run.now())))
        pause = run.longer(pause)


async def made(objects: Objects, kind: Kind, look: Look) -> dict[str, JSON]:
    """The outputs of the object that a look found, as the lost answer would have held them."""
    if not look.candidates:
        return {}
    found = await objects.outputs_of(kind, look.candidates[0], since=objects.moment())
    if isinstance(found, CannotTell):
        raise unreadable(found)
    return found


def unreadable(answer: CannotTell) -> QfopsError:
    """The error for an answer that a step cannot do without."""
    return answer.error if answer.error is not None else QfopsError(answer.reason)


async def settle_journaled(run: Run) -> dict[Address, str]:
    """Settle every open intent, waiting while its window is open; what cannot be told, by address."""
    unsettled: dict[Address, str] = {}
    for call in list(open_calls(run.world.registry, run.state.intents)):
        header = call.intent.header
        message = f"settling {header.operation}, whose answer was lost"
        run.progress(header.address, header.step, message)
        look, ruling = await settle(run, call.kind, call.intent, call.operation.repeat)
        if ruling is Ruling.DONE:
            outputs = await made(run.objects, call.kind, look)
            await run.journal.succeeded(call.kind, call.intent, outputs)
        elif ruling is Ruling.REPEAT:
            await run.journal.failed(call.intent, "settled: it did not take effect")
        else:
            unsettled[call.address] = call.explained(ruling, look)
    return unsettled


async def settle_in_memory(world: World, objects: Objects, state: State) -> tuple[State, dict[Address, str]]:
    """The state as it would be after settling, from one look without waiting; what is open, by address."""

    calls = list(open_calls(world.registry, state.intents))
    found: dict[str, tuple[Look, Ruling, dict[str, JSON]]] = {}

    async def look_at(call: OpenCall) -> None:
        repeat = call.operation.repeat
        look, began = await look_for(objects, call.kind, call.intent, repeat, state.entries, world.neighbours)
        window = Window(call.intent.expires, world.settings.wait.visibility)
        ruling = decide(repeat, look, window, began.time)
        outputs = await made(objects, call.kind, look) if ruling is Ruling.DONE else {}
        found[call.intent.header.attempt] = look, ruling, outputs

    await together(look_at(call) for call in calls)
    unsettled: dict[Address, str] = {}
    entries: dict[Address, Entry | None] = {**state.entries}
    for call in calls:
        look, ruling, outputs = found[call.intent.header.attempt]
        if ruling is Ruling.DONE:
            entries.update(outcome(call.kind, call.intent, outputs, entries.get(call.address)).entries)
        elif ruling is not Ruling.REPEAT:
            unsettled[call.address] = call.explained(ruling, look)
    settled = {address: entry for address, entry in entries.items() if entry is not None}
    return replace(state, entries=settled), unsettled
