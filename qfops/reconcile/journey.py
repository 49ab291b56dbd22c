"""One change carried out: its steps in order, each with its outcome, and the object read back at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from qfops.core.observation import LiveObject
from qfops.core.plan import CURRENT, Action, Change, Event, Step
from qfops.core.state import Entry
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.planning.steps import operation_of
from qfops.reconcile import checks, entries, requests
from qfops.reconcile.calls import Caller
from qfops.reconcile.looking import Searcher
from qfops.reconcile.notes import STATE_ONLY, noted
from qfops.reconcile.ports import Emit
from qfops.reconcile.subject import Scene, Subject
from qfops.reconcile.waiting import Goal, NotReady

_MAKES = (Action.CREATE, Action.RUN, Action.REPLACE)


class Journey:
    """The steps of one change; `created` is set once its object exists."""

    def __init__(
        self, change: Change, kind: Kind, scene: Scene, caller: Caller, created: asyncio.Event, emit: Emit
    ) -> None:
        self.change, self.kind, self.scene, self.caller = change, kind, scene, caller
        self.created, self.emit = created, emit
        self.subject = Subject(change, kind, scene)
        self.searcher = Searcher(caller.console, kind)
        self.began = caller.clock.now()
        self.live: LiveObject | None = None

    async def run(self) -> None:
        """Every step, then the read-back. Raises what stopped it; what was done stays journaled."""
        if self.caller.clock.now() - self.scene.observed_at >= self.caller.wait.visibility:
            await checks.unmoved(self.subject, self.searcher)
        steps = self.change.steps
        for position, step in enumerate(steps):
            last = position == len(steps) - 1
            if step.repeat == "read":
                await self._wait(step, last=last)
            elif step.id in STATE_ONLY:
                await self._note(step, last=last)
            else:
                await self._call(step, last=last)
        if self.subject.ends:
            self._history()
        elif self.change.action not in (Action.NO_OP, Action.MOVE):
            await self._read_back()

    async def _call(self, step: Step, *, last: bool) -> None:
        self._tell(step.id, step.operation)
        if operation_of(step) == "create":
            await self._create(last=last)
            self.created.set()
        else:
            await self.caller.call(await requests.later(self.subject, self.searcher, step, last=last))

    async def _create(self, *, last: bool) -> None:
        """Alone among those that a lost answer could confuse with each other."""
        desired, search = self.subject.desired(), self.scene.search
        async with search.alone(self.kind, desired):
            before = await search.before(self.kind, desired)
            now = self.caller.clock.now()
            await self.caller.call(requests.creation(self.subject, before, now, last=last))

    async def _wait(self, step: Step, *, last: bool) -> None:
        outputs = self.subject.named().outputs
        try:
            with self.caller.running.one(self.kind):
                self.live = await self.scene.waiter.until(
                    self.kind, outputs, self._goal(step), lambda live: self._tell(step.id, live.status)
                )
        except NotReady as error:
            await self._record(step.id, self._seen, message=str(error))
            raise
        if last and self.subject.ends:
            object_id = self.subject.named().id
            await self._record(
                step.id, lambda: entries.ended(self.subject.known_entry(), object_id), done=True
            )
        else:
            await self._record(step.id, self._seen, done=last)

    def _goal(self, step: Step) -> Goal:
        """What ends the wait: the words that the call before it works towards."""
        name = step.id.partition(".")[0].partition("[")[0]
        if name == "ready":
            return Goal(self.kind.create.until if self.change.action in _MAKES else {})
        operation = self.kind.operations[name]
        return Goal(operation.until, fails=name != "stop")

    def _seen(self) -> Entry | None:
        """The entry with what the wait showed, and how long it took to make the object."""
        entry = self.subject.entry()
        if entry is None or self.change.object != CURRENT:
            return entry
        seconds = 0.0 if self.change.action is Action.UPDATE else self.caller.clock.now() - self.began
        return replace(entries.seen(entry, self.live), seconds=max(entry.seconds, seconds))

    async def _note(self, step: Step, *, last: bool) -> None:
        now = self.caller.clock.now()
        await self.caller.journal.note(
            self.change, step.id, lambda: noted(self.subject, step.id, now), done=last
        )
        if step.id == "link":
            self.created.set()

    async def _record(
        self, step: str, entry: Callable[[], Entry | None], *, done: bool = False, message: str = ""
    ) -> None:
        """Write the entry of this change's address."""
        await self.caller.journal.note(
            self.change, step, lambda: {self.change.address: entry()}, done=done, message=message
        )

    async def _read_back(self) -> None:
        """What the object shows now becomes its outputs and status; a difference is said, not hidden."""
        entry = self.subject.entry()
        if entry is None or entry.id is None:
            return
        if self.live is None and any(step.operation for step in self.change.steps):
            self.live = await self.searcher.read(entry.outputs)
            if self.live is None:
                self._tell("record", "accepted; the console does not show it yet")
        live = self.live
        if live is None:
            return
        if entries.seen(entry, live) != entry:
            await self._record("record", lambda: entries.seen(self.subject.known_entry(), live))
        for path in checks.unconverged(self.subject, self.subject.known_entry(), live):
            self._tell("record", f"accepted, but the console does not show {path} as applied yet")

    def _history(self) -> None:
        """An object that the console keeps after its end is remembered there, as state does not."""
        if self.change.action is Action.DEACTIVATE:
            about: dict[str, JSON] = {
                "address": str(self.change.address),
                "id": self.change.id,
                "left": [*self.change.left],
            }
            self.scene.session.note("deactivated", about)

    def _tell(self, step: str, message: str) -> None:
        change, now = self.change, self.caller.clock.now()
        self.emit(Event(now, "progress", str(change.address), str(change.action), step, message))
