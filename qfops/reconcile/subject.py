"""What one change is about, as things stand now: its entry, its object, its values. It only looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.errors import QfopsError
from qfops.core.observation import LiveObject, Observed
from qfops.core.paths import get
from qfops.core.plan import CURRENT, Action, Change
from qfops.core.state import Entry, State
from qfops.core.values import JSON, Reference, Unknown, Value, plain
from qfops.kinds.base import Kind
from qfops.planning.runs import Inputs, inputs_of
from qfops.reconcile.search_keys import SearchKeys
from qfops.reconcile.waiting import Waiter
from qfops.state.store import Session

_ENDS = (Action.DELETE, Action.DEACTIVATE, Action.FORGET, Action.RETIRE)


@dataclass(frozen=True, slots=True)
class Scene:
    """What all changes of one walk share: the state as it grows, the refresh, locks and waits."""

    session: Session
    observed: Observed
    observed_at: float
    waiter: Waiter
    search: SearchKeys

    @property
    def state(self) -> State:
        """The state as it is now."""
        return self.session.state


class Named(NamedTuple):
    """An object as state knows it."""

    id: str
    outputs: Mapping[str, JSON]
    attributes: Mapping[str, JSON]


class Subject:
    """One change and what it is about."""

    def __init__(self, change: Change, kind: Kind, scene: Scene) -> None:
        self.change, self.kind, self.scene = change, kind, scene
        self._desired: dict[str, JSON] | None = None

    @property
    def ends(self) -> bool:
        """Whether the change takes an object out of the current ones."""
        return self.change.action in _ENDS

    def entry(self) -> Entry | None:
        """The entry of the address as it is now (under its old address before a move)."""
        found = self.scene.state.entries.get(self.change.address)
        if found is None and self.change.moved_from is not None:
            return self.scene.state.entries.get(self.change.moved_from)
        return found

    def known_entry(self) -> Entry:
        """The entry, where the steps before have seen to it that there is one."""
        entry = self.entry()
        assert entry is not None, f"{self.change.address} has no entry"
        return entry

    def named(self) -> Named:
        """The object that the steps act on."""
        entry = self.entry()
        if entry is None:
            return Named(self.change.id, {}, {})
        if self.change.object in (CURRENT, entry.id):
            return Named(entry.id or "", entry.outputs, entry.attributes)
        for item in entry.retired:
            if item.id == self.change.object:
                return Named(item.id, item.outputs, item.attributes)
        return Named(self.change.id, {}, {})

    def seen(self) -> LiveObject | None:
        """The object as the plan's refresh showed it."""
        return self.scene.observed.find(self.kind.key, self.named().id)

    def desired(self) -> dict[str, JSON]:
        """The wanted attributes with every reference resolved to what state knows now."""
        if self._desired is None:
            assert self.change.resource is not None
            self._desired = self.resolved(self.change.resource.attributes)
        return self._desired

    def resolved(self, values: Mapping[str, Value]) -> dict[str, JSON]:
        """`values` with every reference replaced; QfopsError where its target has no such output."""
        return {key: plain(self._resolve(value)) for key, value in values.items()}

    def _resolve(self, value: Value) -> Value:
        if isinstance(value, Unknown):
            value = value.reference
        if isinstance(value, Reference):
            entry = self.scene.state.entries.get(value.target)
            found = entry.outputs.get(value.output or "") if entry is not None else None
            if found is None:
                raise QfopsError(f"{value} has no value", f"{value.target} did not show it.", "Plan again.")
            return found
        if isinstance(value, dict):
            return {key: self._resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolve(item) for item in value]
        return value

    def inputs(self) -> Inputs:
        """What a run of this resource is made from."""
        return inputs_of(self.kind, self.desired(), self._container())

    def _container(self) -> Mapping[str, object]:
        """The attributes of the container, as applied or, where it is not ours, as seen."""
        ref, resource = self.kind.container, self.change.resource
        value = get(resource.attributes, ref.path) if ref and resource else None
        if isinstance(value, Reference):
            entry = self.scene.state.entries.get(value.target)
            return entry.attributes if entry is not None else {}
        if ref is not None and isinstance(value, str):
            found = (self.scene.observed.find(key, value) for key in ref.targets())
            return next((live.attributes for live in found if live is not None), {})
        return {}
