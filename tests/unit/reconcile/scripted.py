"""A console that plays a script, a clock that nobody waits for, and a session that only remembers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from qfops.state.replay import Working

from qfops.core.errors import ApiError, ErrorClass
from qfops.core.plan.plan import Stats
from qfops.core.state.entry import Entry
from qfops.core.state.records import Record
from qfops.core.state.state import State
from qfops.core.values import JSON


@dataclass(frozen=True)
class Answered:
    """A result, as the console client returns it."""

    result: JSON = None
    request_id: str = "r-1"


Line: TypeAlias = "ApiError | JSON | Callable[[], JSON]"


@dataclass
class Script:
    """What the console says: answers to mutating calls in order, reads and lists by action."""

    sends: deque[Line] = field(default_factory=deque)
    reads: dict[str, Line] = field(default_factory=dict)
    lists: dict[str, list[dict[str, JSON]] | ApiError] = field(default_factory=dict)
    sent: list[tuple[str, Mapping[str, JSON], int]] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, JSON]]] = field(default_factory=list)
    account: str = ""
    stats: Stats = Stats()
    on_back_off: Callable[[], None] = lambda: None

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        self.asked.append((action, body))
        return _said(self.reads[action])

    async def pages(
        self, route: str, action: str, body: Mapping[str, JSON], *, items: str
    ) -> list[dict[str, JSON]]:
        self.asked.append((action, body))
        found = self.lists.get(action, [])
        if isinstance(found, ApiError):
            raise found
        return found

    async def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> Answered:
        self.sent.append((action, body, attempt))
        return Answered(_said(self.sends.popleft()))

    async def turn(self) -> None:
        """The rate allows everything."""

    def backoff(self, attempt: int, error: ApiError) -> float:
        self.on_back_off()
        return float(2**attempt)


def _said(line: Line) -> JSON:
    if isinstance(line, ApiError):
        raise line
    return line() if callable(line) else line


def error(class_: ErrorClass, *, status: int = 0, code: str = "") -> ApiError:
    """An error of one class."""
    return ApiError("no", error_class=class_, action="Act", route="/v2/x", status=status, code=code)


@dataclass
class FakeClock:
    """Time that moves only when somebody sleeps; `naps` are the pauses asked for."""

    time: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds


class MemorySession:
    """A session without a disk: records are numbered, applied and kept in `records`."""

    def __init__(self, *entries: Entry) -> None:
        held = {entry.address: entry for entry in entries}
        self._working = Working(State("demo", entries=held))
        self.records: list[Record] = []
        self.notes: list[tuple[str, Mapping[str, JSON]]] = []

    @property
    def state(self) -> State:
        return self._working.view()

    async def append(self, record: Record) -> Record:
        numbered = replace(record, seq=len(self.records) + 1)
        self.records.append(numbered)
        self._working.apply(numbered)
        return numbered

    def note(self, event: str, details: Mapping[str, JSON]) -> None:
        self.notes.append((event, details))

    def commit(self, *, account: str | None = None, details: Mapping[str, JSON] | None = None) -> None:
        """Nothing to compact."""

    async def release(self) -> None:
        """Nothing to give back."""

    def types(self) -> list[str]:
        """The types of the records, in order."""
        return [record.type for record in self.records]
