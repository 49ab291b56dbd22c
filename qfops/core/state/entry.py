"""What state knows of one address: its current object, what was applied to it, and the objects it kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from qfops.core.address import Address
from qfops.core.observation import Status
from qfops.core.resource import Lifecycle
from qfops.core.values import JSON

CURRENT = "current"
"""How changes and records name the current object of an address, whatever its id."""

Due = Literal["delete", "deactivate"]


@dataclass(frozen=True, slots=True)
class Retired:
    """An object kept after its resource was replaced or removed; `due` is the end it still owes.

    `created` is when it was made (seconds since 1970; 0: not known): lists may be late for a young one.
    """

    id: str
    attributes: dict[str, JSON]
    outputs: dict[str, JSON] = field(default_factory=dict)
    run_key: str = ""
    status: Status = field(default_factory=dict)
    why: str = ""
    due: Due | None = None
    created: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What state knows of one address; `id` is None when only retired objects remain.

    `attributes` are the values last applied with ids resolved; `assumed` the paths of write-only values that
    an adoption took from the manifest; `status` maps the console's status fields to the words last shown;
    `created` is when the object was made (seconds since 1970; 0: not known); `run_key` and `inputs` say what
    a run was made from; `seconds` is how long it took to be ready.
    """

    address: Address
    id: str | None
    attributes: dict[str, JSON] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    outputs: dict[str, JSON] = field(default_factory=dict)
    dependencies: tuple[Address, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    labels: Mapping[str, str] = field(default_factory=dict)
    status: Status = field(default_factory=dict)
    run_key: str = ""
    inputs: dict[str, JSON] = field(default_factory=dict)
    created: float = 0.0
    seconds: float = 0.0
    retired: tuple[Retired, ...] = ()

    def as_retired(self, why: str, due: Due | None) -> Retired:
        """The current object as one that is kept, or that owes its end."""
        assert self.id is not None
        return Retired(
            id=self.id,
            attributes=dict(self.attributes),
            outputs=dict(self.outputs),
            run_key=self.run_key,
            status=self.status,
            why=why,
            due=due,
            created=self.created,
        )

    def without_object(self) -> Entry:
        """The entry once its current object has left it; the retired ones stay, and how long one takes."""
        return replace(
            self,
            id=None,
            attributes={},
            outputs={},
            assumed=(),
            status={},
            run_key="",
            inputs={},
            created=0.0,
        )

    def without_retired(self, object_id: str) -> Entry:
        """The entry once a retired object has left it."""
        return replace(self, retired=tuple(item for item in self.retired if item.id != object_id))

    @property
    def empty(self) -> bool:
        """Whether nothing is left to remember."""
        return self.id is None and not self.retired
