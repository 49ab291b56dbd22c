"""Looking for the effect of a lost call: the search scope of a create, the counters of an append, the object.

It only reads; what the findings mean is decided in `ruling`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from qfops.core.address import Address
from qfops.core.observation import LiveObject
from qfops.core.plan.actions import Verdict
from qfops.core.plan.steps import Repeat, operation_of
from qfops.core.state.entry import Entry
from qfops.core.state.neighbours import NO_NEIGHBOURS, Neighbours
from qfops.core.state.records import Counters, Intent
from qfops.core.state.state import owned_ids
from qfops.kinds.base import Kind
from qfops.kinds.ids import malformed
from qfops.kinds.live_values import unobserved
from qfops.objects.answers import CannotTell, Missing, Moment, Shown
from qfops.objects.objects import Objects
from qfops.planning.diff.resource_diff import diff
from qfops.reconcile.lost_calls.ruling import Look, Seen, seen_among

# A vote on what the call did not touch, and a vote that says: it is as the call was to make it.
_NOT_OURS = (Verdict.DRIFT, Verdict.NOTE)
_DONE = (Verdict.SAME, Verdict.DROP)


async def look_for(
    objects: Objects,
    kind: Kind,
    intent: Intent,
    repeat: Repeat,
    entries: Mapping[Address, Entry],
    neighbours: Callable[[], Neighbours] = lambda: NO_NEIGHBOURS,
) -> tuple[Look, Moment]:
    """One look at what became of a lost call, and when it began.

    What `entries` or `neighbours` own is no candidate for a lost create; the latter are asked for only where
    there is one. An answer that began before now never serves.
    """
    since = objects.moment()
    if repeat is Repeat.LOOK_UP and not isinstance(intent.before, Counters):
        look, began = await _created(objects, kind, intent, {key.id for key in owned_ids(entries)}, since)
        return (_without_neighbours(look, kind, neighbours) if look.candidates else look), began
    scope = kind.scope_in(intent.attributes)
    found = await objects.read(kind, intent.outputs, scope=scope, since=since)
    if isinstance(found, CannotTell):
        return Look(Seen.UNREADABLE, reason=found.reason), found.began
    if isinstance(found, Missing):
        return Look(Seen.GONE), found.began
    if isinstance(intent.before, Counters):
        now = counters(kind, intent.header.step, found.object)
        return _moved(kind, intent, intent.before, now), found.began
    shown = _shows(kind, intent, found.object, entries.get(intent.header.address))
    return Look(Seen.SHOWN if shown else Seen.NOT_SHOWN), found.began


async def _created(
    objects: Objects, kind: Kind, intent: Intent, taken: Collection[str], since: Moment
) -> tuple[Look, Moment]:
    """Only what is new, has an id of the kind's form, and equals in every attribute that is shown is ours."""
    found = await objects.candidates(kind, intent.attributes, since=since)
    if isinstance(found, CannotTell):
        return Look(Seen.UNREADABLE, reason=found.reason), found.began
    known = {*(intent.before if isinstance(intent.before, tuple) else ()), *taken}
    new: list[LiveObject] = []
    for name, live in sorted(found.objects.items()):
        whole = await _whole(objects, kind, intent, live, since) if name not in known else None
        if isinstance(whole, CannotTell):
            return Look(Seen.UNREADABLE, reason=whole.reason), found.began
        new += [whole] if whole is not None else []
    return _among(kind, intent, new), found.began


def _among(kind: Kind, intent: Intent, new: Sequence[LiveObject]) -> Look:
    """Which of the new matches the create made."""
    if new and intent.before is None:
        ids = tuple(live.id for live in new)
        return Look(Seen.UNPROVEN, ids, "it is not known what was there before the call")
    differ = {live.id: paths for live in new if (paths := _unlike(kind, intent, live))}
    ours = tuple(live.id for live in new if live.id not in differ)
    doubtful = kind.named or any(malformed(kind, live.outputs) for live in new)
    if differ and not ours and doubtful:
        why = "; ".join(f"{name} differs in {', '.join(paths)}" for name, paths in differ.items())
        return Look(Seen.UNLIKE, tuple(differ), why)
    return Look(seen_among(ours, named=kind.named), ours)


async def _whole(
    objects: Objects, kind: Kind, intent: Intent, live: LiveObject, since: Moment
) -> LiveObject | CannotTell:
    """A match with all that can be seen of what was planned; one that is gone again as its list showed it."""
    planned = intent.planned.attributes if intent.planned is not None else intent.attributes
    if kind.read is None or kind.reads_part or not unobserved(kind, live, planned):
        return live
    scope = kind.scope_in(intent.attributes)
    found = await objects.read(kind, live.outputs, scope=scope, since=since)
    if isinstance(found, CannotTell):
        return found
    return found.object.completed(live) if isinstance(found, Shown) else live


def _unlike(kind: Kind, intent: Intent, live: LiveObject) -> list[str]:
    """In what a match is not what the create was to make; what no read shows is no difference."""
    wrong = malformed(kind, live.outputs)
    if wrong or intent.planned is None:
        return wrong
    sent = intent.planned.attributes
    return [vote.path for vote in diff(kind, sent, sent, live) if vote.verdict is not Verdict.SAME]


def _without_neighbours(look: Look, kind: Kind, neighbours: Callable[[], Neighbours]) -> Look:
    """The look without the objects that another state made."""
    others = neighbours()
    free = tuple(name for name in look.candidates if others.owner(kind.key, name) is None)
    if free == look.candidates:
        return look
    doubtful = look.seen in (Seen.UNPROVEN, Seen.UNLIKE) and bool(free)
    return Look(look.seen if doubtful else seen_among(free, named=kind.named), free, look.reason)


def _shows(kind: Kind, intent: Intent, live: LiveObject, entry: Entry | None) -> bool:
    """Whether the object shows everything that the call was to change; what no read shows is no proof."""
    if intent.planned is None or entry is None:
        return False
    votes = diff(kind, intent.planned.attributes, entry.attributes, live)
    changed = [vote for vote in votes if vote.verdict not in _NOT_OURS]
    return bool(changed) and all(vote.verdict in _DONE for vote in changed)


def counters(kind: Kind, step: str, live: LiveObject) -> Counters:
    """What tells whether an append or a purchase took effect: status and the declared counters."""
    names = kind.operations[operation_of(step)].counters
    return Counters(live.status, {name: live.outputs.get(name) for name in names})


def _moved(kind: Kind, intent: Intent, before: Counters, now: Counters) -> Look:
    """Whether anything has moved; "still" is a finding only where all that could move is shown."""
    if not _as_before(before, now):
        return Look(Seen.MOVED)
    until = kind.operations[operation_of(intent.header.step)].until
    hidden = [key for key in until if key not in now.status]
    hidden += [name for name in now.outputs if None in (now.outputs[name], before.outputs.get(name))]
    if hidden:
        return Look(Seen.UNREADABLE, reason=f"it does not show {', '.join(hidden)}")
    return Look(Seen.STILL)


def _as_before(before: Counters, now: Counters) -> bool:
    """Whether nothing has moved of what is shown now and was before.

    Words that nobody could place are compared as they were joined.
    """
    shared = before.status.keys() & now.status.keys()
    words = [word for word in before.status.values() if word]
    if shared or not words or len(now.status) == 0:
        same = all(before.status[key] == now.status[key] for key in shared)
    else:
        same = "/".join(words) == "/".join(now.status.values())
    return same and all(
        None in (value, now.outputs.get(name)) or value == now.outputs.get(name)
        for name, value in before.outputs.items()
    )
