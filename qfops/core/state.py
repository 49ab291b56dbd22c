"""What qfops remembers: entries by address, retired objects, open intents, the approved plan.

A journal record holds the whole entry that a step leaves behind, so that replaying is replacing and the cost
of one applied step does not depend on the size of the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from qfops.core.address import Address
from qfops.core.resource import Lifecycle
from qfops.core.values import JSON

FORMAT_VERSION = 1
Due = Literal["delete", "deactivate"]
RecordType = Literal["intent", "outcome", "failed"]


@dataclass(frozen=True, slots=True)
class Retired:
    """An object kept after its resource was replaced or removed; `due` is the end it still owes."""

    id: str
    attributes: dict[str, JSON]
    outputs: dict[str, JSON] = field(default_factory=dict)
    run_key: str = ""
    status: str = ""
    why: str = ""
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What state knows of one address; `id` is None when only retired objects remain.

    `attributes` are the values last applied with ids resolved; `assumed` the paths of write-only values that
    an adoption took from the manifest; `created` is when the object was made (seconds since 1970; 0: not
    known); `run_key` and `inputs` say what a run was made from; `seconds` is how long it took to be ready.
    """

    address: Address
    id: str | None
    attributes: dict[str, JSON] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    outputs: dict[str, JSON] = field(default_factory=dict)
    dependencies: tuple[Address, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    labels: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    run_key: str = ""
    inputs: dict[str, JSON] = field(default_factory=dict)
    created: float = 0.0
    seconds: float = 0.0
    retired: tuple[Retired, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal.

    `object` is "current" or the id of the retired object that the step acts on. `entries` maps addresses to
    the entry that holds once the step is done (None: the entry is gone); for an intent these are the planned
    entries, whose id may still be missing. `before` are the ids that matched the search key when the intent
    was written, or counters (`{"sampleCount": 3}`); `expires` is when the signature of the request ends.
    `done` marks the last step of a change. `approved` carries an approved plan, with step "approve".
    """

    type: RecordType
    attempt: str
    address: Address | None
    step: str
    operation: str = ""
    object: str = "current"
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    before: JSON = None
    id: str = ""
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    entries: Mapping[Address, Entry | None] = field(default_factory=dict)
    at: float = 0.0
    expires: float = 0.0
    by: str = ""
    commit: str = ""
    message: str = ""
    done: bool = False
    approved: Mapping[str, JSON] | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """A consistent snapshot with the journal replayed; `intents` are those without an outcome, by attempt.

    `approved` is the stored approved plan as plain JSON: {digest, by, runUrl, at, changes, resources}; its
    `changes` are only those still owed.
    """

    project: str
    environment: str = ""
    lineage: str = ""
    serial: int = 0
    account: str = ""
    entries: Mapping[Address, Entry] = field(default_factory=dict)
    intents: Mapping[str, Record] = field(default_factory=dict)
    approved: Mapping[str, JSON] | None = None

    def ids(self) -> set[tuple[tuple[str, str], str]]:
        """Every (kind key, id) that this state owns, current or retired."""
        found: set[tuple[tuple[str, str], str]] = set()
        for address, entry in self.entries.items():
            if entry.id is not None:
                found.add((address.kind_key, entry.id))
            found.update((address.kind_key, item.id) for item in entry.retired)
        return found
