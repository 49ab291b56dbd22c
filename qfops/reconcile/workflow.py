"""Apply: prepare under a lease, then carry out what was approved, now or earlier."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from qfops.core.address import Address
from qfops.core.errors import Refused, Stale
from qfops.core.exit_codes import ExitCode
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.core.state.approved_plan import AppliedPlan
from qfops.core.state.readdress import approved_at
from qfops.core.state.state import State
from qfops.planning.moves import moved_state
from qfops.planning.policy import Approval, covered, exceeded
from qfops.reconcile.apply.calls import Caller
from qfops.reconcile.apply.change_run import Scene
from qfops.reconcile.apply.executor import Executor
from qfops.reconcile.apply.moves import carry_out_moves, forget_lines
from qfops.reconcile.apply.read_back import ReadBacks
from qfops.reconcile.apply.result import ApplyResult
from qfops.reconcile.apply.waiting import Waiter
from qfops.reconcile.approved import approved_plan
from qfops.reconcile.fresh_plan import Refreshed, fresh_plan
from qfops.reconcile.journal import Journal
from qfops.reconcile.lost_calls.search_keys import SearchKeys
from qfops.reconcile.lost_calls.settlement import settle_journaled
from qfops.reconcile.ports import Emit
from qfops.reconcile.rest import Rest, rest_of, settled
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


class AppliedBefore(Stale):
    """The plan that was expected is not that of now, because it was done to the end before: all is well."""

    exit_code = ExitCode.DONE

    def __init__(self, plan: AppliedPlan) -> None:
        super().__init__(f"plan {plan.digest} was applied before")
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that is ready to be approved and carried out, and what was wanted of it."""

    fresh: Refreshed
    desired: Desired

    @property
    def plan(self) -> Plan:
        """What would be done."""
        return self.fresh.plan


@dataclass(frozen=True, slots=True)
class Resumed:
    """The rest of an approval, ready to be carried out; its plan holds nothing else."""

    fresh: Refreshed
    rest: Rest

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
    """Settle, refresh, plan. AppliedBefore, Stale, Refused and ApiError end it before anything is done."""
    unsettled = await settle_journaled(run)
    fresh = await fresh_plan(run.world, run.objects, run.state.frozen(), desired, unsettled)
    plan = fresh.plan
    if options.expected and plan.digest != options.expected:
        applied = (item for item in run.state.applied if item.digest == options.expected)
        if (before := next(applied, None)) is not None:
            raise AppliedBefore(before)
        raise _another_plan(plan, options.expected)
    if options.expected:
        _check_something_new(plan)
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


async def prepare_rest(
    run: Run, resources: Mapping[Address, Resource], options: ApplyOptions
) -> Resumed | None:
    """Settle, refresh, plan `resources` as the stored approval was asked for; None: nothing is stored.

    Of that plan only what it makes as it was approved is left.
    """
    unsettled = await settle_journaled(run)
    approved = run.state.approved
    if approved is None:
        return None
    asked = replace(approved.options, allow_large_change=options.allow_large_change)
    desired = Desired(resources, asked, approved.adopt)
    fresh = await fresh_plan(run.world, run.objects, run.state.frozen(), desired, unsettled)
    places = fresh.plan.moves.places
    approved = approved_at(approved, places)
    rest = rest_of(approved, fresh.plan, resources, moved_state(fresh.state, places).entries)
    stored = fresh.plan.stored
    plan = replace(
        fresh.plan,
        changes=rest.changes,
        digest=approved.digest,
        affected=(),
        stored=replace(stored, resumed=True) if stored is not None else None,
    )
    return Resumed(replace(fresh, plan=plan), rest)


async def carry_out_rest(run: Run, resumed: Resumed, options: ApplyOptions) -> ApplyResult:
    """Note what is done and dropped, and do the rest; a run that was started is left alone by a drop."""
    rest = resumed.rest
    await carry_out_moves(run, resumed.plan.moves)
    for key in rest.done:
        await run.journal.strike(key)
    for key, _ in rest.dropped:
        await run.journal.strike(key, dropped=True)
    result = await _execute(run, resumed.fresh, Approval(whole=True), options.limit)
    why = {item.name: item.why for item in rest.dropped}
    return replace(result, dropped=tuple(why), why_dropped=why)


def _another_plan(plan: Plan, expected: str) -> Stale:
    return Stale(
        "the plan is not the one that was approved",
        f"It is {plan.digest} now, and {expected} was expected: "
        "the manifests, the state or the console moved meanwhile.",
        "Plan again and approve the new plan.",
    )


def _check_something_new(plan: Plan) -> None:
    """A digest does not tell of what was approved earlier: one that tells of nothing approves nothing."""
    owed = [change for change in plan.acting if change.seal.owed]
    if not owed or any(_asks(change) for change in plan.acting):
        return
    names = ", ".join(dict.fromkeys(str(change.address) for change in owed))
    raise Stale(
        "this digest is that of a plan without a change, so it approves nothing",
        f"Approved earlier and not done yet: {names}.",
        "See what it is with: qfops plan   and go on with: qfops apply --resume",
    )


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
    if stored is not None:
        done, dropped = settled(stored, plan, prepared.desired.resources, run.state.entries)
        for key in done:
            await run.journal.strike(key)
        for item in dropped:
            await run.journal.strike(item.key, dropped=True)
            address, object_ = item.key
            run.progress(address, object_, f"approved earlier, and that approval is dropped: {item.why}")
    if any(_asks(change) for change in approved) or (approved and run.state.approved is None):
        by, url = options.by, options.run_url
        await run.journal.approve(approved_plan(plan, approved, prepared.desired, by, url, run.now()))


def _asks(change: Change) -> bool:
    """Whether a change has to be approved, and is not yet."""
    return change.acts and not change.seal.owed and change.action is not Action.WAIT


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
