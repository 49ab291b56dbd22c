"""What every store of state promises, whatever it keeps the state in.

Reading takes no lease and writes nothing; writing happens in a session, which holds the lease.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from qfops.core.state.records import Record
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.state.live_state import LiveState
from qfops.state.owner import Owner


class Session(Protocol):
    """The right to write, under one fence number, until `release`."""

    @property
    def state(self) -> LiveState:
        """The state as it is now, and as it will be: it follows every append."""

    async def append(self, record: Record) -> Record:
        """Put a record on stable storage, then into `state`; the record with its `seq`.

        Appends that come together share one sync. Locked (6) when the lease went to another: the caller must
        not make the call that the record announces. StateError when nothing could be written: the record is
        not part of the state.
        """

    async def note(self, event: str, details: Mapping[str, JSON]) -> None:
        """Add a notable event to the history."""

    async def commit(self, *, account: str | None = None, details: Mapping[str, JSON] | None = None) -> None:
        """Compact: let a snapshot stand for the journal. `state` does not change but for a new `account`.

        `details` go into the line that history gets. A crash at any point loses nothing.
        """

    async def release(self) -> None:
        """Give the lease back, after what is being written; a second call does nothing."""


class Store(Protocol):
    """Where the state of one environment of one project is kept."""

    def read(self) -> State:
        """The state with its journals replayed in memory; an empty one if there is none yet.

        StateError when it cannot be read or trusted.
        """

    async def begin(self, owner: Owner, *, timeout: float, notify: Callable[[str], None]) -> Session:
        """Take the lease, waiting up to `timeout` seconds for a holder that is alive; then Locked (6).

        A holder whose heartbeat has stopped is waited out, and so is the signature of its last request;
        `notify` gets a sentence for each wait.
        """
