"""The words of a plan: what happens to a resource, what an attribute says to that, what must be allowed."""

from __future__ import annotations

import enum


class Action(enum.StrEnum):
    """What a plan does to one object of one resource; docs/words.md says what each means."""

    NO_OP = "no-op"
    CREATE = "create"
    UPDATE = "update"
    RUN = "run"
    WAIT = "wait"
    REPLACE = "replace"
    RETIRE = "retire"
    MOVE = "move"
    DELETE = "delete"
    DEACTIVATE = "deactivate"
    FORGET = "forget"
    ADOPT = "adopt"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"

    @property
    def held(self) -> bool:
        """Whether nothing is done although something is wanted."""
        return self in _HELD

    @property
    def acts(self) -> bool:
        """Whether something is asked for, be it only to be waited for."""
        return self is not Action.NO_OP and self not in _HELD

    @property
    def makes(self) -> bool:
        """Whether a new object comes out of it."""
        return self in _MAKES

    @property
    def removes(self) -> bool:
        """Whether the object goes: deleted, or taken out of service."""
        return self in _REMOVES

    @property
    def leaves(self) -> bool:
        """Whether the object is no longer the current one afterwards, in the console or not."""
        return self in _REMOVES or self in _LETS_GO


_HELD = frozenset({Action.BLOCKED, Action.UNKNOWN})
_MAKES = frozenset({Action.CREATE, Action.RUN, Action.REPLACE})
_REMOVES = frozenset({Action.DELETE, Action.DEACTIVATE})
_LETS_GO = frozenset({Action.FORGET, Action.RETIRE})

SUMMARY_KEYS = (
    *("create", "update", "run", "wait", "replace", "retire", "move", "delete", "deactivate"),
    *("forget", "adopt", "blocked", "unknown", "noop"),
)
"""The counts of a plan's summary, in the order of plan.json."""


class Verdict(enum.StrEnum):
    """What the comparison of one attribute says; `planning.diff.attribute` says when each is given."""

    SAME = "same"
    NOTE = "note"
    DROP = "drop"
    IGNORED = "ignored"
    DRIFT = "drift"
    REVERT = "revert"
    CREATE = "create"
    UPDATE = "update"
    APPEND = "append"
    ADVANCE = "advance"
    REPLACE = "replace"
    BLOCKED = "blocked"
    HELD = "held"

    @property
    def acts(self) -> bool:
        """Whether a call on the object that exists follows from it."""
        return self in _ACTS

    @property
    def held_back(self) -> bool:
        """Whether it is a console edit that is left alone."""
        return self in _HELD_BACK


_ACTS = frozenset({Verdict.UPDATE, Verdict.ADVANCE, Verdict.APPEND, Verdict.REVERT})
_HELD_BACK = frozenset({Verdict.DRIFT, Verdict.IGNORED})


class Need(enum.StrEnum):
    """What a change needs beyond `--auto-approve`, in the order in which it is said.

    `PURCHASE`: it buys what no call of qfops gives back. All but `OVERWRITE` are words of `--allow`; what
    overwrites a console edit is approved only with the whole plan.
    """

    DELETE = "delete"
    DEACTIVATE = "deactivate"
    REPLACE = "replace"
    REVERT_DRIFT = "revert-drift"
    PURCHASE = "purchase"
    OVERWRITE = "overwrite"


ALLOWABLE = tuple(need for need in Need if need is not Need.OVERWRITE)
"""The words of `--allow`."""
