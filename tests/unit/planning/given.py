"""Small worlds made by hand: what is wanted, what state knows, what the console shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.observation import LiveObject, Observed, Phase, Status
from qfops.core.paths import put
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.core.state.entry import Entry
from qfops.core.state.state import State
from qfops.core.values import JSON, Reference, Value, plain
from qfops.kinds.registry import load
from qfops.planning.context import PlanInput
from qfops.planning.planner import make_plan
from tests.support.bench import resource

STATUS: Mapping[str, Status] = {
    "Dataset": {"importStatus": "ImportFinished", "publishStatus": "Published"},
    "DatasetVersion": {"importStatus": "ImportFinished", "publishStatus": "Published"},
    "FineTuningTask": {"runStatus": "Done"},
    "Model": {"status": "Ready"},
    "Service": {"runStatus": "Serving", "updateStatus": "None"},
}


class World:
    """Resources, entries and live objects that agree with each other until a test changes one side."""

    def __init__(self, *resources: Resource) -> None:
        self.resources = {item.address: item for item in resources}
        self.entries: dict[Address, Entry] = {}
        self.inventory: dict[KindKey, dict[str, LiveObject]] = {}
        self.missing: set[ObjectKey] = set()
        for item in resources:
            self._apply(item)

    def _apply(self, item: Resource) -> None:
        """As if it had been applied: its id says whose it is."""
        kind = load().get(item.address)
        outputs: dict[str, JSON] = {
            output.name: f"{output.name}-of-{item.address.name}" for output in kind.outputs
        }
        attributes = {key: plain(self._known(value)) for key, value in item.attributes.items()}
        id_ = str(outputs[kind.id[0]])
        targets = {edge.reference.target for edge in item.references} | set(item.depends_on)
        self.entries[item.address] = Entry(
            address=item.address, id=id_, attributes=attributes, outputs=outputs, labels=item.labels, lifecycle=item.lifecycle,
            dependencies=tuple(sorted(targets)), status=STATUS.get(item.address.kind, {}),
        )  # fmt: skip
        self.show(
            LiveObject(id_, attributes, outputs, self.entries[item.address].status, complete=True), kind.key
        )

    def _known(self, value: Value) -> Value:
        if isinstance(value, Reference):
            return self.entries[value.target].outputs[value.output or ""]
        if isinstance(value, dict):
            return {key: self._known(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._known(item) for item in value]
        return value

    def show(self, live: LiveObject, kind: KindKey) -> None:
        """The console shows this object."""
        self.inventory.setdefault(kind, {})[live.id] = live

    def want(self, *resources: Resource) -> World:
        """The manifests say this now."""
        self.resources |= {item.address: item for item in resources}
        return self

    def remove(self, name: str) -> World:
        """A manifest is gone."""
        del self.resources[Address.parse(name)]
        return self

    def edit_console(self, name: str, path: str, value: JSON) -> World:
        """Somebody edited an object in the console."""
        live = self.live(name)
        attributes: dict[str, Value] = {**live.attributes}
        put(attributes, path, value)
        shown = {key: plain(item) for key, item in attributes.items()}
        self.show(replace(live, attributes=shown), Address.parse(name).kind_key)
        return self

    def set_status(self, name: str, status: Status, phase: Phase) -> World:
        """The console shows another status."""
        self.show(replace(self.live(name), status=status, phase=phase), Address.parse(name).kind_key)
        return self

    def live(self, name: str) -> LiveObject:
        """The object of an address."""
        address = Address.parse(name)
        return self.inventory[address.kind_key][self.entries[address].id or ""]

    def given(self, flags: PlanOptions | None = None) -> PlanInput:
        """What the planner is given."""
        observed = Observed(self.inventory, missing=frozenset(self.missing))
        state = State(project="demo", entries=self.entries)
        settings = Settings("demo")
        return PlanInput(
            registry=load(),
            settings=settings,
            resources=self.resources,
            state=state,
            observed=observed,
            now=1e9,
            today=date(2026, 1, 1),
            options=flags or PlanOptions(),
        )

    def plan(self, flags: PlanOptions | None = None) -> Plan:
        """The plan."""
        return make_plan(self.given(flags))


def shown(changes: Iterable[Change]) -> list[str]:
    """Action, address and old object of what a plan would do, in its order."""
    return [
        " ".join([str(item.action), str(item.address), *([item.object] if item.object != "current" else [])])
        for item in changes
        if item.action != "no-op"
    ]


def edited(item: Resource, **spec: Value) -> Resource:
    """The resource with other attributes."""
    fresh = resource(str(item.address), {**item.attributes, **spec})
    return replace(item, attributes=fresh.attributes, references=fresh.references)
