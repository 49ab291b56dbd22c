"""The store that keeps state in files of the project folder: `.qfops/<environment or "default">/`.

It decides nothing about resources; it answers for who may write, and that nothing written is lost.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

from qfops.core.errors import UsageError
from qfops.core.state.state import State
from qfops.state.file.files import Files, sync_file
from qfops.state.file.folder import LoadedState, StateFolder
from qfops.state.file.heartbeat import Heartbeat
from qfops.state.file.journal import JournalWriter
from qfops.state.file.lease_file import Claim, LeaseFile
from qfops.state.file.session import FileSession, header
from qfops.state.format.problems import told
from qfops.state.format.version1 import KindFacts
from qfops.state.lease import Lease, Standing, locked, moment, waiting
from qfops.state.owner import Owner, is_gone

_POLL = 1.0
"""Seconds between two looks at a lease that is waited for."""


class FileStore:
    """The state of one environment of the project in the folder `root`; see `Store`.

    `kinds` are asked about files of older formats. `lease` is in seconds. `clock`, `sleep`, `gone` and
    `files` are the outside world, replaced in tests.
    """

    def __init__(
        self,
        root: Path,
        project: str,
        environment: str,
        kinds: KindFacts,
        *,
        lease: float = 60.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        gone: Callable[[Owner], bool] = is_gone,
        files: Files | None = None,
    ) -> None:
        if environment.startswith(".") or "/" in environment or "\\" in environment or "\0" in environment:
            raise UsageError(
                f"The environment {environment!r} cannot have a state folder of its own.",
                "Its name becomes the name of a folder.",
                "Use a name without / and without a dot in front.",
            )
        self._files = files or Files()
        self._clock, self._sleep = clock, sleep
        self.path = root / ".qfops" / (environment or "default")
        self._folder = StateFolder(self.path, project, environment, self._files, kinds)
        self._lease_file = LeaseFile(self.path, length=lease, clock=clock, gone=gone, files=self._files)

    def read(self) -> State:
        """See `Store.read`."""
        return self._folder.load().state.frozen()

    async def begin(self, owner: Owner, *, timeout: float, notify: Callable[[str], None]) -> FileSession:
        """See `Store.begin`; StateError when the folder cannot be written."""
        claim = await self._take_lease(owner, timeout, notify)
        lease = claim.lease
        assert lease is not None
        heartbeat = Heartbeat(self._lease_file, lease)
        heartbeat.start()
        try:
            loaded = await self._settled(claim, notify)
            session = self._session(lease, loaded, heartbeat)
            if claim.before is not None and claim.standing is Standing.ABANDONED:
                await session.note("takeover", {"from": str(claim.before.owner)})
        except BaseException:
            heartbeat.stop()
            self._lease_file.abandon(lease)
            raise
        return session

    async def _take_lease(
        self,
        owner: Owner,
        timeout: float,
        notify: Callable[[str], None],
    ) -> Claim:
        with told(self.path, "written"):
            self._files.make_folder(self.path)
        deadline = self._clock() + timeout
        said: tuple[int, Standing] | None = None
        while True:
            claim = await asyncio.to_thread(self._lease_file.claim, owner, self._folder.fence)
            if claim.lease is not None:
                return claim
            other = claim.before
            assert other is not None
            left = deadline - self._clock()
            if claim.standing is Standing.HELD and left <= 0:
                raise locked(other, self._folder.environment)
            if said != (other.fence, claim.standing):
                said = (other.fence, claim.standing)
                notify(waiting(other, claim.standing, deadline))
            if claim.standing is Standing.STOPPED:
                left = other.expires - self._clock()
            await self._sleep(max(0.0, min(_POLL, left)))

    async def _settled(self, claim: Claim, notify: Callable[[str], None]) -> LoadedState:
        """The state, once no request of a run that was taken over can still take effect."""
        said = False
        while True:
            loaded = self._load_durable()
            intents = loaded.state.intents.values()
            end = max((intent.expires for intent in intents), default=0.0)
            left = end - self._clock()
            if left <= 0 or claim.standing is not Standing.ABANDONED:
                return loaded
            if not said and claim.before is not None:
                said = True
                notify(
                    f"{claim.before.owner} ended without its last answer; "
                    f"its request can take effect until {moment(end)}. Waiting {left:.0f} s."
                )
            await self._sleep(min(_POLL, left))

    def _load_durable(self) -> LoadedState:
        """Load only what cannot vanish any more: a run that died may have written without a sync."""
        for _, path in self._folder.journals():
            with told(path, "written"):
                sync_file(self._files, path)
        return self._folder.load()

    def _session(self, lease: Lease, loaded: LoadedState, heartbeat: Heartbeat) -> FileSession:
        state = loaded.state
        state.lineage = state.lineage or uuid.uuid4().hex
        journal = JournalWriter(self._files, self._folder.journal(lease.fence))
        with told(journal.path, "written"):
            journal.start(header(self._folder, lease, state.lineage, state.serial, self._clock()))
        self._folder.remove(loaded.spent)
        self._folder.save_mark(state.lineage, state.serial)
        return FileSession(self._folder, loaded, lease, self._lease_file, heartbeat, journal, self._clock)
