"""Live objects from what the console answers. Only `qfops.objects` asks here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qfops.core.observation import LiveObject
from qfops.core.paths import get, put
from qfops.core.values import JSON, Marker, Value, plain
from qfops.kinds.base import Kind, is_plain_id
from qfops.kinds.ids import object_id, outputs_in
from qfops.kinds.status import phase_of


def decode(kind: Kind, item: Mapping[str, JSON], *, complete: bool = False) -> LiveObject:
    """A live object from one answer or list item; `complete` when the read shows all that can be shown.

    Every member of an answer is optional, and null is not shown either.
    """
    raw = kind.decode(item) if kind.decode is not None else item
    attributes: dict[str, JSON] = {
        key: raw[key] for key in kind.echoed if raw.get(key) is not None and key not in kind.echo
    }
    elsewhere: dict[str, Value] = {}
    for path, wire in kind.echo.items():
        value = get(raw, wire)
        if not isinstance(value, Marker) and value is not None:
            put(elsewhere, path, value)
    attributes.update({key: plain(value) for key, value in elsewhere.items()})
    outputs = outputs_in(kind, raw)
    status = {
        field.key: str(raw[field.key]) for field in kind.readiness.fields if raw.get(field.key) is not None
    }
    reason = raw.get(kind.readiness.reason) if kind.readiness.reason else None
    return LiveObject(
        id=object_id(kind, outputs),
        attributes=attributes,
        outputs=outputs,
        status=status,
        phase=phase_of(kind, status),
        reason=str(reason) if reason else "",
        complete=complete,
    )


def each_of(kind: Kind, item: Mapping[str, JSON]) -> Iterable[LiveObject]:
    """The objects whose ids one item of a list holds (the versions of a model set); "" for what is no id."""
    listing = kind.listing
    assert listing is not None, f"{kind.name} has no list"
    ids = item.get(listing.each)
    carried = {ours: item[theirs] for ours, theirs in listing.carry.items() if theirs in item}
    for name in ids if isinstance(ids, list) else [] if ids is None else [ids]:
        yield LiveObject(name if is_plain_id(name) else "", carried, {kind.id[0]: name})
