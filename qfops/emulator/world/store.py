"""The SQLite file behind an emulated console, and its one-at-a-time transactions.

Several processes may hold the same file open. It survives a killed process (that is tested by the crash suite
of its users), not a power failure: `synchronous` is off. It knows nothing of datasets or models.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qfops.emulator.vocabulary.fields import JsonObject
from qfops.emulator.vocabulary.knobs import Knobs

_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys (
  access TEXT PRIMARY KEY, secret TEXT NOT NULL, account TEXT NOT NULL, actions TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT NOT NULL,
  parent TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL, visible REAL NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_parent ON objects (parent, kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_name ON objects (kind, name);
CREATE TABLE IF NOT EXISTS removed (id TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL,
  seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, account TEXT NOT NULL, route TEXT NOT NULL,
  action TEXT NOT NULL, body TEXT NOT NULL, status INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS complaints (seq INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (position INTEGER PRIMARY KEY AUTOINCREMENT, spec TEXT NOT NULL,
  seen INTEGER NOT NULL);
"""
BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """One accepted request as recorded; `status` 0 means that a fault kept it from acting."""

    seq: int
    time: float
    account: str
    route: str
    action: str
    body: JsonObject
    status: int


class Store:
    """One connection to the file; every use is a transaction, and they never overlap."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        with self.transaction() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the file for one unit of work: committed at the end, undone on an exception."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        with self._lock:
            self._connection.close()


@contextmanager
def undone_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Undo what happens inside when it raises, and keep the surrounding transaction."""
    connection.execute("SAVEPOINT effect")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO effect")
        connection.execute("RELEASE effect")
        raise
    connection.execute("RELEASE effect")


def read_knobs(connection: sqlite3.Connection) -> Knobs:
    """Return the settings all processes share."""
    row = connection.execute("SELECT value FROM settings WHERE name = 'knobs'").fetchone()
    return Knobs() if row is None else Knobs.from_json(row[0])


def write_knobs(connection: sqlite3.Connection, knobs: Knobs) -> None:
    """Keep the settings for all processes."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES ('knobs', ?)", (knobs.to_json(),))


def read_requests(connection: sqlite3.Connection) -> list[Request]:
    """Return every recorded request, oldest first."""
    rows = connection.execute(
        "SELECT seq, time, account, route, action, body, status FROM requests ORDER BY seq"
    )
    return [
        Request(seq, moment, account, route, action, json.loads(body), status)
        for seq, moment, account, route, action, body, status in rows
    ]
