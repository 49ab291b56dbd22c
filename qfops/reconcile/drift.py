"""A look at everything that state knows, for `drift`: no lease, nothing written, nothing planned."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.address import Address
from qfops.core.durations import utc_day
from qfops.core.plan.drift import DriftReport
from qfops.core.resource import Resource
from qfops.core.state.state import State
from qfops.planning.context import PlanInput
from qfops.planning.drift import drift_of
from qfops.reconcile.lost_calls.settlement import settle_in_memory
from qfops.reconcile.refresh import refresh
from qfops.reconcile.refresh_targets import RefreshScope
from qfops.reconcile.world import World


async def look_for_drift(world: World, state: State, resources: Mapping[Address, Resource]) -> DriftReport:
    """What the console holds beside what was applied; `resources` say what is ignored, and what is wanted."""
    async with world.objects() as objects:
        settled, unsettled = await settle_in_memory(world, objects, state)
        now = world.clock.now()
        # what is looked at is what state knows: no manifest adds an object, and none takes one away
        scope = RefreshScope(settled, {}, {}, ends=False, now=now, visibility=world.settings.wait.visibility)
        observed = await refresh(world.console, objects, world.registry, scope)
        return drift_of(
            PlanInput(
                registry=world.registry,
                settings=world.settings,
                resources=resources,
                state=settled,
                observed=observed,
                now=now,
                today=utc_day(now),
                unsettled=unsettled,
            )
        )
