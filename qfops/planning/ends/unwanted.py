"""The verdict on what is no longer wanted: removed manifests, destroyed projects, retired objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from qfops.core.address import Address, ObjectKey
from qfops.core.observation import LiveObject, words_of
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, Decision, Ends, Subject
from qfops.core.plan.steps import FORGET, RETIRE, Step
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.entry import CURRENT, Entry, Retired
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.planning.actions.purchases import billed_on
from qfops.planning.actions.replacement import protected
from qfops.planning.context import PlanInput
from qfops.planning.diff import causes
from qfops.planning.order import steps

_ENDS = {"delete": Action.DELETE, "deactivate": Action.DEACTIVATE, "forget": Action.FORGET}


@dataclass(frozen=True, slots=True)
class Ended:
    """An object that is to end: whose it is and what is known of it."""

    address: Address
    object: str
    id: str
    attributes: Mapping[str, JSON]
    outputs: Mapping[str, JSON]
    live: LiveObject | None


def depart(given: PlanInput, kind: Kind, entry: Entry, resource: Resource | None) -> Change | None:
    """The change of an entry whose manifest is gone (or of everything, with destroy); None: nothing to do."""
    if entry.address in given.settings.forget:
        return _state_only(given, entry, Action.FORGET, "qfops.yaml forgets it; the object stays", FORGET)
    if entry.id is None:
        return None
    wanted = entry.lifecycle.on_remove if resource is None else resource.lifecycle.on_remove
    if protected(None if given.options.destroys and resource is None else resource, entry):
        why = () if given.options.destroys else causes.of_removal(entry.address)
        reason = "protected (lifecycle.protect), so it is not deleted"
        remedy = "set lifecycle.protect: false in its manifest and apply, then remove it"
        return Change(
            address=entry.address,
            decision=Decision(Action.BLOCKED, reason, remedy, causes=why),
            subject=Subject(entry.id, entry=entry),
        )
    if wanted == "forget":
        return _state_only(
            given, entry, Action.FORGET, "lifecycle.onRemove: forget; the object stays", FORGET
        )
    if wanted == "retire" and not given.options.destroys:
        return _state_only(
            given, entry, Action.RETIRE, "lifecycle.onRemove: retire; the object stays", RETIRE
        )
    live = given.observed.find(kind.key, entry.id)
    ended = Ended(entry.address, CURRENT, entry.id, entry.attributes, entry.outputs, live)
    return end(given, kind, entry, ended, _why(given.options))


def _why(options: PlanOptions) -> str:
    """Why a current object ends."""
    if not options.destroys:
        return "removed"
    return "destroyed, as asked" if options.narrows else "the project is destroyed"


def end(given: PlanInput, kind: Kind, entry: Entry, ended: Ended, reason: str) -> Change:
    """The end of one object, current or retired, as its kind declares it."""
    key = ObjectKey(kind.key, ended.id)
    unreadable = given.observed.unreadable.get(key)
    if not unreadable and ended.live is None and key not in given.observed.missing:
        unreadable = "the console did not show it and did not say it is gone"
    removed = ended.object == CURRENT and not given.options.destroys
    why = causes.of_removal(ended.address) if removed else ()
    change = Change(
        address=ended.address,
        decision=Decision(Action.UNKNOWN, unreadable or "", causes=why),
        object=ended.object,
        subject=Subject(ended.id, entry=entry),
    )
    if unreadable:
        return change
    if ended.live is None:
        gone = Decision(Action.FORGET, f"{reason}; already gone from the console", causes=why)
        return replace(change, decision=gone, steps=(FORGET,))
    todo = tuple(steps.end_steps(kind, ended.attributes, ended.outputs, ended.live))
    ends = Ends(destroys=(ended.id,) if kind.end != "forget" else (), left=_left(kind, ended))
    change = replace(change, decision=Decision(_ENDS[kind.end], reason, causes=why), steps=todo, ends=ends)
    stopped = f"still going ({words_of(ended.live.status)}): stopped first"
    return change.noted(stopped) if change.stops else change


def _left(kind: Kind, ended: Ended) -> tuple[str, ...]:
    """What stays in the console after the end, and what stays billed."""
    billed = billed_on(kind, ended.attributes, ended.outputs)
    left = [text for text in (kind.left, billed) if text]
    names = ended.attributes.get(kind.leaves) if kind.leaves else None
    if isinstance(names, list) and names:
        shown = ", ".join(str(name) for name in names)
        left.append(f"{kind.leaves} that the console made stay: {shown}")
    return tuple(left)


def _state_only(given: PlanInput, entry: Entry, action: Action, reason: str, step: Step) -> Change:
    why = () if given.options.destroys else causes.of_removal(entry.address)
    return Change(
        address=entry.address,
        decision=Decision(action, reason, causes=why),
        subject=Subject(entry.id or "", entry=entry),
        steps=(step,),
        ends=Ends(keeps=(entry.id,) if entry.id else ()),
    )


def retired_ends(given: PlanInput, kind: Kind, entry: Entry) -> Iterable[Change]:
    """The ends of retired objects: those that are due, and all of them with prune or destroy."""
    everything = given.options.prunes or given.options.destroys
    for item in entry.retired:
        if item.due is None and not everything:
            continue
        if given.options.destroys and entry.lifecycle.on_remove == "forget":
            continue
        reason = f"replaced earlier ({item.why})" if item.due else f"retired ({item.why})"
        yield end(given, kind, entry, retired(given, kind, entry.address, item), reason)


def retired(given: PlanInput, kind: Kind, address: Address, item: Retired) -> Ended:
    """A retired object as something to end."""
    live = given.observed.find(kind.key, item.id)
    return Ended(address, item.id, item.id, item.attributes, item.outputs, live)
