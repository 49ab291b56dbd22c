"""The emulator as Python code holds it: a file, its console, and everything behind the API's back.

Any number of these may share one file, in one process or in several.
"""

import json
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from pathlib import Path

from qfops.emulator import editing
from qfops.emulator.asgi import ConsoleApp
from qfops.emulator.catalogue import ACTIONS
from qfops.emulator.console import Console
from qfops.emulator.control import Controls
from qfops.emulator.seeds import plant_account, plant_platform
from qfops.emulator.vocabulary import faults
from qfops.emulator.vocabulary.faults import Fault
from qfops.emulator.vocabulary.fields import JsonObject
from qfops.emulator.world.actions import Action
from qfops.emulator.world.store import Request, Store, read_knobs, read_requests, write_knobs

READ_ONLY = frozenset({"Describe*"})  # the actions of a key that may only look


class Emulator:
    """One emulated console, kept in the SQLite file `path`.

    `clock` drives everything that takes time; signatures are checked against `wall`, so that a test may run
    the console ahead of the client.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Callable[[], float] = time.time,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._store = Store(Path(path))
        with self._store.transaction() as connection:
            plant_account(connection)
            plant_platform(connection, clock())
        self.app = ConsoleApp(Console(self._store, clock, wall), Controls(self))

    def configure(self, **knobs: object) -> None:
        """Change settings, for every process on the file; `faults` replaces all ordered faults."""
        ordered = knobs.pop("faults", None)
        with self._store.transaction() as connection:
            write_knobs(connection, read_knobs(connection).changed(knobs))
            if ordered is not None:
                faults.order(connection, _as_faults(ordered))

    def knobs(self) -> dict[str, object]:
        """Return all settings, and the ordered faults with how many requests each has seen."""
        with self._store.transaction() as connection:
            return {**asdict(read_knobs(connection)), "faults": faults.pending(connection)}

    def add_account(self, name: str) -> str:
        """Create an account, whose objects nobody else sees; return its name."""
        if not name:
            raise ValueError("an account needs a name")
        with self._store.transaction() as connection:
            if connection.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
                raise ValueError(f"account {name!r} exists already")
            connection.execute("INSERT INTO accounts VALUES (?)", (name,))
        return name

    def add_key(self, account: str, *, actions: Collection[str] | None = None) -> tuple[str, str]:
        """Return a new access key and secret that may call `actions` (None: all; patterns allowed)."""
        if isinstance(actions, str):
            raise TypeError("actions is a collection of names, not one string")
        access, secret = f"ALTAK{secrets.token_hex(10)}", secrets.token_hex(16)
        allowed = json.dumps(sorted(actions) if actions is not None else ["*"])
        with self._store.transaction() as connection:
            if not connection.execute("SELECT 1 FROM accounts WHERE name = ?", (account,)).fetchone():
                known = [name for (name,) in connection.execute("SELECT name FROM accounts")]
                raise ValueError(f"there is no account {account!r}; there are {', '.join(known)}")
            connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (access, secret, account, allowed))
        return access, secret

    def requests(self, *, writes_only: bool = False) -> list[Request]:
        """Return every accepted request, oldest first."""
        with self._store.transaction() as connection:
            recorded = read_requests(connection)
        return [request for request in recorded if not writes_only or _is_write(request)]

    def complaints(self) -> list[str]:
        """Return what clients did that the contract does not know."""
        with self._store.transaction() as connection:
            return [text for (text,) in connection.execute("SELECT text FROM complaints ORDER BY seq")]

    def objects(self, kind: str | None = None) -> list[JsonObject]:
        """Return what exists in all accounts, each with `id`, `type` and its stored fields."""
        with self._store.transaction() as connection:
            return editing.shown(connection, self._clock(), read_knobs(connection), kind)

    def edit(self, object_id: str, path: str, value: object) -> None:
        """Change a stored field (a dotted path), or force a status such as `runStatus`."""
        with self._store.transaction() as connection:
            editing.edit(connection, self._clock(), read_knobs(connection), object_id, path, value)

    def delete(self, object_id: str) -> None:
        """Make an object vanish."""
        with self._store.transaction() as connection:
            editing.delete(connection, self._clock(), read_knobs(connection), object_id)

    def reset(self) -> None:
        """Forget objects, records, complaints, faults and settings; accounts and keys stay."""
        with self._store.transaction() as connection:
            for table in ("objects", "removed", "requests", "complaints", "faults", "settings"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
            plant_platform(connection, self._clock())

    def close(self) -> None:
        """Close the file."""
        self._store.close()


def _is_write(request: Request) -> bool:
    action: Action | None = ACTIONS.get((request.route, request.action))
    return action is not None and action.writes


def _as_faults(ordered: object) -> list[Fault]:
    if not isinstance(ordered, list | tuple):
        raise TypeError("faults is a list of faults")
    return [fault if isinstance(fault, Fault) else _fault(fault) for fault in ordered]


def _fault(order: object) -> Fault:
    if not isinstance(order, Mapping):
        raise TypeError(f"a fault is an object, not {order!r}")
    unknown = order.keys() - Fault.__dataclass_fields__.keys()
    if unknown or "kind" not in order:
        raise ValueError(f"a fault has kind, action, when, skip, times; not {', '.join(map(str, order))}")
    return Fault(**order)
