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
from qfops.core.state import Record, State
from qfops.core.values import JSON
from qfops.state.file.folder import Loaded, StateFolder
from qfops.state.file.heartbeat import Heartbeat
from qfops.state.file.history import History
from qfops.state.file.journal import Header, JournalWriter
from qfops.state.file.lease_file import LeaseFile
from qfops.state.format.lines import encode_line
from qfops.state.format.problems import told
from qfops.state.format.records import write_record
from qfops.state.format.snapshot import Snapshot, write_snapshot
from qfops.state.lease import Lease, lost

Waiting = tuple[Record, "asyncio.Future[Record]"]


class FileSession:
    """See `Session`; made by `FileStore.begin`, which has taken the lease and started the journal."""

    def __init__(
        self,
        folder: StateFolder,
        loaded: Loaded,
        lease: Lease,
        lease_file: LeaseFile,
        heartbeat: Heartbeat,
        journal: JournalWriter,
        clock: Callable[[], float],
    ) -> None:
        self._folder, self._lease, self._lease_file = folder, lease, lease_file
        self._heartbeat, self._journal, self._clock = heartbeat, journal, clock
        self._history = History(folder.path, folder.files)
        self._working = loaded.working
        self._saved = (loaded.saved, loaded.working.account)
        self._writer = ThreadPoolExecutor(1, "qfops-journal")
        self._disk = threading.Lock()
        self._serial = loaded.working.serial
        self._queue: list[Waiting] = []
        self._durable: deque[Record] = deque()
        self._flush: asyncio.Task[None] | None = None
        self._over: QfopsError | None = None
        self._released = False

    @property
    def state(self) -> State:
        """The state as it is now; its mappings follow every append."""
        self._absorb()
        return self._working.view()

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

    def note(self, event: str, details: Mapping[str, JSON]) -> None:
        """See `Session.note`."""
        owner = self._lease.owner
        about: dict[str, JSON] = {"at": self._clock(), "event": event, "serial": self._working.serial}
        by: dict[str, JSON] = {"by": owner.who, "command": owner.command}
        if owner.run_url:
            by["runUrl"] = owner.run_url
        if owner.commit:
            by["commit"] = owner.commit
        self._history.add({**about, **by, **details})

    def commit(self, *, account: str | None = None, details: Mapping[str, JSON] | None = None) -> None:
        """See `Session.commit`; a commit with nothing new writes nothing."""
        with self._disk:
            self._absorb()
            state = self._working.view()
            if account is not None:
                state = replace(state, account=account)
            if (state.serial, state.account) == self._saved:
                return
            data = write_snapshot(Snapshot(state, self._lease.fence))
            with self._lease_file.guarded():
                self._check_fence()
                self._folder.save_snapshot(data)
                self._saved = (state.serial, state.account)
                self._working.account = state.account
                self._journal.close()
                self._folder.remove_journals(self._lease.fence)
                self._folder.save_mark(state.lineage, state.serial)
        self.note("commit", details or {})

    async def release(self) -> None:
        """See `Session.release`."""
        while self._flush is not None and not self._flush.done():
            await asyncio.wait([self._flush])
        self._writer.shutdown()
        self._heartbeat.stop()
        self._journal.close()
        if not self._released:
            self._released = True
            self._over = self._over or StateError("The session is over: its lease was given back.")
            self._lease_file.release(self._lease)

    def _absorb(self) -> None:
        """Let what is durable become part of the state; only the event loop's thread does this."""
        while self._durable:
            self._working.apply(self._durable.popleft())

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
            numbered: list[Record] = []
            results: list[Record | Exception] = []
            for record in records:
                candidate = replace(record, seq=self._serial + len(lines) + 1)
                try:
                    lines.append(encode_line(write_record(candidate)))
                except (TypeError, ValueError) as error:
                    results.append(error)
                else:
                    numbered.append(candidate)
                    results.append(candidate)
            self._append(b"".join(lines))
            self._serial += len(lines)
            self._check_fence()
            self._durable.extend(numbered)
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

    def _header(self) -> Header:
        return header(self._folder, self._lease, self._working.lineage, self._serial, self._clock())

    def _check_fence(self) -> None:
        """Raise, now and at every later write, if this run may not write any more."""
        try:
            if not self._lease_file.holds(self._lease):
                raise lost(self._lease, self._lease_file.read(), self._heartbeat.trouble)
        except QfopsError as error:
            self._over = error
            raise


def header(folder: StateFolder, lease: Lease, lineage: str, after: int, now: float) -> Header:
    """The first line of the journal that `lease` writes."""
    return Header(lease.fence, after, lineage, folder.project, folder.environment, now, lease.owner.who)
