"""The values that the story of a change is made of. Every word in them is harmless; none knows a page.

What is shortened by meaning (an id, a value named by its beginning, many that a few stand for) is shortened
here. What is shortened to fit a page stays whole, as it was read: values as `Slot`, texts as changed lines.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from qfops.core.plan.actions import Action
from qfops.core.values import Slot
from qfops.render.textdiff import DiffLine


class Emphasis(enum.IntEnum):
    """How loudly something is said, the loudest first; a printer chooses what that looks like."""

    DANGER = 0
    MONEY = 1
    WARN = 2
    ADD = 3
    CALM = 4
    PLAIN = 5


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words, and how loudly they are said."""

    text: str
    emphasis: Emphasis = Emphasis.PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    """`name` is how others refer to it, `about` explains it, `tags` are what must not be missed."""

    name: str
    about: tuple[str, ...] = ()
    tags: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """`label: text`."""

    label: str
    text: str
    emphasis: Emphasis = Emphasis.PLAIN


@dataclass(frozen=True, slots=True)
class Edit:
    """Where somebody edited something, and what (`learningRate 0.0003 → 0.0001`; may be empty)."""

    place: str
    summary: str
    label: str = "edit"


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a comparison holds."""

    name: str
    value: Slot


@dataclass(frozen=True, slots=True)
class Sides:
    """Three sides of one value, each short enough for a line."""

    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Two values that stand on one line only when they are shortened to fit it."""

    before: Slot
    after: Slot


@dataclass(frozen=True, slots=True)
class TextDiff:
    """All the changed lines of a long text; `title` says which text where nothing above does."""

    lines: tuple[DiffLine, ...]
    title: str = ""


Difference = Phrase | Sides | Between | TextDiff


@dataclass(frozen=True, slots=True)
class Detail:
    """One changed attribute that takes more than a line; the title is empty when the facts name it."""

    title: Phrase
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class ChangeStory:
    """One change, or many alike, whose labels `members` then holds.

    `facts` make one sentence. `details` are its attributes, in a phrase or at length. `edits` are behind what
    cannot be done, `remarks` say what is lost and what stays. `ways_on` are copied: never broken.
    """

    action: Action
    sign: str
    emphasis: Emphasis
    label: str
    facts: tuple[str, ...] = ()
    details: tuple[Phrase | Detail, ...] = ()
    edits: tuple[Edit, ...] = ()
    remarks: tuple[Remark, ...] = ()
    ways_on: tuple[Remark, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def verb(self) -> str:
        """The sign and the word of the action, e.g. `▶ run`."""
        return f"{self.sign} {self.action}"


@dataclass(frozen=True, slots=True)
class Also:
    """A change that is told under another heading: where to see it."""

    verb: str
    label: str
    see: str


@dataclass(frozen=True, slots=True)
class GroupStory:
    """Changes under one heading, then those that are told elsewhere; `more` counts the rest of these."""

    heading: Heading
    changes: tuple[ChangeStory, ...] = ()
    also: tuple[Also, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class StoredStory:
    """An approval of earlier that is not done: what is left of it, the way on, what is not done any more."""

    heading: Heading
    remarks: tuple[Remark, ...]
