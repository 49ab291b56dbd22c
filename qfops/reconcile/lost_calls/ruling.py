"""Ruling on a call whose answer was lost: one decision table, and nothing else.

No create is repeated on the strength of one look: "nothing found" counts only after the signature of the
request has expired and the visibility time has passed. Nor is an object without a name of its own taken over
before that: until then the list may yet show another one. A test checks the table row by row.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from qfops.core.plan.steps import Repeat


class Seen(enum.StrEnum):
    """What a look at the console showed."""

    ONE = "exactly one new match"
    ALIKE = "exactly one new match, and others could look the same"
    UNPROVEN = "matches, and it is not known what was there before"
    UNLIKE = "the name is taken by what is not as planned"
    NONE = "no new match"
    MANY = "more than one new match"
    MOVED = "its counters or status moved"
    STILL = "its counters and status are as before"
    SHOWN = "the object shows what was asked for"
    NOT_SHOWN = "the object does not show what was asked for"
    GONE = "the object is gone"
    UNREADABLE = "it could not be read"


class Ruling(enum.StrEnum):
    """What follows."""

    DONE = "it took effect"
    REPEAT = "it did not take effect"
    PENDING = "too early to tell"
    AMBIGUOUS = "cannot be told apart"


@dataclass(frozen=True, slots=True)
class Look:
    """One look: what was seen, the ids that matched, and why nothing could be read."""

    seen: Seen
    candidates: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """When the signature of a call ends, and how long an effect may stay hidden after that."""

    expires: float
    visibility: float

    @property
    def closes(self) -> float:
        """From then on, "not seen" means "did not happen"."""
        return self.expires + self.visibility

    def open(self, now: float) -> bool:
        """Whether an effect may still show up."""
        return now < self.closes


_OPEN = {
    (Repeat.LOOK_UP, Seen.ONE): Ruling.DONE,
    (Repeat.LOOK_UP, Seen.ALIKE): Ruling.PENDING,
    (Repeat.LOOK_UP, Seen.UNPROVEN): Ruling.AMBIGUOUS,
    (Repeat.LOOK_UP, Seen.UNLIKE): Ruling.PENDING,
    (Repeat.LOOK_UP, Seen.MANY): Ruling.AMBIGUOUS,
    (Repeat.LOOK_UP, Seen.NONE): Ruling.PENDING,
    (Repeat.LOOK_UP, Seen.MOVED): Ruling.DONE,
    (Repeat.LOOK_UP, Seen.STILL): Ruling.PENDING,
    (Repeat.LOOK_UP, Seen.GONE): Ruling.REPEAT,
    (Repeat.LOOK_UP, Seen.UNREADABLE): Ruling.PENDING,
    (Repeat.SAFE, Seen.SHOWN): Ruling.DONE,
    (Repeat.SAFE, Seen.NOT_SHOWN): Ruling.REPEAT,
    (Repeat.SAFE, Seen.GONE): Ruling.DONE,
    (Repeat.SAFE, Seen.UNREADABLE): Ruling.REPEAT,
}
_CLOSED = {
    **_OPEN,
    (Repeat.LOOK_UP, Seen.ALIKE): Ruling.DONE,
    (Repeat.LOOK_UP, Seen.UNLIKE): Ruling.AMBIGUOUS,
    (Repeat.LOOK_UP, Seen.NONE): Ruling.REPEAT,
    (Repeat.LOOK_UP, Seen.STILL): Ruling.REPEAT,
    (Repeat.LOOK_UP, Seen.UNREADABLE): Ruling.AMBIGUOUS,
}


def decide(repeat: Repeat, look: Look, window: Window, now: float) -> Ruling:
    """The ruling on one lost call; `now` is when the look *began*."""
    table = _OPEN if window.open(now) else _CLOSED
    return table[(repeat, look.seen)]


def explain(address: object, operation: str, ruling: Ruling, look: Look) -> str:
    """One sentence for the plan about a call that is not settled."""
    if ruling is Ruling.AMBIGUOUS and look.candidates:
        many = len(look.candidates) > 1
        found = f"{len(look.candidates)} objects could" if many else "one object could"
        shown = ", ".join(look.candidates) + (f"; {look.reason}" if look.reason else "")
        return (
            f"the answer to {operation} was lost and {found} be its result ({shown}); "
            f"say which: qfops state settle {address} --id ID (or --none)"
        )
    if ruling is Ruling.AMBIGUOUS:
        return (
            f"the answer to {operation} was lost and the console cannot be read ({look.reason}); "
            f"when you know: qfops state settle {address} --id ID | --done | --none"
        )
    return f"the answer to {operation} was lost; whether it took effect shows within a minute or two"


def seen_among(candidates: Sequence[str], *, named: bool = True) -> Seen:
    """How many new matches there are; `named`: a name tells ours from all others."""
    if not candidates:
        return Seen.NONE
    if len(candidates) > 1:
        return Seen.MANY
    return Seen.ONE if named else Seen.ALIKE
