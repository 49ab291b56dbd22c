"""The journal of one fence number: a header line, then a line for each record.

The header says after which serial this run went on. What an older fence appends later has a higher number
than that and is not part of the state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qfops.core.state.records import Record, seq_of
from qfops.core.state.state import FORMAT_VERSION
from qfops.state.file.files import Files
from qfops.state.format import version1
from qfops.state.format.lines import decode_lines, encode_line
from qfops.state.format.problems import FormatError
from qfops.state.format.records import read_record
from qfops.state.format.snapshot import check_version
from qfops.state.format.strict import Object, an_object, field, number, required
from qfops.state.format.version1 import KindFacts

_NAME = re.compile(r"journal-([0-9]+)\.jsonl")
_KEYS = frozenset(("formatVersion", "fence", "after", "lineage", "project", "environment", "at", "by"))


def journal_name(fence: int) -> str:
    """The name of a fence's journal."""
    return f"journal-{fence}.jsonl"


def fence_of(name: str) -> int | None:
    """The fence number of a journal's name; None for other files."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class JournalHeader:
    """The first line: this fence goes on after the serial `after` of this lineage."""

    fence: int
    after: int
    lineage: str
    project: str
    environment: str
    at: float
    by: str

    def line(self) -> bytes:
        """The line as it stands in the file."""
        return encode_line(
            {
                "formatVersion": FORMAT_VERSION,
                "fence": self.fence,
                "after": self.after,
                "lineage": self.lineage,
                "project": self.project,
                "environment": self.environment,
                "at": self.at,
                "by": self.by,
            }
        )


@dataclass(frozen=True, slots=True)
class JournalFile:
    """A journal as read: a crash right after its creation leaves no header and no records."""

    header: JournalHeader | None
    records: tuple[Record, ...]

    def up_to(self, limit: int | None) -> Iterator[Record]:
        """The records up to the serial `limit`, after which the next fence went on (None: all)."""
        return (record for record in self.records if limit is None or seq_of(record) <= limit)


def read_journal(data: bytes, fence: int, kinds: KindFacts) -> JournalFile:
    """The journal of `fence`; FormatError for anything but a torn last line.

    `kinds` are asked about journals of older formats only.
    """
    header: JournalHeader | None = None
    records: list[Record] = []
    version = FORMAT_VERSION
    for index, document in decode_lines(data):
        where = f"line {index}"
        if header is None:
            version, header = check_version(document), _read_header(document, where)
        else:
            line = version1.record(document, kinds) if version == 1 else document
            records.append(read_record(line, where))
    if header is not None and header.fence != fence:
        raise FormatError(f"was written under fence number {header.fence}: the file was renamed")
    return JournalFile(header, tuple(records))


def _read_header(document: Object, where: str) -> JournalHeader:
    source = an_object(document, where, _KEYS)
    return JournalHeader(
        fence=field(source, "fence", int, 0, where),
        after=field(source, "after", int, 0, where),
        lineage=required(source, "lineage", where),
        project=required(source, "project", where),
        environment=field(source, "environment", str, "", where),
        at=number(source, "at", where),
        by=field(source, "by", str, "", where),
    )


class JournalWriter:
    """Appends to one journal file; what `append` returns from is on stable storage.

    After a failed write the file is cut back to what was durable, so that nothing half-written is ever
    followed by something else; where even that fails, the writer is `broken` and writes no more.
    """

    def __init__(self, files: Files, path: Path) -> None:
        self._files, self.path = files, path
        self._descriptor: int | None = None
        self._size = 0
        self.broken = False

    @property
    def started(self) -> bool:
        """Whether the file is there, with its header."""
        return self._descriptor is not None

    def start(self, header: JournalHeader) -> None:
        """Create the file with its header; OSError leaves no file behind.

        What an earlier file of this fence holds must be in the snapshot: it is replaced.
        """
        self._files.remove(self.path)
        descriptor = self._files.create(self.path)
        line = header.line()
        try:
            self._files.write(descriptor, line)
            self._files.sync(descriptor)
            self._files.sync_folder(self.path.parent)
        except OSError:
            self._files.close(descriptor)
            self._files.remove(self.path)
            raise
        self._descriptor, self._size = descriptor, len(line)

    def append(self, data: bytes) -> None:
        """Write whole lines and wait until they are durable; OSError leaves the file as it was."""
        assert self._descriptor is not None
        try:
            self._files.write(self._descriptor, data)
            self._files.sync(self._descriptor)
        except OSError:
            self._cut_back(self._descriptor)
            raise
        self._size += len(data)

    def close(self) -> None:
        """Give the file back; a later `start` makes a new one."""
        if self._descriptor is not None:
            self._files.close(self._descriptor)
            self._descriptor = None

    def _cut_back(self, descriptor: int) -> None:
        self.broken = True
        self._files.cut(descriptor, self._size)
        self._files.sync(descriptor)
        self.broken = False
