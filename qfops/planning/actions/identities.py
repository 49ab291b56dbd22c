"""Names that change hands: identities belong to the plan as a whole.

Who gives a name up comes before who takes it. Where nobody gives it up, or those who exchange names would
wait for each other, the takers are barred: the console would refuse them whenever they were tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from qfops.core import graph
from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.canonical import digest
from qfops.core.observation import LiveObject
from qfops.core.paths import get
from qfops.core.plan.actions import Action
from qfops.core.plan.change import After, Change, ChangeKey
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.values import ABSENT, UNOBSERVED, Value, has_unknown, plain
from qfops.kinds.base import Identity, Kind
from qfops.kinds.status import is_released
from qfops.planning.context import Outlook, PlanInput

NameKey = tuple[KindKey, tuple[str, ...], str]
"""Kind, attributes of the identity, and a digest of their values."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a change cannot be done in any order, and the way on."""

    reason: str
    remedy: str

    def on(self, change: Change) -> Change:
        """The change as one that cannot be done."""
        return replace(change.held(Action.BLOCKED, self.reason, self.remedy), outputs=())


NO_BARS: Mapping[Address, Bar] = {}


@dataclass(frozen=True, slots=True)
class Hands:
    """How names change hands: who waits for whom, and who is barred."""

    after: Mapping[ChangeKey, tuple[After, ...]] = field(default_factory=dict)
    barred: Mapping[Address, Bar] = field(default_factory=dict)


def name_of(identity: Identity, attributes: Mapping[str, Value]) -> str:
    """A text that is equal for equal names; "" where a part that must be there is not, or is not known yet.

    Parts that may be left out count as they are.
    """
    found: list[Value] = []
    for path in identity.attributes:
        value = get(dict(attributes), path)
        if value is UNOBSERVED or has_unknown(value) or (value is ABSENT and path not in identity.optional):
            return ""
        found.append(None if value is ABSENT else value)
    return digest([plain(value) for value in found])


def hands(
    given: PlanInput,
    entries: Mapping[Address, Entry],
    changes: Iterable[Change],
    outlooks: Mapping[Address, Outlook],
    refusal: Callable[[Change], str],
) -> Hands:
    """How names change hands in these changes. `refusal` says why an approval does not cover a change."""
    found = list(changes)
    takers = [change for change in found if _takes(given, change)]
    if not takers:
        return Hands()
    return _Exchange(given, entries, found, outlooks, refusal).of(takers)


def _takes(given: PlanInput, change: Change) -> bool:
    """Whether a change may give its object a name that it does not have."""
    if not (change.action is Action.UPDATE or change.action.makes) or change.object != CURRENT:
        return False
    kind = given.registry.kinds.get(change.address.kind_key)
    return kind is not None and bool(kind.identities)


