"""The lease file: how one of several processes gets the lease, keeps it and gives it back.

Every change of it is made under the guard, a lock of the kernel held for an instant, so that of several
processes exactly one takes the next fence number.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from qfops.core.errors import Locked
from qfops.core.state.state import FORMAT_VERSION
from qfops.state.file.files import Files, read_if_there, replace_file
from qfops.state.format.lines import compact
from qfops.state.format.problems import FormatError, damaged, told
from qfops.state.format.snapshot import check_version
from qfops.state.format.strict import an_object, field, number
from qfops.state.lease import Lease, Standing, judge
from qfops.state.owner import Owner

_GUARD_PATIENCE = 30.0
_GUARD_POLL = 0.01
_KEYS = frozenset(("formatVersion", "fence", "owner", "since", "heartbeat", "expires", "released"))
_OWNER_KEYS = frozenset(("who", "command", "runUrl", "commit", "host", "pid", "processStart"))


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
            remedy = (
                f"It holds the lock and nothing else: once no qfops runs with this state on any machine, "
                f"remove {self.path}, then run the command again."
            )
            raise damaged(self.path, error, remedy) from None

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
        raise FormatError(f"is not JSON: {error}") from None
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
