"""A plan of what the console shows now. It writes nothing, and knows nothing of how plans are applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from qfops.core.address import Address
from qfops.core.durations import utc_day
from qfops.core.observation import Observed
from qfops.core.plan.plan import Destination, Plan
from qfops.core.state.neighbours import NO_NEIGHBOURS
from qfops.core.state.state import State
from qfops.objects.objects import Objects
from qfops.planning.context import PlanInput
from qfops.planning.moves import moved_state, read_moves
from qfops.planning.planner import make_plan
from qfops.reconcile.approved import owed_changes
from qfops.reconcile.refresh import refresh
from qfops.reconcile.refresh_targets import RefreshScope
from qfops.reconcile.rest import stored_approval
from qfops.reconcile.world import Desired, World


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A plan together with what it was made from."""

    plan: Plan
    observed: Observed
    observed_at: float
    state: State


async def plan_project(world: World, state: State, desired: Desired) -> Refreshed:
    """A plan, with lost calls settled in memory only: nothing is written, no lease is taken."""
    async with world.objects() as objects:
        if not state.intents:
            return await fresh_plan(world, objects, state, desired, {})
        # most plans have nothing to settle, and what knows how takes as long to load as a hundred requests
        from qfops.reconcile.lost_calls.settlement import settle_in_memory

        settled, unsettled = await settle_in_memory(world, objects, state)
        return await fresh_plan(world, objects, settled, desired, unsettled)


async def fresh_plan(
    world: World, objects: Objects, state: State, desired: Desired, unsettled: Mapping[Address, str]
) -> Refreshed:
    """Refresh, and plan with what was found; `unsettled` says why an address waits for a lost call."""
    now = world.clock.now()
    given = PlanInput(
        registry=world.registry,
        settings=world.settings,
        resources=desired.resources,
        state=state,
        observed=Observed({}),
        now=now,
        today=utc_day(now),
        options=desired.options,
        approval=desired.approval,
        unsettled=unsettled,
        elsewhere=desired.elsewhere() if _may_be_renamed(state, desired) else (),
    )
    then = moved_state(state, read_moves(given).places)
    said = {a: i for a, i in {**world.settings.adopt, **desired.adopt}.items() if a in desired.resources}
    adopt = {a: i for a, i in said.items() if i is not None and not _has_object(then, a)}
    wanted = RefreshScope(
        then, desired.resources, adopt, _may_end(then, desired), now, world.settings.wait.visibility
    )
    observed = await refresh(world.console, objects, world.registry, wanted)
    owed = owed_changes(then.approved, desired.resources)
    neighbours = world.neighbours() if _may_claim(then, desired) else NO_NEIGHBOURS
    plan = make_plan(
        replace(
            given,
            observed=observed,
            adopt=adopt,
            vouched=frozenset(address for address, object_id in said.items() if object_id is None),
            owed=owed,
            neighbours=neighbours,
        )
    )
    place = Destination(world.settings.endpoint, observed.account or state.account)
    stored = stored_approval(then.approved, plan, desired, then.entries)
    return Refreshed(replace(plan, place=place, stored=stored), observed, now, state)


def _has_object(state: State, address: Address) -> bool:
    entry = state.entries.get(address)
    return entry is not None and entry.id is not None


def _may_claim(state: State, desired: Desired) -> bool:
    """Whether this plan may come upon an object of another state, or end one: then it matters whose it is.

    Reading the other states costs as much as reading our own, and a plan that finds all it wants in ours
    needs none of them.
    """
    return _may_end(state, desired) or any(not _has_object(state, address) for address in desired.resources)


def _may_be_renamed(state: State, desired: Desired) -> bool:
    """Whether something new stands beside something of its kind whose manifest is gone."""
    gone = {address.kind_key for address in state.entries.keys() - desired.resources.keys()}
    return bool(gone) and any(a.kind_key in gone for a in desired.resources.keys() - state.entries.keys())


def _may_end(state: State, desired: Desired) -> bool:
    """Whether this plan may end objects, so that it matters who lives in them and who uses them."""
    if desired.options.destroys or desired.options.prunes:
        return True
    return any(
        address not in desired.resources or any(item.due for item in entry.retired)
        for address, entry in state.entries.items()
    ) or any(resource.lifecycle.on_replace == "delete" for resource in desired.resources.values())
