"""The edit of state that each step of a change means, from what the plan decided. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from qfops.core.observation import LiveObject
from qfops.core.paths import get
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import Change
from qfops.core.plan.steps import StateEditName
from qfops.core.state.entry import Entry
from qfops.core.values import ABSENT, JSON, UNOBSERVED, Marker, plain, same
from qfops.kinds.base import Kind
from qfops.planning.actions.runs import Inputs
from qfops.reconcile.apply.change_view import ChangeView
from qfops.reconcile.effects import (
    Aside,
    Drops,
    EntryEdit,
    Keeps,
    Links,
    Makes,
    Ours,
    PutsAside,
    Sees,
    Sets,
    owned,
)

Setting: TypeAlias = "tuple[str, JSON | Marker]"


def creation(view: ChangeView, desired: Mapping[str, JSON], now: float) -> Makes:
    """A new object: no id yet, and what other operations have to carry out left out.

    The object that it replaces is retired, owing its end where it is not kept.
    """
    kind, change = view.kind, view.change
    outside = kind.steps_outside_create()
    entry = Entry(
        address=change.address,
        id=None,
        attributes={key: value for key, value in desired.items() if key not in outside or not value},
        created=now,
    )
    return Makes(_of_run(owned(entry, _ours(change)), kind, view.inputs()), _aside(change, kind))


def setting(change: Change, desired: Mapping[str, JSON], paths: Iterable[str]) -> Sets:
    """The given paths were applied; what is held back keeps its prior value."""
    votes = {vote.path: vote for vote in change.attributes}
    values: list[Setting] = []
    for path in paths:
        key, _, index = path.partition("[")
        items = desired.get(key)
        vote = votes.get(path)
        if index.rstrip("]").isdigit() and isinstance(items, list):
            values.append((key, items[: int(index.rstrip("]")) + 1]))
        elif vote is not None and vote.desired is ABSENT:
            values.append((path, ABSENT))
        else:
            values.append(_wanted(path, desired))
    return Sets(tuple(values))


def recording(change: Change, desired: Mapping[str, JSON], live: LiveObject | None) -> Sets:
    """What needs no call is noted down: equal values, dropped paths, what the manifest alone decides."""
    ours = _ours(change) if change.resource is not None else None
    return Sets(tuple(_recorded(change, desired)), ours, Sees(live))


def state_edit(name: StateEditName, view: ChangeView, now: float) -> EntryEdit:
    """What a step of state only means."""
    change = view.change
    match name:
        case "link":
            return _link(view, now)
        case "forget":
            return Drops(view.named().id)
        case "retire":
            return PutsAside(change.reason)
        case "move":
            # the entry stands here already: all moves are carried out before the first step
            return recording(change, view.desired(), None) if change.resource is not None else Keeps()
        case "record":
            return recording(change, view.desired(), view.seen())


def _link(view: ChangeView, now: float) -> Makes | Links:
    """An object that exists becomes the current one: an adopted stranger, or one that was kept."""
    change, origin = view.change, view.change.origin
    live = view.observed.find(view.kind.key, origin.link)
    owner = origin.linked_from or change.address
    kept = view.state.entry(owner)
    if kept is None or all(item.id != origin.link for item in kept.retired):
        assert live is not None, f"{origin.link} was never seen"
        return Makes(_adopted(view, live, now))
    run = view.kind.run
    place = view.kind.container
    return Links(
        origin.link,
        owner,
        _ours(change),
        _aside(change, view.kind),
        Sees(live),
        attributes=view.desired() if run else None,
        inputs={path: plain(value) for path, value in view.inputs().values.items()} if run else {},
        container=place.path if place is not None else "",
    )


def _adopted(view: ChangeView, live: LiveObject, now: float) -> Entry:
    """The entry of an object that is taken over: what no read shows is assumed from the manifest."""
    change = view.change
    unseen = (
        vote.path
        for vote in change.attributes
        if vote.live is UNOBSERVED and vote.verdict not in (Verdict.SAME, Verdict.DROP)
    )
    entry = Entry(
        address=change.address,
        id=live.id,
        attributes=dict(view.desired()),
        assumed=tuple(unseen),
        outputs=dict(live.outputs),
        status=live.status,
        created=now,
    )
    return _of_run(owned(entry, _ours(change)), view.kind, view.inputs())


def _of_run(entry: Entry, kind: Kind, inputs: Inputs) -> Entry:
    """The entry with what a run was made from; other kinds, and what is not known yet, have nothing of it."""
    if not kind.run or not inputs.key:
        return entry
    made_from = {path: plain(value) for path, value in inputs.values.items()}
    return replace(entry, run_key=inputs.key, inputs=made_from)


def _ours(change: Change) -> Ours:
    assert change.resource is not None
    return Ours(change.resource.labels, change.resource.lifecycle, change.depends_on)


def _aside(change: Change, kind: Kind) -> Aside | None:
    """What becomes of the object that is current until now; None where there is none."""
    entry, link = change.entry, change.origin.link
    if entry is None or entry.id is None or not change.id:
        return None
    why = f"{link} was linked again in its place" if link else change.reason
    if entry.id in change.ends.keeps:
        return Aside(entry.id, why, None)
    return Aside(entry.id, why, "deactivate" if kind.end == "deactivate" else "delete")


def _recorded(change: Change, desired: Mapping[str, JSON]) -> Iterator[Setting]:
    for vote in change.attributes:
        if vote.verdict is Verdict.DROP:
            yield vote.path, ABSENT
        elif vote.verdict is Verdict.SAME and not same(vote.prior, vote.desired):
            yield _wanted(vote.path, desired)


def _wanted(path: str, desired: Mapping[str, JSON]) -> Setting:
    """A path with its desired value; items of keyed sets are taken with their whole list."""
    value = get(dict(desired), path)
    while isinstance(value, Marker) and "." in path:
        path = path.rpartition(".")[0]
        value = get(dict(desired), path)
    return (path, ABSENT) if isinstance(value, Marker) else (path, plain(value))
