"""The state: everything that qfops remembers of one environment, as a value that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qfops.core.address import Address, ObjectKey
from qfops.core.state.approved_plan import AppliedPlan, ApprovedPlan
from qfops.core.state.entry import Entry
from qfops.core.state.records import Intent

FORMAT_VERSION = 2


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class State:
    """A snapshot with the journal replayed; `intents` are the calls without an outcome, by attempt.

    `moved` are the lines of `moved` in qfops.yaml that were carried out here: the new address by the old one.
    `applied` are the plans that were approved as a whole and done to the end, the latest first.
    """

    project: str
    environment: str = ""
    lineage: str = ""
    serial: int = 0
    account: str = ""
    entries: Mapping[Address, Entry] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(default_factory=dict)
    approved: ApprovedPlan | None = None
    moved: Mapping[Address, Address] = field(default_factory=dict)
    applied: tuple[AppliedPlan, ...] = ()

    def __repr__(self) -> str:
        return f"State({self.project!r}, {self.lineage[:8]}#{self.serial}, {len(self.entries)} entries)"

    def ids(self) -> set[ObjectKey]:
        """Every object that this state owns, current or retired."""
        return set(owners(self.entries))

    def owners(self) -> dict[ObjectKey, Address]:
        """Every object that this state owns, current or retired, and the address that it belongs to."""
        return owners(self.entries)


def owned_ids(entries: Mapping[Address, Entry]) -> set[ObjectKey]:
    """Every object that entries own, current or retired."""
    return set(owners(entries))


def owners(entries: Mapping[Address, Entry]) -> dict[ObjectKey, Address]:
    """Every object that entries own, current or retired, and the address that it belongs to."""
    found: dict[ObjectKey, Address] = {}
    for address, entry in entries.items():
        if entry.id is not None:
            found[ObjectKey(address.kind_key, entry.id)] = address
        found.update((ObjectKey(address.kind_key, item.id), address) for item in entry.retired)
    return found
