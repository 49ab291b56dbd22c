"""What `drift` and `drift --accept` both begin with: a look at the console that writes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.plan.drift import DriftReport


def look(project: Project) -> DriftReport:
    """What the console holds beside what was applied."""
    made: list[DriftReport] = []

    async def work() -> None:
        from qfops.cli.access.connect import connected
        from qfops.cli.ui.progress import reading
        from qfops.reconcile.drift import look_for_drift

        state = project.store().read()
        async with connected(project) as world:
            with reading():
                made.append(await look_for_drift(world, state, project.resources))

    # not as the result of `run`: what handles signals there would format all of it, to show it to nobody
    asyncio.run(work())
    return made[0]
