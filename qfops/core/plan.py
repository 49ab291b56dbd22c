"""The plan: what would be done, why, and in which order. A value; applying obeys it and decides nothing."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.resource import Resource, Source
from qfops.core.state import Entry
from qfops.core.values import ABSENT, JSON, Slot

FORMAT_VERSION = 1
CURRENT = "current"


class Action(enum.StrEnum):
    """The verdict on one resource (architecture, section 1)."""

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


class Verdict(enum.StrEnum):
    """The vote of one attribute; see `planning.compare` for when each is given."""

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


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute's three sides and the verdict; `overwrites`: the intent undoes a console edit."""

    path: str
    prior: Slot = ABSENT
    live: Slot = ABSENT
    desired: Slot = ABSENT
    verdict: Verdict = Verdict.SAME
    reason: str = ""
    operation: str = ""
    overwrites: bool = False


class Cause(NamedTuple):
    """Why a change is planned: an edited place in a file, a variable, or the project's shape.

    `summary` is what the reader sees after the place (`learningRate 0.0003 → 0.0001`, `new`, `removed`).
    """

    address: Address
    path: str
    source: Source
    file: str
    line: int
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One mutating call, one wait, or one change of state only (`operation` "").

    `id` is unique in its change: create, import[0], publish, modify, scale, purchase, stop, ready, delete,
    deactivate, release, and the state-only link, record, retire, forget, move. `paths` are the attributes it
    writes, `repeat` is "safe", "look-up" or "read" (a wait), "" for a state-only step.
    """

    id: str
    operation: str = ""
    paths: tuple[str, ...] = ()
    repeat: str = ""
    billable: bool = False


Milestone = Literal["created", "done"]


class After(NamedTuple):
    """A dependency of a change: another change and how far it must have come."""

    address: Address
    object: str = CURRENT
    milestone: Milestone = "done"


@dataclass(frozen=True, slots=True)
class Change:
    """The verdict on one object of one resource.

    `object` is "current" or the id of a retired (or about to be retired) object. `after` orders the walk.
    `resource` is what is wanted (None for ends), `entry` what state holds. `keeps` and `destroys` name
    objects that stay or go; `left` says what the API cannot delete and what stays billed.
    `moved_from` is the old address of a move. `link` is the id of an object that is linked or adopted.
    `fingerprint` is of the object as seen; `digest` is what the change contributes to the plan's digest;
    `owed`: a stored approval covers it already.
    """

    address: Address
    action: Action
    reason: str
    object: str = CURRENT
    id: str = ""
    causes: tuple[Cause, ...] = ()
    after: tuple[After, ...] = ()
    depends_on: tuple[Address, ...] = ()
    billable: bool = False
    keeps: tuple[str, ...] = ()
    destroys: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    last_duration: float = 0.0
    steps: tuple[Step, ...] = ()
    attributes: tuple[AttributeChange, ...] = ()
    notes: tuple[str, ...] = ()
    remedy: str = ""
    left: tuple[str, ...] = ()
    resource: Resource | None = None
    entry: Entry | None = None
    moved_from: Address | None = None
    link: str = ""
    owed: bool = False
    fingerprint: str = ""
    digest: str = ""

    @property
    def key(self) -> tuple[Address, str]:
        """What identifies the change in its plan."""
        return (self.address, self.object)

    @property
    def acts(self) -> bool:
        """Whether the change asks for anything to be done (also to be waited for)."""
        return self.action not in (Action.NO_OP, Action.BLOCKED, Action.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Drift:
    """A console edit that this plan leaves alone (held back), or that it reverts when allowed."""

    address: Address
    path: str
    prior: Slot
    live: Slot
    desired: Slot
    reason: str = ""
    ignored: bool = False
    revertible: bool = True


@dataclass(frozen=True, slots=True)
class Stats:
    """What the refresh cost."""

    calls: int = 0
    retries: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that `plan` shows and `apply` does, in the order of the walk.

    `complete` is False when something could not be told (`unknown`) or was narrowed away. `affected` are
    resources that would change but were not selected. `unchanged` counts `no-op` resources.
    """

    project: str
    environment: str
    lineage: str
    serial: int
    digest: str
    changes: tuple[Change, ...]
    drift: tuple[Drift, ...] = ()
    affected: tuple[Address, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    stats: Stats = Stats()
    complete: bool = True
    destroy: bool = False
    command: str = "plan"
    unchanged: int = 0

    def summary(self) -> dict[str, int]:
        """Counts by action, in the order and with the keys of plan.json (`noop` for `no-op`)."""
        counts = dict.fromkeys(SUMMARY_KEYS, 0)
        for change in self.changes:
            counts["noop" if change.action is Action.NO_OP else str(change.action)] += 1
        return counts


SUMMARY_KEYS = (
    *("create", "update", "run", "wait", "replace", "retire", "move", "delete", "deactivate"),
    *("forget", "adopt", "blocked", "unknown", "noop"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of `apply --format json` and one line of progress."""

    time: float
    type: Literal["plan", "start", "progress", "done", "failed", "skipped", "summary"]
    address: str = ""
    action: str = ""
    step: str = ""
    message: str = ""
    data: Mapping[str, JSON] = field(default_factory=dict)
