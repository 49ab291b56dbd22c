"""How a command ends: the exit codes of the command line, and which of several wins."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class ExitCode(enum.IntEnum):
    """What a program that called qfops may rely on."""

    DONE = 0
    FAILED = 1
    DIFFERS = 2
    REFUSED = 3
    IN_PROGRESS = 4
    STALE = 5
    LOCKED = 6
    USAGE = 64
    INTERRUPTED = 130


_PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.FAILED,
    ExitCode.STALE,
    ExitCode.REFUSED,
    ExitCode.LOCKED,
    ExitCode.IN_PROGRESS,
    ExitCode.DIFFERS,
    ExitCode.DONE,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that wins where several things happened; DONE where nothing did."""
    return min(codes, key=_PRECEDENCE.index, default=ExitCode.DONE)
