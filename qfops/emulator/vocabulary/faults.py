"""Faults a test can order: which request, before or after its effect, and what the caller sees instead.

Faults live in the store and count there, so that a fault fires exactly as often as asked, whichever process
answers. This module decides; it never touches a connection itself.
"""

import json
import re
import sqlite3
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from qfops.emulator.vocabulary.errors import CODES

When = Literal["before", "after"]
_PLAIN_KINDS = ("reset", "hang", "nonjson", "cut")


class ConnectionCut(ConnectionResetError):
    """The connection was closed without an answer, as a fault ordered."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One order.

    `kind` is reset, hang, cut, nonjson, nonjson:502, status:500 (or another status), or error:<code>. The
    first `skip` matching requests pass; then it fires `times` times (None: for ever).
    """

    kind: str
    action: str = "*"
    when: When = "before"
    skip: int = 0
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.when not in get_args(When):
            raise ValueError(f"a fault's `when` is before or after, not {self.when!r}")
        name, _, detail = self.kind.partition(":")
        if not (
            self.kind in _PLAIN_KINDS
            or (name in ("status", "nonjson") and re.fullmatch(r"[2-5]\d\d", detail))
            or (name == "error" and detail in CODES)
        ):
            raise ValueError(
                f"there is no fault kind {self.kind!r}; there are {', '.join(_PLAIN_KINDS)}, "
                f"nonjson:<status>, status:<status> and error:<code> with a code of {', '.join(CODES)}"
            )
        if self.skip < 0 or (self.times is not None and self.times < 1):
            raise ValueError("a fault skips 0 or more requests and fires 1 or more times (None: for ever)")

    def matches(self, action: str) -> bool:
        """Say whether this order is about `action`."""
        return self.action in ("*", action)

    @property
    def status(self) -> int:
        """The HTTP status the caller sees; 0 when there is no answer."""
        name, _, detail = self.kind.partition(":")
        if name == "error":
            return CODES[detail].status
        if name == "status" or detail:
            return int(detail)
        return 0 if name in ("reset", "hang") else 200


def order(connection: sqlite3.Connection, faults: list[Fault]) -> None:
    """Replace all orders by `faults`."""
    connection.execute("DELETE FROM faults")
    connection.executemany(
        "INSERT INTO faults (spec, seen) VALUES (?, 0)", [(json.dumps(asdict(fault)),) for fault in faults]
    )


def pending(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """Return all orders, with how many matching requests each has seen."""
    rows = connection.execute("SELECT spec, seen FROM faults ORDER BY position")
    return [{**json.loads(spec), "seen": seen} for spec, seen in rows]


def firing(connection: sqlite3.Connection, action: str) -> Fault | None:
    """Return the fault that strikes this request, and count it; at most one strikes."""
    orders = connection.execute("SELECT position, spec, seen FROM faults ORDER BY position").fetchall()
    for position, spec, seen in orders:
        fault = Fault(**json.loads(spec))
        if not fault.matches(action) or (fault.times is not None and seen >= fault.skip + fault.times):
            continue
        connection.execute("UPDATE faults SET seen = ? WHERE position = ?", (seen + 1, position))
        if seen >= fault.skip:
            return fault
    return None
