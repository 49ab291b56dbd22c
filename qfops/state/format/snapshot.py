"""State ⇄ the bytes of state.json: a public format with a version, verified before it is used.

How it is laid out is said in `layout`; a file that is not what was written is refused, never guessed at.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from qfops.core.state import FORMAT_VERSION, Record, State
from qfops.state.format.entries import read_address, read_entry, write_entry
from qfops.state.format.layout import is_intact, sealed
from qfops.state.format.problems import FormatError
from qfops.state.format.records import read_approved, read_record, write_record
from qfops.state.format.strict import Object, an_object, field, required

_KEYS = frozenset(
    (
        *("formatVersion", "lineage", "serial", "fence", "project", "environment", "account", "approved"),
        *("entries", "intents", "checksum"),
    )
)
MIGRATIONS: Mapping[int, Callable[[Object], Object]] = {}
"""From each older format version, how a document becomes one of the next version."""


class Snapshot(NamedTuple):
    """What state.json holds: a state, and the fence number of the run that wrote it."""

    state: State
    fence: int = 0


def write_snapshot(snapshot: Snapshot) -> bytes:
    """The bytes of state.json."""
    with _no_collection():
        return sealed(_written(snapshot))


def _written(snapshot: Snapshot) -> Object:
    state = snapshot.state
    return {
        "formatVersion": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "fence": snapshot.fence,
        "project": state.project,
        "environment": state.environment,
        "account": state.account,
        "approved": None if state.approved is None else dict(state.approved),
        "entries": {str(address): write_entry(entry) for address, entry in state.entries.items()},
        "intents": [write_record(record) for record in state.intents.values()],
    }


def read_snapshot(data: bytes) -> Snapshot:
    """The snapshot that `data` holds; FormatError says what is wrong, never a guess instead."""
    with _no_collection():
        return _read(_document(data))


def _document(data: bytes) -> Object:
    """The verified document, in the form of the newest version."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise FormatError("must be a JSON object")
    version = check_version(document)
    if not is_intact(data):
        raise FormatError("does not fit its checksum: it was edited or damaged")
    while version < FORMAT_VERSION:
        document = MIGRATIONS[version](document)
        version += 1
    return an_object(document, "state", _KEYS)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking a large state again and again while more of it is made."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def check_version(document: Mapping[str, object]) -> int:
    """The format version, if this qfops can read it; FormatError says what to do about a newer one."""
    version = document.get("formatVersion")
    if not isinstance(version, int) or isinstance(version, bool):
        raise FormatError("has no formatVersion: it is not a file of qfops")
    if version > FORMAT_VERSION:
        raise FormatError(
            f"has format version {version}, written by a newer qfops; this one reads up to {FORMAT_VERSION}",
            "Upgrade qfops to the release that wrote it, or a later one.",
        )
    if version < FORMAT_VERSION and version not in MIGRATIONS:
        raise FormatError(f"has format version {version}, which no release of qfops wrote")
    return version


def _read(source: Object) -> Snapshot:
    intents = field(source, "intents", list, [], "state")
    records = [read_record(item, f"intents[{index}]") for index, item in enumerate(intents)]
    entries = {}
    for text, value in field(source, "entries", dict, {}, "state").items():
        where = f"entries[{text!r}]"
        address = read_address(text, where)
        entries[address] = read_entry(value, address, where)
    approved = source.get("approved")
    state = State(
        project=required(source, "project", "state"),
        environment=field(source, "environment", str, "", "state"),
        lineage=required(source, "lineage", "state"),
        serial=field(source, "serial", int, 0, "state"),
        account=field(source, "account", str, "", "state"),
        entries=entries,
        intents=_by_attempt(records),
        approved=None if approved is None else read_approved(approved, "state"),
    )
    return Snapshot(state, field(source, "fence", int, 0, "state"))


def _by_attempt(records: list[Record]) -> dict[str, Record]:
    found = {record.attempt: record for record in records}
    if len(found) < len(records):
        raise FormatError("intents: an attempt stands there twice")
    return found
