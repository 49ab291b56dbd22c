"""A new object in place of an old one: when that works, what it costs, when an old one is linked again."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Address
from qfops.core.observation import LiveObject, Phase, words_of
from qfops.core.paths import get
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change, Ends, Provenance
from qfops.core.plan.steps import LINK
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry, Retired
from qfops.core.values import ABSENT, same
from qfops.kinds.status import is_released, untold
from qfops.planning.actions.case import Case, change_of
from qfops.planning.actions.identities import name_of
from qfops.planning.actions.runs import Inputs
from qfops.planning.diff import causes
from qfops.planning.diff.resource_diff import diff
from qfops.planning.order import steps


def replacement(
    case: Case, entry: Entry, live: LiveObject | None, votes: tuple[AttributeChange, ...], reason: str
) -> Change:
    """A new object in place of the old one, or an old one linked again when it is what is wanted."""
    found = linkable(case, entry)
    if found is not None:
        return linked(case, entry, found, votes)
    conflict, way = _identity_conflict(case, entry, live)
    action = Action.RUN if case.kind.run else Action.REPLACE
    if conflict:
        blocked = change_of(case, entry, Action.BLOCKED, f"{reason}; {conflict}", votes, remedy=way)
        return blocked.wishing(action)
    if protected(case.resource, entry):
        why = f"protected (lifecycle.protect), but {reason}"
        return change_of(case, entry, Action.BLOCKED, why, votes).wishing(action)
    going = live is not None and live.phase is Phase.GOING
    todo = [*steps.stopping(case.kind, live), *steps.creation(case.kind, case.desired)]
    keeps = (entry.id,) if entry.id and keeps_old(case) and not going else ()
    destroys = (entry.id,) if entry.id and not keeps else ()
    notes: tuple[str, ...] = ()
    if going and case.kind.run:
        status = words_of(live.status) if live else ""
        notes = (f"a run in progress is stopped and thrown away ({entry.id}, {status})",)
    change = change_of(case, entry, action, reason, votes, tuple(todo))
    notes += _meanwhile(case, entry, live, kept=bool(keeps))
    return replace(change, ends=Ends(keeps, destroys)).noted(*notes)


def _meanwhile(case: Case, entry: Entry, live: LiveObject | None, *, kept: bool) -> tuple[str, ...]:
    """What a replacement means to the callers of the object, and to the bill while both exist."""
    url = entry.outputs.get("url")
    notes = [f"new URL; the one until now is {url}"] if url else []
    both = live is not None and live.phase is not Phase.STOPPED and not case.kind.run
    if both and case.kind.create.billable:
        until = "until the old one is pruned" if kept else "until the old one has ended"
        notes.append(f"billed twice {until} ({entry.id})")
    return tuple(notes)


def keeps_old(case: Case) -> bool:
    """Whether the replaced object stays: lifecycle.onReplace, or the kind's default."""
    wanted = case.resource.lifecycle.on_replace
    return case.kind.keep_on_replace if wanted is None else wanted == "retire"


def protected(resource: Resource | None, entry: Entry) -> bool:
    """Whether delete and replace are refused: the manifest decides while there is one, else state."""
    return resource.lifecycle.protect if resource is not None else entry.lifecycle.protect


def _identity_conflict(case: Case, entry: Entry, live: LiveObject | None) -> tuple[str, str]:
    """Why the new object cannot stand beside the old one, and the ways on; empty where it can."""
    for identity in case.kind.identities:
        released = live is not None and is_released(identity, live.status)
        if identity.enforced_by != "console" or released:
            continue
        name = name_of(identity, case.desired)
        if name and name == name_of(identity, entry.attributes):
            paths = (path for path in identity.attributes if get(dict(case.desired), path) is not ABSENT)
            fields = " and ".join(f"spec.{path}" for path in paths)
            why = f"the console keeps {fields} unique and the new object is made first"
            return (
                f"{why}, so change {fields} too",
                f"change {fields} too; or remove the resource, apply, and add it again",
            )
    return "", ""


def linkable(case: Case, entry: Entry | None) -> tuple[Address, Retired] | None:
    """A kept object that is exactly what is wanted: linking it again costs nothing."""
    wanted = case.inputs() if case.kind.run else None
    if wanted is not None and not wanted.key:
        return None
    for item in reversed(entry.retired if entry is not None else ()):
        if _fits(case, item, wanted):
            return case.address, item
    elsewhere = case.kept_runs.get((case.kind.key, wanted.key)) if wanted is not None else None
    return elsewhere if elsewhere is not None and _fits(case, elsewhere[1], wanted) else None


def _fits(case: Case, item: Retired, wanted: Inputs | None) -> bool:
    live = case.given.observed.find(case.kind.key, item.id)
    if live is None or live.phase is not Phase.READY or untold(case.kind, item.attributes, live.status):
        return False
    if wanted is not None:
        return bool(item.run_key) and item.run_key == wanted.key
    identity = case.kind.identity.attributes if case.kind.identity else ()
    if any(not same(case.desired.get(name, ABSENT), item.attributes.get(name, ABSENT)) for name in identity):
        return False
    votes = diff(case.kind, case.desired, item.attributes, live)
    return not any(vote.verdict in (Verdict.REPLACE, Verdict.BLOCKED) for vote in votes)


def linked(
    case: Case, entry: Entry | None, found: tuple[Address, Retired], why: tuple[AttributeChange, ...] = ()
) -> Change:
    """The change that makes a kept object the current one again; `why` are the votes that led to it."""
    owner, item = found
    live = case.given.observed.find(case.kind.key, item.id)
    votes = () if case.kind.run else diff(case.kind, case.desired, item.attributes, live)
    votes = tuple(vote for vote in votes if vote.verdict.acts)
    todo = [LINK, *steps.updates(case.kind, votes, live)]
    change = change_of(
        case,
        entry,
        Action.ADOPT,
        f"linked again: {item.id} was kept and is what the manifest asks for",
        votes,
        tuple(todo),
    )
    current = (entry.id,) if entry is not None and entry.id and change.id else ()
    keeps, destroys = (current, ()) if keeps_old(case) else ((), current)
    origin = Provenance(link=item.id, linked_from=owner if owner != case.address else None)
    edits = causes.of_votes(case.resource, why, case.outlooks) or change.causes
    return replace(change, origin=origin, ends=Ends(keeps, destroys)).caused_by(edits)
