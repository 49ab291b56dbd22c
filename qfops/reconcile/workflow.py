"""Apply: prepare under a lease, then carry out what was approved, now or earlier."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from qfops.core.errors import Refused, Stale
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.settings import Settings
from qfops.core.state.state import State
from qfops.planning.policy import Approval, covered, exceeded
from qfops.reconcile.apply.calls import Caller
from qfops.reconcile.apply.change_run import Scene
from qfops.reconcile.apply.executor import Executor
from qfops.reconcile.apply.read_back import ReadBacks
from qfops.reconcile.apply.result import ApplyResult
from qfops.reconcile.apply.waiting import Waiter
from qfops.reconcile.approved import (
    approved_plan,
    desired_of,
    done_or_dropped,
    moves_of,
    named,
    state_of,
)
from qfops.reconcile.fresh_plan import Refreshed, fresh_plan
from qfops.reconcile.journal import Journal
from qfops.reconcile.lost_calls.search_keys import SearchKeys
from qfops.reconcile.lost_calls.settlement import settle_journaled
from qfops.reconcile.moves import carry_out_moves, forget_lines
from qfops.reconcile.ports import Emit
from qfops.reconcile.run import Run
from qfops.reconcile.world import Desired, World
from qfops.state.store import Session


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How to apply.

    `limit` is the longest wait in seconds (0 with --detach). `expected` is a digest that the plan must have.
    """

    by: str = ""
    run_url: str = ""
    commit: str = ""
    limit: float = float("inf")
    expected: str = ""
    allow_large_change: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that is ready to be approved and carried out, and what was wanted of it."""

    fresh: Refreshed
    desired: Desired

    @property
    def plan(self) -> Plan:
        """What would be done."""
        return self.fresh.plan


@asynccontextmanager
async def begun(
    world: World, session: Session, options: ApplyOptions, emit: Emit, stop: asyncio.Event
) -> AsyncIterator[Run]:
    """A run that may write, under the lease of `session`."""
    async with world.objects() as objects:
        yield Run(world, objects, Journal(session, world.clock, options.by, options.commit), emit, stop)


async def prepare(run: Run, desired: Desired, options: ApplyOptions) -> Prepared:
    """Settle, refresh, plan. Stale, Refused and ApiError end it before anything is done."""
    unsettled = await settle_journaled(run)
    fresh = await fresh_plan(run.world, run.objects, run.state.frozen(), desired, unsettled)
    plan = fresh.plan
    if options.expected and plan.digest != options.expected:
        raise Stale(
            "the plan is not the one that was approved",
            f"It is {plan.digest[:12]}… now, and {options.expected[:12]}… was expected: "
            "the manifests, the state or the console moved meanwhile.",
            "Plan again and approve the new plan.",
        )
    _check_limits(plan, run.world.settings, fresh.state, options)
    return Prepared(fresh, desired)


async def carry_out(run: Run, prepared: Prepared, approval: Approval, options: ApplyOptions) -> ApplyResult:
    """Move what moves, store the approval, do what it covers, read back.

    What is approved is about the new addresses, so it is stored once they hold.
    """
    await forget_lines(run)
    if prepared.plan.acting:
        await carry_out_moves(run, prepared.plan.moves)
    await _take_over(run, prepared, approval, options)
    foreseen = prepared.desired.approval is not None
    return await _execute(run, prepared.fresh, approval, options.limit, foreseen=foreseen)


async def resume(run: Run, options: ApplyOptions) -> tuple[Plan, ApplyResult] | None:
    """Carry out the rest of the approved plan from its stored values; None: nothing is stored."""
    unsettled = await settle_journaled(run)
    approved = run.state.approved
    if approved is None:
        return None
    state = state_of(approved, run.state.frozen())
    world = replace(run.world, settings=replace(run.world.settings, moved=moves_of(approved)))
    fresh = await fresh_plan(world, run.objects, state, desired_of(approved), unsettled)
    await carry_out_moves(run, fresh.plan.moves)
    done, dropped = done_or_dropped(approved.changes, fresh.plan)
    for key in (*done, *dropped):
        await run.journal.strike(key)
    rest = [c for c in fresh.plan.changes if c.key in approved.changes and c.key not in dropped]
    plan = replace(fresh.plan, changes=_closed(rest))
    result = await _execute(run, replace(fresh, plan=plan), Approval(whole=True), options.limit)
    return plan, replace(result, dropped=tuple(sorted(named(key) for key in dropped)))


def _check_limits(plan: Plan, settings: Settings, state: State, options: ApplyOptions) -> None:
    managed = sum(entry.id is not None for entry in state.entries.values())
    broken = exceeded(plan, settings.limits, managed)
    if broken and not options.allow_large_change:
        raise Refused(
            "; ".join(broken),
            remedy="If that is meant, use --allow-large-change, or raise the limit in qfops.yaml.",
        )


async def _take_over(run: Run, prepared: Prepared, approval: Approval, options: ApplyOptions) -> None:
    """Store what is approved now, before its first step; of what was approved earlier, the same stays."""
    plan, stored = prepared.plan, run.state.approved
    approved = covered(plan, approval)
    done, dropped = done_or_dropped(stored.changes if stored is not None else (), plan)
    for address, object_ in dropped:
        run.progress(address, object_, "approved earlier and planned otherwise now: that approval is dropped")
    if approved:
        by, url = options.by, options.run_url
        await run.journal.approve(approved_plan(plan, approved, prepared.desired, by, url, run.now()))
    else:
        for key in (*done, *dropped):
            await run.journal.strike(key)


async def _execute(
    run: Run, fresh: Refreshed, approval: Approval, limit: float, *, foreseen: bool = False
) -> ApplyResult:
    scene = Scene(
        run,
        fresh.observed,
        fresh.observed_at,
        Caller(run),
        Waiter(run, limit),
        SearchKeys(run.objects, fresh.observed, fresh.observed_at, run.wait.visibility),
        ReadBacks(),
    )
    return await Executor(fresh.plan, approval, scene, foreseen=foreseen).walk()


def _closed(changes: list[Change]) -> tuple[Change, ...]:
    """The changes with what they wait for narrowed to what is among them."""
    keys = {change.key for change in changes}
    return tuple(
        replace(change, after=tuple(item for item in change.after if (item.address, item.object) in keys))
        for change in changes
    )
