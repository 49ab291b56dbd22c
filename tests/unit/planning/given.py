"""Small worlds made by hand: what is wanted, what state knows, what the console shows."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.observation import LiveObject, Observed, Place, Unsearched
from qfops.core.paths import get, put
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.core.state.entry import Entry
from qfops.core.state.state import State
from qfops.core.values import JSON, Reference, Value, plain
from qfops.kinds.registry import load
from qfops.kinds.status import phase_of
from qfops.planning.actions.runs import Inputs, inputs_of
from qfops.planning.context import PlanInput
from qfops.planning.planner import make_plan
from qfops.planning.policy import Approval
from tests.support.bench import resource
from tests.support.searches import Everywhere
from tests.support.status import kept_status

PUBLISHED = {"importStatus": "ImportFinished", "publishStatus": "Published"}
STATUS = {
    "Dataset": PUBLISHED,
    "DatasetVersion": PUBLISHED,
    "FineTuningTask": {"runStatus": "Done"},
    "Model": {"status": "Ready"},
    "Service": {"runStatus": "Serving", "updateStatus": "None"},
}


def _ready(kind: str, attributes: Mapping[str, JSON]) -> Mapping[str, str]:
    """The status of an object that is as it was wanted."""
    unpublished = {"publishStatus": "Unpublished"} if attributes.get("publish") is False else {}
    return {**STATUS.get(kind, {}), **unpublished}


class World:
    """Resources, entries and live objects that agree with each other until a test changes one side.

    The fields below `missing` are what a project and its calls may say besides; see `PlanInput`.
    """

    def __init__(self, *resources: Resource) -> None:
        self.resources = {item.address: item for item in resources}
        self.entries: dict[Address, Entry] = {}
        self.inventory: dict[KindKey, dict[str, LiveObject]] = {}
        self.missing: set[ObjectKey] = set()
        self.unreadable: dict[ObjectKey, str] = {}
        self.unlisted: dict[Place, str] = {}
        self.unsettled: dict[Address, str] = {}
        self.adopt: dict[Address, str] = {}
        self.moved: dict[Address, Address | None] = {}
        self.forgotten: set[Address] = set()
        self.approval: Approval | None = None
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
        inputs = self.inputs(item, attributes)
        self.entries[item.address] = Entry(
            address=item.address, id=id_, attributes=attributes, outputs=outputs, labels=item.labels,
            lifecycle=item.lifecycle,
            dependencies=tuple(sorted(targets)), status=kept_status(kind, _ready(kind.name, attributes)),
            run_key=inputs.key, inputs={path: plain(value) for path, value in inputs.values.items()},
        )  # fmt: skip
        shown = copy.deepcopy(attributes)
        self.show(LiveObject(id_, shown, outputs, self.entries[item.address].status, complete=True), kind.key)

    def inputs(self, item: Resource, attributes: Mapping[str, Value]) -> Inputs:
        """What a run with these attributes was made from; nothing for what is no run."""
        kind = load().get(item.address)
        if not kind.run:
            return Inputs({}, "")
        place = get(item.attributes, kind.container.path) if kind.container else None
        container = self.entries[place.target].attributes if isinstance(place, Reference) else {}
        return inputs_of(kind, attributes, container)

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
        attributes: dict[str, Value] = copy.deepcopy({**live.attributes})
        put(attributes, path, value)
        shown = {key: plain(item) for key, item in attributes.items()}
        self.show(replace(live, attributes=shown), Address.parse(name).kind_key)
        return self

    def set_status(self, name: str, **words: str) -> World:
        """The console shows another status: its words by field, what they mean as the kind says."""
        kind = load().get(Address.parse(name))
        phase = phase_of(kind, words)
        self.show(replace(self.live(name), status=kept_status(kind, words), phase=phase), kind.key)
        return self

    def remember(self, name: str, **fields: object) -> World:
        """State holds something else of an address."""
        address = Address.parse(name)
        self.entries[address] = replace(self.entries[address], **fields)  # type: ignore[arg-type]
        return self

    def hide(self, name: str) -> ObjectKey:
        """The console does not show the object of an address any more; its key."""
        address = Address.parse(name)
        live = self.live(name)
        del self.inventory[address.kind_key][live.id]
        return ObjectKey(address.kind_key, live.id)

    def live(self, name: str) -> LiveObject:
        """The object of an address."""
        address = Address.parse(name)
        return self.inventory[address.kind_key][self.entries[address].id or ""]

    def given(self, flags: PlanOptions | None = None) -> PlanInput:
        """What the planner is given."""
        searches = Everywhere({place: Unsearched(why) for place, why in self.unlisted.items()})
        observed = Observed(self.inventory, frozenset(self.missing), self.unreadable, searches=searches)
        state = State(project="demo", entries=self.entries)
        settings = Settings("demo", moved=self.moved, forget=tuple(sorted(self.forgotten)))
        return PlanInput(
            registry=load(), settings=settings, resources=self.resources, state=state, observed=observed,
            now=1e9, today=date(2026, 1, 1), options=flags or PlanOptions(), adopt=self.adopt,
            unsettled=self.unsettled, approval=self.approval,
        )  # fmt: skip

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
