"""The file store dies between every two file operations: what it acknowledged is there, and nothing is torn.

A disk in memory tells what is written from what is on stable storage, so that a killed process and a lost
power supply are two different ends; a third loses contents but keeps names, as some file systems do.
"""

import asyncio
import errno
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from qfops.core.address import Address, KindKey
from qfops.core.errors import StateError
from qfops.core.state.entry import Entry
from qfops.core.state.records import Header, Intent, Outcome, Record, numbered, seq_of
from qfops.core.state.state import State
from qfops.state import FileStore, Owner
from qfops.state.file.files import FileMark, Files
from qfops.state.file.session import FileSession
from qfops.state.live_state import LiveState

ROOT = Path("/project")
OWNER = Owner("zhang", "apply", host="far-away", pid=7)
End = Literal["process killed", "power lost", "contents lost"]
ENDS: tuple[End, ...] = ("process killed", "power lost", "contents lost")
_numbers = itertools.count(1)


class Dead(Exception):
    """The process does not run any more: whatever it tries from now on has no effect."""


@dataclass
class Inode:
    """A file: what it holds, and what of that is on stable storage."""

    content: bytes = b""
    durable: bytes = b""
    number: int = field(default_factory=lambda: next(_numbers))


class Disk(Files):
    """Files in memory; the operation number `stop` is the first that does not happen.

    With `tear`, half of a write that does not happen does. With `full`, the operation fails like one on a
    full disk instead, once, and the process lives on.
    """

    def __init__(self, *, stop: int = -1, tear: bool = False, full: bool = False) -> None:
        self.stop, self.tear, self.full = stop, tear, full
        self.done, self.dead = 0, False
        self.files: dict[Path, Inode] = {}
        self.durable: dict[Path, Inode] = {}
        self.open: dict[int, Inode] = {}

    def after(self, end: End) -> "Disk":
        """The disk as the next process finds it."""
        found = Disk()
        if end == "process killed":
            copies = {inode.number: Inode(inode.content, inode.durable) for inode in self._inodes()}
            found.files = {path: copies[inode.number] for path, inode in self.files.items()}
            found.durable = {path: copies[inode.number] for path, inode in self.durable.items()}
        else:
            names = self.durable if end == "power lost" else self.files
            found.files = {path: Inode(inode.durable, inode.durable) for path, inode in names.items()}
            found.durable = dict(found.files)
        return found

    def _inodes(self) -> list[Inode]:
        return [*self.files.values(), *self.durable.values()]

    def _step(self, inode: Inode | None = None, data: bytes = b"") -> None:
        self._live()
        if self.done == self.stop:
            if inode is not None and self.tear:
                inode.content += data[: len(data) // 2]
            if self.full:
                self.stop = -1
                raise OSError(errno.ENOSPC, "No space left on device")
            self.dead = True
            raise Dead
        self.done += 1

    def _live(self) -> None:
        if self.dead:
            raise Dead

    def read(self, path: Path) -> bytes:
        self._live()
        if path not in self.files:
            raise FileNotFoundError(errno.ENOENT, "No such file", str(path))
        return self.files[path].content

    def mark(self, path: Path) -> FileMark | None:
        self._live()
        inode = self.files.get(path)
        return None if inode is None else (inode.number, 0, len(inode.content))

    def names(self, folder: Path) -> list[str]:
        self._live()
        return sorted(path.name for path in self.files if path.parent == folder)

    def make_folder(self, folder: Path) -> None:
        self._live()

    def create(self, path: Path) -> int:
        self._step()
        assert path not in self.files
        self.files[path] = Inode()
        return self._descriptor(self.files[path])

    def open_to_append(self, path: Path) -> int:
        self._live()
        if path not in self.files:
            return self.create(path)
        return self._descriptor(self.files[path])

    def _descriptor(self, inode: Inode) -> int:
        number = next(_numbers)
        self.open[number] = inode
        return number

    def write(self, descriptor: int, data: bytes) -> None:
        inode = self.open[descriptor]
        self._step(inode, data)
        inode.content += data

    def sync(self, descriptor: int) -> None:
        self._step()
        inode = self.open[descriptor]
        inode.durable = inode.content

    def last_byte(self, descriptor: int) -> bytes:
        self._live()
        return self.open[descriptor].content[-1:]

    def cut(self, descriptor: int, size: int) -> None:
        self._step()
        inode = self.open[descriptor]
        inode.content = inode.content[:size]

    def close(self, descriptor: int) -> None:
        del self.open[descriptor]

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        self.files[target] = self.files.pop(source)

    def sync_folder(self, folder: Path) -> None:
        self._step()
        self.durable = dict(self.files)

    def remove(self, path: Path) -> None:
        self._live()
        if path in self.files:
            self._step()
            del self.files[path]

    def try_lock(self, descriptor: int) -> bool:
        self._live()
        return True


class Run:
    """One run of the scenario: which records were acknowledged, and which were on their way."""

    def __init__(self, disk: Disk, first: int = 0) -> None:
        self.disk = disk
        self.first = first
        self.acknowledged: list[Record] = []
        self.asked = 0
        self.session: FileSession | None = None

    async def until_the_end(self) -> None:
        """Appends alone and together, commits between, history and release."""
        self.session = await store(self.disk).begin(OWNER, timeout=0, notify=print)
        await self._append(1)
        await self._append(3)
        await self.session.commit(details={"applied": 4})
        await self._append(1)
        await self.session.note("deactivated", {"address": "Service/faq"})
        await self._append(2)
        await self.session.commit()
        await self._append(1)
        await self.session.release()

    async def _append(self, count: int) -> None:
        assert self.session is not None
        records = [self.record(self.first + self.asked + number) for number in range(count)]
        self.asked += count
        written = await asyncio.gather(*map(self.session.append, records), return_exceptions=True)
        for item in written:
            if isinstance(item, BaseException):
                raise item
            self.acknowledged.append(item)

    @staticmethod
    def record(number: int) -> Record:
        address = Address("Dataset", f"d{number % 3}")
        header = Header(attempt=f"a{number}", address=address, step="create")
        if number % 2:
            return Outcome(header=header, entries={address: Entry(address=address, id=f"ds-{number}")})
        return Intent(header=header, planned=Entry(address=address, id=None))

    def allowed(self, before: State) -> list[State]:
        """The states that may be found: everything acknowledged, and any part of what was on its way."""
        records = list(self.acknowledged)
        for number in range(self.first + len(records), self.first + self.asked):
            records.append(numbered(self.record(number), before.serial + len(records) + 1))
        return [
            followed(before, records[:count]) for count in range(len(self.acknowledged), len(records) + 1)
        ]


def followed(before: State, records: list[Record]) -> State:
    """The state after records; those that it holds are in it already."""
    live = LiveState(before)
    for record in records:
        if seq_of(record) > live.serial:
            live.apply(record)
    return live.frozen()


class NoKinds:
    """Nothing here is of an older format, so that nobody is asked about a kind."""

    def status_fields(self, key: KindKey) -> tuple[str, ...]:
        raise AssertionError(key)

    def takes_reference(self, key: KindKey, path: str) -> bool:
        raise AssertionError(key, path)


def store(disk: Disk) -> FileStore:
    return FileStore(ROOT, "faq", "dev", NoKinds(), lease=1e9, gone=lambda owner: True, files=disk)


def content(state: State | LiveState) -> tuple[Any, ...]:
    """What of a state the scenario decides: all but the lineage, which is drawn by lot."""
    return (state.serial, dict(state.entries), dict(state.intents))


def carried_out(disk: Disk, first: int = 0) -> Run:
    """Run the scenario on `disk` until it ends or dies, and end what it left running in this process."""
    run = Run(disk, first)

    async def scenario() -> None:
        try:
            await run.until_the_end()
        except Dead:
            if run.session is not None:
                run.session._writer.shutdown()
                run.session._heartbeat.stop()

    asyncio.run(scenario())
    return run


def operations() -> range:
    """The numbers of the operations of a whole scenario."""
    disk = Disk()
    carried_out(disk)
    return range(disk.done)


def test_the_scenario_has_operations_to_die_at() -> None:
    assert len(operations()) > 60


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("tear", [False, True])
def test_a_death_at_any_operation_loses_nothing_acknowledged(end: End, tear: bool) -> None:
    for stop in operations():
        disk = Disk(stop=stop, tear=tear)
        run = carried_out(disk)
        assert disk.dead
        found = store(disk.after(end)).read()
        allowed = [content(state) for state in run.allowed(State(project="faq", environment="dev"))]
        assert content(found) in allowed, f"operation {stop}"


@pytest.mark.parametrize(
    ("end", "second_end"),
    [("process killed", "power lost"), ("power lost", "process killed"), ("contents lost", "contents lost")],
)
def test_the_next_run_goes_on_and_may_die_too(end: End, second_end: End) -> None:
    for stop, second_stop in itertools.product(range(0, 80, 3), range(0, 30, 3)):
        disk = Disk(stop=stop, tear=True)
        first = carried_out(disk)
        second = disk.after(end)
        before = store(second).read()
        second.stop = second_stop
        run = carried_out(second, first=before.serial)
        found = store(second.after(second_end)).read()
        allowed = run.allowed(before)
        if not run.acknowledged:  # what the first left unsynced was read, and may still vanish
            allowed += first.allowed(State(project="faq", environment="dev"))
        assert content(found) in [content(state) for state in allowed], (stop, second_stop)
        if before.lineage and found.serial:
            assert found.lineage == before.lineage


def test_a_full_disk_at_any_operation_is_reported_and_survived() -> None:
    for stop in itertools.count():
        disk = Disk(stop=stop, tear=True, full=True)
        asyncio.run(_with_retries(disk))
        if disk.stop != -1:
            assert stop > 50, "the scenario has become too short to prove anything"
            return


async def _with_retries(disk: Disk) -> None:
    """Every step once more when the disk was full: afterwards disk and memory hold the same."""
    session: FileSession | None = None
    while session is None:
        with _full_disk_reported():
            session = await store(disk).begin(OWNER, timeout=0, notify=print)
    for number in range(6):
        before = content(session.state)
        recorded = False
        while not recorded:
            with _full_disk_reported():
                await _one_step(session, number)
                recorded = True
            assert recorded or content(store(disk).read()) == before == content(session.state)
        found = store(disk).read()
        assert (content(found), found.account) == (content(session.state), session.state.account)
    with _full_disk_reported():
        await session.release()
    assert content(store(disk).read()) == content(session.state)


async def _one_step(session: FileSession, number: int) -> None:
    if number % 3 == 2:
        await session.commit(account=f"user-{number}")
    else:
        await session.append(Run.record(number))


@contextmanager
def _full_disk_reported() -> Iterator[None]:
    try:
        yield
    except StateError as error:
        if "the disk is full" not in error.summary:
            raise
