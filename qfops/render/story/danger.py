"""How much a change can hurt: what it ends, throws away, overwrites or costs. Plans are sorted by this."""

from __future__ import annotations

import enum

from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Change


class Danger(enum.IntEnum):
    """How much a change can hurt, the worst first."""

    ENDS = 0
    OVERWRITES = 1
    MONEY = 2
    REPLACES = 3
    EDITS = 4
    ADDS = 5
    WAITS = 6


_DANGERS = {
    Action.DELETE: Danger.ENDS,
    Action.DEACTIVATE: Danger.ENDS,
    Action.RUN: Danger.REPLACES,
    Action.REPLACE: Danger.REPLACES,
    Action.RETIRE: Danger.REPLACES,
    Action.FORGET: Danger.REPLACES,
    Action.UPDATE: Danger.EDITS,
    Action.WAIT: Danger.WAITS,
}


def throws_away(change: Change) -> bool:
    """Whether something new replaces an object that is not kept, or a run that is still going."""
    if not change.acts or change.action.removes:
        return False
    return stops_a_run(change) or bool(change.ends.destroys)


def stops_a_run(change: Change) -> bool:
    """Whether a run that is still going is stopped for a new one."""
    return change.action is Action.RUN and change.stops


def overwritten_paths(change: Change) -> list[str]:
    """The attributes whose console edits the change undoes."""
    if not change.acts:
        return []
    return [item.path for item in change.attributes if item.overwrites or item.verdict is Verdict.REVERT]


def costs(change: Change) -> bool:
    """Whether doing the change costs money (what is waited for was paid when it was started)."""
    return change.billable and change.acts and change.action is not Action.WAIT


def danger(change: Change) -> Danger:
    """The worst that the change does."""
    if throws_away(change):
        return Danger.ENDS
    worst = _DANGERS.get(change.action, Danger.ADDS)
    if worst > Danger.OVERWRITES and overwritten_paths(change):
        worst = Danger.OVERWRITES
    if worst > Danger.MONEY and costs(change):
        worst = Danger.MONEY
    return worst
