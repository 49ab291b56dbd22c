"""The ways of working: refresh and plan without writing; apply under a lease, from settling to read-back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from qfops.core.address import Address
from qfops.core.errors import Refused, Stale
from qfops.core.observation import Observed
from qfops.core.plan import Change, Event, Plan
from qfops.core.settings import Settings
from qfops.core.state import State
from qfops.kinds.registry import Registry
from qfops.planning.context import PlanInput
from qfops.planning.planner import make_plan
from qfops.planning.policy import Approval, exceeded
from qfops.reconcile.approved import (
    approval_json,
    desired_of,
    done_or_dropped,
    named,
    owed_changes,
    owed_keys,
    state_of,
)
from qfops.reconcile.calls import Caller
from qfops.reconcile.desired import Desired
from qfops.reconcile.execute import Walk
from qfops.reconcile.journal import Journal
from qfops.reconcile.known import Wanted
from qfops.reconcile.observe import observe
from qfops.reconcile.ports import Clock, Console, Emit
from qfops.reconcile.recover import recover, settle_in_memory
from qfops.reconcile.result import ApplyResult
from qfops.reconcile.search_keys import SearchKeys
from qfops.reconcile.subject import Scene
from qfops.reconcile.waiting import Waiter
from qfops.state.store import Session

__all__ = ["ApplyOptions", "Desired", "World", "apply_project", "plan_project", "resume_project"]


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside that a workflow touches."""

    console: Console
    registry: Registry
    clock: Clock
    settings: Settings


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A plan together with what it was made from."""

    plan: Plan
    observed: Observed
    observed_at: float
    state: State


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How to apply.

    `limit` is the longest wait in seconds (0 with --detach). `expected` is a digest that the plan must have.
    `confirm` shows the plan and answers whether, and how, it is approved.
    """

    confirm: Callable[[Plan], Approval]
    by: str = ""
    run_url: str = ""
    commit: str = ""
    limit: float = float("inf")
    expected: str = ""
    allow_large_change: bool = False


async def plan_project(world: World, state: State, desired: Desired) -> Refreshed:
    """A plan, with lost calls settled in memory only: nothing is written, no lease is taken."""
    settled, unsettled = await settle_in_memory(
        world.console, world.registry, world.clock, world.settings, state
    )
    return await _refresh(world, settled, desired, unsettled)


async def _refresh(
    world: World, state: State, desired: Desired, unsettled: Mapping[Address, str]
) -> Refreshed:
    adopt = {**world.settings.adopt, **desired.adopt}
    adopt = {a: i for a, i in adopt.items() if a in desired.resources and not _has_object(state, a)}
    now = world.clock.now()
    wanted = Wanted(
        state, desired.resources, adopt, _may_end(state, desired), now, world.settings.wait.visibility
    )
    observed = await observe(world.console, world.registry, wanted)
    plan = make_plan(
        PlanInput(
            world.registry,
            world.settings,
            desired.resources,
            state,
            observed,
            now,
            datetime.fromtimestamp(now, UTC).date(),
            desired.flags,
            adopt,
            owed_changes(state.approved, desired.resources),
            unsettled,
        )
    )
    return Refreshed(plan, observed, now, state)


def _has_object(state: State, address: Address) -> bool:
    entry = state.entries.get(address)
    return entry is not None and entry.id is not None


def _may_end(state: State, desired: Desired) -> bool:
    """Whether this plan may end objects, so that it matters who lives in them and who uses them."""
    if desired.flags.destroy or desired.flags.prune:
        return True
    return any(
        address not in desired.resources or any(item.due for item in entry.retired)
        for address, entry in state.entries.items()
    ) or any(resource.lifecycle.on_replace == "delete" for resource in desired.resources.values())


