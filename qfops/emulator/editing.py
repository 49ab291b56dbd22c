"""Changes behind everyone's back: a colleague in the web console, an operator, a failure.

Works on stored objects directly and obeys none of the API's rules, but keeps the store readable: it refuses
paths that do not exist and statuses no object of that kind has.
"""

import sqlite3
from typing import Any

from qfops.emulator.areas.v2 import labels, prompts
from qfops.emulator.catalogue import KINDS
from qfops.emulator.vocabulary.fields import JsonObject
from qfops.emulator.vocabulary.knobs import Knobs
from qfops.emulator.world.world import Item, World, item_from

_ALL = "SELECT seq, id, kind, account, parent, name, created, data FROM objects"


class EditError(ValueError):
    """An edit names an object, a path or a status that does not exist."""


def items(connection: sqlite3.Connection, kind: str | None) -> list[Item]:
    """Return every object that belongs to an account, oldest first."""
    rows = connection.execute(
        f"{_ALL} WHERE account != '' AND (? IS NULL OR kind = ?) ORDER BY seq", (kind, kind)
    )
    return [item_from(row) for row in rows]


def shown(connection: sqlite3.Connection, now: float, knobs: Knobs, kind: str | None) -> list[JsonObject]:
    """Return what exists, each object with its stored fields and its statuses by now."""
    if kind is not None and kind not in KINDS:
        raise EditError(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
    found = []
    for item in items(connection, kind):
        view = KINDS[item.kind].view(World(connection, item.account, now, knobs), item)
        found.append({**view, "id": item.id, "type": item.kind, "account": item.account})
    return found


def lookup(connection: sqlite3.Connection, object_id: str) -> Item:
    """Return an object of any account."""
    row = connection.execute(f"{_ALL} WHERE id = ?", (object_id,)).fetchone()
    if row is None:
        ids = [item.id for item in items(connection, None)]
        listed = ", ".join(ids[:20]) + (", …" if len(ids) > 20 else "")
        raise EditError(f"there is no object {object_id!r}; there are {listed or 'none'}")
    return item_from(row)


def edit(
    connection: sqlite3.Connection, now: float, knobs: Knobs, object_id: str, path: str, value: Any
) -> None:
    """Set one field of an object, or force one of its statuses."""
    item = lookup(connection, object_id)
    kind = KINDS[item.kind]
    world = World(connection, item.account, now, knobs)
    if path in kind.statuses:
        if value not in kind.statuses[path]:
            raise EditError(f"{path} of a {kind.name} is one of {', '.join(kind.statuses[path])}")
        item.forced[path] = value
    elif item.kind == labels.TEMPLATE and path == "labels" and _are_names(value):
        item.echo["labels"] = labels.ensure(world, value)
    else:
        _set(item, path, value, list(kind.statuses))
        if item.kind == labels.TEMPLATE and path in ("templateContent", "variableIdentifier"):
            prompts.refresh_variables(item.echo)
    if path == kind.name_key:
        item.name = str(value)
    world.save(item)


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _set(item: Item, path: str, value: object, statuses: list[str]) -> None:
    *parents, last = path.split(".")
    target: Any = item.echo
    for depth, key in enumerate(parents):
        if not isinstance(target, dict) or key not in target:
            raise EditError(_nothing(item, ".".join(parents[: depth + 1]), target, statuses))
        target = target[key]
    # a new key is allowed below the top level only: hyper-parameters and the like are open objects
    if not isinstance(target, dict) or (target is item.echo and last not in target):
        raise EditError(_nothing(item, path, target, statuses))
    target[last] = value


def _nothing(item: Item, path: str, target: object, statuses: list[str]) -> str:
    keys = list(target) if isinstance(target, dict) else []
    there = ", ".join(sorted(keys + (statuses if target is item.echo else []))) or "no keys"
    return f"{item.kind} {item.id} has no {path!r}; there are {there}"


def delete(connection: sqlite3.Connection, now: float, knobs: Knobs, object_id: str) -> None:
    """Make an object vanish, and nothing else."""
    item = lookup(connection, object_id)
    World(connection, item.account, now, knobs).remove(item)
