"""The lease file: who may write, until when, and under which fence number.

Every change of it is made under the guard, a lock of the kernel held for an instant, so that of several
processes exactly one takes the next fence number. `judge` is the whole rule of who may take over.
"""

from __future__ import annotations

import enum
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from qfops.core.errors import Locked, QfopsError, StateError
from qfops.core.state import FORMAT_VERSION
from qfops.state.files import Files, read_if_there, replace_file
from qfops.state.formats import check_version
from qfops.state.lines import compact
from qfops.state.owner import Owner
from qfops.state.problems import FormatError, damaged, told
from qfops.state.strict import an_object, field, number

RENEWALS = 4
"""A lease is renewed every quarter of its length; after two missed renewals its heartbeat has stopped."""

UNLOCK = "If you are sure that nothing runs there: qfops state unlock"
_GUARD_PATIENCE = 30.0
_GUARD_POLL = 0.01
_KEYS = frozenset(("formatVersion", "fence", "owner", "since", "heartbeat", "expires", "released"))
_OWNER_KEYS = frozenset(("who", "command", "runUrl", "commit", "host", "pid", "processStart"))


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


class Claim(NamedTuple):
    """The answer to an attempt: our lease, or None and the other's; `before` is the lease that was there."""

    lease: Lease | None
    before: Lease | None
    standing: Standing


class LeaseFile:
    """The lease of one state folder, on disk."""

    def __init__(
        self,
        folder: Path,
        *,
        length: float,
        clock: Callable[[], float],
        gone: Callable[[Owner], bool],
        files: Files,
    ) -> None:
        self.path = folder / "lease.json"
        self._guard = folder / "guard.lock"
        self.length, self._clock, self._gone, self._files = length, clock, gone, files

    def claim(self, owner: Owner, known_fence: Callable[[], int]) -> Claim:
        """Take the lease if nobody alive holds it, with a fence number above all before.

        `known_fence` finds the highest in use where the lease file itself is gone.
        """
        with self.guarded():
            before = self.read()
            standing = judge(before, self._clock(), self._gone)
            if standing in (Standing.HELD, Standing.STOPPED):
                return Claim(None, before, standing)
            now = self._clock()
            fence = (before.fence if before else known_fence()) + 1
            lease = Lease(fence, owner, since=now, heartbeat=now, expires=now + self.length)
            self._write(lease)
            return Claim(lease, before, standing)

    def renew(self, lease: Lease) -> bool:
        """Move the expiry on; False when another has taken over."""
        with self.guarded():
            if not self.holds(lease):
                return False
            now = self._clock()
            self._write(replace(lease, heartbeat=now, expires=now + self.length))
            return True

    def release(self, lease: Lease) -> None:
        """Let others in at once; nothing happens when another has taken over."""
        with self.guarded():
            if self.holds(lease):
                self._write(replace(lease, heartbeat=self._clock(), released=True))

    def abandon(self, lease: Lease) -> None:
        """Let others in as after a crash: they wait for the signature of the last request, too."""
        with self.guarded():
            if self.holds(lease):
                now = self._clock()
                self._write(replace(lease, heartbeat=now, expires=now))

    def break_open(self) -> Lease | None:
        """End the lease of whoever holds it, who is told at his next write; the lease that was ended.

        A lease file that cannot be understood is removed, which ends the lease as well.
        """
        with told(self.path, "read"):
            if self._files.mark(self.path) is None:
                return None
        with self.guarded():
            try:
                before = self.read()
            except StateError:
                with told(self.path, "written"):
                    self._files.remove(self.path)
                return None
            if before is None or before.released:
                return None
            self._write(replace(before, fence=before.fence + 1, released=True))
            return before

    def holds(self, lease: Lease) -> bool:
        """Whether `lease` is still the one on disk: the fence number has not moved on."""
        current = self.read()
        return current is not None and current.fence == lease.fence and not current.released

    def read(self) -> Lease | None:
        """The lease on disk, or None; StateError when it cannot be understood."""
        data = read_if_there(self._files, self.path)
        if data is None:
            return None
        try:
            return _decode(data)
        except FormatError as error:
            raise damaged(self.path, error) from None

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Keep every other process out for as long as the block runs."""
        with told(self._guard, "written"):
            descriptor = self._files.open_to_append(self._guard)
        try:
            self._await_guard(descriptor)
            yield
        finally:
            self._files.close(descriptor)

    def _await_guard(self, descriptor: int) -> None:
        end = time.monotonic() + _GUARD_PATIENCE
        while not self._files.try_lock(descriptor):
            if time.monotonic() > end:
                raise Locked(
                    f"{self._guard}: another process has been writing for more than {_GUARD_PATIENCE:.0f} s",
                    "Nothing was changed.",
                    "See whether a stopped qfops process holds it, and end that process.",
                )
            time.sleep(_GUARD_POLL)

    def _write(self, lease: Lease) -> None:
        with told(self.path, "written"):
            replace_file(self._files, self.path, _encode(lease))


def moment(seconds: float) -> str:
    """A time for people, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def locked(lease: Lease, environment: str) -> Locked:
    """The refusal that names the holder."""
    where = f" of environment {environment}" if environment else ""
    owner = lease.owner
    watch = f" ({owner.run_url})" if owner.run_url else ""
    place = f" on {owner.host}, process {owner.pid}" if owner.host else ""
    return Locked(
        f"The state{where} is locked by {owner.who}: qfops {owner.command}{watch}{place}, "
        f"since {moment(lease.since)}.",
        f"Its last sign of life was at {moment(lease.heartbeat)}. Nothing was changed.",
        f"Wait for it with --lock-timeout 10m, for example. {UNLOCK}",
    )


