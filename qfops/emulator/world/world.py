"""The objects of a console as one account sees them during one request.

Everything an action reads or writes goes through a `World`: it adds ids, creation order, the account's
borders and the visibility delay. It knows the kinds only by name.
"""

import json
import sqlite3
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from qfops.emulator.vocabulary.errors import ApiError, not_found
from qfops.emulator.vocabulary.fields import JsonObject
from qfops.emulator.vocabulary.ids import random_word
from qfops.emulator.vocabulary.knobs import Knobs

SHARED = ""  # the account of what the platform supplies to everybody
_COLUMNS = "seq, id, kind, account, parent, name, created, data"


@dataclass(slots=True)
class Item:
    """One stored object: `echo` is what it was told, `life` what the emulator needs, `forced` overrides."""

    seq: int
    id: str
    kind: str
    account: str
    parent: str
    name: str
    created: float
    echo: JsonObject
    life: JsonObject = field(default_factory=dict)
    forced: JsonObject = field(default_factory=dict)

    def data(self) -> str:
        """Return the part of the object that is kept as JSON."""
        return json.dumps([self.echo, self.life, self.forced], ensure_ascii=False)


def item_from(row: tuple[Any, ...]) -> Item:
    """Return the object a row of `objects` holds."""
    return Item(*row[:7], *json.loads(row[7]))


@dataclass(slots=True)
class World:
    """The store, seen by one account at one moment."""

    connection: sqlite3.Connection
    account: str
    now: float
    knobs: Knobs

    def duration(self, name: str) -> float:
        """Return how long a thing that starts now will take."""
        return self.knobs.durations[name]

    def add(
        self,
        kind: str,
        form: tuple[str, int] | str,
        echo: JsonObject,
        *,
        name: str = "",
        parent: str = "",
        life: JsonObject | None = None,
    ) -> Item:
        """Create an object; `form` is the prefix and length of its id, or the id itself."""
        object_id = form if isinstance(form, str) else form[0] + random_word(form[1])
        item = Item(0, object_id, kind, self.account, parent, name, self.now, echo, life or {})
        visible = self.now + (self.knobs.visibility if self.account != SHARED else 0)
        cursor = self.connection.execute(
            "INSERT INTO objects (id, kind, account, parent, name, created, visible, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (object_id, kind, self.account, parent, name, self.now, visible, item.data()),
        )
        item.seq = cursor.lastrowid or 0
        return item

    def save(self, item: Item) -> None:
        """Keep a changed object."""
        self.connection.execute(
            "UPDATE objects SET parent = ?, name = ?, data = ? WHERE seq = ?",
            (item.parent, item.name, item.data(), item.seq),
        )

    def remove(self, item: Item) -> None:
        """Forget an object; its place in the order stays known, so that a page can still start there."""
        self.connection.execute("DELETE FROM objects WHERE seq = ?", (item.seq,))
        self.connection.execute(
            "INSERT INTO removed VALUES (?, ?, ?, ?)", (item.id, item.kind, item.account, item.seq)
        )

    def find(self, kind: str, object_id: str) -> Item | None:
        """Return an object of the account or of the platform."""
        row = self.connection.execute(
            f"SELECT {_COLUMNS} FROM objects WHERE id = ? AND kind = ? AND account IN (?, '')",  # noqa: S608
            (object_id, kind, self.account),
        ).fetchone()
        return None if row is None else item_from(row)

    def get(self, kind: str, object_id: str) -> Item:
        """Return an object the request is about, or answer that it does not exist."""
        item = self.find(kind, object_id)
        if item is None:
            raise not_found(kind, object_id)
        return item

    def own(self, kind: str, object_id: str) -> Item:
        """Return an object the request wants to change; what the platform supplies is not the account's."""
        item = self.get(kind, object_id)
        if item.account == SHARED:
            raise ApiError("AccessDenied", f"{kind} {object_id} belongs to the platform")
        return item

    def referenced(self, kind: str, object_id: str, parameter: str) -> Item:
        """Return an object a request merely names, or refuse the parameter."""
        item = self.find(kind, object_id)
        if item is None:
            raise ApiError("InvalidReference", f"param[{parameter}]: there is no {kind} {object_id}")
        return item

    def children(self, kind: str, parent: str) -> list[Item]:
        """Return the account's objects under `parent`, in order of creation."""
        return self._select("parent = ? AND kind = ? AND account IN (?, '')", parent, kind, self.account)

    def child_ids(self, kind: str, parent: str) -> list[tuple[str, str]]:
        """Return id and name of the objects under `parent`, in order of creation."""
        return self.connection.execute(
            "SELECT id, name FROM objects WHERE parent = ? AND kind = ? AND account IN (?, '') ORDER BY seq",
            (parent, kind, self.account),
        ).fetchall()

    def named(self, kind: str, name: str) -> list[Item]:
        """Return the account's own objects of that exact name."""
        return self._select("kind = ? AND name = ? AND account = ?", kind, name, self.account)

    def mentioning(self, kind: str, text: str) -> list[Item]:
        """Return the account's own objects whose stored data contain `text` (an id, say)."""
        return self._select("kind = ? AND account = ? AND instr(data, ?)", kind, self.account, f'"{text}"')

    def _select(self, where: str, *values: object) -> list[Item]:
        rows = self.connection.execute(f"SELECT {_COLUMNS} FROM objects WHERE {where} ORDER BY seq", values)  # noqa: S608
        return [item_from(row) for row in rows]

    def position(self, kind: str, object_id: str) -> int | None:
        """Return the place of an object in the order of creation, even of a removed one."""
        for table in ("objects", "removed"):
            row = self.connection.execute(
                f"SELECT seq FROM {table} WHERE id = ? AND kind = ? AND account IN (?, '')",  # noqa: S608
                (object_id, kind, self.account),
            ).fetchone()
            if row is not None:
                return int(row[0])
        return None

    def walk(
        self, kind: str, *, start: int | None, descending: bool, parent: str | None, accounts: tuple[str, ...]
    ) -> Generator[Item, None, None]:
        """Yield what is visible by now, in order of creation from `start`, reading only as far as asked."""
        limit, order = ("<=", "DESC") if descending else (">=", "ASC")
        index = "objects_by_kind" if parent is None else "objects_by_parent"  # both end in `seq`: no sorting
        where = ["kind = ?", "visible <= ?", f"account IN ({', '.join('?' * len(accounts))})"]
        values: list[object] = [kind, self.now, *accounts]
        if parent is not None:
            where.append("parent = ?")
            values.append(parent)
        if start is not None:
            where.append(f"seq {limit} ?")
            values.append(start)
        rows = f"SELECT {_COLUMNS} FROM objects INDEXED BY {index}"  # noqa: S608 (constants)
        cursor = self.connection.execute(f"{rows} WHERE {' AND '.join(where)} ORDER BY seq {order}", values)
        try:
            for row in cursor:
                yield item_from(row)
        finally:
            cursor.close()
