"""What the statuses of the console mean: how an object stands, and whether that can still change."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.observation import Phase, Status
from qfops.kinds.base import Identity, Kind


def phase_of(kind: Kind, status: Status) -> Phase:
    """The worst of what the shown fields say; READY where a kind, or an answer, shows no status."""
    return max(
        (field.phase(status[field.key]) for field in kind.readiness.fields if field.key in status),
        default=Phase.READY,
    )


def is_final(kind: Kind, status: Status) -> bool:
    """Whether a status cannot change any more by itself; a field that is not known may still move."""
    return all(status.get(field.key) in field.final for field in kind.readiness.fields)


def is_released(identity: Identity | None, status: Status) -> bool:
    """Whether an object in this status no longer holds an identity (a stopped service its name)."""
    return identity is not None and not set(identity.released).isdisjoint(status.values())


def reached(status: Status, until: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether every field of `until` shows one of its words."""
    return all(status.get(key) in words for key, words in until.items())
