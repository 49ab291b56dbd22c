"""What an apply has done: how each change ended, and the exit code that follows from all of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from qfops.core.exit_codes import ExitCode, worst
from qfops.core.plan.change import Change


class How(enum.Enum):
    """The ways in which carrying out a change can end, each with the exit code that it asks for."""

    APPLIED = ("applied", ExitCode.DONE)
    FAILED = ("failed", ExitCode.FAILED)
    BLOCKED_BY = ("blocked by", ExitCode.DONE)
    REFUSED = ("refused", ExitCode.REFUSED)
    IN_PROGRESS = ("in progress", ExitCode.IN_PROGRESS)
    NOT_ATTEMPTED = ("not attempted", ExitCode.DONE)
    STALE = ("stale", ExitCode.STALE)

    @property
    def word(self) -> str:
        """How lists are headed."""
        return self.value[0]

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with, if nothing worse happened."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Ending:
    """How the execution of a change ended, and what there is to say about it."""

    how: How
    text: str = ""


@dataclass(frozen=True, slots=True)
class EndedChange:
    """One change in a list of the result, with what there is to say about it."""

    change: Change
    how: How
    text: str = ""


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """The endings of a plan's changes.

    `dropped` are changes of a stored approval that are not done any more, by name; `why_dropped` says why.
    `interrupted`: the run was asked to stop.
    """

    endings: tuple[tuple[Change, Ending], ...] = ()
    held_back: int = 0
    interrupted: bool = False
    dropped: tuple[str, ...] = ()
    why_dropped: Mapping[str, str] = field(default_factory=dict)

    def of(self, how: How) -> list[EndedChange]:
        """The changes that ended so."""
        return [EndedChange(change, how, ending.text) for change, ending in self.endings if ending.how is how]

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `apply`."""
        codes = {ending.how.exit_code for _, ending in self.endings}
        if self.interrupted:
            codes.add(ExitCode.INTERRUPTED)
        if self.dropped:
            codes.add(ExitCode.STALE)
        return worst(codes)
