"""What a refresh looks at: the objects that state and adoptions name, and the lists that show them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.observation import Status
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.state.state import State
from qfops.core.values import JSON, Value
from qfops.kinds.base import Kind
from qfops.kinds.ids import id_parts
from qfops.kinds.live_values import fixed
from qfops.kinds.registry import Registry


class Target(NamedTuple):
    """An object that state, or an adoption, names: what is needed to look at it."""

    kind: Kind
    id: str
    attributes: Mapping[str, Value]
    outputs: Mapping[str, JSON]
    status: Status
    created: float
    declared: tuple[str, ...] = ()
    detail: bool = False

    @property
    def key(self) -> ObjectKey:
        """What identifies the object."""
        return ObjectKey(self.kind.key, self.id)

    @property
    def scope(self) -> str:
        """The container whose list shows the object."""
        return self.kind.scope_in(self.attributes)

    @property
    def fixed(self) -> bool:
        """Whether no declared path of the object can have changed: presence in a list says it all."""
        return fixed(self.kind, self.declared)


@dataclass(frozen=True, slots=True)
class RefreshScope:
    """What a refresh shall look at. `ends` when something may be ended: then users and content matter too."""

    state: State
    resources: Mapping[Address, Resource]
    adopt: Mapping[Address, str]
    ends: bool
    now: float
    visibility: float


def targets_of(registry: Registry, wanted: RefreshScope) -> Iterable[Target]:
    """Everything that is named: current and retired objects of state, and adoptions."""
    for address, entry in wanted.state.entries.items():
        kind = registry.kinds.get(address.kind_key)
        if kind is None:
            continue
        resource = wanted.resources.get(address)
        if entry.id is not None:
            yield _current(kind, entry, resource)
        for item in entry.retired:
            declared = tuple(item.attributes)
            yield Target(kind, item.id, item.attributes, item.outputs, item.status, item.created, declared)
    for address, object_id in wanted.adopt.items():
        kind, resource = registry.kinds.get(address.kind_key), wanted.resources.get(address)
        current = wanted.state.entries.get(address)
        if kind is not None and resource is not None and (current is None or current.id is None):
            yield _adopted(kind, object_id, resource)


def _current(kind: Kind, entry: Entry, resource: Resource | None) -> Target:
    declared = tuple(entry.attributes)
    if resource is not None and not resource.attributes.keys() <= entry.attributes.keys():
        declared = tuple(dict.fromkeys((*declared, *resource.attributes)))
    assert entry.id is not None
    return Target(kind, entry.id, entry.attributes, entry.outputs, entry.status, entry.created, declared)


def _adopted(kind: Kind, object_id: str, resource: Resource) -> Target:
    outputs = id_parts(kind, object_id)
    declared = tuple(resource.attributes)
    return Target(kind, object_id, resource.attributes, outputs, {}, 0.0, declared, detail=True)


def kinds_to_list(registry: Registry, wanted: RefreshScope, known: Iterable[Target]) -> list[Kind]:
    """The kinds to list: those in use, and, where something may end, those that live in or hold them."""
    used = {item.kind.key for item in known} | {address.kind_key for address in wanted.resources}
    if wanted.ends:
        for kind in registry.kinds.values():
            for ref in kind.references:
                if ref.relation in ("container", "holds") and used & ref.targets().keys():
                    used.add(kind.key)
    return [registry.kinds[key] for key in sorted(used) if key in registry.kinds]


def lists_to_read(
    kinds: Iterable[Kind], known: Iterable[Target], resources: Mapping[Address, Resource]
) -> list[tuple[Kind, str]]:
    """Every list to read: one per kind, or one per container that state, an adoption or a manifest names.

    A manifest names one by its literal id; one that it refers to is known by state.
    """
    ids: dict[KindKey, set[str]] = {}
    by_kind: dict[KindKey, set[str]] = {}
    for item in known:
        ids.setdefault(item.kind.key, set()).add(item.id)
        scope = item.scope
        if scope:
            by_kind.setdefault(item.kind.key, set()).add(scope)
    listed = {kind.key: kind for kind in kinds}
    for address, resource in resources.items():
        literal = listed[address.kind_key].scope_in(resource.attributes) if address.kind_key in listed else ""
        if literal:
            by_kind.setdefault(address.kind_key, set()).add(literal)
    found: list[tuple[Kind, str]] = []
    for kind in listed.values():
        if kind.listing is None:
            continue
        if not kind.listing.scope:
            found.append((kind, ""))
            continue
        containers = set(by_kind.get(kind.key, ()))
        for target in kind.container.targets() if kind.container else ():
            containers |= ids.get(target, set())
        found += [(kind, scope) for scope in sorted(containers)]
    return found
