"""Replaying the journal: records hold whole entries, so that replaying is replacing.

Pure: no disk, no clock. The cost of one record does not depend on the size of the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from qfops.core.address import Address
from qfops.core.state import Entry, Record, State
from qfops.core.values import JSON

APPROVE = "approve"
UNAPPROVE = "unapprove"
_CURRENT = "current"


def replay(state: State, records: Iterable[Record]) -> State:
    """`state` after `records`, in their order; those up to `state.serial` are in it already and skipped."""
    working = Working(state)
    for record in records:
        if record.seq > working.serial:
            working.apply(record)
    return working.frozen()


class Approved(Mapping[str, JSON]):
    """The approved plan with the changes still owed; each is marked and struck off at a fixed cost."""

    def __init__(self, plan: Mapping[str, JSON]) -> None:
        self._plan = plan
        self._owed: dict[tuple[str, str], JSON] = {}
        changes = plan.get("changes", [])
        for change in changes if isinstance(changes, list) else []:
            if isinstance(change, dict):
                key = (str(change["address"]), str(change.get("object", _CURRENT)))
                self._owed[key] = change

    @property
    def settled(self) -> bool:
        """Whether nothing is owed any more."""
        return not self._owed

    def strike(self, address: Address, what: str) -> None:
        """The change of this address and object is done; no error when it is not in the plan."""
        self._owed.pop((str(address), what), None)

    def begin(self, address: Address, what: str) -> None:
        """A call of this change took effect, so its object is no longer as it was approved."""
        key = (str(address), what)
        change = self._owed.get(key)
        if isinstance(change, dict) and "started" not in change:
            self._owed[key] = {**change, "started": True}

    def __getitem__(self, key: str) -> JSON:
        return list(self._owed.values()) if key == "changes" else self._plan[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plan)

    def __len__(self) -> int:
        return len(self._plan)


class Working:
    """A state that records are applied to in place."""

    def __init__(self, state: State) -> None:
        self._base = state
        self.serial = state.serial
        self.account = state.account
        self.lineage = state.lineage
        self._entries: dict[Address, Entry] = dict(state.entries)
        self._intents: dict[str, Record] = dict(state.intents)
        self._approved = None if state.approved is None else Approved(state.approved)

    def apply(self, record: Record) -> None:
        """What holds once `record` is on stable storage.

        An intent stays open until the outcome or failure of its attempt. Entries of an intent are plans;
        those of an outcome or a failure are facts (None: the entry is gone).
        """
        self.serial = record.seq
        if record.type == "intent":
            self._intents[record.attempt] = record
            return
        self._intents.pop(record.attempt, None)
        for address, entry in record.entries.items():
            if entry is None:
                self._entries.pop(address, None)
            else:
                self._entries[address] = entry
        self._settle_approved(record)

    def _settle_approved(self, record: Record) -> None:
        if record.approved is not None:
            self._approved = Approved(record.approved)
        elif record.step == UNAPPROVE:
            self._approved = None
        elif self._approved is not None and record.type == "outcome" and record.address:
            if record.done:
                self._approved.strike(record.address, record.object)
            elif record.operation:
                self._approved.begin(record.address, record.object)
        if self._approved is not None and self._approved.settled:
            self._approved = None

    def view(self) -> State:
        """The state as it is now, and as it will be: its mappings are read-only and follow later records."""
        return State(
            project=self._base.project,
            environment=self._base.environment,
            lineage=self.lineage,
            serial=self.serial,
            account=self.account,
            entries=MappingProxyType(self._entries),
            intents=MappingProxyType(self._intents),
            approved=self._approved,
        )

    def frozen(self) -> State:
        """A copy that later records do not touch."""
        return State(
            project=self._base.project,
            environment=self._base.environment,
            lineage=self.lineage,
            serial=self.serial,
            account=self.account,
            entries=dict(self._entries),
            intents=dict(self._intents),
            approved=None if self._approved is None else dict(self._approved),
        )
