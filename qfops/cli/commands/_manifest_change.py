"""A manifest changed in its file: whole or not at all, and only once it is known that nothing else does."""

from __future__ import annotations

import difflib
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from qfops.cli.invocation import Invocation
from qfops.cli.project import open_project
from qfops.cli.ui.errors import cannot
from qfops.core.address import Address, Location
from qfops.core.errors import QfopsError
from qfops.core.resource import Ignore, Resource
from qfops.manifests import environments
from qfops.manifests.manifest_edit import with_ignore
from qfops.manifests.yaml.splice import CannotEdit

Resources = Mapping[Address, Resource]
Overlay = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ManifestChange:
    """The `lifecycle.ignore` of one resource, to be `ignores`; `again` is the item that is written anew.

    `before` is what the project says now, in `environment`.
    """

    invocation: Invocation
    environment: str
    before: Resources
    resource: Resource
    ignores: tuple[Ignore, ...]
    again: int | None = None

    def write(self) -> tuple[str, list[str]]:
        """Change the file; the difference, and the other environments in which the manifest says the same.

        CannotEdit where that is not safe, QfopsError where the machine refuses it: nothing was changed then.
        """
        name = self.resource.location.file
        path = self.invocation.at(Path(name))  # links are resolved in the names of files
        try:
            old = path.read_bytes().decode("utf-8")
        except OSError as error:
            raise cannot("read", path, error) from None
        new = with_ignore(old, self.resource.location.line, self.ignores, self.again)
        overlay = {name: new}
        self._check_here(overlay)
        others = list(self._elsewhere(overlay))
        _write(path, new.encode("utf-8"))
        return _difference(old, new, name), others

    def _check_here(self, overlay: Overlay) -> None:
        """CannotEdit unless the project would say what is wanted, and nothing else, with the new text."""
        lifecycle = replace(self.resource.lifecycle, ignore=self.ignores)
        wanted = {**self.before, self.resource.address: replace(self.resource, lifecycle=lifecycle)}
        try:
            after = open_project(self.invocation, overlay=overlay).resources
        except QfopsError:
            raise CannotEdit("with the item in it the file could not be read any more") from None
        self._only_this(_differing(self.before, after), "")
        if _differing(wanted, after):
            raise CannotEdit("with the item in it the manifest would not say what is meant")

    def _elsewhere(self, overlay: Overlay) -> Iterator[str]:
        """The other environments in which the resource changes alike; CannotEdit where another one does.

        An environment that cannot be read as it is (a variable that only its own runs set) tells nothing.
        """
        for name in environments(self.invocation.root):
            if name == self.environment:
                continue
            there = replace(self.invocation, environment=name)
            try:
                before = open_project(there).resources
            except QfopsError:
                continue
            try:
                after = open_project(there, overlay=overlay).resources
            except QfopsError:
                raise CannotEdit(f"with the item in it environment {name} could not be read") from None
            changed = _differing(before, after)
            self._only_this(changed, f" in environment {name}")
            if changed:
                yield name

    def _only_this(self, changed: list[Address], where: str) -> None:
        others = [str(address) for address in changed if address != self.resource.address]
        if others:
            shown = ", ".join(others[:4]) + (f" and {len(others) - 4} more" if len(others) > 4 else "")
            raise CannotEdit(
                f"what is written there is also that of {shown}{where}, for which it would hold too"
            )


def _differing(left: Resources, right: Resources) -> list[Address]:
    """The addresses whose resources differ; places, which move with every line, do not count."""
    return sorted(
        address
        for address in left.keys() | right.keys()
        if _without_place(left.get(address)) != _without_place(right.get(address))
    )


def _without_place(resource: Resource | None) -> Resource | None:
    return None if resource is None else replace(resource, origins={}, location=Location("", 0))


def _write(path: Path, data: bytes) -> None:
    """Replace the file in one step, with the rights it had: it is the old one or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if not os.access(path, os.W_OK):  # a file that its owner closed is not replaced by an open one
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with part.open("wb") as file:
            os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise cannot("written", path, error) from None
    finally:
        with suppress(OSError):  # a folder that cannot be written holds no part either
            part.unlink(missing_ok=True)


def _difference(old: str, new: str, name: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
