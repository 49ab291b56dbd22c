"""The moves of a plan carried out: one record of state, no call. Before the first step of anything else."""

from __future__ import annotations

from qfops.core.errors import Stale
from qfops.core.plan.plan import PlannedMoves
from qfops.reconcile.run import Run


async def carry_out_moves(run: Run, moves: PlannedMoves) -> None:
    """Let all entries stand at their new addresses at once; the lines that said so are remembered.

    Stale where the state is not as it was planned for: an address is taken by now, or has an open call.
    """
    entries = run.state.entries
    open_calls = {intent.header.address for intent in run.state.intents.values()}
    for old, new in moves.places.items():
        there = entries.get(new)
        taken = there is not None and there.id is not None and new not in moves.places
        if old not in entries or taken or not open_calls.isdisjoint((old, new)):
            raise Stale(
                f"{old} cannot become {new} any more",
                "The state has changed since this was planned; nothing was moved.",
                "Plan again.",
            )
    await run.journal.move(moves.places, moves.lines)


async def forget_lines(run: Run) -> None:
    """Forget the carried-out lines that have been taken out of qfops.yaml: written again, they act again."""
    written = run.world.settings.moved
    gone = [old for old, new in run.state.moved.items() if written.get(old) != new]
    await run.journal.move({}, dict.fromkeys(gone))