class _Exchange:
    """One look at who holds which name, and what becomes of that."""

    def __init__(
        self,
        given: PlanInput,
        entries: Mapping[Address, Entry],
        changes: Iterable[Change],
        outlooks: Mapping[Address, Outlook],
        refusal: Callable[[Change], str],
    ) -> None:
        self.given, self.outlooks, self.refusal = given, outlooks, refusal
        self.entries = entries
        self.changes = {change.key: change for change in changes}
        self.owners = {
            ObjectKey(address.kind_key, object_id): address
            for address, entry in entries.items()
            for object_id in (entry.id, *(item.id for item in entry.retired))
            if object_id is not None
        }

    def of(self, takers: Iterable[Change]) -> Hands:
        taken = [(change, identity, name) for change in takers for identity, name in self._wanted(change)]
        holders = self._holders({change.address.kind_key for change, _, _ in taken})
        after: dict[ChangeKey, tuple[After, ...]] = {}
        barred: dict[Address, Bar] = {}
        for change, identity, name in taken:
            key = (change.address.kind_key, identity.attributes, name)
            for object_id in holders.get(key, ()):
                own = object_id in (change.id, change.origin.link)
                if own or self._ours_alone(change, identity, object_id):
                    continue
                gives = self._giver(change, identity, name, object_id)
                if isinstance(gives, Bar):
                    barred.setdefault(change.address, gives)
                else:
                    after[change.key] = (*after.get(change.key, ()), gives)
        return Hands(after, {**_circles(after, taken), **barred})

    def _wanted(self, change: Change) -> Iterator[tuple[Identity, str]]:
        """The names that a change gives its object, and that this one does not have yet."""
        kind = self.given.registry.get(change.address)
        outlook = self.outlooks.get(change.address)
        if outlook is None:
            return
        now = self._attributes(kind, change.address, change.id) if change.id else {}
        for identity in kind.identities:
            name = name_of(identity, outlook.applied.attributes)
            if name and name != name_of(identity, now):
                yield identity, name

    def _holders(self, kinds: Iterable[KindKey]) -> dict[NameKey, list[str]]:
        """The objects that hold a name now, by the name; those that could not be looked at hold theirs."""
        found: dict[NameKey, list[str]] = {}
        observed = self.given.observed
        for key in kinds:
            kind = self.given.registry.kinds[key]
            unread = (item.id for item in observed.unreadable if item.kind == key)
            for object_id in dict.fromkeys((*observed.inventory.get(key, ()), *unread)):
                live = observed.find(key, object_id)
                owner = self.owners.get(ObjectKey(key, object_id))
                attributes = self._attributes(kind, owner, object_id)
                for identity in kind.identities:
                    name = name_of(identity, attributes)
                    if name and not (live is not None and is_released(identity, live.status)):
                        found.setdefault((key, identity.attributes, name), []).append(object_id)
        return found

    def _attributes(self, kind: Kind, owner: Address | None, object_id: str) -> Mapping[str, Value]:
        """What an object is called: as the console shows it, and where it does not, as it was applied."""
        live = self.given.observed.find(kind.key, object_id)
        return {**self._recorded(owner, object_id), **_shown(live)}

    def _recorded(self, owner: Address | None, object_id: str) -> Mapping[str, Value]:
        entry = self.entries.get(owner) if owner is not None else None
        if entry is None:
            return {}
        if entry.id == object_id:
            return entry.attributes
        return next((item.attributes for item in entry.retired if item.id == object_id), {})

    def _giver(self, taker: Change, identity: Identity, name: str, object_id: str) -> After | Bar:
        """What the taker has to wait for, or why it waits in vain."""
        fields = " and ".join(identity.attributes)
        change_it = f"change spec.{identity.attributes[0]}"
        owner = self.owners.get(ObjectKey(taker.address.kind_key, object_id))
        if owner is None:
            way = f"{change_it}, or rename or remove that one in the console"
            if not taker.id:
                way = f"take it over with: qfops adopt {taker.address} {object_id}  (or {change_it})"
            return Bar(f"{object_id} has the same {fields} and is not managed here", way)
        current = self.entries[owner].id == object_id
        end = self.changes.get((owner, object_id))
        if end is None and current:
            end = self.changes.get((owner, CURRENT))
        whose = f"{owner} ({object_id})" if current else f"{object_id}, which {owner} kept,"
        if end is None or not self._lets_go(end, identity, name, object_id):
            way = change_it if current else f"end it with: qfops prune --target {owner}  (or {change_it})"
            return Bar(f"{whose} has the same {fields} and keeps it", way)
        refused = self.refusal(end)
        if refused:
            why = f"{whose} has the same {fields}, and giving it up is not approved: {refused}"
            return Bar(why, "allow that too, or approve the whole plan")
        return After(end.address, end.object)

    def _ours_alone(self, taker: Change, identity: Identity, object_id: str) -> bool:
        """Whether the holder is a kept object of the same address, and only qfops minds two of one name."""
        kept = self.owners.get(ObjectKey(taker.address.kind_key, object_id)) == taker.address
        return kept and identity.enforced_by == "us"

    def _lets_go(self, change: Change, identity: Identity, name: str, object_id: str) -> bool:
        """Whether a change ends the object, or gives it another name."""
        if change.action.removes and change.id == object_id:
            return True
        outlook = self.outlooks.get(change.address)
        renames = change.action is Action.UPDATE and change.object == CURRENT and outlook is not None
        return renames and outlook is not None and name_of(identity, outlook.applied.attributes) != name


def in_a_circle(taker: Address) -> Bar:
    """For who needs a name that is free only once something has ended that waits for the taker itself."""
    reason = f"{taker} takes a name that is free only after what waits for {taker} itself"
    return Bar(reason, "give it another name, or remove the other one, apply, and add this one then")


def _shown(live: LiveObject | None) -> Mapping[str, Value]:
    return live.attributes if live is not None else {}


def _circles(
    after: Mapping[ChangeKey, tuple[After, ...]], taken: Iterable[tuple[Change, Identity, str]]
) -> dict[Address, Bar]:
    """Those who exchange names among each other: each waits for another, so nobody can begin."""
    fields = {change.key: identity.attributes[0] for change, identity, _ in taken}
    edges = {key: [(item.address, item.object) for item in items if (item.address, item.object) in after]
             for key, items in after.items()}  # fmt: skip
    found: dict[Address, Bar] = {}
    while cycle := graph.find_cycle(edges):
        members = sorted({address for address, _ in cycle})
        named = f"spec.{fields[cycle[0]]}"
        reason = f"{' and '.join(map(str, members))} exchange {named}, and the console lets no two have one"
        way = f"give one of them a third {named}, apply, then the one that it is to have"
        for key in cycle:
            found[key[0]] = Bar(reason, way)
            edges[key] = []
    return found
