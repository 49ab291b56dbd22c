"""A bench: one project on one emulated console, planned and applied in this process.

Waiting is as in production, on a simulated clock that nobody waits for; only a call takes time, and little.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import httpx

from qfops.console.client import Client
from qfops.core.address import Address, Location
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.drift import DriftReport
from qfops.core.plan.events import Event
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Edge, Lifecycle, Resource
from qfops.core.settings import Credentials, Secret, Settings
from qfops.core.state.entry import CURRENT
from qfops.core.state.neighbours import NO_NEIGHBOURS, Neighbours
from qfops.core.state.state import State
from qfops.core.values import JSON, Marker, Reference, Slot, Value, references_in
from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY, Emulator
from qfops.kinds.registry import Registry, load
from qfops.planning.policy import Approval
from qfops.reconcile.apply.result import ApplyResult, How
from qfops.reconcile.drift import look_for_drift
from qfops.reconcile.fresh_plan import plan_project
from qfops.reconcile.journal import Journal
from qfops.reconcile.ports import Clock, Console
from qfops.reconcile.run import Run
from qfops.reconcile.state_edits import move
from qfops.reconcile.workflow import (
    ApplyOptions,
    begun,
    carry_out,
    carry_out_rest,
    prepare,
    prepare_rest,
)
from qfops.reconcile.world import Desired, World
from qfops.state import FileStore, Owner
from qfops.state.owner import is_gone
from tests.support.clock import SkippingClock

HOUR = 3600.0
WHOLE = Approval(whole=True)
AUTO = Approval(auto=True)
LATE = 50.0  # seconds after which a late list shows a new object: within the production `wait.visibility`
LATENCY = 0.1  # seconds from the effect of a call to its answer, in which others act and processes die
DURATIONS = {
    "import": 0.0, "publish": 0.0, "queue": 0.0, "training": 0.0, "model": 0.0, "service": 0.0,
    "update": 0.0, "deactivate": 0.0, "unit": 0.0,
}  # fmt: skip

_Result = TypeVar("_Result")


def ref(target: str, output: str | None = None) -> Reference:
    """A reference as a manifest would hold it."""
    return Reference(Address.parse(target), output)


def resource(
    name: str, spec: Mapping[str, Value], *, depends_on: Iterable[str] = (),
    lifecycle: Lifecycle = Lifecycle(),
    labels: Mapping[str, str] | None = None,
) -> Resource:  # fmt: skip
    """A resource as the loader would make it."""
    address = Address.parse(name)
    kind = load().get(address)

    def filled(value: Value, path: str = "") -> Value:
        if isinstance(value, Reference) and value.output is None:
            rule = kind.ref_at(path)
            assert rule is not None, path
            return replace(value, output=rule.targets()[value.target.kind_key])
        if isinstance(value, dict):
            return {key: filled(item, f"{path}.{key}" if path else key) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item, f"{path}[{index}]") for index, item in enumerate(value)]
        return value

    attributes = filled(spec)
    assert isinstance(attributes, dict)
    edges = tuple(Edge(path, reference) for path, reference in references_in(attributes))
    return Resource(
        address,
        attributes,
        Location(f"manifests/{address.kind}-{address.name}.yaml", 1),
        labels=dict(labels or {}),
        lifecycle=lifecycle,
        depends_on=tuple(Address.parse(item) for item in depends_on),
        references=edges,
    )


@dataclass
class Bench:
    """One project in one world. `console` wraps the client, for tests that break things."""

    root: Path
    resources: dict[Address, Resource] = field(default_factory=dict)
    settings: Settings = field(default_factory=lambda: Settings("demo"))
    console: Callable[[Client], Console] = lambda client: client
    concurrency: int = 10
    events: list[Event] = field(default_factory=list)
    credentials: Credentials = Credentials(EMBEDDED_ACCESS_KEY, Secret(EMBEDDED_SECRET_KEY))
    clock: Clock = field(default_factory=SkippingClock)
    gone: Callable[[Owner], bool] = is_gone
    registry: Registry = field(default_factory=load)
    neighbours: Neighbours = NO_NEIGHBOURS
    elsewhere: tuple[frozenset[Address], ...] = ()

    def __post_init__(self) -> None:
        now = self.clock.now
        self.emulator = Emulator(self.root / "emulator.db", clock=now, wall=now)
        self.emulator.configure(durations=DURATIONS)
        if isinstance(self.clock, SkippingClock):
            self.emulator.configure(latency=LATENCY)
        self.store = self._store()

    def _store(self) -> FileStore:
        return FileStore(
            self.root, self.settings.project, self.settings.environment, self.registry,
            clock=self.clock.now, sleep=self.clock.sleep, gone=self.gone,
        )  # fmt: skip

    def declare(self, *resources: Resource) -> None:
        """Add resources to the project, or replace them."""
        for item in resources:
            self.resources[item.address] = item

    def edit(self, name: str, /, **spec: Slot) -> None:
        """Change top-level attributes of a declared resource; those that are ABSENT are taken out."""
        old = self.resources[Address.parse(name)]
        attributes = {
            key: value for key, value in {**old.attributes, **spec}.items() if not isinstance(value, Marker)
        }
        fresh = resource(name, attributes)
        self.declare(replace(old, attributes=fresh.attributes, references=fresh.references))

    def configure(self, name: str, /, **metadata: object) -> None:
        """Change what is ours of a declared resource: its lifecycle, labels or depends_on."""
        self.declare(replace(self.resources[Address.parse(name)], **metadata))  # type: ignore[arg-type]

    def remove(self, name: str) -> None:
        """Take a manifest away."""
        del self.resources[Address.parse(name)]

    def client(self) -> Client:
        """A client of the emulator, inside this process."""
        return Client(
            "http://console.test",
            self.credentials,
            concurrency=self.concurrency,
            transport=lambda: httpx.ASGITransport(app=self.emulator.app),
            clock=self.clock.now,
            timer=self.clock.now,
            sleep=self.clock.sleep,
        )

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `work` on this bench's clock."""
        return self.clock.run(work) if isinstance(self.clock, SkippingClock) else asyncio.run(work)

    def pass_time(self, seconds: float = HOUR) -> None:
        """Let time pass in which nobody runs qfops: what was made is not new any more."""
        assert isinstance(self.clock, SkippingClock)
        self.clock.pass_(seconds)

    def plan(self, asked: PlanOptions = PlanOptions(), adopt: Mapping[str, str] | None = None) -> Plan:
        """A plan, read only."""
        return self.run(self.planned(asked, adopt))

    async def planned(
        self, asked: PlanOptions = PlanOptions(), adopt: Mapping[str, str] | None = None
    ) -> Plan:
        """A plan, also in the middle of somebody's apply."""
        async with self.client() as client:
            return (
                await plan_project(self.world(client), self.store.read(), self._desired(asked, adopt))
            ).plan

    def drift(self) -> DriftReport:
        """What the console holds beside what was applied, read only."""

        async def run() -> DriftReport:
            async with self.client() as client:
                wanted = dict(sorted(self.resources.items()))
                return await look_for_drift(self.world(client), self.store.read(), wanted)

        return self.run(run())

    def apply(
        self, approval: Approval = WHOLE, asked: PlanOptions = PlanOptions(),
        adopt: Mapping[str, str] | None = None,
        between: Callable[[Plan], None] = lambda _: None, **options: object,
    ) -> ApplyResult:  # fmt: skip
        """Plan and apply under a lease; the result."""
        return self.apply_plan(approval, asked, adopt, between, **options)[1]

    def apply_plan(
        self, approval: Approval = WHOLE, asked: PlanOptions = PlanOptions(),
        adopt: Mapping[str, str] | None = None,
        between: Callable[[Plan], None] = lambda _: None, **options: object,
    ) -> tuple[Plan, ApplyResult]:  # fmt: skip
        """Plan and apply under a lease; `between` happens once the plan is made."""
        given = replace(ApplyOptions(by="test"), **options)  # type: ignore[arg-type]

        async def run() -> tuple[Plan, ApplyResult]:
            async with self._begun(given) as started:
                foreseen = None if approval.whole else approval
                prepared = await prepare(started, self._desired(asked, adopt, foreseen), given)
                between(prepared.plan)
                return prepared.plan, await carry_out(started, prepared, approval, given)

        return self.run(run())

    def resume(self) -> tuple[Plan, ApplyResult] | None:
        """Carry out the rest of a stored approval, as the declared resources still ask for it."""
        options = ApplyOptions(by="test")

        async def run() -> tuple[Plan, ApplyResult] | None:
            async with self._begun(options) as started:
                resumed = await prepare_rest(started, self._desired(PlanOptions(), None).resources, options)
                if resumed is None:
                    return None
                return resumed.plan, await carry_out_rest(started, resumed, options)

        return self.run(run())

    def move(self, old: str, new: str) -> None:
        """What `qfops state mv` does."""

        async def edit(journal: Journal) -> None:
            await move(journal, Address.parse(old), Address.parse(new), "qfops", self.settings.moved)

        self.note_down(edit)

    def note_down(self, edit: Callable[[Journal], Coroutine[Any, Any, None]]) -> None:
        """Write to the state, under a lease, what no apply would."""

        async def run() -> None:
            session = await self.store.begin(self._owner(), timeout=5, notify=lambda _: None)
            try:
                await edit(Journal(session, self.clock))
                await session.commit()
            finally:
                await session.release()

        self.run(run())

    @asynccontextmanager
    async def _begun(self, options: ApplyOptions) -> AsyncIterator[Run]:
        """A run under a lease, committed when it ends well."""
        async with self.client() as client:
            session = await self.store.begin(self._owner(), timeout=5, notify=lambda _: None)
            try:
                stop = asyncio.Event()
                async with begun(self.world(client), session, options, self.events.append, stop) as started:
                    yield started
                await session.commit()
            finally:
                await session.release()

    def world(self, client: Client) -> World:
        """What a workflow touches."""
        world = World(self.console(client), self.registry, self.clock, self.settings)
        return replace(world, neighbours=lambda: self.neighbours)

    def show_late(self, seconds: float = LATE) -> None:
        """Lists show what is made from now on only after so long; details show it at once."""
        self.emulator.configure(visibility=seconds)

    def lose_state(self) -> None:
        """Throw away everything that qfops remembers; the console keeps its objects."""
        shutil.rmtree(self.root / ".qfops", ignore_errors=True)
        self.store = self._store()

    def copy(self, root: Path) -> Bench:
        """The same project, console and state on another machine."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return Bench(root, dict(self.resources), self.settings, clock=SkippingClock(self.clock.now()))

    def call(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        """A call that somebody else makes with the same keys."""

        async def run() -> JSON:
            async with self.client() as client:
                return (await client.send(route, action, body, valid_until=self.clock.now() + 30)).result

        return self.run(run())

    def limit_key(self, *allowed: str) -> None:
        """Work with a key from now on that may only call these actions (patterns allowed)."""
        access, secret = self.emulator.add_key("embedded", actions=allowed)
        self.credentials = Credentials(access, Secret(secret))

    def close(self) -> None:
        """Close the emulator's file; the folder stays."""
        self.emulator.close()

    def state(self) -> State:
        """The state as a read-only command sees it."""
        return self.store.read()

    def id(self, name: str) -> str:
        """The id of a resource's current object."""
        found = self.state().entries[Address.parse(name)].id
        assert found
        return found

    def writes(self) -> list[str]:
        """The mutating actions that reached the console, in order."""
        return [request.action for request in self.emulator.requests(writes_only=True)]

    def objects(self, kind: str) -> list[str]:
        """The ids of the objects of a kind that exist in the console."""
        return [str(found["id"]) for found in self.emulator.objects(kind)]

    def shown(self, name: str) -> dict[str, JSON]:
        """What the console holds of a resource's current object."""
        wanted = self.id(name)
        return next(found for found in self.emulator.objects() if found["id"] == wanted)

    def _desired(
        self, asked: PlanOptions, adopt: Mapping[str, str] | None, approval: Approval | None = None
    ) -> Desired:
        wanted = {Address.parse(name): object_id for name, object_id in (adopt or {}).items()}
        resources = dict(sorted(self.resources.items()))
        return Desired(resources, asked, wanted, approval, lambda: self.elsewhere)

    @staticmethod
    def _owner() -> Owner:
        return Owner.of_this_process("test", "apply")


def actions(plan: Plan) -> dict[str, str]:
    """What a plan would do, by address (and object, for ends of others): only what is not a no-op."""
    return {_name(change): str(change.action) for change in plan.changes if change.action is not Action.NO_OP}


def find(plan: Plan, name: str, object_id: str = CURRENT) -> Change:
    """The change of one address (and object)."""
    return next(item for item in plan.changes if str(item.address) == name and item.object == object_id)


def trouble(result: ApplyResult) -> list[str]:
    """Everything that an apply did not do, with the reason; empty when all went well."""
    ways = (How.FAILED, How.BLOCKED_BY, How.REFUSED, How.IN_PROGRESS, How.NOT_ATTEMPTED, How.STALE)
    items = [item for how in ways for item in result.of(how)]
    found = [f"{item.how.word}: {_name(item.change)}: {item.text}" for item in items]
    return found + [f"dropped: {name}" for name in result.dropped]


def _name(change: Change) -> str:
    return str(change.address) if change.object == "current" else f"{change.address} {change.object}"
