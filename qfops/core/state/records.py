"""The records of the journal: what is about to be sent, what came of it, what was approved.

Outcomes hold the whole entries that a step leaves behind, so that replaying is replacing and the cost of one
applied step does not depend on the size of the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from qfops.core.address import Address
from qfops.core.state.approved_plan import ApprovedPlan
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.values import JSON


@dataclass(frozen=True, slots=True)
class Counters:
    """What tells whether an append or a purchase took effect: the status fields and the kind's counters."""

    status: Mapping[str, str]
    outputs: Mapping[str, JSON] = field(default_factory=dict)


Before: TypeAlias = "tuple[str, ...] | Counters | None"
"""What was there before a call: the ids that matched its search key, its counters, or nothing to compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What every record says: which attempt of which step of which object, when and by whom.

    `step` is the id of the step, `operation` the API's action; `at` in seconds since 1970. `seq` is given by
    the store when it writes.
    """

    attempt: str
    address: Address
    step: str
    operation: str = ""
    object: str = CURRENT
    at: float = 0.0
    by: str = ""
    commit: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A call that is about to be sent.

    `planned` is the entry that it would leave behind (None: the entry is gone); its id may still be missing.
    `attributes` are the planned ones, `outputs` name the object; `expires` is when the signature ends.
    """

    header: Header
    planned: Entry | None
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    before: Before = None
    expires: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A step that took effect; `entries` hold from now on (None: gone). `done`: the last step of its change.

    `id` and `outputs` are what the call made.
    """

    header: Header
    entries: Mapping[Address, Entry | None]
    id: str = ""
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    message: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call that had no effect, or none that its successor did not have as well."""

    header: Header
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A plan was approved; it takes the place of the one stored before."""

    plan: ApprovedPlan
    attempt: str
    at: float = 0.0
    by: str = ""
    commit: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A change of the approved plan asks for nothing any more; `dropped`: it was not done."""

    header: Header
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Entries stand at other addresses from now on, all of them at once.

    `places` are the new addresses by the old ones. `lines` are the `moved` lines of qfops.yaml that were
    carried out with it; None: the line does not stand there any more, and is forgotten.
    """

    header: Header
    places: Mapping[Address, Address] = field(default_factory=dict)
    lines: Mapping[Address, Address | None] = field(default_factory=dict)


Record: TypeAlias = Intent | Outcome | Failure | Approved | Strike | Moved


def seq_of(record: Record) -> int:
    """The number that the store gave to a record."""
    return record.seq if isinstance(record, Approved) else record.header.seq


def numbered(record: Record, seq: int) -> Record:
    """The record with the number under which it is written."""
    if isinstance(record, Approved):
        return replace(record, seq=seq)
    return replace(record, header=replace(record.header, seq=seq))
