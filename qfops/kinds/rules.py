"""Change rules: for every path of a spec, what a difference means and how it is carried out.

Each constructor below makes one of the six rules of architecture section 5; keyword arguments add the
refinements (write-only, server default, sets, normalisation). Every rule says why in words.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

from qfops.core.values import ABSENT, JSON, Slot


class RuleType(enum.StrEnum):
    """The six change rules."""

    UPDATABLE = "updatable"
    IMMUTABLE = "immutable"
    CREATE_ONLY = "create_only"
    APPEND_ONLY = "append_only"
    ONE_WAY = "one_way"
    COMPUTED = "computed"


OnChange = Literal["replace", "blocked"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a difference at `path` means.

    `by` names the operation that carries a change out. `reset` is the value that a removal from the manifest
    sends (ABSENT: no reset, `no_reset` says why). `write_only` values are never echoed; `absent_is_unset`
    means that a read which leaves the path out says that it is not set. `server_default` are values that
    the console may fill in when the manifest is silent. `set_of` is None for ordered lists, "" for sets
    of scalars, or the key of the items. `normalise` names a function of `kinds.normalise`, applied to both
    sides. `on_change` is for append-only rules: what removed or changed items mean.
    """

    path: str
    type: RuleType
    why: str
    by: str = ""
    reset: Slot = ABSENT
    no_reset: str = ""
    write_only: bool = False
    absent_is_unset: bool = False
    server_default: tuple[JSON, ...] = ()
    set_of: str | None = None
    normalise: str = ""
    on_change: OnChange = "replace"


def updatable(
    path: str,
    *,
    by: str,
    why: str,
    reset: Slot = ABSENT,
    no_reset: str = "",
    write_only: bool = False,
    absent_is_unset: bool = False,
    server_default: tuple[JSON, ...] = (),
    set_of: str | None = None,
    normalise: str = "",
) -> Rule:
    """Changed in place through operation `by`; `reset` or `no_reset` says what removal means."""
    return Rule(
        path,
        RuleType.UPDATABLE,
        why,
        by=by,
        reset=reset,
        no_reset=no_reset,
        write_only=write_only,
        absent_is_unset=absent_is_unset,
        server_default=server_default,
        set_of=set_of,
        normalise=normalise,
    )


def immutable(
    path: str,
    *,
    why: str,
    write_only: bool = False,
    absent_is_unset: bool = False,
    server_default: tuple[JSON, ...] = (),
    set_of: str | None = None,
    normalise: str = "",
) -> Rule:
    """An intended change means a replacement, or a new run."""
    return Rule(
        path,
        RuleType.IMMUTABLE,
        why,
        write_only=write_only,
        absent_is_unset=absent_is_unset,
        server_default=server_default,
        set_of=set_of,
        normalise=normalise,
    )


def create_only(
    path: str,
    *,
    why: str,
    write_only: bool = False,
    absent_is_unset: bool = False,
    set_of: str | None = None,
    normalise: str = "",
) -> Rule:
    """Sent at creation; a later difference is a note and never an action."""
    return Rule(
        path,
        RuleType.CREATE_ONLY,
        why,
        write_only=write_only,
        absent_is_unset=absent_is_unset,
        set_of=set_of,
        normalise=normalise,
    )


def append_only(path: str, *, by: str, why: str, on_change: OnChange, write_only: bool = True) -> Rule:
    """Added list items are steps of operation `by`; removed or changed items mean `on_change`."""
    return Rule(path, RuleType.APPEND_ONLY, why, by=by, on_change=on_change, write_only=write_only)


def one_way(path: str, *, by: str, why: str, write_only: bool = False) -> Rule:
    """Only forward through `by`: false to true, or a number to a higher one; back is blocked."""
    return Rule(path, RuleType.ONE_WAY, why, by=by, write_only=write_only)


def computed(path: str, *, why: str) -> Rule:
    """Made by the console; never in a spec."""
    return Rule(path, RuleType.COMPUTED, why)
