"""What an apply has done: six lists, and the exit code that follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from qfops.core.plan import Change

# Of several, the first (architecture, section 3).
PRECEDENCE = (130, 1, 5, 3, 6, 4, 2, 0)


@dataclass(frozen=True, slots=True)
class Item:
    """One change in a list of the result, with what there is to say about it."""

    change: Change
    text: str = ""


@dataclass(slots=True)
class ApplyResult:
    """Filled while the plan is walked. `stale` names changes held back because their object moved.

    `held` counts console edits left alone; `interrupted` when the run was asked to stop; `left` are the
    sentences about what stays in the console and what stays billed.
    """

    applied: list[Item] = field(default_factory=list)
    failed: list[Item] = field(default_factory=list)
    blocked_by: list[Item] = field(default_factory=list)
    refused: list[Item] = field(default_factory=list)
    in_progress: list[Item] = field(default_factory=list)
    not_attempted: list[Item] = field(default_factory=list)
    stale: list[Item] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    held: int = 0
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """The exit code of `apply`."""
        codes = [
            *([130] if self.interrupted else []),
            *([1] if self.failed else []),
            *([5] if self.stale or self.dropped else []),
            *([3] if self.refused else []),
            *([4] if self.in_progress else []),
        ]
        return first(codes)


def first(codes: Sequence[int]) -> int:
    """The exit code that wins."""
    return min(codes, key=PRECEDENCE.index, default=0)
