"""What a plan takes away: entries without a manifest, replaced and retired objects, each end guarded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qfops.core.address import Address, ObjectKey
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Change, Decision
from qfops.core.state.entry import Entry
from qfops.planning.context import PlanInput
from qfops.planning.ends import guards, unwanted
from qfops.planning.ends.staying import Staying


def replaced_ends(given: PlanInput, changes: Iterable[Change]) -> list[Change]:
    """The ends of the objects that the changes do not keep, once everything has moved to the new ones."""
    found: list[Change] = []
    for change in changes:
        entry = change.entry
        makes = change.ends.destroys and (change.action.makes or change.action is Action.ADOPT)
        if not makes or entry is None or entry.id is None:
            continue
        kind = given.registry.get(change.address)
        live = given.observed.find(kind.key, entry.id)
        ended = unwanted.Ended(change.address, entry.id, entry.id, entry.attributes, entry.outputs, live)
        end = unwanted.end(given, kind, entry, ended, "replaced in this plan")
        found.append(end.caused_by(change.causes))
    return found


def orphan_ends(given: PlanInput, entries: Mapping[Address, Entry]) -> list[Change]:
    """The verdicts on entries that no manifest declares any more, or on all of them with destroy."""
    found: list[Change] = []
    leaving = entries if given.options.destroys else entries.keys() - given.resources.keys()
    for address in sorted(leaving):
        resource = given.resources.get(address)
        kind = given.registry.kinds.get(address.kind_key)
        if kind is None:
            continue
        change = unwanted.depart(given, kind, entries[address], resource)
        if address in given.unsettled:
            found.append(_unsettled(given, address, change))
        elif change is not None:
            change = _after_moves(given, entries[address], change)
            came = given.moved.get(address)
            found.append(change.noted(f"was {came}") if came is not None else change)
    unwanted_calls = given.unsettled.keys() - entries.keys()
    unwanted_calls -= set() if given.options.destroys else given.resources.keys()
    return found + [_unsettled(given, address, None) for address in sorted(unwanted_calls)]


def _unsettled(given: PlanInput, address: Address, change: Change | None) -> Change:
    """What leaves while a call of it is open: it may have made more than state knows, so nothing ends yet."""
    reason = given.unsettled[address]
    if change is None:
        return Change(address=address, decision=Decision(Action.UNKNOWN, reason))
    return change.held(Action.UNKNOWN, reason, "")


def _after_moves(given: PlanInput, entry: Entry, change: Change) -> Change:
    """The end of an entry, unless it or what it rests on may still move: it may be wanted elsewhere."""
    waits = next((a for a in (entry.address, *entry.dependencies) if a in given.waiting), None)
    return change if waits is None else change.held(Action.UNKNOWN, given.waiting[waits], "")


def kept_ends(given: PlanInput, entries: Mapping[Address, Entry], changes: Iterable[Change]) -> list[Change]:
    """The ends of retired objects that are due or asked for, but not of those that are linked again."""
    linked = {change.origin.link for change in changes}
    found: list[Change] = []
    for address in sorted(address for address, entry in entries.items() if entry.retired):
        kind = given.registry.kinds.get(address.kind_key)
        if kind is not None:
            ends = unwanted.retired_ends(given, kind, entries[address])
            found += [change for change in ends if change.object not in linked]
    return found


def guarded(given: PlanInput, entries: Mapping[Address, Entry], changes: list[Change]) -> list[Change]:
    """The changes with every end blocked that would take away, or break, what this plan does not end.

    An end that is blocked keeps its object, so what rests on its going is looked at again.
    """
    repointed = frozenset(
        ObjectKey(change.address.kind_key, change.id)
        for change in changes
        if change.action in (Action.UPDATE, Action.REPLACE) and _repoints(given, change)
    )
    changes = [
        guards.shared(change, given.registry.get(change.address), given.neighbours)
        if change.action.removes
        else change
        for change in changes
    ]
    who: guards.Users | None = None
    staying = Staying(given, entries)
    while True:
        ends = frozenset(
            ObjectKey(change.address.kind_key, change.id) for change in changes if change.action.removes
        )
        if not ends:
            return changes
        who = who or guards.users(given.registry, given.observed)
        held = frozenset(change.address for change in changes if change.action.held)
        going = guards.Going(ends, repointed, staying.needed(changes), staying.after(changes), held)
        checked = [
            guards.guard(change, given.registry.get(change.address), who, given.observed, going)
            for change in changes
        ]
        if checked == changes:
            return changes
        changes = checked


def _repoints(given: PlanInput, change: Change) -> bool:
    """Whether a change takes its object away from what it holds now."""
    kind = given.registry.get(change.address)
    return any(
        (rule := kind.ref_at(vote.path)) is not None and rule.relation == "holds"
        for vote in change.attributes
        if vote.verdict in (Verdict.UPDATE, Verdict.REPLACE)
    )
