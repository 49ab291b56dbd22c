"""What the door answers: facts about objects, and when the looking began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.errors import ApiError
from qfops.core.observation import LiveObject, Searched, Unsearched


class Moment(NamedTuple):
    """A point in one run: the time in seconds since 1970, and the order of what happened at that time."""

    time: float
    order: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was read to its end: its objects by id."""

    objects: Mapping[str, LiveObject]
    began: Moment

    @property
    def search(self) -> Searched:
        """The proof that the place was looked through; nothing else makes one."""
        return Searched()


@dataclass(frozen=True, slots=True)
class Shown:
    """The object as the console shows it."""

    object: LiveObject
    began: Moment


@dataclass(frozen=True, slots=True)
class Missing:
    """The console says that there is no such object, or a list that was read to its end does not hold it.

    `listed`: a list says so, which may not show yet what was made a moment ago.
    """

    began: Moment
    listed: bool = False


@dataclass(frozen=True, slots=True)
class CannotTell:
    """Neither shown nor denied. `error` is what the console answered; None: its answer was not enough."""

    reason: str
    began: Moment
    error: ApiError | None = None

    @property
    def search(self) -> Unsearched:
        """That the place was not looked through, and why."""
        return Unsearched(self.reason)

    @property
    def fatal(self) -> bool:
        """Whether nothing else will work either: the console is away, or does not know the keys."""
        return self.error is not None and self.error.fatal
