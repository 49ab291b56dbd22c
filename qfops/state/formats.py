"""State ⇄ the bytes of state.json: a public format with a version, verified before it is used.

Pretty-printed down to one field a line, sorted, with a checksum over the canonical JSON of everything else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from qfops.core.state import FORMAT_VERSION, Record, State
from qfops.core.values import JSON
from qfops.state.entries import read_address, read_entry, write_entry
from qfops.state.lines import compact
from qfops.state.problems import FormatError
from qfops.state.records import read_approved, read_record, write_record
from qfops.state.strict import Object, an_object, field, required

_KEYS = frozenset(
    (
        *("formatVersion", "lineage", "serial", "fence", "project", "environment", "account", "approved"),
        *("entries", "intents", "checksum"),
    )
)
_EXPANDED = {"": 1, "entries": 2, "intents": 1}
"""How many levels below a key of the document stand on lines of their own; deeper values share one."""

MIGRATIONS: Mapping[int, Callable[[Object], Object]] = {}
"""From each older format version, how a document becomes one of the next version."""


class Snapshot(NamedTuple):
    """What state.json holds: a state, and the fence number of the run that wrote it."""

    state: State
    fence: int = 0


def write_snapshot(snapshot: Snapshot) -> bytes:
    """The bytes of state.json."""
    state = snapshot.state
    document: Object = {
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
    document["checksum"] = _checksum(document)
    return pretty(document)


def read_snapshot(data: bytes) -> Snapshot:
    """The snapshot that `data` holds; FormatError says what is wrong, never a guess instead."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise FormatError("must be a JSON object")
    version = check_version(document)
    if document.pop("checksum", None) != _checksum(document):
        raise FormatError("does not fit its checksum: it was edited or damaged")
    while version < FORMAT_VERSION:
        document = MIGRATIONS[version](document)
        version += 1
    return _read(an_object(document, "state", _KEYS))


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


def pretty(document: Object) -> bytes:
    """Sorted JSON with a line for each field of an entry."""
    members = (
        f"  {_text(key)}: {_expanded(value, _EXPANDED.get(key, 1 if value else 0), '  ')}"
        for key, value in sorted(document.items())
    )
    return ("{\n" + ",\n".join(members) + "\n}\n").encode("utf-8", "surrogatepass")


def _expanded(value: JSON, levels: int, indent: str) -> str:
    if levels == 0 or not isinstance(value, (dict, list)) or not value:
        return _text(value)
    inner = indent + "  "
    if isinstance(value, list):
        lines = [f"{inner}{_expanded(item, levels - 1, inner)}" for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    lines = [f"{inner}{_text(key)}: {_expanded(value[key], levels - 1, inner)}" for key in sorted(value)]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False).encode


def _checksum(document: Mapping[str, object]) -> str:
    return hashlib.sha256(compact(document)).hexdigest()


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
