"""What one change is about, as things stand now: its entry, its object, its values. It only looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.address import Address, KindKey
from qfops.core.errors import QfopsError
from qfops.core.observation import LiveObject, Observed
from qfops.core.plan.change import Change
from qfops.core.resolve import resolve
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.values import JSON, Reference, Value, plain
from qfops.kinds.base import Kind
from qfops.planning.actions.runs import Inputs, container_of, inputs_of
from qfops.state.live_state import LiveState


@dataclass(frozen=True, slots=True)
class AppliedValues:
    """The executor's lookup: what references and containers are by now, as state and refresh know them."""

    state: LiveState
    observed: Observed

    def output(self, reference: Reference) -> Value:
        """The output as state holds it; QfopsError where it holds none."""
        entry = self.state.entry(reference.target)
        found = entry.outputs.get(reference.output or "") if entry is not None else None
        if found is None:
            raise QfopsError(
                f"{reference} has no value", f"{reference.target} did not show it.", "Plan again."
            )
        return found

    def attributes(self, address: Address) -> Mapping[str, Value]:
        """The attributes as they were applied."""
        entry = self.state.entry(address)
        return entry.attributes if entry is not None else {}

    def shown(self, kind: KindKey, object_id: str) -> Mapping[str, Value]:
        """What the refresh showed of an object."""
        live = self.observed.find(kind, object_id)
        return live.attributes if live is not None else {}


class NamedObject(NamedTuple):
    """An object as state knows it."""

    id: str
    outputs: Mapping[str, JSON]
    attributes: Mapping[str, JSON]


class ChangeView:
    """One change and what it is about."""

    def __init__(self, change: Change, kind: Kind, state: LiveState, observed: Observed) -> None:
        self.change, self.kind = change, kind
        self.state, self.observed = state, observed
        self.values = AppliedValues(state, observed)
        self._desired: dict[str, JSON] | None = None

    def entry(self) -> Entry | None:
        """The entry of the address as it is now."""
        return self.state.entry(self.change.address)

    def known_entry(self) -> Entry:
        """The entry, where the steps before have seen to it that there is one."""
        entry = self.entry()
        assert entry is not None, f"{self.change.address} has no entry"
        return entry

    def named(self) -> NamedObject:
        """The object that the steps act on."""
        entry = self.entry()
        if entry is None:
            return NamedObject(self.change.id, {}, {})
        if self.change.object in (CURRENT, entry.id):
            return NamedObject(entry.id or "", entry.outputs, entry.attributes)
        for item in entry.retired:
            if item.id == self.change.object:
                return NamedObject(item.id, item.outputs, item.attributes)
        return NamedObject(self.change.id, {}, {})

    def seen(self) -> LiveObject | None:
        """The object as the plan's refresh showed it."""
        return self.observed.find(self.kind.key, self.named().id)

    def desired(self) -> dict[str, JSON]:
        """The wanted attributes with every reference resolved to what state knows now."""
        if self._desired is None:
            assert self.change.resource is not None
            self._desired = self.resolved(self.change.resource.attributes)
        return self._desired

    def resolved(self, values: Mapping[str, Value]) -> dict[str, JSON]:
        """`values` with every reference replaced; QfopsError where its target has no such output."""
        return {key: plain(resolve(value, self.values)) for key, value in values.items()}

    def inputs(self) -> Inputs:
        """What a run of this resource is made from."""
        resource = self.change.resource
        container = container_of(self.kind, resource.attributes, self.values) if resource else {}
        return inputs_of(self.kind, self.desired(), container)
