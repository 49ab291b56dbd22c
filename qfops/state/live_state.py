"""The state of a session as it is now: it follows every record, where a `State` never changes.

Pure: no disk, no clock. The cost of one record does not depend on the size of the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from qfops.core.address import Address
from qfops.core.state.approved_plan import AppliedPlan, ApprovedPlan, OwedChange, OwedKey
from qfops.core.state.entry import Entry
from qfops.core.state.readdress import approved_at, entries_at
from qfops.core.state.records import Approved, Failure, Intent, Moved, Outcome, Record, Strike
from qfops.core.state.state import State

_REMEMBERED = 20
"""How many plans that were applied are remembered, for those who ask for one of them again."""


class LiveState:
    """A state that records are applied to in place; `entries`, `intents` and `moved` are views of it."""

    def __init__(self, state: State) -> None:
        self.project, self.environment = state.project, state.environment
        self.lineage, self.serial, self.account = state.lineage, state.serial, state.account
        self._entries: dict[Address, Entry] = dict(state.entries)
        self._intents: dict[str, Intent] = dict(state.intents)
        self._approved: ApprovedPlan | None = None
        self._owed: dict[OwedKey, OwedChange] = {}
        self._moved: dict[Address, Address] = dict(state.moved)
        self.applied = state.applied
        self._approve(state.approved)
        self.moved: Mapping[Address, Address] = MappingProxyType(self._moved)
        self.entries: Mapping[Address, Entry] = MappingProxyType(self._entries)
        self.intents: Mapping[str, Intent] = MappingProxyType(self._intents)

    @property
    def approved(self) -> ApprovedPlan | None:
        """The stored approved plan with what is still owed of it; None where nothing is."""
        return self._approved.owing(dict(self._owed)) if self._approved is not None else None

    def entry(self, address: Address) -> Entry | None:
        """What is known of an address by now."""
        return self._entries.get(address)

    def apply(self, record: Record) -> None:
        """What holds once `record` is on stable storage.

        An intent stays open until the outcome or failure of its attempt. Entries of an outcome are facts
        (None: the entry is gone).
        """
        if isinstance(record, Approved):
            self.serial = record.seq
            self._approve(record.plan)
            return
        self.serial = record.header.seq
        if isinstance(record, Intent):
            self._intents[record.header.attempt] = record
        elif isinstance(record, Strike):
            self._strike((record.header.address, record.header.object), record.header.at, record.dropped)
        elif isinstance(record, Moved):
            self._move(record)
        else:
            self._close(record)

    def frozen(self) -> State:
        """A copy that later records do not touch."""
        return State(
            project=self.project,
            environment=self.environment,
            lineage=self.lineage,
            serial=self.serial,
            account=self.account,
            entries=dict(self._entries),
            intents=dict(self._intents),
            approved=self.approved,
            moved=dict(self._moved),
            applied=self.applied,
        )

    def _move(self, record: Moved) -> None:
        """Everything that is known by address follows the move: entries, and what is still owed of a plan."""
        if record.places:
            entries = entries_at(self._entries, record.places)
            self._entries.clear()
            self._entries.update(entries)
            owing = self.approved
            self._approve(approved_at(owing, record.places) if owing is not None else None)
        for old, new in record.lines.items():
            if new is None:
                self._moved.pop(old, None)
            else:
                self._moved[old] = new

    def _close(self, record: Outcome | Failure) -> None:
        self._intents.pop(record.header.attempt, None)
        if isinstance(record, Failure):
            return
        for address, entry in record.entries.items():
            if entry is None:
                self._entries.pop(address, None)
            else:
                self._entries[address] = entry
        key = (record.header.address, record.header.object)
        if record.done:
            self._strike(key, record.header.at)
        elif record.header.operation:
            self._begin(key, record.header.step)

    def _approve(self, plan: ApprovedPlan | None) -> None:
        self._owed = dict(plan.changes) if plan is not None else {}
        self._approved = plan if self._owed else None

    def _strike(self, key: OwedKey, at: float, dropped: bool = False) -> None:
        """This change asks for nothing any more; no error when it is not in the plan.

        A plan of which something was dropped was not applied, and its digest names it no more.
        """
        known = self._owed.pop(key, None)
        plan = self._approved
        if plan is not None and known is not None and dropped:
            plan = self._approved = replace(plan, covers="part")
        if self._owed:
            return
        if plan is not None and plan.covers == "all":
            others = (item for item in self.applied if item.digest != plan.digest)
            self.applied = (AppliedPlan(plan.digest, at), *others)[:_REMEMBERED]
        self._approved = None

    def _begin(self, key: OwedKey, step: str) -> None:
        """A call of this change took effect, so its object is no longer as it was approved."""
        change = self._owed.get(key)
        if change is not None:
            self._owed[key] = change.begun(step)
