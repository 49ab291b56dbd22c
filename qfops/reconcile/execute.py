"""The walk: every change of a plan after what it waits for, each step once. It decides nothing.

Independent changes run at once; a failure stops its dependents only. Calls are made by `calls`, waits by
`waiting`, and what state holds afterwards is computed by `entries`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from qfops.core.address import Address
from qfops.core.errors import QfopsError, Stale
from qfops.core.plan import CURRENT, Action, After, Change, Event, Plan
from qfops.kinds.registry import Registry
from qfops.planning.policy import Approval
from qfops.reconcile.calls import Caller, Interrupted
from qfops.reconcile.journey import Journey
from qfops.reconcile.ports import Emit
from qfops.reconcile.result import ApplyResult, Item
from qfops.reconcile.subject import Scene
from qfops.reconcile.waiting import StillGoing

Key = tuple[Address, str]
Said = Literal["start", "done", "progress", "failed", "skipped"]
_HELD = (Action.BLOCKED, Action.UNKNOWN)
_MAKES = (Action.CREATE, Action.RUN, Action.REPLACE)


@dataclass(slots=True)
class Mark:
    """How far a change has come; `trouble` says why its dependents cannot follow.

    `exists`: what the change makes was made, whatever happened to it later.
    """

    created: asyncio.Event
    done: asyncio.Event
    trouble: str = ""
    exists: bool = False

    def finish(self, trouble: str = "") -> None:
        """Let everybody who waits go on, or know why they cannot."""
        self.trouble, self.exists = trouble, self.created.is_set()
        self.created.set()
        self.done.set()


class Walk:
    """One walk over one plan."""

    def __init__(
        self, plan: Plan, registry: Registry, approval: Approval, scene: Scene, caller: Caller, emit: Emit
    ) -> None:
        self.plan, self.registry, self.approval = plan, registry, approval
        self.scene, self.caller, self.emit = scene, caller, emit
        self.changes = {change.key: change for change in plan.changes}
        self.marks = {key: Mark(asyncio.Event(), asyncio.Event()) for key in self.changes}
        self.result = ApplyResult()

    async def run(self) -> ApplyResult:
        """Walk to the end; what could not be done stands in the result."""
        for change in self.plan.changes:
            if change.action in _HELD:
                self._hold(change)
        walks = [self._change(change) for change in self.plan.changes if change.acts]
        walks += [self._record(change) for change in self.plan.changes if change.action is Action.NO_OP]
        ended = await asyncio.gather(*walks, return_exceptions=True)
        for error in ended:  # a mistake of ours in one change lets the others finish what they have begun
            if error is not None:
                raise error
        self.result.interrupted = self.caller.stop.is_set()
        self.result.held = sum(not item.ignored for item in self.plan.drift)
        return self.result

    def _hold(self, change: Change) -> None:
        """A change that the plan itself holds back."""
        listed = self.result.refused if change.action is Action.BLOCKED else self.result.failed
        listed.append(Item(change, change.reason))
        self.marks[change.key].finish(change.reason)

    async def _record(self, change: Change) -> None:
        """A change that asks for no call: perhaps something to write down, once what it names is in place."""
        if change.steps and await self._in_place(change) and not self.caller.stop.is_set():
            await self._journey(change).run()
        self.marks[change.key].finish()

    async def _in_place(self, change: Change) -> bool:
        """Whether all that `change` refers to has been done (a move: its id stands under the new address)."""
        for key in ((address, CURRENT) for address in change.depends_on):
            if key in self.marks and self.changes[key].acts:
                await self.marks[key].done.wait()
                if self.marks[key].trouble:
                    return False
        return True

    async def _change(self, change: Change) -> None:
        mark = self.marks[change.key]
        try:
            trouble = await self._attempt(change)
        except BaseException:
            mark.finish("it broke off")
            raise
        mark.finish(trouble)

    async def _attempt(self, change: Change) -> str:
        """Carry one change out; the reason why dependents cannot follow, or ""."""
        refusal = self.approval.refusal(change) if change.action is not Action.WAIT else ""
        if refusal:
            return self._listed(self.result.refused, change, refusal, "skipped")
        before = await self._waited(change)
        if before:
            return self._listed(self.result.blocked_by, change, before, "skipped")
        if self.caller.stop.is_set():
            return self._listed(self.result.not_attempted, change, "interrupted before it began", "skipped")
        self._emit("start", change, change.reason)
        try:
            await self._journey(change).run()
        except StillGoing as going:
            return self._listed(self.result.in_progress, change, str(going), "progress")
        except Interrupted as stopped:
            return self._listed(self.result.not_attempted, change, str(stopped), "skipped")
        except Stale as moved:
            return self._listed(self.result.stale, change, str(moved), "skipped")
        except QfopsError as error:
            return self._listed(self.result.failed, change, str(error), "failed")
        self.result.applied.append(Item(change))
        self.result.left += change.left
        self._emit("done", change, "")
        return ""

    async def _waited(self, change: Change) -> str:
        """Wait for what comes before; why it will not come, or ""."""
        for item in change.after:
            mark = self.marks[(item.address, item.object)]
            await (mark.created if item.milestone == "created" else mark.done).wait()
            if mark.trouble and not self._stands(item, mark):
                return f"{item.address}: {mark.trouble}"
        return ""

    def _stands(self, item: After, mark: Mark) -> bool:
        """Whether the object that is waited for exists, which is enough for who only needs it to exist."""
        before = self.changes[(item.address, item.object)]
        return item.milestone == "created" and (mark.exists or before.action not in _MAKES)

    def _journey(self, change: Change) -> Journey:
        kind = self.registry.get(change.address)
        return Journey(change, kind, self.scene, self.caller, self.marks[change.key].created, self.emit)

    def _listed(self, listed: list[Item], change: Change, text: str, event: Said) -> str:
        listed.append(Item(change, text))
        self._emit(event, change, text)
        return text

    def _emit(self, kind: Said, change: Change, message: str) -> None:
        object_ = "" if change.object == CURRENT else change.object
        now = self.caller.clock.now()
        self.emit(Event(now, kind, str(change.address), str(change.action), object_, message))
