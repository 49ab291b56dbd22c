"""Record ⇄ JSON: one line of the journal, and one open intent of the snapshot.

Keys whose value says nothing are left out; `seq`, `type`, `attempt` and `step` always stand. An approval and
a strike are outcomes of the step `approve`; `moved` or `lines` stand in an outcome that is a move.
"""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.address import Address
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.state.records import (
    Approved,
    Before,
    Counters,
    Failure,
    Header,
    Intent,
    Moved,
    Outcome,
    Record,
    Strike,
)
from qfops.core.values import JSON
from qfops.state.format.approved import read_approved, write_approved
from qfops.state.format.entries import read_address, read_entry, write_entry
from qfops.state.format.problems import FormatError
from qfops.state.format.strict import (
    Object,
    an_object,
    field,
    named_texts,
    number,
    required,
    sparse,
    texts,
    word,
)

_KEYS = frozenset(
    (
        *("seq", "type", "attempt", "address", "step", "operation", "object", "attributes", "before", "id"),
        *("outputs", "entries", "at", "expires", "by", "commit", "message", "done", "approved", "dropped"),
        *("moved", "lines"),
    )
)
_TYPES = {"intent": "intent", "outcome": "outcome", "failed": "failed"}
_APPROVE = "approve"


def write_record(record: Record) -> Object:
    """The JSON of a record; ValueError for what could not be read again."""
    if isinstance(record, Approved):
        fixed: Object = {"seq": record.seq, "type": "outcome", "attempt": record.attempt, "step": _APPROVE}
        said = sparse({"at": record.at, "by": record.by, "commit": record.commit})
        return {**fixed, **said, "approved": write_approved(record.plan)}
    struck = isinstance(record, Strike)
    if isinstance(record, (Outcome, Strike)) and struck != (record.header.step == _APPROVE):
        raise ValueError(f"a strike, and no other outcome, is of the step {_APPROVE}")
    type_, document = _body(record)
    return {**_write_header(record.header, type_), **document}


def _body(record: Intent | Outcome | Failure | Strike | Moved) -> tuple[str, Object]:
    if isinstance(record, Intent):
        # An empty `before` (looked, found nothing) is kept apart from none.
        before: Object = {} if record.before is None else {"before": _write_before(record.before)}
        document: Object = {
            "attributes": dict(record.attributes),
            "outputs": dict(record.outputs),
            "entries": _write_entries({record.header.address: record.planned}),
            "expires": record.expires,
        }
        return "intent", {**before, **sparse(document)}
    if isinstance(record, Outcome):
        document = {
            "id": record.id,
            "outputs": dict(record.outputs),
            "entries": _write_entries(record.entries),
            "message": record.message,
            "done": record.done,
        }
        return "outcome", sparse(document)
    if isinstance(record, Failure):
        return "failed", sparse({"message": record.message})
    if isinstance(record, Moved):
        return "outcome", {
            "moved": {str(old): str(new) for old, new in record.places.items()},
            "lines": {str(old): str(new) if new is not None else None for old, new in record.lines.items()},
        }
    return "outcome", {"done": True, **sparse({"dropped": record.dropped})}


def _write_header(header: Header, type_: str) -> Object:
    document: Object = {
        "address": str(header.address),
        "operation": header.operation,
        "object": "" if header.object == CURRENT else header.object,
        "at": header.at,
        "by": header.by,
        "commit": header.commit,
    }
    fixed: Object = {"seq": header.seq, "type": type_, "attempt": header.attempt, "step": header.step}
    return {**fixed, **sparse(document)}


def _write_entries(entries: Mapping[Address, Entry | None]) -> Object:
    return {str(address): None if entry is None else write_entry(entry) for address, entry in entries.items()}


def _write_before(before: tuple[str, ...] | Counters) -> JSON:
    if isinstance(before, Counters):
        return {"status": dict(before.status), "outputs": dict(before.outputs)}
    return list(before)


