"""The session of a file store: appends that share a sync, and the commit that compacts them.

The event loop's thread owns the state in memory; one worker thread writes. A record becomes part of the
state only after it is on stable storage.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from qfops.core.errors import QfopsError, StateError
from qfops.core.state.records import Record, numbered
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.state.file.folder import LoadedState, StateFolder
from qfops.state.file.heartbeat import Heartbeat
from qfops.state.file.history import History
from qfops.state.file.journal import JournalHeader, JournalWriter
from qfops.state.file.lease_file import LeaseFile
from qfops.state.format.lines import encode_line
from qfops.state.format.problems import told
from qfops.state.format.records import write_record
from qfops.state.format.snapshot import Snapshot, write_snapshot
from qfops.state.lease import Lease, lost
from qfops.state.live_state import LiveState

Waiting = tuple[Record, "asyncio.Future[Record]"]


class FileSession:
    """See `Session`; made by `FileStore.begin`, which has taken the lease and started the journal."""

    def __init__(
        self,
        folder: StateFolder,
        loaded: LoadedState,
        lease: Lease,
        lease_file: LeaseFile,
        heartbeat: Heartbeat,
        journal: JournalWriter,
        clock: Callable[[], float],
    ) -> None:
        self._folder, self._lease, self._lease_file = folder, lease, lease_file
        self._heartbeat, self._journal, self._clock = heartbeat, journal, clock
        self._history = History(folder.path, folder.files)
        self._state = loaded.state
        self._saved = (loaded.saved, loaded.state.account)
        self._writer = ThreadPoolExecutor(1, "qfops-journal")
        self._disk = threading.Lock()
        self._serial = loaded.state.serial
        self._queue: list[Waiting] = []
        self._durable: deque[Record] = deque()
        self._flush: asyncio.Task[None] | None = None
        self._over: QfopsError | None = None
        self._released = False

    @property
    def state(self) -> LiveState:
        """See `Session.state`."""
        self._absorb()
        return self._state

    async def append(self, record: Record) -> Record:
        """See `Session.append`."""
        if self._over is not None:
            raise self._over
        loop = asyncio.get_running_loop()
        written: asyncio.Future[Record] = loop.create_future()
        self._queue.append((record, written))
        if self._flush is None or self._flush.done():
            self._flush = loop.create_task(self._write_queue())
        return await written

    async def note(self, event: str, details: Mapping[str, JSON]) -> None:
        """See `Session.note`."""
        owner = self._lease.owner
        about: dict[str, JSON] = {"at": self._clock(), "event": event, "serial": self._state.serial}
        by: dict[str, JSON] = {"by": owner.who, "command": owner.command}
        if owner.run_url:
            by["runUrl"] = owner.run_url
        if owner.commit:
            by["commit"] = owner.commit
        await asyncio.to_thread(self._history.add, {**about, **by, **details})

    async def commit(self, *, account: str | None = None, details: Mapping[str, JSON] | None = None) -> None:
        """See `Session.commit`; a commit with nothing new writes nothing."""
        account = self.state.account if account is None else account
        while (self.state.serial, account) != self._saved:
            state = replace(self.state.frozen(), account=account)
            if await asyncio.to_thread(self._save, state):
                await self.note("commit", {"serial": state.serial, **(details or {})})
                return

    def _save(self, state: State) -> bool:
        """Put a snapshot in the place of the journal; False where records have come since it was taken."""
        with self._disk:
            if state.serial != self._serial:
                return False
            data = write_snapshot(Snapshot(state, self._lease.fence))
            with self._lease_file.guarded():
                self._check_fence()
                self._folder.save_snapshot(data)
                self._saved = (state.serial, state.account)
                self._state.account = state.account
                self._journal.close()
                self._folder.remove_journals(self._lease.fence)
                self._folder.save_mark(state.lineage, state.serial)
        return True

    async def release(self) -> None:
        """See `Session.release`."""
        while self._flush is not None and not self._flush.done():
            await asyncio.wait([self._flush])
        self._writer.shutdown()
        self._heartbeat.stop()
        await asyncio.to_thread(self._close)
        if not self._released:
            self._released = True
            self._over = self._over or StateError("The session is over: its lease was given back.")
            await asyncio.to_thread(self._lease_file.release, self._lease)

    def _close(self) -> None:
        """Close the journal, after the commit that may still be saving although its caller was cancelled."""
        with self._disk:
            self._journal.close()

    def _absorb(self) -> None:
        """Let what is durable become part of the state; only the event loop's thread does this."""
        while self._durable:
            self._state.apply(self._durable.popleft())

    async def _write_queue(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            batch, self._queue = self._queue, []
            records = [record for record, _ in batch]
            results: Sequence[Record | Exception]
            try:
                results = await loop.run_in_executor(self._writer, self._write, records)
            except Exception as error:
                results = [error] * len(batch)
            self._absorb()
            for result, (_, written) in zip(results, batch, strict=True):
                if written.done():
                    continue  # its caller was cancelled; the record stands all the same
                if isinstance(result, Exception):
                    written.set_exception(result)
                else:
                    written.set_result(result)

    def _write(self, records: Sequence[Record]) -> list[Record | Exception]:
        """Number, write and sync a batch, in the worker thread; a record that is no JSON fails alone."""
        with self._disk:
            if self._over is not None:
                raise self._over
            lines: list[bytes] = []
            sound: list[Record] = []
            results: list[Record | Exception] = []
            for record in records:
                candidate = numbered(record, self._serial + len(lines) + 1)
                try:
                    lines.append(encode_line(write_record(candidate)))
                except (TypeError, ValueError) as error:
                    results.append(error)
                else:
                    sound.append(candidate)
                    results.append(candidate)
            self._append(b"".join(lines))
            self._check_fence()
            self._serial += len(sound)
            self._durable.extend(sound)
            return results

    def _append(self, data: bytes) -> None:
        try:
            with told(self._journal.path, "written"):
                if not self._journal.started:
                    self._journal.start(self._header())
                self._journal.append(data)
        except StateError as error:
            if self._journal.broken:
                self._over = error
            raise

    def _header(self) -> JournalHeader:
        return header(self._folder, self._lease, self._state.lineage, self._serial, self._clock())

    def _check_fence(self) -> None:
        """Raise, now and at every later write, if this run may not write any more."""
        try:
            if not self._lease_file.holds(self._lease):
                raise lost(self._lease, self._lease_file.read(), self._heartbeat.trouble)
        except QfopsError as error:
            self._over = error
            raise


def header(folder: StateFolder, lease: Lease, lineage: str, after: int, now: float) -> JournalHeader:
    """The first line of the journal that `lease` writes."""
    return JournalHeader(
        lease.fence, after, lineage, folder.project, folder.environment, now, lease.owner.who
    )
