"""State ⇄ the bytes of state.json: a public format with a version, verified before it is used.

How it is laid out is said in `layout`; a file that is not what was written is refused, never guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from qfops.core.state.approved_plan import AppliedPlan
from qfops.core.state.records import Intent
from qfops.core.state.state import FORMAT_VERSION, State
from qfops.state.format import version1
from qfops.state.format.approved import read_approved, write_approved
from qfops.state.format.entries import read_address, read_entry, write_entry
from qfops.state.format.layout import is_intact, sealed
from qfops.state.format.problems import FormatError
from qfops.state.format.records import read_intent, read_places, write_record
from qfops.state.format.strict import Object, an_object, field, number, required
from qfops.state.format.version1 import KindFacts

_KEYS = frozenset(
    (
        *("formatVersion", "lineage", "serial", "fence", "project", "environment", "account", "approved"),
        *("entries", "intents", "moved", "checksum", "applied"),
    )
)
_OLDEST = 1
"""The oldest format version that is still read."""


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
        "approved": None if state.approved is None else write_approved(state.approved),
        "entries": {str(address): write_entry(entry) for address, entry in state.entries.items()},
        "intents": [write_record(record) for record in state.intents.values()],
    }
    if state.moved:  # a key that came later: what has never moved anything stays as it was written
        document["moved"] = {str(old): str(new) for old, new in state.moved.items()}
    if state.applied:
        document["applied"] = [{"digest": plan.digest, "at": plan.at} for plan in state.applied]
    return sealed(document)


def read_snapshot(data: bytes, kinds: KindFacts) -> Snapshot:
    """The snapshot that `data` holds; FormatError says what is wrong, never a guess instead.

    `kinds` are asked about documents of older formats only.
    """
    return _read(_document(data, kinds))


def _document(data: bytes, kinds: KindFacts) -> Object:
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
    source = an_object(document, "state", _KEYS)
    return version1.snapshot(source, kinds) if version == 1 else source


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
    if version < _OLDEST:
        raise FormatError(f"has format version {version}, which no release of qfops wrote")
    return version


def _read(source: Object) -> Snapshot:
    intents = field(source, "intents", list, [], "state")
    records = [read_intent(item, f"intents[{index}]") for index, item in enumerate(intents)]
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
        moved=read_places(source, "moved", "state"),
        applied=tuple(_applied(source)),
    )
    return Snapshot(state, field(source, "fence", int, 0, "state"))


def _applied(source: Object) -> Iterator[AppliedPlan]:
    """The plans that were done to the end; none in a state that was written before they were kept."""
    for index, item in enumerate(field(source, "applied", list, [], "state")):
        where = f"state.applied[{index}]"
        found = an_object(item, where, frozenset(("digest", "at")))
        yield AppliedPlan(required(found, "digest", where), number(found, "at", where))


def _by_attempt(records: list[Intent]) -> dict[str, Intent]:
    found = {record.header.attempt: record for record in records}
    if len(found) < len(records):
        raise FormatError("intents: an attempt stands there twice")
    return found