def read_record(value: object, where: str) -> Record:
    """The record that `value` describes; FormatError names `where` and the key."""
    source = an_object(value, where, _KEYS)
    if "type" not in source:
        raise FormatError(f"{where}.type is missing")
    seq = field(source, "seq", int, 0, where)
    if seq < 1:
        raise FormatError(f"{where}.seq must be a whole number from 1 on")
    type_ = word(source, "type", _TYPES, where)
    if "approved" in source:
        return _read_approval(source, seq, where)
    header = _read_header(source, seq, where)
    if type_ == "intent":
        return _read_intent(source, header, where)
    if type_ == "failed":
        return Failure(header=header, message=field(source, "message", str, "", where))
    if header.step == _APPROVE:
        return Strike(header=header, dropped=field(source, "dropped", bool, False, where))
    if "moved" in source or "lines" in source:
        return _read_moved(source, header, where)
    return Outcome(
        header=header,
        entries=_read_entries(field(source, "entries", dict, {}, where), where),
        id=field(source, "id", str, "", where),
        outputs=field(source, "outputs", dict, {}, where),
        message=field(source, "message", str, "", where),
        done=field(source, "done", bool, False, where),
    )


def _read_moved(source: Object, header: Header, where: str) -> Moved:
    lines = field(source, "lines", dict, {}, where)
    carried_out: Object = {"lines": {old: new for old, new in lines.items() if new is not None}}
    forgotten = [read_address(old, f"{where}.lines") for old, new in lines.items() if new is None]
    return Moved(
        header=header,
        places=read_places(source, "moved", where),
        lines={**read_places(carried_out, "lines", where), **dict.fromkeys(forgotten)},
    )


def read_places(source: Object, key: str, where: str) -> dict[Address, Address]:
    """New addresses by old ones, as they stand at `key`."""
    place = f"{where}.{key}"
    written = named_texts(source, key, where)
    return {read_address(old, place): read_address(new, place) for old, new in written.items()}


def _read_header(source: Object, seq: int, where: str) -> Header:
    return Header(
        attempt=field(source, "attempt", str, "", where),
        address=read_address(required(source, "address", where), where),
        step=field(source, "step", str, "", where),
        operation=field(source, "operation", str, "", where),
        object=field(source, "object", str, CURRENT, where),
        at=number(source, "at", where),
        by=field(source, "by", str, "", where),
        commit=field(source, "commit", str, "", where),
        seq=seq,
    )


def _read_approval(source: Object, seq: int, where: str) -> Approved:
    return Approved(
        plan=read_approved(source["approved"], where),
        attempt=field(source, "attempt", str, "", where),
        at=number(source, "at", where),
        by=field(source, "by", str, "", where),
        commit=field(source, "commit", str, "", where),
        seq=seq,
    )


def read_intent(value: object, where: str) -> Intent:
    """The open intent that `value` describes; FormatError for a record of another type."""
    record = read_record(value, where)
    if not isinstance(record, Intent):
        raise FormatError(f"{where} is no intent")
    return record


def _read_intent(source: Object, header: Header, where: str) -> Intent:
    entries = _read_entries(field(source, "entries", dict, {}, where), where)
    return Intent(
        header=header,
        planned=entries.get(header.address),
        attributes=field(source, "attributes", dict, {}, where),
        outputs=field(source, "outputs", dict, {}, where),
        before=_read_before(source, where),
        expires=number(source, "expires", where),
    )


def _read_before(record: Object, above: str) -> Before:
    value, where = record.get("before"), f"{above}.before"
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(texts(record, "before", above))
    source = an_object(value, where, frozenset(("status", "outputs")))
    return Counters(named_texts(source, "status", where), field(source, "outputs", dict, {}, where))


def _read_entries(source: Mapping[str, JSON], where: str) -> dict[Address, Entry | None]:
    entries: dict[Address, Entry | None] = {}
    for text, value in source.items():
        place = f"{where}.entries[{text!r}]"
        address = read_address(text, place)
        entries[address] = None if value is None else read_entry(value, address, place)
    return entries
