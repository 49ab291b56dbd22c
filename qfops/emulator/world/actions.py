"""What an action and a kind of object are: the words the area modules are written in.

An area lists its actions and kinds as data; the application looks requests up in them. Nothing here knows any
area.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from qfops.emulator.vocabulary.facts import Shape
from qfops.emulator.vocabulary.fields import Fields, JsonObject
from qfops.emulator.world.world import Item, World

Result: TypeAlias = JsonObject | str | bool | list[JsonObject]
Handler: TypeAlias = Callable[[World, JsonObject], Result]


@dataclass(frozen=True, slots=True)
class Action:
    """One operation of the console: where it is called, what it takes, what it may return, what it does."""

    route: str
    name: str
    fields: Fields
    result: Shape
    handler: Handler
    open_body: bool = False  # further top-level texts are part of the contract (template variables)

    @property
    def writes(self) -> bool:
        """Whether the operation changes anything; the names tell."""
        return not self.name.startswith("Describe")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of stored object, for editing and inspection behind the API's back."""

    name: str
    form: tuple[str, int]  # prefix and length of the random part of its ids
    view: Callable[[World, Item], JsonObject]
    name_key: str = ""  # the echoed field that is its indexed name
    statuses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # computed fields and their values
