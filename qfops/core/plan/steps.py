"""The steps of a change: one mutating call, one wait, or one edit of state. The executor walks exactly these.

The text form of a step's id (`create`, `import[0]`, `import[0].ready`, `record`) is part of digests, plans
and journals, and never changes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal, TypeAlias


class Repeat(enum.StrEnum):
    """Whether a call may simply be sent again when its answer was lost, or must be looked up."""

    SAFE = "safe"
    LOOK_UP = "look-up"


Item: TypeAlias = "int | str | None"
"""Which item of a list a call is about: an index of an appended list, the path of a keyed one, or none."""


def call_id(operation: str, item: Item) -> str:
    """The id of a call: the operation, with its item where it has one."""
    return operation if item is None else f"{operation}[{item}]"


def operation_of(step_id: str) -> str:
    """The operation that the id of a call names; for records of the journal, which keep the id only."""
    return step_id.partition("[")[0]


@dataclass(frozen=True, slots=True)
class Bought:
    """What a call buys, in words. `for_good`: no call gives it back; else it is billed until released."""

    what: str
    for_good: bool

    def __str__(self) -> str:
        end = "no call gives it back" if self.for_good else "billed until released"
        return f"buys {self.what}: {end}"


@dataclass(frozen=True, slots=True)
class Call:
    """One mutating call.

    `operation` is the kind's name for it (`import`), `action` the API's (`CreateImportTask`); `paths` are the
    attributes that it writes.
    """

    operation: str
    action: str
    repeat: Repeat
    item: Item = None
    paths: tuple[str, ...] = ()
    billable: bool = False
    bought: Bought | None = None

    @property
    def id(self) -> str:
        """Unique among the calls of a change."""
        return call_id(self.operation, self.item)


@dataclass(frozen=True, slots=True)
class Wait:
    """Reads until the object is ready; `action` is the API's read.

    `operation` and `item` name the call that is waited for; "": something that was started earlier.
    """

    action: str
    operation: str = ""
    item: Item = None

    @property
    def id(self) -> str:
        """`ready` for a creation and for what was started earlier, else the call's id and `.ready`."""
        if self.operation in ("", "create"):
            return "ready"
        return f"{call_id(self.operation, self.item)}.ready"


StateEditName = Literal["link", "record", "forget", "retire", "move"]


@dataclass(frozen=True, slots=True)
class StateEdit:
    """A change of state only; nothing is sent."""

    name: StateEditName

    @property
    def id(self) -> str:
        """The name."""
        return self.name


Step: TypeAlias = Call | Wait | StateEdit

LINK, RECORD, FORGET = StateEdit("link"), StateEdit("record"), StateEdit("forget")
RETIRE, MOVE = StateEdit("retire"), StateEdit("move")


def api_action(step: Step) -> str:
    """The API's action of a step; "" where only the state changes."""
    return "" if isinstance(step, StateEdit) else step.action
