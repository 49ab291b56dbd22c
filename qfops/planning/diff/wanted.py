"""What a manifest wants today beside what was applied and edited: the third side of a report on drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from qfops.core.address import Address, KindKey
from qfops.core.plan.change import AttributeChange
from qfops.core.resolve import resolve
from qfops.core.resource import Resource
from qfops.core.state.state import State
from qfops.core.values import ABSENT, Reference, Slot, Unknown, Value, has_unknown, same
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten


@dataclass(frozen=True, slots=True)
class _StateValues:
    """The lookup for what a manifest says today: references are what state knows of their targets."""

    state: State

    def output(self, reference: Reference) -> Value:
        """The output as state knows it."""
        entry = self.state.entries.get(reference.target)
        found = entry.outputs.get(reference.output or "") if entry is not None else None
        return Unknown(reference) if found is None else found

    def attributes(self, address: Address) -> Mapping[str, Value]:
        """What was applied to a resource."""
        entry = self.state.entries.get(address)
        return entry.attributes if entry is not None else {}

    def shown(self, kind: KindKey, object_id: str) -> Mapping[str, Value]:  # noqa: ARG002 (as asked)
        """Nothing: what a manifest says does not come from the console."""
        return {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a manifest wants today, leaf by leaf; None: no manifest declares the object."""

    leaves: Mapping[str, Slot] | None

    @classmethod
    def of(cls, kind: Kind, resource: Resource | None, state: State) -> Wanted:
        """What the manifest of an object wants."""
        if resource is None:
            return NOTHING
        values = {key: resolve(value, _StateValues(state)) for key, value in resource.attributes.items()}
        return cls({path: leaf.value for path, leaf in flatten(kind, values).items()})

    def beside(self, vote: AttributeChange) -> AttributeChange:
        """The vote on an edit with what is wanted today as the desired side."""
        desired = ABSENT if self.leaves is None else self.leaves.get(vote.path, ABSENT)
        return replace(vote, desired=desired)

    def follows(self, vote: AttributeChange) -> str:
        """What an edit means for the next apply, where the manifest does not say what was applied."""
        if self.leaves is None:
            return "no manifest declares the object any more"
        desired = self.leaves.get(vote.path, ABSENT)
        if has_unknown(desired) or same(desired, vote.prior):
            return ""
        if same(desired, vote.live):
            return "the manifest says the same by now: the next apply records it, without a call"
        if desired is ABSENT:
            return "the manifest says nothing about it any more"
        return "the manifest was edited too: an apply would put its value over the console's"


NOTHING = Wanted(None)