def lost(lease: Lease, now: Lease | None, trouble: QfopsError | None) -> Locked:
    """What a holder is told whose lease went to another."""
    by = f" to {now.owner}" if now and now.fence != lease.fence and not now.released else ""
    why = "It was stopped for longer than its lease lasts, or the lock was broken by hand."
    if trouble is not None:
        why = f"The lease could not be renewed: {trouble.summary}."
    return Locked(
        f"This run has lost the lock of the state{by}.",
        f"{why} It starts no more requests; what was in flight is looked up by the next run.",
        "Run the command again.",
    )


def _encode(lease: Lease) -> bytes:
    owner = lease.owner
    document = {
        "formatVersion": FORMAT_VERSION,
        "fence": lease.fence,
        "owner": {
            "who": owner.who,
            "command": owner.command,
            "runUrl": owner.run_url,
            "commit": owner.commit,
            "host": owner.host,
            "pid": owner.pid,
            "processStart": owner.process_start,
        },
        "since": lease.since,
        "heartbeat": lease.heartbeat,
        "expires": lease.expires,
        "released": lease.released,
    }
    return compact(document) + b"\n"


def _decode(data: bytes) -> Lease:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not JSON: {error}", UNLOCK) from None
    source = an_object(document, "lease", _KEYS)
    check_version(source)
    owner = an_object(source.get("owner"), "owner", _OWNER_KEYS)
    return Lease(
        fence=field(source, "fence", int, 0, "lease"),
        owner=Owner(
            who=field(owner, "who", str, "", "owner"),
            command=field(owner, "command", str, "", "owner"),
            run_url=field(owner, "runUrl", str, "", "owner"),
            commit=field(owner, "commit", str, "", "owner"),
            host=field(owner, "host", str, "", "owner"),
            pid=field(owner, "pid", int, 0, "owner"),
            process_start=field(owner, "processStart", str, "", "owner"),
        ),
        since=number(source, "since", "lease"),
        heartbeat=number(source, "heartbeat", "lease"),
        expires=number(source, "expires", "lease"),
        released=field(source, "released", bool, False, "lease"),
    )
