"""Steps that no call carries out: link, move, record, forget, retire. Pure: entries in, entries out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.state import Entry, Retired
from qfops.core.values import plain
from qfops.reconcile import entries
from qfops.reconcile.subject import Subject

STATE_ONLY = ("link", "record", "forget", "retire", "move")


def noted(subject: Subject, step: str, now: float) -> Mapping[Address, Entry | None]:
    """The entries that change with a step of state only, as they are once it is written (None: gone)."""
    change = subject.change
    if step == "link":
        return _linked(subject, now)
    entry = subject.entry()
    if entry is None:
        return {}
    if step == "forget":
        return {change.address: entries.ended(entry, subject.named().id)}
    if step == "retire":
        return {change.address: entries.put_aside(entry, change.reason)}
    if step == "move" and change.moved_from is not None:
        moved = replace(entry, address=change.address)
        return {
            change.moved_from: None,
            change.address: entries.recorded(moved, change, subject.desired(), None),
        }
    return {change.address: entries.recorded(entry, change, subject.desired(), subject.seen())}


def _linked(subject: Subject, now: float) -> Mapping[Address, Entry | None]:
    """An object that exists becomes the current one: an adopted stranger, or one that was kept."""
    change, kind = subject.change, subject.kind
    live = subject.scene.observed.find(kind.key, change.link)
    owner = change.moved_from or change.address
    kept = subject.scene.state.entries.get(owner)
    item = next((item for item in kept.retired if item.id == change.link), None) if kept else None
    if kept is None or item is None:
        assert live is not None, f"{change.link} was never seen"
        inputs = subject.inputs()
        return {change.address: entries.adopted(change, kind, subject.desired(), inputs, live, now)}
    current = replace(change, entry=subject.scene.state.entries.get(change.address))
    linked = entries.relinked(current, kind, item, live)
    if kind.run:
        linked = _as_wanted(subject, linked)
    if owner == change.address:
        return {owner: linked}
    return {owner: _without(kept, item), change.address: linked}


def _as_wanted(subject: Subject, entry: Entry) -> Entry:
    """A run with equal inputs is what is wanted, however it was written; but it stays in its container."""
    place = subject.kind.container
    attributes = subject.desired()
    if place is not None and place.path in entry.attributes:
        attributes = {**attributes, place.path: entry.attributes[place.path]}
    inputs = {path: plain(value) for path, value in subject.inputs().values.items()}
    return replace(entry, attributes=attributes, inputs=inputs)


def _without(entry: Entry, item: Retired) -> Entry | None:
    kept = tuple(other for other in entry.retired if other.id != item.id)
    return replace(entry, retired=kept) if entry.id is not None or kept else None
