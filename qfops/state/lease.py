"""What a lease is: who may write, until when, under which fence number, and what others are told of it.

`judge` is the whole rule of who may take over. Pure: no disk, no clock.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from qfops.core.errors import Locked, QfopsError
from qfops.state.owner import Owner

_LAST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
RENEWALS = 4
"""A lease is renewed every quarter of its length; after two missed renewals its heartbeat has stopped."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Times are seconds since 1970, by the holder's clock; a released lease keeps its fence number."""

    fence: int
    owner: Owner
    since: float
    heartbeat: float
    expires: float
    released: bool = False


class Standing(enum.Enum):
    """What a lease means to somebody else."""

    FREE = "nobody holds it"
    ABANDONED = "its holder is gone: only the signature of the last request is waited for"
    STOPPED = "its heartbeat has stopped: it is waited out"
    HELD = "its holder is alive"


def judge(lease: Lease | None, now: float, gone: Callable[[Owner], bool]) -> Standing:
    """The standing of a lease at time `now`; `gone` tells whether a process certainly ended."""
    if lease is None or lease.released:
        return Standing.FREE
    if now >= lease.expires or gone(lease.owner):
        return Standing.ABANDONED
    renewal = (lease.expires - lease.heartbeat) / RENEWALS
    return Standing.STOPPED if now > lease.heartbeat + 2 * renewal else Standing.HELD


def moment(seconds: float) -> str:
    """A time for people, in UTC; one that is beyond the calendar is its last moment."""
    return datetime.fromtimestamp(min(seconds, _LAST), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def waiting(lease: Lease, standing: Standing, deadline: float) -> str:
    """What somebody is told who has to wait for a lease; for a holder that is alive, until `deadline`."""
    if standing is Standing.HELD:
        return (
            f"The state is locked by {lease.owner}, since {moment(lease.since)}. "
            f"Waiting for it until {moment(deadline)}."
        )
    return (
        f"The state is locked by {lease.owner}, with no sign of life since {moment(lease.heartbeat)}. "
        f"Waiting until its lease ends at {moment(lease.expires)}."
    )


def locked(lease: Lease, environment: str) -> Locked:
    """The refusal that names the holder, and when the lock ends should the holder have died."""
    where = f" of environment {environment}" if environment else ""
    owner = lease.owner
    watch = f" ({owner.run_url})" if owner.run_url else ""
    place = f" on {owner.host}, process {owner.pid}" if owner.host else ""
    return Locked(
        f"The state{where} is locked by {owner.who}: qfops {owner.command}{watch}{place}, "
        f"since {moment(lease.since)}.",
        f"Its last sign of life was at {moment(lease.heartbeat)}; without another, the lock ends by itself "
        f"at {moment(lease.expires)}. Nothing was changed.",
        "Run the command again when that run has ended, or let it wait: --lock-timeout 10m, for example.",
    )


def lost(lease: Lease, now: Lease | None, trouble: QfopsError | None) -> Locked:
    """What a holder is told whose lease went to another, or whose lease file is gone."""
    if trouble is not None:
        why = f"The lease could not be renewed: {trouble.summary}."
    elif now is None:
        why = "Its lease file was removed."
    else:
        why = "It was stopped for longer than its lease lasts."
    by = f" to {now.owner}" if now and now.fence != lease.fence else ""
    return Locked(
        f"This run has lost the lock of the state{by}.",
        f"{why} It starts no more requests; what was in flight is looked up by the next run.",
        "Run the command again.",
    )
