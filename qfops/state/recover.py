"""`state recover`: a state from what is readable of a damaged folder; everything as it was is kept.

It believes no line whose checksum fails, and never files of another project or of a newer qfops. What it had
to leave out is said in sentences: objects made in the gap exist in the console without an entry.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from qfops.core.errors import StateError
from qfops.core.state import State
from qfops.state.files import read_if_there, replace_file
from qfops.state.folder import StateFolder
from qfops.state.formats import Snapshot, read_snapshot, write_snapshot
from qfops.state.journal import Header, Journal, salvage_journal
from qfops.state.problems import RESTORE, FormatError, damaged, told
from qfops.state.replay import Working


@dataclass(frozen=True, slots=True)
class Recovery:
    """The state that holds now, the folder with the files as they were, and what is not in the state."""

    state: State
    kept: Path
    left_out: tuple[str, ...]


def recover(folder: StateFolder, fence: int) -> Recovery:
    """Replace the folder's content by what is readable of it.

    The caller holds the lease with this fence number, and the guard.
    """
    left_out: list[str] = []
    snapshot = _readable_snapshot(folder, left_out)
    journals = _readable_journals(folder, snapshot.fence, left_out)
    lineage, seen = _origin(folder, snapshot, journals, left_out)
    working = Working(snapshot.state)
    _replay(working, [item for item in journals if item.header.lineage == lineage], left_out)
    if seen > working.serial:
        left_out.append(f"records {working.serial + 1} to {seen} are missing")
    state = replace(working.frozen(), lineage=lineage, serial=max(seen, working.serial))
    kept = _keep(folder, fence)
    folder.save_snapshot(write_snapshot(Snapshot(state, fence)))
    folder.remove_journals(fence)
    folder.save_mark(state.lineage, state.serial)
    return Recovery(state, kept, tuple(left_out))


class _Readable(NamedTuple):
    """A journal that has at least its header."""

    path: Path
    header: Header
    journal: Journal


def _replay(working: Working, journals: list[_Readable], left_out: list[str]) -> None:
    for item, following in zip_longest(journals, journals[1:]):
        limit = following.header.after if following else None
        for record in item.journal.up_to(limit):
            if record.seq > working.serial + 1:
                left_out.append(
                    f"{item.path.name}: records {working.serial + 1} to {record.seq - 1} are missing"
                )
            if record.seq > working.serial:
                working.apply(record)


def _readable_snapshot(folder: StateFolder, left_out: list[str]) -> Snapshot:
    data = read_if_there(folder.files, folder.snapshot)
    try:
        snapshot = (
            Snapshot(State(folder.project, folder.environment)) if data is None else read_snapshot(data)
        )
    except FormatError as error:
        _must_be_damage(folder.snapshot, error)
        left_out.append(f"{folder.snapshot.name}: {error}")
        return Snapshot(State(folder.project, folder.environment))
    folder.check_home(folder.snapshot, snapshot.state.project, snapshot.state.environment)
    return snapshot


def _readable_journals(folder: StateFolder, fence: int, left_out: list[str]) -> list[_Readable]:
    found = []
    for number, path in folder.journals():
        journal = salvage_journal(read_if_there(folder.files, path) or b"")
        if number < fence:
            continue
        if journal.damage is not None:
            _must_be_damage(path, journal.damage)
            left_out.append(f"{path.name}: {journal.damage}; what follows is left out")
        if journal.header is not None:
            folder.check_home(path, journal.header.project, journal.header.environment)
            found.append(_Readable(path, journal.header, journal))
    return found


def _must_be_damage(path: Path, error: FormatError) -> None:
    if error.remedy != RESTORE:
        raise damaged(path, error)


def _origin(
    folder: StateFolder, snapshot: Snapshot, journals: list[_Readable], left_out: list[str]
) -> tuple[str, int]:
    """The lineage that goes on, and the highest serial that this folder has seen."""
    try:
        mark = folder.read_mark()
    except StateError as error:
        left_out.append(error.summary)
        mark = None
    known = [
        snapshot.state.lineage,
        *(item.header.lineage for item in journals),
        mark.lineage if mark else "",
    ]
    lineage = next(filter(None, known), uuid.uuid4().hex)
    left_out.extend(
        f"{item.path.name}: belongs to another lineage ({item.header.lineage})"
        for item in journals
        if item.header.lineage != lineage
    )
    return lineage, mark.serial if mark and mark.lineage == lineage else 0


def _keep(folder: StateFolder, fence: int) -> Path:
    """Copy the files as they are into a folder of their own."""
    kept = folder.path / f"before-recovery-{fence}"
    with told(kept, "written"):
        folder.files.make_folder(kept)
        for path in [folder.snapshot, folder.mark, *(path for _, path in folder.journals())]:
            data = read_if_there(folder.files, path)
            if data is not None:
                replace_file(folder.files, kept / path.name, data)
    return kept
