"""What is wanted: a manifest after substitution and defaults, with its lifecycle and origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from qfops.core.address import Address, Location
from qfops.core.paths import ancestors
from qfops.core.values import ABSENT, Reference, Slot, Value

Source = Literal["file", "var", "env"]
OnRemove = Literal["delete", "retire", "forget"]
OnReplace = Literal["retire", "delete"]


class Origin(NamedTuple):
    """Where a value was written: the file and line, and whether a variable supplied it.

    For `{file: …}` texts, `location` is line 1 of the text file; `name` is the variable's name.
    """

    location: Location
    source: Source = "file"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One `lifecycle.ignore` item: drift at `path` is silenced until `until` is over in UTC (None: always).

    `value` is the one that was accepted; another one is drift again. ABSENT: whatever the console holds.
    """

    path: str
    reason: str = ""
    until: date | None = None
    value: Slot = ABSENT

    @property
    def any_value(self) -> bool:
        """Whether it silences whatever the console holds at the path."""
        return self.value is ABSENT


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The rules of a resource's life; `on_replace` None means the kind's default."""

    protect: bool = False
    ignore: tuple[Ignore, ...] = ()
    on_remove: OnRemove = "delete"
    on_replace: OnReplace | None = None


class Edge(NamedTuple):
    """A reference of a resource: the attribute path that holds it, and what it points to."""

    path: str
    reference: Reference


@dataclass(frozen=True, slots=True)
class Resource:
    """What one manifest declares.

    `attributes` is the spec with references in place (`extra` among it); `origins` maps paths of the
    manifest (`spec.…`, `metadata.…`) to where they were written; `location` is the manifest's first line.
    """

    address: Address
    attributes: dict[str, Value]
    location: Location
    labels: Mapping[str, str] = field(default_factory=dict)
    lifecycle: Lifecycle = Lifecycle()
    depends_on: tuple[Address, ...] = ()
    references: tuple[Edge, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, path: str) -> Origin:
        """Where the attribute at `path` was written: the nearest ancestor that is known."""
        full = f"spec.{path}" if path and not path.startswith("[") else f"spec{path}"
        for candidate in ancestors(full):
            found = self.origins.get(candidate)
            if found is not None:
                return found
        return Origin(self.location)
