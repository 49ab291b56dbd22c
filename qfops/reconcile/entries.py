"""Entries of state as steps leave them behind. Pure: the executor asks here and journals what it gets."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace

from qfops.core.observation import LiveObject
from qfops.core.paths import get, parse, put
from qfops.core.plan import CURRENT, Change, Verdict
from qfops.core.resource import Resource
from qfops.core.state import Due, Entry, Record, Retired
from qfops.core.values import ABSENT, JSON, UNOBSERVED, Marker, Value, plain, same
from qfops.kinds.base import Kind
from qfops.planning.runs import Inputs


def fresh(change: Change, kind: Kind, desired: Mapping[str, JSON], inputs: Inputs, now: float) -> Entry:
    """The entry of an object about to be made: no id yet, what other operations have to carry out left out.

    The object that it replaces moves to `retired`; `due` is the end it owes when it is not kept.
    """
    assert change.resource is not None
    outside = kind.steps_outside_create()
    return _ours(
        Entry(
            change.address,
            None,
            {key: value for key, value in desired.items() if key not in outside or not value},
            run_key=inputs.key if kind.run else "",
            inputs={path: plain(value) for path, value in inputs.values.items()} if kind.run else {},
            created=now,
            retired=_with_current(change, kind),
        ),
        change.resource,
        change,
    )


def _ours(entry: Entry, resource: Resource, change: Change) -> Entry:
    """The part of an entry that only the manifest decides."""
    return replace(
        entry,
        labels=dict(resource.labels),
        lifecycle=resource.lifecycle,
        dependencies=change.depends_on,
    )


def _with_current(change: Change, kind: Kind) -> tuple[Retired, ...]:
    """The retired objects once the current one has joined them (one that is gone has no place there)."""
    entry = change.entry
    if entry is None:
        return ()
    if entry.id is None or not change.id:
        return entry.retired
    due: Due | None = None
    if entry.id not in change.keeps:
        due = "deactivate" if kind.end == "deactivate" else "delete"
    why = f"{change.link} was linked again in its place" if change.link else change.reason
    return (*entry.retired, as_retired(entry, why, due))


def as_retired(entry: Entry, why: str, due: Due | None) -> Retired:
    """The current object of an entry as a retired one."""
    assert entry.id is not None
    return Retired(
        entry.id, dict(entry.attributes), dict(entry.outputs), entry.run_key, entry.status, why, due
    )


def made(entry: Entry, object_id: str, outputs: Mapping[str, JSON]) -> Entry:
    """The entry once the console has answered with the object."""
    return replace(entry, id=object_id, outputs={**entry.outputs, **outputs})


def changed(entry: Entry, change: Change, desired: Mapping[str, JSON], paths: Iterable[str]) -> Entry:
    """The entry once the given paths were applied; what is held back keeps its prior value."""
    attributes = copy.deepcopy(entry.attributes)
    votes = {vote.path: vote for vote in change.attributes}
    for path in paths:
        key, _, index = path.partition("[")
        vote = votes.get(path)
        if index.rstrip("]").isdigit() and isinstance(desired.get(key), list):
            items = desired[key]
            assert isinstance(items, list)
            attributes[key] = items[: int(index.rstrip("]")) + 1]
        elif vote is not None and vote.desired is ABSENT:
            remove(attributes, path)
        else:
            _apply(attributes, path, desired)
    return replace(entry, attributes=attributes)


def _apply(attributes: dict[str, JSON], path: str, desired: Mapping[str, JSON]) -> None:
    """Set one path to its desired value; items of keyed sets are taken with their whole list."""
    value = get(desired, path)
    while isinstance(value, Marker) and "." in path:
        path = path.rpartition(".")[0]
        value = get(desired, path)
    if isinstance(value, Marker):
        remove(attributes, path)
        return
    widened: dict[str, Value] = {**attributes}
    put(widened, path, copy.deepcopy(value))
    attributes.update({key: plain(item) for key, item in widened.items()})


def remove(attributes: dict[str, JSON], path: str) -> None:
    """Take a path out, and the objects above it that become empty."""
    *parents, last = parse(path)
    here: JSON = attributes
    for part in parents:
        here = here.get(str(part)) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here.pop(str(last), None)
        if not here and parents:
            remove(attributes, path.rpartition(".")[0])


def recorded(entry: Entry, change: Change, desired: Mapping[str, JSON], live: LiveObject | None) -> Entry:
    """The entry with what needs no call noted down: equal values, dropped paths, our own fields."""
    attributes = copy.deepcopy(entry.attributes)
    for vote in change.attributes:
        if vote.verdict is Verdict.DROP:
            remove(attributes, vote.path)
        elif vote.verdict is Verdict.SAME and not same(vote.prior, vote.desired):
            _apply(attributes, vote.path, desired)
    result = replace(entry, attributes=attributes)
    if change.resource is not None:
        result = _ours(result, change.resource, change)
    return seen(result, live)


def seen(entry: Entry, live: LiveObject | None) -> Entry:
    """The entry with the outputs and the status that a read showed."""
    if live is None:
        return entry
    outputs = {**entry.outputs, **live.outputs}
    return replace(entry, outputs=outputs, status=live.status or entry.status)


def adopted(
    change: Change, kind: Kind, desired: Mapping[str, JSON], inputs: Inputs, live: LiveObject, now: float
) -> Entry:
    """The entry of an object that was taken over: what no read shows is assumed from the manifest."""
    assert change.resource is not None
    entry = Entry(
        change.address,
        live.id,
        copy.deepcopy(dict(desired)),
        assumed=tuple(
            vote.path
            for vote in change.attributes
            if vote.live is UNOBSERVED and vote.verdict not in (Verdict.SAME, Verdict.DROP)
        ),
        outputs=dict(live.outputs),
        status=live.status,
        run_key=inputs.key if kind.run else "",
        inputs={p: plain(v) for p, v in inputs.values.items()} if kind.run and inputs.key else {},
        created=now,
        retired=change.entry.retired if change.entry else (),
    )
    return _ours(entry, change.resource, change)


def relinked(change: Change, kind: Kind, item: Retired, live: LiveObject | None) -> Entry:
    """The entry whose kept object has become the current one again; the other one is kept or due."""
    assert change.resource is not None
    retired = tuple(other for other in _with_current(change, kind) if other.id != item.id)
    inputs = change.entry.inputs if change.entry and change.entry.run_key == item.run_key else {}
    entry = Entry(
        change.address,
        item.id,
        dict(item.attributes),
        outputs=dict(item.outputs),
        status=item.status,
        run_key=item.run_key,
        inputs=inputs,
        retired=retired,
    )
    return seen(_ours(entry, change.resource, change), live)


def ended(entry: Entry, object_id: str) -> Entry | None:
    """The entry once an object has left it; None when nothing remains."""
    if entry.id == object_id:
        entry = replace(
            entry, id=None, attributes={}, outputs={}, assumed=(), status="", run_key="", inputs={}
        )
    else:
        entry = replace(entry, retired=tuple(item for item in entry.retired if item.id != object_id))
    return entry if entry.id is not None or entry.retired else None


def put_aside(entry: Entry, why: str) -> Entry:
    """The entry whose current object stays in the console without a manifest."""
    kept = as_retired(entry, why, None)
    bare = replace(entry, id=None, attributes={}, outputs={}, assumed=(), status="", run_key="", inputs={})
    return replace(bare, retired=(*entry.retired, kept))


def rebased(intent: Record, planned: Entry | None, entry: Entry | None) -> Entry | None:
    """What an intent planned, on top of what has become of its address meanwhile.

    Two calls of one address may be open at once (the end of the current object, ends of retired ones), and
    each planned for itself alone.
    """
    if entry is None:
        return planned
    if intent.object not in (CURRENT, entry.id):
        stays = planned is not None and any(item.id == intent.object for item in planned.retired)
        return entry if stays else ended(entry, intent.object)
    if planned is None:
        return ended(entry, entry.id or "")
    known = {entry.id, *(item.id for item in entry.retired)}
    after = replace(planned, retired=tuple(item for item in planned.retired if item.id in known))
    makes = intent.step == "create"
    return after if makes or after.id is not None or after.retired else None
