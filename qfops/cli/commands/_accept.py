"""`drift --accept`: writes `lifecycle.ignore` into a manifest, once it is known that only that changes."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from qfops.cli.invocation import Invocation
from qfops.cli.project import open_project
from qfops.cli.ui import terminal
from qfops.cli.ui.errors import cannot
from qfops.core.address import Address, Location
from qfops.core.errors import QfopsError
from qfops.core.resource import Ignore, Resource
from qfops.manifests.manifest_edit import lines_to_add, with_ignore


def accept_drift(invocation: Invocation, address: Address, item: Ignore) -> int:
    """Accept an edit; 0 when it is written, 1 when the lines to add by hand were printed instead."""
    before = open_project(invocation)
    resource = before.resources.get(address)
    if resource is None:
        raise before.unknown(address)
    path = invocation.at(Path(resource.location.file))
    known = any(ignored.path == item.path for ignored in resource.lifecycle.ignore)
    edited = None if known else _edited(invocation, path, before.resources, _wanted(resource, item))
    if edited is None:
        why = "it has an item for this path already" if known else "it cannot be edited safely"
        terminal.note(f"{resource.location.file} was left as it is: {why}. Write by hand:")
        terminal.out(lines_to_add(item))
        return 1
    terminal.out(edited)
    terminal.note(f"{address} {item.path} is accepted until {item.until}.")
    return 0


def _wanted(resource: Resource, item: Ignore) -> Resource:
    life = replace(resource.lifecycle, ignore=(item, *resource.lifecycle.ignore))
    return replace(resource, lifecycle=life)


def _edited(
    invocation: Invocation, path: Path, before: Mapping[Address, Resource], wanted: Resource
) -> str | None:
    """The difference that was written, or None: nothing was."""
    name = wanted.location.file
    try:
        old = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise cannot("read", path, error) from None
    new = with_ignore(old, wanted.lifecycle.ignore[0])
    if new is None or not _would_say(invocation, {name: new}, {**before, wanted.address: wanted}):
        return None
    _write(path, new.encode("utf-8"))
    return _difference(old, new, name)


def _would_say(
    invocation: Invocation, overlay: Mapping[str, str], wanted: Mapping[Address, Resource]
) -> bool:
    """Whether the project would say what is wanted, and nothing else, with the new text of a file."""
    try:
        after = open_project(invocation, overlay=overlay).resources
    except QfopsError:
        return False  # the edit would break the file: the lines are printed
    return _told_apart(after) == _told_apart(wanted)


def _told_apart(resources: Mapping[Address, Resource]) -> Mapping[Address, Resource]:
    """The resources without their places, which move with every line."""
    nowhere = Location("", 0)
    return {
        address: replace(resource, origins={}, location=nowhere) for address, resource in resources.items()
    }


def _write(path: Path, data: bytes) -> None:
    """Replace the file in one step, with the rights it had: it is the old one or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise cannot("written", path, error) from None
    finally:
        part.unlink(missing_ok=True)


def _difference(old: str, new: str, name: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
