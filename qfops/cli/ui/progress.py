"""What is said while something takes time: bars on a terminal, plain lines on a pipe, JSON lines if asked.

Progress goes to standard error, JSON events to standard output; neither ever stops the work.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from qfops.cli.ui import terminal
from qfops.core.plan.events import Event
from qfops.core.values import JSON

if TYPE_CHECKING:
    from rich.progress import TaskID

_ENDS = ("done", "failed", "skipped")
_QUIET = ("noop", "blocked", "unknown")


class ProgressReporter(AbstractContextManager["ProgressReporter"], Protocol):
    """Somebody who is told what happens."""

    def emit(self, event: Event) -> None:
        """Say it."""

    def say(self, sentence: str) -> None:
        """A sentence about the run itself: waiting for a lock, an interruption."""

    def pause(self) -> AbstractContextManager[None]:
        """Keep the terminal free while somebody is asked."""


class Lines:
    """One plain line an event on standard error."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def emit(self, event: Event) -> None:
        """Say it."""
        from qfops.render.events import event_line

        if event.type not in ("plan", "summary"):
            terminal.note(event_line(event))

    def say(self, sentence: str) -> None:
        """A sentence about the run itself."""
        terminal.note(sentence)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Nothing is drawn, so nothing is in the way."""
        yield


class JsonLines(Lines):
    """One JSON object an event on standard output."""

    def emit(self, event: Event) -> None:
        """Say it."""
        from qfops.render.events import event_json

        terminal.out(json.dumps(event_json(event), ensure_ascii=False) + "\n")


class Bars(Lines):
    """A bar for the whole and a spinner for everything under way; what has ended scrolls up as a line."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        # Standard output stays free of redirection: results must not end up on standard error.
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True, no_color=not terminal.colored(), highlight=False, markup=False),
            transient=True,
            redirect_stdout=False,
        )
        self._under_way: dict[str, TaskID] = {}
        self._whole: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def emit(self, event: Event) -> None:
        """Move the bars; what has ended, and what belongs to no bar, is said as a line."""
        if event.type == "plan":
            self._whole = self._bars.add_task("all changes", total=_changes(event.data.get("summary")))
        elif event.type == "start":
            words = " ".join(word for word in (event.action, event.address, event.step) if word)
            self._under_way[_bar(event)] = self._bars.add_task(words, total=None)
        elif event.type == "progress" and event.address in self._under_way:
            words = " ".join(word for word in (event.address, event.step, event.message) if word)
            self._bars.update(self._under_way[event.address], description=words)
        else:
            self._end(event)
            super().emit(event)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Take the bars away, and bring them back."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()

    def _end(self, event: Event) -> None:
        bar = self._under_way.pop(_bar(event), None) if event.type in _ENDS else None
        if bar is not None:
            self._bars.remove_task(bar)
        if self._whole is not None and event.type in _ENDS:
            self._bars.advance(self._whole)


def _bar(event: Event) -> str:
    """What a bar is known by: the address, and the id of an old object that ends (its `step`)."""
    return f"{event.address} {event.step}".rstrip()


def _changes(summary: JSON) -> int | None:
    """How many changes a plan asks for, from its counts."""
    if not isinstance(summary, dict):
        return None
    return sum(n for key, n in summary.items() if isinstance(n, int) and key not in _QUIET)


def reporter(output: str) -> ProgressReporter:
    """Who is told, for `--format text` or `json`."""
    if output == "json":
        return JsonLines()
    return Bars() if terminal.is_terminal(sys.stderr) else Lines()


@contextmanager
def reading() -> Iterator[None]:
    """A spinner while the console is read, on a terminal; nothing on a pipe."""
    if not terminal.is_terminal(sys.stderr):
        yield
        return
    from rich.console import Console

    console = Console(stderr=True, no_color=not terminal.colored())
    with console.status("reading the console"):
        yield
