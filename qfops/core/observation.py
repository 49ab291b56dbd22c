"""What exists: live objects as one refresh of the console saw them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from qfops.core.values import JSON

KindKey = tuple[str, str]
ObjectKey = tuple[KindKey, str]


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
    a kind that does not echo it) or is known to be absent (see Kind.live_value). `status` is the console's
    own word or words, joined by "/"; `reason` is what the console says about a failure.
    """

    id: str
    attributes: Mapping[str, JSON]
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    status: str = ""
    phase: Phase = Phase.READY
    reason: str = ""
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """One refresh.

    `inventory` holds every object that a list showed, by kind and id, managed or not; a kind or scope that
    could not be listed stands in `unreadable` with the reason. `missing` are ids in state that a list read
    to its end, or a read, showed to be gone. `calls` and `retries` count requests; `account` is the owner
    that reads showed, or "".
    """

    inventory: Mapping[KindKey, Mapping[str, LiveObject]]
    missing: frozenset[ObjectKey] = frozenset()
    unreadable: Mapping[ObjectKey, str] = field(default_factory=dict)
    account: str = ""
    calls: int = 0
    retries: int = 0
    seconds: float = 0.0

    def find(self, kind: KindKey, object_id: str) -> LiveObject | None:
        """The live object, or None where it is missing or could not be read."""
        return self.inventory.get(kind, {}).get(object_id)
