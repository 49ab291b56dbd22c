"""One state folder: reading the snapshot and the journals as one state, and writing a snapshot.

Reading needs no lock and writes nothing: it reads again when a commit came in between. What does not fit
together (another project, a missing journal, an older pair put back) is refused, never repaired silently.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qfops.core.errors import StateError
from qfops.core.state.records import Record, seq_of
from qfops.core.state.state import State
from qfops.state.file.files import FileMark, Files, read_if_there, replace_file
from qfops.state.file.journal import JournalFile, JournalHeader, fence_of, journal_name, read_journal
from qfops.state.format.lines import compact
from qfops.state.format.problems import FormatError, damaged, told
from qfops.state.format.snapshot import Snapshot, read_snapshot
from qfops.state.format.strict import an_object, field, required
from qfops.state.format.version1 import KindFacts
from qfops.state.live_state import LiveState

_ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class SerialMark:
    """The newest pair of snapshot and journal that this folder has seen."""

    lineage: str
    serial: int


@dataclass(slots=True)
class LoadedState:
    """The folder's content: the state with every journal replayed, and what a writer has to know.

    `saved` is the serial of the snapshot; `spent` are journals none of whose records are needed.
    """

    state: LiveState
    saved: int
    spent: tuple[Path, ...]


class StateFolder:
    """`.qfops/<environment or "default">` of a project."""

    def __init__(self, path: Path, project: str, environment: str, files: Files, kinds: KindFacts) -> None:
        self.path, self.project, self.environment = path, project, environment
        self.files, self.kinds = files, kinds
        self.snapshot = path / "state.json"
        self.mark = path / "mark.json"

    def journal(self, fence: int) -> Path:
        """Where the journal of a fence number stands."""
        return self.path / journal_name(fence)

    def journals(self) -> list[tuple[int, Path]]:
        """The journals with their fence numbers, oldest first."""
        with told(self.path, "read"):
            names = self.files.names(self.path)
        found = ((fence_of(name), self.path / name) for name in names)
        return sorted((fence, path) for fence, path in found if fence is not None)

    def fence(self) -> int:
        """The highest fence number that a file of the folder bears, as far as it can be read."""
        try:
            fence = self._read_snapshot().fence
        except StateError:
            fence = 0  # whoever reads the state is told; the journals still count
        return max([fence, *(number for number, _ in self.journals())])

    def load(self) -> LoadedState:
        """Everything as one state; StateError when it cannot be read or trusted."""
        for _ in range(_ATTEMPTS):
            before = self._version()
            failure: StateError | None = None
            try:
                loaded = self._load()
            except StateError as error:
                failure = error
            if self._version() != before:
                continue
            if failure is not None:
                raise failure
            return loaded
        raise StateError(
            f"{self.snapshot}: is being replaced all the time",
            "Another process commits faster than this one can read.",
            "Wait for it to end, then run the command again.",
        )

    def save_snapshot(self, data: bytes) -> None:
        """Put a snapshot in the place of the one before; a crash leaves one of the two.

        The caller holds the lease, and the guard while this runs.
        """
        with told(self.snapshot, "written"):
            replace_file(self.files, self.snapshot, data)

    def save_mark(self, lineage: str, serial: int) -> None:
        """Remember that this lineage has come as far as this serial."""
        with told(self.mark, "written"):
            replace_file(self.files, self.mark, compact({"lineage": lineage, "serial": serial}) + b"\n")

    def remove_journals(self, fence: int) -> None:
        """Remove the journals up to a fence number: the snapshot holds all that counts of them."""
        self.remove(path for number, path in self.journals() if number <= fence)

    def remove(self, paths: Iterable[Path]) -> None:
        """Remove journals that are not needed any more."""
        for path in paths:
            with told(path, "written"):
                self.files.remove(path)

    def _version(self) -> FileMark | None:
        with told(self.snapshot, "read"):
            return self.files.mark(self.snapshot)

    def _load(self) -> LoadedState:
        mark = self._read_mark()
        state, fence = self._read_snapshot()
        live = LiveState(state)
        numbered = self.journals()
        spent = [path for number, path in numbered if number < fence]
        current: list[tuple[Path, JournalHeader, JournalFile]] = []
        for number, path in numbered:
            journal = self._read_journal(number, path) if number >= fence else None
            if journal is not None and journal.header is not None:
                current.append((path, journal.header, journal))
            elif number >= fence:
                spent.append(path)
        for index, (path, header, journal) in enumerate(current):
            before = live.serial
            limit = current[index + 1][1].after if index + 1 < len(current) else None
            self._follow(live, path, header, journal.up_to(limit))
            if live.serial == before:
                spent.append(path)
        self._compare(mark, live)
        return LoadedState(live, state.serial, tuple(spent))

    def _follow(self, live: LiveState, path: Path, header: JournalHeader, records: Iterable[Record]) -> None:
        """Apply what a journal adds."""
        self._check_home(path, header.project, header.environment)
        if live.lineage and header.lineage != live.lineage:
            raise damaged(path, FormatError(f"belongs to another lineage ({header.lineage}) than the state"))
        if header.after > live.serial:
            raise damaged(path, _gap(live.serial + 1, header.after))
        live.lineage = header.lineage
        for record in records:
            seq = seq_of(record)
            if seq > live.serial + 1:
                raise damaged(path, _gap(live.serial + 1, seq - 1))
            if seq > live.serial:
                live.apply(record)

    def _read_snapshot(self) -> Snapshot:
        """What state.json alone says; an empty state when there is none."""
        data = read_if_there(self.files, self.snapshot)
        if data is None:
            return Snapshot(State(project=self.project, environment=self.environment))
        try:
            snapshot = read_snapshot(data, self.kinds)
        except FormatError as error:
            raise damaged(self.snapshot, error) from None
        self._check_home(self.snapshot, snapshot.state.project, snapshot.state.environment)
        return snapshot

    def _read_journal(self, fence: int, path: Path) -> JournalFile | None:
        """None when it was removed since the folder was listed: no record of it was needed."""
        data = read_if_there(self.files, path)
        if data is None:
            return None
        try:
            return read_journal(data, fence, self.kinds)
        except FormatError as error:
            raise damaged(path, error) from None

    def _read_mark(self) -> SerialMark | None:
        """The newest pair seen here; None when there is no mark."""
        data = read_if_there(self.files, self.mark)
        if data is None:
            return None
        try:
            source = an_object(json.loads(data), "mark", frozenset(("lineage", "serial")))
            return SerialMark(required(source, "lineage", "mark"), field(source, "serial", int, 0, "mark"))
        except ValueError as error:
            raise damaged(self.mark, FormatError(f"cannot be understood: {error}")) from None

    def _check_home(self, path: Path, project: str, environment: str) -> None:
        """StateError when a file belongs to another project or environment."""
        for what, theirs, ours in (
            ("project", project, self.project),
            ("environment", environment, self.environment),
        ):
            if theirs != ours:
                found = FormatError(
                    f"belongs to {what} {theirs!r}, not to {ours!r}",
                    f"Run qfops where the {what} is {theirs!r}, or move this folder away.",
                )
                raise damaged(path, found)

    def _compare(self, mark: SerialMark | None, live: LiveState) -> None:
        if mark is None:
            return
        if live.lineage and mark.lineage != live.lineage:
            what = f"holds lineage {live.lineage}, but this folder was last used with {mark.lineage}"
        elif live.serial < mark.serial:
            what = f"holds serial {live.serial}, but {mark.serial} was seen here: an older copy was put back"
        else:
            return
        raise damaged(self.snapshot, FormatError(what))


def _gap(first: int, last: int) -> FormatError:
    lost = f"record {first} is" if first == last else f"records {first} to {last} are"
    return FormatError(f"{lost} missing: an older state.json was put back, or a journal was removed")
