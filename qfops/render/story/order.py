"""The order of the walk: which kinds come after which, and how long the last runs took."""

from __future__ import annotations

from dataclasses import dataclass

from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.render.values import about


@dataclass(frozen=True, slots=True)
class Order:
    """The kinds level by level (`FineTuningTask ~9 h`); a level waits for those before it."""

    levels: tuple[tuple[str, ...], ...]
    name: str = "ORDER"


def order(plan: Plan) -> Order | None:
    """The order of a plan; None when nothing waits for anything."""
    levels = _levels(plan)
    if len(levels) < 2:
        return None
    return Order(tuple(tuple(_named(kind, time) for kind, time in level.items()) for level in levels))


def _levels(plan: Plan) -> list[dict[str, float]]:
    """The kinds by how many others they wait for, with the longest forecast of each.

    Changes come in the order of the walk, so one pass finds how many others each has to wait for.
    """
    depth: dict[tuple[object, str], int] = {}
    levels: list[dict[str, float]] = []
    for change in plan.changes:
        if not change.acts:
            continue
        level = 1 + max((depth.get((item.address, item.object), -1) for item in change.after), default=-1)
        depth[change.key] = level
        while len(levels) <= level:
            levels.append({})
        kind = _kind(change)
        levels[level][kind] = max(levels[level].get(kind, 0.0), _forecast(change))
    return levels


def _kind(change: Change) -> str:
    kind = str(change.address.kind_key)
    return f"{change.action} {kind}" if change.action.removes else kind


def _forecast(change: Change) -> float:
    return change.last_duration if change.action in (Action.RUN, Action.WAIT, Action.CREATE) else 0.0


def _named(kind: str, seconds: float) -> str:
    return f"{kind} {about(seconds)}" if seconds else kind
