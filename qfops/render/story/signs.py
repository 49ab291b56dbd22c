"""The sign of each action, and how loudly a change is named.

Signs take one cell each: ▶ run, ± replace, ~ update, + create, - delete, ■ deactivate, ← adopt or link,
→ move, ◦ retire, · forget, … wait, ✗ blocked, ? unknown, ! a console edit, = nothing to do.
"""

from __future__ import annotations

from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.render.story.danger import Danger, danger
from qfops.render.story.parts import Emphasis

CONSOLE_EDIT = "!"
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
_LOUDNESS = {
    Danger.ENDS: Emphasis.DANGER,
    Danger.OVERWRITES: Emphasis.DANGER,
    Danger.MONEY: Emphasis.MONEY,
    Danger.REPLACES: Emphasis.WARN,
    Danger.EDITS: Emphasis.WARN,
    Danger.ADDS: Emphasis.ADD,
    Danger.WAITS: Emphasis.CALM,
}


def emphasis(change: Change) -> Emphasis:
    """How loudly the change is named."""
    return Emphasis.DANGER if change.action.held else _LOUDNESS[danger(change)]