async def apply_project(
    world: World, session: Session, desired: Desired, options: ApplyOptions, emit: Emit, stop: asyncio.Event
) -> tuple[Plan, ApplyResult]:
    """Settle, refresh, plan, ask, do, read back.

    Stale, Refused and ApiError end it before anything is done.
    """
    journal = Journal(session, world.clock, options.by, options.commit)
    caller = Caller(journal, world.console, world.clock, world.settings.wait, emit, stop)
    unsettled = await recover(world.registry, caller)
    fresh = await _refresh(world, session.state, desired, unsettled)
    plan = fresh.plan
    if options.expected and plan.digest != options.expected:
        raise Stale(
            "the plan is not the one that was approved",
            f"It is {plan.digest[:12]}… now, and {options.expected[:12]}… was expected: "
            "the manifests, the state or the console moved meanwhile.",
            "Plan again and approve the new plan.",
        )
    _check_limits(plan, world.settings, session.state, options)
    approval = options.confirm(plan)
    await _take_over(caller, plan, desired, approval, options)
    return plan, await _carry_out(world, fresh, approval, options, caller)


def _check_limits(plan: Plan, settings: Settings, state: State, options: ApplyOptions) -> None:
    managed = sum(entry.id is not None for entry in state.entries.values())
    broken = exceeded(plan, settings.limits, managed)
    if broken and not options.allow_large_change:
        raise Refused(
            "; ".join(broken),
            remedy="If that is meant, use --allow-large-change, or raise the limit in qfops.yaml.",
        )


async def _take_over(
    caller: Caller, plan: Plan, desired: Desired, approval: Approval, options: ApplyOptions
) -> None:
    """Store what is approved now, before its first step; of what was approved earlier, the same stays."""
    journal, now = caller.journal, caller.clock.now()
    owed = owed_keys(journal.state.approved)
    approved = [change for change in plan.changes if change.acts and not approval.refusal(change)]
    done, dropped = done_or_dropped(owed, plan)
    for address, object_ in dropped:
        message = "approved earlier and planned otherwise now: that approval is dropped"
        caller.emit(Event(now, "progress", str(address), "", object_, message))
    if approved:
        await journal.approve(approval_json(plan, approved, desired, options.by, options.run_url, now))
    else:
        for key in (*done, *dropped):
            await journal.strike(*key)


async def _carry_out(
    world: World, fresh: Refreshed, approval: Approval, options: ApplyOptions, caller: Caller
) -> ApplyResult:
    wait = world.settings.wait
    waiter = Waiter(world.console, world.clock, wait, options.limit, caller.stop)
    keys = SearchKeys(world.console, world.clock, fresh.observed, fresh.observed_at, wait.visibility)
    scene = Scene(caller.journal.session, fresh.observed, fresh.observed_at, waiter, keys)
    return await Walk(fresh.plan, world.registry, approval, scene, caller, caller.emit).run()


async def resume_project(
    world: World, session: Session, options: ApplyOptions, emit: Emit, stop: asyncio.Event
) -> tuple[Plan, ApplyResult] | None:
    """Carry out the rest of the approved plan from its stored values; None: nothing is stored."""
    journal = Journal(session, world.clock, options.by, options.commit)
    caller = Caller(journal, world.console, world.clock, world.settings.wait, emit, stop)
    unsettled = await recover(world.registry, caller)
    approved = session.state.approved
    if approved is None:
        return None
    desired = desired_of(approved)
    fresh = await _refresh(world, state_of(approved, desired, session.state), desired, unsettled)
    owed = owed_keys(approved)
    done, dropped = done_or_dropped(owed, fresh.plan)
    for key in (*done, *dropped):
        await journal.strike(*key)
    rest = [change for change in fresh.plan.changes if change.key in owed and change.key not in dropped]
    plan = replace(fresh.plan, changes=_closed(rest))
    result = await _carry_out(world, replace(fresh, plan=plan), Approval(whole=True), options, caller)
    result.dropped = sorted(named(key) for key in dropped)
    return plan, result


def _closed(changes: list[Change]) -> tuple[Change, ...]:
    """The changes with what they wait for narrowed to what is among them."""
    keys = {change.key for change in changes}
    return tuple(
        replace(change, after=tuple(item for item in change.after if (item.address, item.object) in keys))
        for change in changes
    )
