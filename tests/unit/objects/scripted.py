"""A console that only answers reads, by a script, and a clock that nobody waits for."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeAlias

from qfops.core.errors import ApiError, ErrorClass
from qfops.core.values import JSON

Items: TypeAlias = "list[dict[str, JSON]]"
Line: TypeAlias = "ApiError | JSON | Callable[[], JSON]"

_Given = ParamSpec("_Given")


@dataclass
class Library:
    """What the console says to reads and lists, by action; `asked` are the requests, in order.

    A list that nobody wrote down is empty.
    """

    reads: dict[str, Line] = field(default_factory=dict)
    lists: dict[str, Items | ApiError] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, JSON]]] = field(default_factory=list)

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        self.asked.append((action, body))
        return said(self.reads[action])

    async def pages(self, route: str, action: str, body: Mapping[str, JSON], *, items: str) -> Items:
        self.asked.append((action, body))
        found = self.lists.get(action, [])
        if isinstance(found, ApiError):
            raise found
        return found


def said(line: Line) -> JSON:
    """What a line of a script says."""
    if isinstance(line, ApiError):
        raise line
    return line() if callable(line) else line


def error(
    class_: ErrorClass = ErrorClass.REFUSED,
    *,
    status: int = 0,
    code: str = "",
    fatal: bool = False,
    crowded: bool = False,
) -> ApiError:
    """An error of one class."""
    found = ApiError("no", error_class=class_, action="Act", route="/v2/x", status=status, code=code)
    found.fatal, found.crowded = fatal, crowded
    return found


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


def in_a_loop(test: Callable[_Given, Coroutine[Any, Any, None]]) -> Callable[_Given, None]:
    """A test that is a coroutine, as one that pytest can call."""

    @functools.wraps(test)
    def run(*args: _Given.args, **kwargs: _Given.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


async def idle() -> None:
    """Let everybody go on until nobody can."""
    for _ in range(20):
        await asyncio.sleep(0)
