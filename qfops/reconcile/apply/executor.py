"""The walk: every change of a plan after what it waits for, each step once. It decides nothing.

Independent changes run at once; a failure stops its dependents only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from qfops.core.plan.actions import Action
from qfops.core.plan.change import After, Change, ChangeKey
from qfops.core.plan.events import Event
from qfops.core.plan.plan import Plan
from qfops.core.state.entry import CURRENT
from qfops.planning.policy import Approval
from qfops.reconcile.apply.change_run import ChangeRun, Scene
from qfops.reconcile.apply.result import ApplyResult, Ending, How

Said = Literal["start", "done", "progress", "failed", "skipped"]
_SAID: dict[How, Said] = {
    How.APPLIED: "done",
    How.FAILED: "failed",
    How.IN_PROGRESS: "progress",
}


@dataclass(slots=True)
class Progress:
    """How far a change has come; `trouble` says why its dependents cannot follow.

    `exists`: what the change makes was made, whatever happened to it later. `wanted` is set once a dependent
    waits for the change to be done.
    """

    created: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: str = ""
    exists: bool = False

    def finish(self, trouble: str = "") -> None:
        """Let everybody who waits go on, or know why they cannot."""
        self.trouble, self.exists = trouble, self.created.is_set()
        self.created.set()
        self.done.set()


class Executor:
    """One walk over one plan.

    `foreseen`: the plan was made for this approval, so that what rests on a change that it refuses is held.
    """

    def __init__(self, plan: Plan, approval: Approval, scene: Scene, *, foreseen: bool = False) -> None:
        self.plan, self.approval, self.scene, self.run = plan, approval, scene, scene.run
        self.foreseen = foreseen
        self.changes = {change.key: change for change in plan.changes}
        walked = (change for change in plan.changes if change.action is not Action.NO_OP or change.steps)
        self.progress: dict[ChangeKey, Progress] = {change.key: Progress() for change in walked}
        self.endings: list[tuple[Change, Ending]] = []

    async def walk(self) -> ApplyResult:
        """Walk to the end; how each change ended stands in the result."""
        for change in self.plan.changes:
            if change.action.held:
                self._hold(change)
        acting = [self._change(change) for change in self.plan.changes if change.acts]
        noting = [
            self._record(change)
            for change in self.plan.changes
            if change.action is Action.NO_OP and change.steps
        ]
        ended = await asyncio.gather(*acting, *noting, return_exceptions=True)
        for error in ended:  # a mistake of ours in one change lets the others finish what they have begun
            if error is not None:
                raise error
        held_back = sum(not item.ignored for item in self.plan.held_back)
        return ApplyResult(tuple(self.endings), held_back, self.run.stop.is_set())

    def _hold(self, change: Change) -> None:
        """A change that the plan itself holds back."""
        how = How.REFUSED if change.action is Action.BLOCKED else How.FAILED
        self.endings.append((change, Ending(how, change.reason)))
        self.progress[change.key].finish(change.reason)

    async def _record(self, change: Change) -> None:
        """A change that asks for no call: something to write down, once what it names is in place."""
        if await self._in_place(change) and not self.run.stop.is_set():
            ending = await self._change_run(change).carry_out()
            if ending.how is How.FAILED:
                self.endings.append((change, ending))
        self.progress[change.key].finish()

    async def _in_place(self, change: Change) -> bool:
        """Whether all that `change` refers to has been done (a move: its id stands under the new address)."""
        for key in ((address, CURRENT) for address in change.depends_on):
            if key in self.progress and self.changes[key].acts:
                await self._done(key)
                if self.progress[key].trouble:
                    return False
        return True

    async def _done(self, key: ChangeKey) -> None:
        self.progress[key].wanted.set()
        await self.progress[key].done.wait()

    async def _change(self, change: Change) -> None:
        """Carry one change out, and say how it ended."""
        progress = self.progress[change.key]
        try:
            ending = await self._ending(change)
        except BaseException:
            progress.finish("it broke off")
            raise
        self.endings.append((change, ending))
        self._emit(_SAID.get(ending.how, "skipped"), change, ending.text)
        progress.finish(ending.text)

    async def _ending(self, change: Change) -> Ending:
        refusal = self.approval.refusal(change) if change.action is not Action.WAIT else ""
        if refusal:
            return Ending(How.REFUSED, refusal)
        before = await self._waited(change)
        if before:
            return Ending(How.BLOCKED_BY, before)
        if self.run.stop.is_set():
            return Ending(How.NOT_ATTEMPTED, "interrupted before it began")
        self._emit("start", change, change.reason)
        return await self._change_run(change).carry_out()

    async def _waited(self, change: Change) -> str:
        """Wait for what comes before; why it will not come, or ""."""
        for item in change.after:
            key = (item.address, item.object)
            progress = self.progress[key]
            if item.milestone == "created":
                await progress.created.wait()
            else:
                await self._done(key)
            if progress.trouble and not self._stands(item, progress):
                return f"{item.address}: {progress.trouble}"
        return ""

    def _stands(self, item: After, progress: Progress) -> bool:
        """Whether the object that is waited for exists, which is enough for who only needs it to exist.

        It is enough, too, where the plan was made knowing that the change is refused.
        """
        before = self.changes[(item.address, item.object)]
        if self.foreseen and not before.action.leaves and self.approval.refusal(before):
            return bool(before.id)
        return item.milestone == "created" and (progress.exists or not before.action.makes)

    def _change_run(self, change: Change) -> ChangeRun:
        kind = self.run.world.registry.get(change.address)
        progress = self.progress[change.key]
        return ChangeRun(change, kind, self.scene, progress.created, progress.wanted)

    def _emit(self, said: Said, change: Change, message: str) -> None:
        object_ = "" if change.object == CURRENT else change.object
        event = Event(self.run.now(), said, str(change.address), str(change.action), object_, message)
        self.run.emit(event)
