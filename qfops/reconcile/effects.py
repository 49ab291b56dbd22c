"""What steps do to the entries of state: edits as values, and one function that applies them. Pure.

An edit is made when its step begins and applied when it is written down, to the entry as it is then: changes
of one address may overlap (its current object ends while a retired one does).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from qfops.core.address import Address
from qfops.core.observation import LiveObject
from qfops.core.paths import parse, put
from qfops.core.resource import Lifecycle
from qfops.core.state.entry import Due, Entry, Retired
from qfops.core.values import JSON, Marker, Value, plain

Entries: TypeAlias = "Mapping[Address, Entry | None]"
"""Entries that hold from now on, by address; None: the entry is gone."""
EntryOf = Callable[[Address], Entry | None]


@dataclass(frozen=True, slots=True)
class Ours:
    """The part of an entry that only the manifest decides."""

    labels: Mapping[str, str]
    lifecycle: Lifecycle
    dependencies: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """What becomes of the object that is current until now: why it is retired, and the end it owes."""

    object_id: str
    why: str
    due: Due | None


@dataclass(frozen=True, slots=True)
class Makes:
    """A new entry: of an object that is about to be made (no id yet), or of one that is taken over."""

    entry: Entry
    aside: Aside | None = None


@dataclass(frozen=True, slots=True)
class Sees:
    """What a read showed: outputs and status; `seconds` is how long the object took to be ready."""

    object: LiveObject | None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Sets:
    """Values by path that were applied, in order (ABSENT: taken out)."""

    values: tuple[tuple[str, JSON | Marker], ...] = ()
    ours: Ours | None = None
    sees: Sees | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """A kept object of `owner` becomes the current one; `attributes` and `inputs` say what a run is."""

    object_id: str
    owner: Address
    ours: Ours
    aside: Aside | None = None
    sees: Sees = Sees(None)
    attributes: Mapping[str, JSON] | None = None
    inputs: dict[str, JSON] = field(default_factory=dict)
    container: str = ""


@dataclass(frozen=True, slots=True)
class PutsAside:
    """The current object stays in the console without a manifest."""

    why: str


@dataclass(frozen=True, slots=True)
class Drops:
    """An object has left the entry."""

    object_id: str


@dataclass(frozen=True, slots=True)
class Keeps:
    """Nothing changes: a call on the way to an end."""


EntryEdit: TypeAlias = Makes | Sees | Sets | Links | PutsAside | Drops | Keeps


def edited(edit: EntryEdit, address: Address, entry_of: EntryOf) -> Entries:
    """The entries that change with an edit at `address`; `entry_of` knows those that hold until now."""
    entry = entry_of(address)
    match edit:
        case Makes():
            return {address: replace(edit.entry, retired=_retired(entry, edit.aside))}
        case Links():
            return _linked(edit, address, entry_of)
    if entry is None:
        return {}
    return {address: _edited(edit, entry)}


def _edited(edit: Sees | Sets | PutsAside | Drops | Keeps, entry: Entry) -> Entry | None:
    match edit:
        case Sees():
            return _seen(entry, edit)
        case Sets():
            return _set(entry, edit)
        case PutsAside(why=why):
            return replace(entry.without_object(), retired=(*entry.retired, entry.as_retired(why, None)))
        case Drops(object_id=object_id):
            return without(entry, object_id)
        case Keeps():
            return entry


def without(entry: Entry, object_id: str) -> Entry | None:
    """The entry once an object has left it; None when nothing remains."""
    rest = entry.without_object() if entry.id == object_id else entry.without_retired(object_id)
    return None if rest.empty else rest


def _retired(entry: Entry | None, aside: Aside | None) -> tuple[Retired, ...]:
    """The retired objects once the current one has joined them (one that is gone has no place there)."""
    if entry is None:
        return ()
    if aside is None or entry.id != aside.object_id:
        return entry.retired
    return (*entry.retired, entry.as_retired(aside.why, aside.due))


def _seen(entry: Entry, sees: Sees) -> Entry:
    seconds = max(entry.seconds, sees.seconds)
    live = sees.object
    if live is None:
        return entry if seconds == entry.seconds else replace(entry, seconds=seconds)
    outputs = {**entry.outputs, **live.outputs}
    return replace(entry, outputs=outputs, status=live.status or entry.status, seconds=seconds)


def _set(entry: Entry, sets: Sets) -> Entry:
    attributes = copy.deepcopy(entry.attributes) if sets.values else entry.attributes
    for path, value in sets.values:
        if isinstance(value, Marker):
            _remove(attributes, path)
        else:
            _put(attributes, path, value)
    result = replace(entry, attributes=attributes)
    if sets.ours is not None:
        result = owned(result, sets.ours)
    return _seen(result, sets.sees) if sets.sees is not None else result


def owned(entry: Entry, ours: Ours) -> Entry:
    """The entry with what only the manifest decides."""
    return replace(entry, labels=dict(ours.labels), lifecycle=ours.lifecycle, dependencies=ours.dependencies)


def _put(attributes: dict[str, JSON], path: str, value: JSON) -> None:
    widened: dict[str, Value] = {**attributes}
    put(widened, path, copy.deepcopy(value))
    attributes.update({key: plain(item) for key, item in widened.items()})


def _remove(attributes: dict[str, JSON], path: str) -> None:
    """Take a path out, and the objects above it that become empty."""
    *parents, last = parse(path)
    here: JSON = attributes
    for part in parents:
        here = here.get(str(part)) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here.pop(str(last), None)
        if not here and parents:
            _remove(attributes, path.rpartition(".")[0])


def _linked(edit: Links, address: Address, entry_of: EntryOf) -> Entries:
    kept, current = entry_of(edit.owner), entry_of(address)
    item = next((item for item in kept.retired if item.id == edit.object_id), None) if kept else None
    if kept is None or item is None:
        return {}
    same_run = current is not None and current.run_key == item.run_key
    entry = Entry(
        address=address,
        id=item.id,
        attributes=dict(item.attributes),
        outputs=dict(item.outputs),
        status=item.status,
        run_key=item.run_key,
        inputs=current.inputs if current is not None and same_run else {},
        created=item.created,
        retired=tuple(other for other in _retired(current, edit.aside) if other.id != item.id),
    )
    entry = _seen(owned(entry, edit.ours), edit.sees)
    if edit.attributes is not None:
        entry = _as_wanted(entry, edit, edit.attributes)
    if edit.owner == address:
        return {address: entry}
    return {edit.owner: without(kept, item.id), address: entry}


def _as_wanted(entry: Entry, edit: Links, attributes: Mapping[str, JSON]) -> Entry:
    """A run with equal inputs is what is wanted, however it was written; but it stays in its container."""
    place = {edit.container: entry.attributes[edit.container]} if edit.container in entry.attributes else {}
    return replace(entry, attributes={**attributes, **place}, inputs=edit.inputs)
