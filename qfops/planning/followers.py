"""What was made from a run follows it to its new address, known by what it was made from, and where. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.address import Address, KindKey
from qfops.core.resolve import resolve
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.state.readdress import Places, entries_at
from qfops.core.values import Reference, Unknown, Value
from qfops.planning.actions.absent import origin_key
from qfops.planning.context import PlanInput

_Origin = tuple[KindKey, str]


class Follower(NamedTuple):
    """Where an object goes, and the address of the run that it follows there."""

    new: Address
    run: Address


def followers(given: PlanInput, places: Places) -> dict[Address, Follower]:
    """The entries that follow the runs among `places`, by their old addresses.

    Only where one manifest and one object are made from the same: nothing is paired by guess.
    """
    runs = {new for new in places.values() if given.registry.get(new).run}
    if not runs:
        return {}
    entries = entries_at(given.state.entries, places)
    wanted: dict[_Origin, list[Follower]] = {}
    for origin, follower in _wanted(given, entries, runs):
        wanted.setdefault(origin, []).append(follower)
    held: dict[_Origin, list[Address]] = {}
    for origin, address in _held(given, entries, places):
        held.setdefault(origin, []).append(address)
    found = {
        held[origin][0]: items[0]
        for origin, items in wanted.items()
        if len(items) == len(held.get(origin, ())) == 1
    }
    return _free(found, given, entries)


def _wanted(
    given: PlanInput, entries: Mapping[Address, Entry], runs: set[Address]
) -> Iterator[tuple[_Origin, Follower]]:
    """What the resources that refer to a moved run are made from."""
    for address, resource in given.resources.items():
        run = next((e.reference.target for e in resource.references if e.reference.target in runs), None)
        origin = _origin(given, resource, entries) if run is not None else ""
        if run is not None and origin:
            yield (address.kind_key, origin), Follower(address, run)


def _origin(given: PlanInput, resource: Resource, entries: Mapping[Address, Entry]) -> str:
    lookup = _Known(entries)
    attributes = {key: resolve(value, lookup) for key, value in resource.attributes.items()}
    return origin_key(given.registry.get(resource.address), attributes)


def _held(
    given: PlanInput, entries: Mapping[Address, Entry], places: Places
) -> Iterator[tuple[_Origin, Address]]:
    """What the objects are made from that no line moves, and that no line keeps apart."""
    arrived = set(places.values())
    for address, entry in entries.items():
        kind = given.registry.kinds.get(address.kind_key)
        if kind is None or entry.id is None or address in arrived or address in given.unsettled:
            continue
        if given.settings.moved.get(address, address) is None:
            continue
        if origin := origin_key(kind, entry.attributes):
            yield (address.kind_key, origin), address


def _free(
    found: Mapping[Address, Follower], given: PlanInput, entries: Mapping[Address, Entry]
) -> dict[Address, Follower]:
    """Those whose new place is free, or becomes free with the others."""
    going = {
        old: follower
        for old, follower in found.items()
        if old != follower.new and given.settings.moved.get(follower.new, follower.new) is not None
    }
    while True:
        stuck = [
            old
            for old, (new, _) in going.items()
            if new in given.unsettled or (new in entries and entries[new].id is not None and new not in going)
        ]
        if not stuck:
            return going
        for old in stuck:
            del going[old]


@dataclass(frozen=True, slots=True)
class _Known:
    """A lookup in entries: outputs as state knows them."""

    entries: Mapping[Address, Entry]

    def output(self, reference: Reference) -> Value:
        entry = self.entries.get(reference.target)
        found = entry.outputs.get(reference.output or "") if entry is not None else None
        return Unknown(reference) if found is None else found

    def attributes(self, _address: Address) -> Mapping[str, Value]:
        return {}

    def shown(self, _kind: KindKey, _object_id: str) -> Mapping[str, Value]:
        return {}
