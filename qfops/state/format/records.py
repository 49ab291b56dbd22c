"""Record ⇄ JSON: one line of the journal, and one open intent of the snapshot.

Keys whose value says nothing are left out; `seq`, `type`, `attempt` and `step` always stand.
"""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.address import Address
from qfops.core.state import Entry, Record, RecordType
from qfops.core.values import JSON
from qfops.state.format.entries import read_address, read_entry, write_entry
from qfops.state.format.problems import FormatError
from qfops.state.format.strict import Object, an_object, field, number, required, sparse, word

_KEYS = frozenset(
    (
        *("seq", "type", "attempt", "address", "step", "operation", "object", "attributes", "before", "id"),
        *("outputs", "entries", "at", "expires", "by", "commit", "message", "done", "approved"),
    )
)
_TYPES: dict[str, RecordType] = {"intent": "intent", "outcome": "outcome", "failed": "failed"}
_CURRENT = "current"


def write_record(record: Record) -> Object:
    """The JSON of a record. An empty `before` (looked, found nothing) is kept apart from none.

    ValueError for an entry without a readable id or an approved plan that could not be read again.
    """
    entries: Object = {
        str(address): None if entry is None else write_entry(entry)
        for address, entry in record.entries.items()
    }
    document: Object = {
        "address": None if record.address is None else str(record.address),
        "operation": record.operation,
        "object": "" if record.object == _CURRENT else record.object,
        "attributes": dict(record.attributes),
        "id": record.id,
        "outputs": dict(record.outputs),
        "entries": entries,
        "at": record.at,
        "expires": record.expires,
        "by": record.by,
        "commit": record.commit,
        "message": record.message,
        "done": record.done,
        "approved": None if record.approved is None else dict(record.approved),
    }
    if record.approved is not None:
        read_approved(record.approved, "record")
    fixed: Object = {
        "seq": record.seq,
        "type": record.type,
        "attempt": record.attempt,
        "step": record.step,
    }
    if record.before is not None:
        fixed["before"] = record.before
    return fixed | sparse(document)


def read_record(value: object, where: str) -> Record:
    """The record that `value` describes; FormatError names `where` and the key."""
    source = an_object(value, where, _KEYS)
    if "type" not in source:
        raise FormatError(f"{where}.type is missing")
    seq = field(source, "seq", int, 0, where)
    if seq < 1:
        raise FormatError(f"{where}.seq must be a whole number from 1 on")
    return Record(
        type=word(source, "type", _TYPES, where),
        attempt=field(source, "attempt", str, "", where),
        address=read_address(required(source, "address", where), where) if "address" in source else None,
        step=field(source, "step", str, "", where),
        operation=field(source, "operation", str, "", where),
        object=field(source, "object", str, _CURRENT, where),
        attributes=field(source, "attributes", dict, {}, where),
        before=source.get("before"),
        id=field(source, "id", str, "", where),
        outputs=field(source, "outputs", dict, {}, where),
        entries=_read_entries(field(source, "entries", dict, {}, where), where),
        at=number(source, "at", where),
        expires=number(source, "expires", where),
        by=field(source, "by", str, "", where),
        commit=field(source, "commit", str, "", where),
        message=field(source, "message", str, "", where),
        done=field(source, "done", bool, False, where),
        approved=read_approved(source["approved"], where) if "approved" in source else None,
        seq=seq,
    )


def read_approved(value: object, above: str) -> Mapping[str, JSON]:
    """A stored approved plan: its `changes` name what they are about, the rest is the planner's own."""
    where = f"{above}.approved"
    if not isinstance(value, Mapping):
        raise FormatError(f"{where} must be an object")
    for index, change in enumerate(field(value, "changes", list, [], where)):
        place = f"{where}.changes[{index}]"
        if not isinstance(change, dict):
            raise FormatError(f"{place} must be an object")
        read_address(required(change, "address", place), place)
        field(change, "object", str, _CURRENT, place)
    return value


def _read_entries(source: Mapping[str, JSON], where: str) -> dict[Address, Entry | None]:
    entries: dict[Address, Entry | None] = {}
    for text, value in source.items():
        place = f"{where}.entries[{text!r}]"
        address = read_address(text, place)
        entries[address] = None if value is None else read_entry(value, address, place)
    return entries
