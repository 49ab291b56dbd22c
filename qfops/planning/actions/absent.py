"""The verdict on a resource that has no object: made, adopted, linked again, or blocked for a good reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.canonical import digest
from qfops.core.observation import LiveObject
from qfops.core.paths import get
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change, Ends, Provenance
from qfops.core.state.entry import Entry
from qfops.core.state.state import owned_ids
from qfops.core.values import Value, has_unknown, plain
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.kinds.registry import Registry
from qfops.kinds.status import is_released
from qfops.planning.actions.adoption import adoption
from qfops.planning.actions.case import Case, change_of
from qfops.planning.actions.replacement import linkable, linked, replacement
from qfops.planning.actions.runs import inputs_of
from qfops.planning.diff import causes
from qfops.planning.diff.silence import unowned
from qfops.planning.order import steps

Inventory = Mapping[KindKey, Mapping[str, LiveObject]]


@dataclass(frozen=True, slots=True)
class Names:
    """Indexes made once per plan: who holds an identity, in the console and among orphaned entries."""

    owned: frozenset[ObjectKey]
    live: Mapping[tuple[KindKey, str], str]
    orphans: Mapping[tuple[KindKey, str], Address]
    orphan_origins: Mapping[tuple[KindKey, str], Address] = field(default_factory=dict)


def identity_key(kind: Kind, attributes: Mapping[str, Value]) -> str:
    """A text that is equal for objects of one identity; "" where the kind has none or it is not known yet."""
    if kind.identity is None:
        return ""
    values = [attributes[name] for name in kind.identity.attributes if name in attributes]
    if len(values) < len(kind.identity.attributes) or any(has_unknown(value) for value in values):
        return ""
    return digest([plain(value) for value in values])


def origin_key(kind: Kind, attributes: Mapping[str, Value]) -> str:
    """What an object without a name of its own is made from, and where; "" for others, or not known yet."""
    if kind.identity is not None or kind.run:
        return ""
    place = get(attributes, kind.container.path) if kind.container else None
    inputs = inputs_of(kind, attributes, {})
    return digest([inputs.key, place]) if inputs.key and isinstance(place, str) else ""


def index(
    registry: Registry, entries: Mapping[Address, Entry], declared: set[Address], inventory: Inventory
) -> Names:
    """The indexes of `Names`, in one pass over the inventory and one over the entries."""
    owned = frozenset(owned_ids(entries))
    live: dict[tuple[KindKey, str], str] = {}
    for key, objects in inventory.items():
        kind = registry.kinds.get(key)
        if kind is None or kind.identity is None:
            continue
        for found in objects.values():
            if ObjectKey(key, found.id) in owned or is_released(kind.identity, found.status):
                continue  # before the name is made: nearly all are ours
            name = identity_key(kind, found.attributes)
            if name:
                live.setdefault((key, name), found.id)
    orphans: dict[tuple[KindKey, str], Address] = {}
    origins: dict[tuple[KindKey, str], Address] = {}
    for address, entry in entries.items():
        if address in declared or entry.id is None or address.kind_key not in registry.kinds:
            continue
        name = identity_key(registry.kinds[address.kind_key], entry.attributes)
        if name:
            orphans[(address.kind_key, name)] = address
        origin = entry.run_key or origin_key(registry.kinds[address.kind_key], entry.attributes)
        if origin:
            origins[(address.kind_key, origin)] = address
    return Names(owned, live, orphans, origins)


def arrive(case: Case, entry: Entry | None, names: Names) -> Change:
    """The change of a resource that has no current object (its entry may hold retired ones)."""
    wanted = case.given.adopt.get(case.address)
    if wanted is not None:
        return adoption(case, entry, wanted)
    found = linkable(case, entry)
    if found is not None:
        return linked(case, entry, found)
    gone = _renamed(case, names)
    if gone is not None:
        reason = f"looks like {gone}, whose manifest is gone, under a new name"
        blocked = change_of(case, entry, Action.BLOCKED, reason, ())  # `renames` writes the line to add
        return replace(blocked, origin=Provenance(looks_like=gone))
    name = identity_key(case.kind, case.desired)
    stranger = names.live.get((case.kind.key, name)) if name else None
    if stranger:
        return _stranger(case, entry, stranger)
    return create(case, entry)


def create(case: Case, entry: Entry | None, reason: str = "") -> Change:
    """A creation, or the first run of a one-shot object."""
    votes = tuple(
        AttributeChange(path, desired=leaf.written, verdict=Verdict.CREATE, implied=unowned(leaf))
        for path, leaf in flatten(case.kind, case.desired).items()
    )
    action = Action.RUN if case.kind.run else Action.CREATE
    change = change_of(case, entry, action, reason, votes, tuple(steps.creation(case.kind, case.desired)))
    subject = replace(change.subject, id="")
    return replace(change, subject=subject).caused_by(causes.of_new(case.resource))


def missing(case: Case, entry: Entry) -> Change:
    """The change of a resource whose object is gone from the console."""
    if not (case.kind.run or case.feeds_run):
        return create(case, entry, f"gone from the console ({entry.id}): made again").caused_by(())
    found = linkable(case, entry)
    if found is not None:
        return linked(case, entry, found)
    if case.given.options.retry_failed:
        again = replacement(case, entry, None, (), f"gone from the console ({entry.id}): made again")
        return replace(again, subject=replace(again.subject, id=""), ends=Ends())
    why = (
        "made again it would cost a run"
        if case.kind.run
        else "made again it would force runs that cost money"
    )
    return change_of(
        case,
        entry,
        Action.BLOCKED,
        f"gone from the console ({entry.id}); {why}",
        (),
        remedy=f"make it again with --retry-failed, or drop it with: qfops state rm {case.address}; "
        f"then another can be taken over with: qfops adopt {case.address} ID",
    )


def _renamed(case: Case, names: Names) -> Address | None:
    if case.given.settings.moved.get(case.address, case.address) is None:
        return None
    name = identity_key(case.kind, case.desired)
    gone = names.orphans.get((case.kind.key, name)) if name else None
    if gone is None:
        key = case.inputs().key if case.kind.run else origin_key(case.kind, case.desired)
        gone = names.orphan_origins.get((case.kind.key, key)) if key else None
    if gone is None or case.given.settings.moved.get(gone, case.address) is None:
        return None
    return gone


def _stranger(case: Case, entry: Entry | None, object_id: str) -> Change:
    identity = case.kind.identity
    fields = " and ".join(identity.attributes) if identity else ""
    owner = case.given.neighbours.owner(case.kind.key, object_id)
    if owner is not None:
        reason = f"{object_id} has the same {fields} and belongs to {owner}"
        remedy = f"change spec.{fields}; or let go of it there first: {owner.release}"
        return change_of(case, entry, Action.BLOCKED, reason, (), remedy=remedy)
    return change_of(
        case,
        entry,
        Action.BLOCKED,
        f"{object_id} has the same {fields} and is not managed here",
        (),
        remedy=f"take it over with: qfops adopt {case.address} {object_id}  (or change spec.{fields})",
    )
