"""A console that plays a script, a session that only remembers, a door that answers what it is told to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from qfops.core.errors import ApiError
from qfops.core.observation import LiveObject
from qfops.core.plan.events import Event
from qfops.core.plan.plan import Stats
from qfops.core.settings import Settings, WaitSettings
from qfops.core.state.entry import Entry
from qfops.core.state.records import Record, numbered
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.registry import Registry, load
from qfops.objects.answers import CannotTell, Listed, Missing, Moment, Shown
from qfops.objects.objects import Objects
from qfops.reconcile.journal import Journal
from qfops.reconcile.run import Run
from qfops.reconcile.world import World
from qfops.state.live_state import LiveState
from tests.unit.objects.scripted import FakeClock, Library, Line, said

WAIT = WaitSettings(initial=1.0, max=30.0, limit=3600.0, visibility=60.0, signature=60)


@dataclass(frozen=True)
class Answered:
    """A result, as the console client returns it."""

    result: JSON = None
    request_id: str = "r-1"


@dataclass
class Script(Library):
    """What the console says: answers to mutating calls in order, reads and lists by action."""

    sends: deque[Line] = field(default_factory=deque)
    sent: list[tuple[str, Mapping[str, JSON], int]] = field(default_factory=list)
    account: str = ""
    stats: Stats = Stats()
    on_back_off: Callable[[], None] = lambda: None

    async def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> Answered:
        self.sent.append((action, body, attempt))
        return Answered(said(self.sends.popleft()))

    async def turn(self) -> None:
        """The rate allows everything."""

    def backoff(self, attempt: int, error: ApiError) -> float:
        self.on_back_off()
        return float(2**attempt)


class MemorySession:
    """A session without a disk: records are numbered, applied and kept in `records`."""

    def __init__(self, *entries: Entry) -> None:
        held = {entry.address: entry for entry in entries}
        self._state = LiveState(State(project="demo", entries=held))
        self.records: list[Record] = []
        self.notes: list[tuple[str, Mapping[str, JSON]]] = []

    @property
    def state(self) -> LiveState:
        return self._state

    async def append(self, record: Record) -> Record:
        written = numbered(record, len(self.records) + 1)
        self.records.append(written)
        self._state.apply(written)
        return written

    async def note(self, event: str, details: Mapping[str, JSON]) -> None:
        self.notes.append((event, details))

    async def commit(self, *, account: str | None = None, details: Mapping[str, JSON] | None = None) -> None:
        """Nothing to compact."""

    async def release(self) -> None:
        """Nothing to give back."""

    def types(self) -> list[str]:
        """The types of the records, in order."""
        return [type(record).__name__.lower() for record in self.records]


Fact: TypeAlias = "Shown | Missing | CannotTell"


class Door(Objects):
    """A door whose answers are given: `lists` by kind (others are empty), `fact` to reads.

    `part_fact` is the answer to questions for parts. `asked` are the questions in order, and `tasks` how many
    tasks there were when each was asked.
    """

    def __init__(
        self,
        clock: FakeClock,
        fact: Fact | None = None,
        lists: Mapping[str, Iterable[LiveObject] | CannotTell] | None = None,
        part_fact: Fact | None = None,
    ) -> None:
        super().__init__(_NoConsole(), clock.now, WAIT.visibility)
        self.fact, self.lists, self.part_fact = fact, lists or {}, part_fact
        self.asked: list[str] = []
        self.tasks: list[int] = []

    async def list(self, kind: Kind, scope: str = "", *, since: Moment) -> Listed | CannotTell:
        self._note(f"list {kind.name} {scope}".rstrip())
        found = self.lists.get(kind.name, ())
        if isinstance(found, CannotTell):
            return found
        return Listed({live.id: live for live in found}, self.moment())

    async def candidates(
        self, kind: Kind, planned: Mapping[str, JSON], *, since: Moment
    ) -> Listed | CannotTell:
        return await self.list(kind, kind.scope_in(planned), since=since)

    async def read(self, kind: Kind, outputs: Mapping[str, JSON], *, scope: str = "", since: Moment) -> Fact:
        self._note(f"read {kind.name} {' '.join(str(value) for value in outputs.values())}")
        assert self.fact is not None, "nobody should have read"
        return self.fact

    async def part(self, kind: Kind, object_id_: str, key: JSON, *, since: Moment) -> Fact:
        self._note(f"part {kind.name} {object_id_}")
        assert self.part_fact is not None, "nobody should have asked for a part"
        return self.part_fact

    def _note(self, question: str) -> None:
        self.asked.append(question)
        self.tasks.append(len(asyncio.all_tasks()))


class _NoConsole:
    """What stands behind a door whose answers are given."""

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        raise AssertionError("the door answers by itself")

    async def pages(
        self, route: str, action: str, body: Mapping[str, JSON], *, items: str
    ) -> list[dict[str, JSON]]:
        raise AssertionError("the door answers by itself")


@dataclass(frozen=True, slots=True)
class DoorWorld(World):
    """A world whose door is given."""

    door: Objects

    def objects(self) -> Objects:
        return self.door


class Desk:
    """A run with everything around it under control; `door` takes the place of the console's own."""

    def __init__(
        self,
        *entries: Entry,
        console: Script | None = None,
        clock: FakeClock | None = None,
        door: Objects | None = None,
        registry: Registry | None = None,
    ) -> None:
        self.console, self.clock = console or Script(), clock or FakeClock()
        self.session, self.stop = MemorySession(*entries), asyncio.Event()
        self.events: list[Event] = []
        self.objects = door or Objects(self.console, self.clock.now, WAIT.visibility)
        self.journal = Journal(self.session, self.clock, "ann", "c0ffee")
        settings = Settings("demo", wait=WAIT)
        self.world = DoorWorld(self.console, registry or load(), self.clock, settings, self.objects)
        self.run = Run(self.world, self.objects, self.journal, self.events.append, self.stop)

    @property
    def said(self) -> list[str]:
        """What the run has told."""
        return [event.message for event in self.events]

    @property
    def attempts(self) -> list[int]:
        """The numbers of the attempts that were sent."""
        return [attempt for _, _, attempt in self.console.sent]
