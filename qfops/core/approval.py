"""The words that a change needs beyond `--auto-approve`: one rule for showing a plan and for doing it."""

from __future__ import annotations

from collections.abc import Iterable

from qfops.core.plan import Action, Change, Verdict

DELETE, DEACTIVATE, REPLACE, REVERT_DRIFT = "delete", "deactivate", "replace", "revert-drift"
ALLOWABLE = (DELETE, DEACTIVATE, REPLACE, REVERT_DRIFT)
OVERWRITE = "overwrite"
"""No word of `--allow`: what overwrites a console edit is only approved with the whole plan."""


def needs(change: Change) -> list[str]:
    """The words, beyond `--auto-approve`, that a change needs; in a fixed order."""
    words: set[str] = set()
    if change.action is Action.DELETE:
        words.add(DELETE)
    elif change.action is Action.DEACTIVATE:
        words.add(DEACTIVATE)
    elif change.destroys or any(step.id == "stop" for step in change.steps):
        words.add(REPLACE)
    for vote in change.attributes:
        if vote.verdict is Verdict.REVERT:
            words.add(REVERT_DRIFT)
        if vote.overwrites:
            words.add(OVERWRITE)
    return [word for word in (*ALLOWABLE, OVERWRITE) if word in words]


def words_needed(changes: Iterable[Change]) -> list[str]:
    """All the words that a set of changes needs together; in a fixed order."""
    words = {word for change in changes for word in needs(change)}
    return [word for word in (*ALLOWABLE, OVERWRITE) if word in words]
