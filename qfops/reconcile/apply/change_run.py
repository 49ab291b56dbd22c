"""One change carried out: its steps in order, each with its outcome, and the object read back at the end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from qfops.core.errors import QfopsError, Stale
from qfops.core.observation import LiveObject, Observed, words_of
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.steps import Call, StateEdit, Step, Wait
from qfops.core.state.entry import CURRENT
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.status import goals
from qfops.objects.answers import CannotTell, Moment, Shown
from qfops.reconcile.apply import checks, edits, requests
from qfops.reconcile.apply.calls import Caller, Interrupted
from qfops.reconcile.apply.change_view import ChangeView
from qfops.reconcile.apply.read_back import ReadBacks
from qfops.reconcile.apply.result import Ending, How
from qfops.reconcile.apply.waiting import Goal, NotReady, StillGoing, Waiter
from qfops.reconcile.effects import Drops, EntryEdit, Sees
from qfops.reconcile.lost_calls.search_keys import SearchKeys
from qfops.reconcile.lost_calls.settlement import unreadable
from qfops.reconcile.run import Run


@dataclass(frozen=True, slots=True)
class Scene:
    """What all changes of one walk share: the run, the refresh behind the plan, calls, waits, locks."""

    run: Run
    observed: Observed
    observed_at: float
    caller: Caller
    waiter: Waiter
    search: SearchKeys
    read_backs: ReadBacks


class ChangeRun:
    """The steps of one change.

    `created` is set once its object exists; `wanted` is set by others when they wait for it to be done.
    """

    def __init__(
        self, change: Change, kind: Kind, scene: Scene, created: asyncio.Event, wanted: asyncio.Event
    ) -> None:
        self.change, self.kind, self.scene, self.run = change, kind, scene, scene.run
        self.created, self.wanted = created, wanted
        self.view = ChangeView(change, kind, scene.run.state, scene.observed)
        self.began = self.run.now()
        self.answered: Moment | None = None
        self.live: LiveObject | None = None

    async def carry_out(self) -> Ending:
        """Every step, then the read-back; what was done stays journaled, however it ends."""
        try:
            await self._carry_out()
        except StillGoing as going:
            return Ending(How.IN_PROGRESS, str(going))
        except Interrupted as stopped:
            return Ending(How.NOT_ATTEMPTED, str(stopped))
        except Stale as moved:
            return Ending(How.STALE, str(moved))
        except QfopsError as error:
            return Ending(How.FAILED, str(error))
        return Ending(How.APPLIED)

    async def _carry_out(self) -> None:
        if self.run.now() - self.scene.observed_at >= self.run.wait.visibility:
            await checks.unmoved(self.view, self.run.objects)
        steps = self.change.steps
        with self.scene.read_backs.under_way(self.kind):
            for position, step in enumerate(steps):
                await self._step(step, last=position == len(steps) - 1)
        if self.change.action.leaves:
            await self._history()
        elif self.change.action not in (Action.NO_OP, Action.MOVE):
            await self._read_back()

    async def _step(self, step: Step, *, last: bool) -> None:
        match step:
            case Wait():
                await self._wait(step, last=last)
            case StateEdit():
                edit = edits.state_edit(step.name, self.view, self.run.now())
                await self._record(step.id, edit, done=last)
                if step.name == "link":
                    self.created.set()
            case Call():
                await self._call(step, last=last)

    async def _call(self, call: Call, *, last: bool) -> None:
        self._tell(call.id, call.action)
        if call.operation == "create":
            await self._create(call, last=last)
            self.created.set()
        else:
            request = await requests.later(self.view, self.run.objects, call, last=last)
            await self.scene.caller.call(request)
        self.answered = self.run.objects.moment()

    async def _create(self, call: Call, *, last: bool) -> None:
        """Alone among those that a lost answer could confuse with each other."""
        desired, search = self.view.desired(), self.scene.search
        async with search.alone(self.kind, desired):
            vouched, entries = self.change.origin.vouched, self.run.state.entries
            before = await search.before(self.kind, desired, entries, vouched=vouched)
            request = requests.creation(self.view, call, before, self.run.now(), last=last)
            await self.scene.caller.call(request)

    async def _wait(self, step: Wait, *, last: bool) -> None:
        named = self.view.named()
        try:
            with self.scene.caller.running.one(self.kind):
                self.live = await self.scene.waiter.until(
                    self.kind,
                    named.outputs,
                    self.kind.scope_in(named.attributes),
                    self._goal(step),
                    lambda live: self._tell(step.id, words_of(live.status)),
                )
        except NotReady as error:
            await self._record(step.id, self._seen(), message=str(error))
            raise
        edit = Drops(named.id) if last and self.change.action.leaves else self._seen()
        await self._record(step.id, edit, done=last)

    def _goal(self, step: Wait) -> Goal:
        """What ends the wait: the words that the call before it works towards."""
        if not step.operation:
            return Goal({}, owes=tuple(goals(self.kind, self.view.named().attributes)))
        return Goal(self.kind.operations[step.operation].until, fails=step.operation != "stop")

    def _seen(self) -> Sees:
        """What the wait showed, and how long it took to make the object."""
        if self.change.object != CURRENT:
            return Sees(None)
        seconds = 0.0 if self.change.action is Action.UPDATE else self.run.now() - self.began
        return Sees(self.live, seconds)

    async def _record(self, step: str, edit: EntryEdit, *, done: bool = False, message: str = "") -> None:
        await self.run.journal.edit(self.change, step, edit, done=done, message=message)

    async def _read_back(self) -> None:
        """What the object shows now becomes its outputs and status; a difference is said, not hidden."""
        if self.live is None and self.answered is not None:
            self.live = await self._read(self.answered)
            if self.live is None:
                self._tell("record", "accepted; the console does not show it yet")
        entry, live = self.view.entry(), self.live
        if entry is None or entry.id is None or live is None:
            return
        if {**entry.outputs, **live.outputs} != entry.outputs or (
            live.status or entry.status
        ) != entry.status:
            await self._record("record", Sees(live))
        for path in checks.unconverged(self.view, self.view.known_entry(), live):
            self._tell("record", f"accepted, but the console does not show {path} as applied yet")

    async def _read(self, since: Moment) -> LiveObject | None:
        """The object as an answer shows it that began after our last call; None: not there yet."""
        await self.scene.read_backs.turn(self.kind, self.wanted)
        entry = self.view.known_entry()
        scope = self.kind.scope_in(entry.attributes)
        found = await self.run.objects.read(self.kind, entry.outputs, scope=scope, since=since)
        if isinstance(found, CannotTell):
            raise unreadable(found)
        return found.object if isinstance(found, Shown) else None

    async def _history(self) -> None:
        """An object that the console keeps after its end is remembered there, as state does not."""
        if self.change.action is Action.DEACTIVATE:
            about: dict[str, JSON] = {
                "address": str(self.change.address),
                "id": self.change.id,
                "left": [*self.change.ends.left],
            }
            await self.run.journal.session.note("deactivated", about)

    def _tell(self, step: str, message: str) -> None:
        self.run.progress(self.change.address, step, message, str(self.change.action))
