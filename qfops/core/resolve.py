"""References become values, and a resource finds its container: once, for planning and for execution.

What an output is, or what a container holds, is for the lookup to say: planning passes what each resource
will look like, execution what state holds by then. Nothing else in qfops replaces references.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from qfops.core.address import Address, KindKey
from qfops.core.paths import get
from qfops.core.values import Reference, Unknown, Value


class Lookup(Protocol):
    """Answers for the resources and objects that something refers to."""

    def output(self, reference: Reference) -> Value:
        """The output that `reference` names; an Unknown where there is none yet, or an error of its own."""

    def attributes(self, address: Address) -> Mapping[str, Value]:
        """The attributes of a resource; empty where nothing is known of it."""

    def shown(self, kind: KindKey, object_id: str) -> Mapping[str, Value]:
        """What the console shows of an object that is no resource of ours; empty where it shows none."""


def resolve(value: Value, lookup: Lookup) -> Value:
    """`value` with every reference replaced, those among them that were unknown until now."""
    if isinstance(value, Unknown):
        value = value.reference
    if isinstance(value, Reference):
        return lookup.output(value)
    if isinstance(value, dict):
        return {key: resolve(item, lookup) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, lookup) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Redirecting:
    """A lookup that gives every reference back with the new address of its target."""

    places: Mapping[Address, Address]

    def output(self, reference: Reference) -> Value:
        """The reference itself, redirected."""
        return self.redirected(reference)

    def redirected(self, reference: Reference) -> Reference:
        """The reference to where its target stands now."""
        return replace(reference, target=self.places.get(reference.target, reference.target))

    def attributes(self, _address: Address) -> Mapping[str, Value]:
        """Nothing: no container is looked for."""
        return {}

    def shown(self, _kind: KindKey, _object_id: str) -> Mapping[str, Value]:
        """Nothing: no container is looked for."""
        return {}


def container_attributes(
    path: str, kinds: Iterable[KindKey], attributes: Mapping[str, Value], lookup: Lookup
) -> Mapping[str, Value]:
    """The attributes of the container at `path`: a reference, or the id of one of `kinds`."""
    value = get(dict(attributes), path)
    if isinstance(value, Reference):
        return lookup.attributes(value.target)
    if not isinstance(value, str):
        return {}
    found = (lookup.shown(kind, value) for kind in kinds)
    return next((shown for shown in found if shown), {})
