"""Guards before an end: containers whose content is not ours, objects that somebody still uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qfops.core.address import Address, ObjectKey
from qfops.core.observation import LiveObject, Observed, Phase, Unsearched
from qfops.core.paths import get
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.state.entry import CURRENT
from qfops.core.state.neighbours import Neighbours
from qfops.core.values import JSON
from qfops.kinds.base import Kind, Ref
from qfops.kinds.registry import Registry
from qfops.planning.order.resting import Name, names_of


@dataclass(frozen=True, slots=True)
class Users:
    """Who lives in, or holds, an object: by object key, the keys of the others; and the kinds that may."""

    content: Mapping[ObjectKey, list[ObjectKey]]
    holders: Mapping[ObjectKey, list[ObjectKey]]
    kinds: tuple[Kind, ...] = ()


def users(registry: Registry, observed: Observed) -> Users:
    """Read off the inventory in one pass: every reference that live objects show."""
    content: dict[ObjectKey, list[ObjectKey]] = {}
    holders: dict[ObjectKey, list[ObjectKey]] = {}
    for key, objects in observed.inventory.items():
        kind = registry.kinds.get(key)
        if kind is None:
            continue
        refs = [ref for ref in kind.references if ref.relation in ("container", "holds")]
        for found in objects.values():
            for ref in refs:
                into = content if ref.relation == "container" else holders
                for target in _targets(ref, found):
                    into.setdefault(target, []).append(ObjectKey(key, found.id))
    may = (
        kind for kind in registry.kinds.values() if any(ref.relation != "input" for ref in kind.references)
    )
    return Users(content, holders, tuple(may))


def _unsearched(kind: Kind, object_id: str, kinds: Iterable[Kind], observed: Observed) -> str:
    """Why it cannot be told what lives in an object, or uses it; "" where all of that was listed."""
    for other in kinds:
        for ref in other.references:
            if ref.relation == "input" or kind.key not in ref.targets():
                continue
            inside = ref.relation == "container" and other.listing is not None and other.listing.scope
            search = observed.search(other.key, object_id if inside else "")
            if isinstance(search, Unsearched):
                verb = "holds" if ref.relation == "container" else "is used by"
                return f"whether it still {verb} a {other.name} cannot be told: {search.reason}"
    return ""


def _targets(ref: Ref, found: LiveObject) -> Iterable[ObjectKey]:
    value = get(dict(found.attributes), ref.path)
    if isinstance(value, str) and value:
        for kind in ref.targets():
            yield ObjectKey(kind, value)


def guard(change: Change, kind: Kind, users_of: Users, observed: Observed, going: Going) -> Change:
    """The end of `change`, or the same blocked because of an object that this plan does not take away."""
    if not change.action.removes:
        return change
    target = ObjectKey(kind.key, change.id)
    own = _own_part(change, kind)
    foreign = [
        key
        for key in users_of.content.get(target, ())
        if key not in going.ends and key[1] != own and observed.find(*key) is not None
    ]
    if foreign:
        return _blocked(change, f"still holds {_names(foreign)}, which this plan does not delete")
    holding = [key for key in users_of.holders.get(target, ()) if _holds(key, observed, going)]
    if holding:
        return _blocked(change, f"still used by {_names(holding)}")
    unsearched = _unsearched(kind, change.id, users_of.kinds, observed)
    if unsearched:
        return change.held(Action.UNKNOWN, unsearched, "let these keys read it, and plan again")
    needing = {going.needed[name] for name in names_of(change) if name in going.needed}
    needing |= going.after.get(change.address, frozenset()) if change.object == CURRENT else frozenset()
    if needing - {change.address}:
        return _needed(change, sorted(needing - {change.address}), going)
    return change


def shared(change: Change, kind: Kind, neighbours: Neighbours) -> Change:
    """The end of `change`, or the same blocked because another state owns the object as well."""
    owner = neighbours.owner(kind.key, change.id) if change.action.removes else None
    if owner is None:
        return change
    here, there = f"qfops state rm {change.address}", owner.release
    remedy = f"let go of it here, without ending it: {here}  (or there: {there})"
    return change.held(Action.BLOCKED, f"belongs to {owner} as well", remedy)


def _needed(change: Change, by: Sequence[Address], going: Going) -> Change:
    """The end blocked because of objects of ours that stay, and how each of them could be let go."""
    shown = ", ".join(str(address) for address in by)
    reason = f"still needed by {shown}, which stay{'s' if len(by) == 1 else ''}"
    if set(by) <= going.held:
        return change.held(Action.BLOCKED, reason, f"settle {shown} first; this follows")
    targets = " ".join(f"--target {address}" for address in by if address not in going.held)
    remedy = (
        f"make {shown} refer to something else and apply that, or end it: qfops destroy {targets}, "
        f"or let go of this one without ending it: qfops state rm {change.address}"
    )
    if change.object != CURRENT:
        remedy = f"apply it first, so that it rests on what is current now: qfops apply {targets}"
    return change.held(Action.BLOCKED, reason, remedy)


@dataclass(frozen=True, slots=True)
class Going:
    """What this plan takes away: objects that end, and objects that are changed to something else.

    `needed` are the names that objects of ours which stay refer to, with those objects' addresses; `after`
    are the addresses after which they were made, where that counts. `held` are those among them that this
    plan would end if it could.
    """

    ends: frozenset[ObjectKey]
    repointed: frozenset[ObjectKey]
    needed: Mapping[Name, Address]
    after: Mapping[Address, frozenset[Address]]
    held: frozenset[Address]


def _holds(key: ObjectKey, observed: Observed, going: Going) -> bool:
    if key in going.ends or key in going.repointed:
        return False
    live = observed.find(*key)
    return live is not None and live.phase is not Phase.STOPPED


def _own_part(change: Change, kind: Kind) -> JSON:
    """The version that the console made together with the container: part of it, not foreign content."""
    if kind.part is None or change.entry is None:
        return None
    if change.entry.id == change.id:
        return change.entry.outputs.get(kind.part.key)
    found = next((item for item in change.entry.retired if item.id == change.id), None)
    return found.outputs.get(kind.part.key) if found else None


def _blocked(change: Change, reason: str) -> Change:
    return change.held(Action.BLOCKED, reason, "delete or move that first, or adopt it into this project")


def _names(keys: Iterable[ObjectKey]) -> str:
    shown = sorted(f"{kind.name} {object_id}" for kind, object_id in keys)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
