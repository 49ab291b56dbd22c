"""The objects that other states own: of other environments, and of other projects that this machine can see.

Plain data, read elsewhere. An object belongs to one address of one state: what a neighbour owns is never
adopted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.diagnostics import Diagnostic

UNREAD = "neighbour-not-read"
"""The code of a warning: a state that may own objects of this console could not be looked at."""


@dataclass(frozen=True, slots=True)
class ObjectOwner:
    """Where an object belongs: its address there, and the place in words (`environment dev`).

    `command` is what to type before a command to come there.
    """

    address: Address
    place: str
    command: str

    def __str__(self) -> str:
        return f"{self.address} of {self.place}"

    @property
    def release(self) -> str:
        """The command that lets go of the object there, without ending it."""
        return f"{self.command} state rm {self.address}"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who owns what among the states beside ours; `unread` are warnings about those that could not be read.

    Only states of the same console count: equal ids of two consoles are two objects.
    """

    owners: Mapping[ObjectKey, ObjectOwner] = field(default_factory=dict)
    unread: tuple[Diagnostic, ...] = ()

    def owner(self, kind: KindKey, object_id: str) -> ObjectOwner | None:
        """The neighbour that owns an object; None where no neighbour is known to."""
        return self.owners.get(ObjectKey(kind, object_id))


NO_NEIGHBOURS = Neighbours()
