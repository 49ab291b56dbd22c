"""What exists: live objects as one refresh of the console saw them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from qfops.core.address import KindKey, ObjectKey
from qfops.core.values import JSON

Status: TypeAlias = "Mapping[str, str]"
"""The console's own words by the field that shows them; a field that was not shown is not in it."""


def words_of(status: Status) -> str:
    """A status for people: its words, joined by a slash."""
    return "/".join(status.values())


class Phase(enum.IntEnum):
    """What a console status means; ordered by severity, so that the worst of several wins."""

    READY = 0
    GOING = 1
    STOPPED = 2
    FAILED = 3
    UNREADABLE = 4


@dataclass(frozen=True, slots=True)
class LiveObject:
    """An object of the console, decoded into the terms of its kind.

    `attributes` holds the echoed paths only: a path that is not in it was not shown (`complete` False, or
    a kind that does not echo it) or is known to be absent (see `kinds.flatten`). `reason` is what the console
    says about a failure.
    """

    id: str
    attributes: Mapping[str, JSON]
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    status: Status = field(default_factory=dict)
    phase: Phase = Phase.READY
    reason: str = ""
    complete: bool = False

    def completed(self, other: LiveObject) -> LiveObject:
        """This object with what only `other`, an answer about the same one, shows of it.

        The status is the whole one of this answer, or, where it shows none, that of the other.
        """
        mine = self if self.status else other
        return replace(
            self,
            id=self.id or other.id,
            attributes={**other.attributes, **self.attributes},
            outputs={**other.outputs, **self.outputs},
            status=mine.status,
            phase=mine.phase,
            reason=mine.reason,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Observed:
    """One refresh.

    `inventory` holds every object that a list showed, by kind and id, managed or not. `unreadable` are
    objects that could not be read, with the reason. `missing` are ids in state that a list read to its end,
    or a read, showed to be gone. `calls` and `retries` count requests; `account` is the owner that reads
    showed, or "".
    """

    inventory: Mapping[KindKey, Mapping[str, LiveObject]]
    missing: frozenset[ObjectKey] = frozenset()
    unreadable: Mapping[ObjectKey, str] = field(default_factory=dict)
    account: str = ""
    calls: int = 0
    retries: int = 0
    seconds: float = 0.0

    def __repr__(self) -> str:
        return f"Observed({sum(map(len, self.inventory.values()))} objects, {self.calls} calls)"

    def find(self, kind: KindKey, object_id: str) -> LiveObject | None:
        """The live object, or None where it is missing or could not be read."""
        return self.inventory.get(kind, {}).get(object_id)
