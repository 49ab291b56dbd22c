"""The signs, colours and danger of actions.

Signs take one cell each: ▶ run, ± replace, ~ update, + create, - delete, ■ deactivate, ← adopt or link,
→ move, ◦ retire, · forget, … wait, ✗ blocked, ? unknown, ! a console edit, = nothing to do.
"""

from __future__ import annotations

import enum

from qfops.core.plan import Action, Change, Verdict
from qfops.render.layout import Style

SIGNS = {
    Action.NO_OP: "=",
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.RUN: "▶",
    Action.WAIT: "…",
    Action.REPLACE: "±",
    Action.RETIRE: "◦",
    Action.MOVE: "→",
    Action.DELETE: "-",
    Action.DEACTIVATE: "■",
    Action.FORGET: "·",
    Action.ADOPT: "←",
    Action.BLOCKED: "✗",
    Action.UNKNOWN: "?",
}


class Danger(enum.IntEnum):
    """How much a change can hurt, the worst first: what plans are sorted by."""

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
_ENDS = (Action.DELETE, Action.DEACTIVATE)
_STYLES = {
    Danger.ENDS: Style.DANGER,
    Danger.OVERWRITES: Style.DANGER,
    Danger.MONEY: Style.MONEY,
    Danger.REPLACES: Style.WARN,
    Danger.EDITS: Style.WARN,
    Danger.ADDS: Style.ADD,
    Danger.WAITS: Style.CALM,
}


def throws_away(change: Change) -> bool:
    """Whether something new replaces an object that is not kept, or a run that is still going."""
    if not change.acts or change.action in _ENDS:
        return False
    stops = change.action is Action.RUN and any(step.id == "stop" for step in change.steps)
    return stops or bool(change.destroys)


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


def style(change: Change) -> Style:
    """The colour of the change's sign and verb."""
    return Style.DANGER if change.action in (Action.BLOCKED, Action.UNKNOWN) else _STYLES[danger(change)]


def verb(change: Change) -> str:
    """The sign and the word of the action, e.g. `▶ run`."""
    return f"{SIGNS[change.action]} {change.action}"
