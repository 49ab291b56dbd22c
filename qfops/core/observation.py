"""What exists: live objects as one refresh of the console saw them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

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


class Place(NamedTuple):
    """Where objects of a kind are listed: one container (`scope` is its id), or ("") the whole account."""

    kind: KindKey
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """Proof that a place was looked through: its list was read to its end.

    Only the door to the console makes one, of such a list.
    """


@dataclass(frozen=True, slots=True)
class Unsearched:
    """Nobody knows what is in a place; `reason` says why, with the permission that is missing."""

    reason: str


_NEVER = Unsearched("it was not listed")


@dataclass(frozen=True, slots=True, repr=False)
class Observed:
    """One refresh.

    `inventory` holds every object that a list showed, by kind and id, managed or not. `searches` says of each
    place whether its list was read to its end. `unreadable` are objects that could not be read, with the
    reason. `missing` are ids in state that a list read to its end, or a read, showed to be gone. `calls` and
    `retries` count requests; `account` is the owner that reads showed, or "".
    """

    inventory: Mapping[KindKey, Mapping[str, LiveObject]]
    missing: frozenset[ObjectKey] = frozenset()
    unreadable: Mapping[ObjectKey, str] = field(default_factory=dict)
    account: str = ""
    calls: int = 0
    retries: int = 0
    seconds: float = 0.0
    searches: Mapping[Place, Searched | Unsearched] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Observed({sum(map(len, self.inventory.values()))} objects, {self.calls} calls)"

    def find(self, kind: KindKey, object_id: str) -> LiveObject | None:
        """The live object, or None where it is missing or could not be read."""
        return self.inventory.get(kind, {}).get(object_id)

    def search(self, kind: KindKey, scope: str) -> Searched | Unsearched:
        """Whether a place was looked through; one that nobody asked about was not."""
        return self.searches.get(Place(kind, scope), _NEVER)
