"""A plan of what the console shows now. It writes nothing, and knows nothing of how plans are applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from qfops.core.address import Address
from qfops.core.observation import Observed
from qfops.core.plan.plan import Place, Plan
from qfops.core.state.state import State
from qfops.objects.objects import Objects
from qfops.planning.context import PlanInput
from qfops.planning.planner import make_plan
from qfops.reconcile.approved import owed_changes
from qfops.reconcile.lost_calls.settlement import settle_in_memory
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
        settled, unsettled = await settle_in_memory(world, objects, state)
        return await fresh_plan(world, objects, settled, desired, unsettled)


async def fresh_plan(
    world: World, objects: Objects, state: State, desired: Desired, unsettled: Mapping[Address, str]
) -> Refreshed:
    """Refresh, and plan with what was found; `unsettled` says why an address waits for a lost call."""
    adopt = {**world.settings.adopt, **desired.adopt}
    adopt = {a: i for a, i in adopt.items() if a in desired.resources and not _has_object(state, a)}
    now = world.clock.now()
    wanted = RefreshScope(
        state, desired.resources, adopt, _may_end(state, desired), now, world.settings.wait.visibility
    )
    observed = await refresh(world.console, objects, world.registry, wanted)
    plan = make_plan(
        PlanInput(
            registry=world.registry,
            settings=world.settings,
            resources=desired.resources,
            state=state,
            observed=observed,
            now=now,
            today=datetime.fromtimestamp(now, UTC).date(),
            options=desired.options,
            adopt=adopt,
            owed=owed_changes(state.approved, desired.resources),
            unsettled=unsettled,
        )
    )
    place = Place(world.settings.endpoint, observed.account or state.account)
    stored = stored_approval(state.approved, plan, desired, state.entries)
    return Refreshed(replace(plan, place=place, stored=stored), observed, now, state)


def _has_object(state: State, address: Address) -> bool:
    entry = state.entries.get(address)
    return entry is not None and entry.id is not None


def _may_end(state: State, desired: Desired) -> bool:
    """Whether this plan may end objects, so that it matters who lives in them and who uses them."""
    if desired.options.destroys or desired.options.prunes:
        return True
    return any(
        address not in desired.resources or any(item.due for item in entry.retired)
        for address, entry in state.entries.items()
    ) or any(resource.lifecycle.on_replace == "delete" for resource in desired.resources.values())
