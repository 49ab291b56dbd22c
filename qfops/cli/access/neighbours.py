"""Who else owns objects of this console: the other environments of the project, and the projects near it.

Reads every state folder that this machine can see (`siblings`); what cannot be read becomes a warning. States
of other consoles are left out: another endpoint, another account, or the emulator of another project.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from qfops.cli.access import endpoint
from qfops.cli.invocation import process_variables
from qfops.core.address import ObjectKey
from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import QfopsError
from qfops.core.settings import Settings
from qfops.core.state.neighbours import UNREAD, Neighbours, ObjectOwner
from qfops.core.state.state import State

if TYPE_CHECKING:
    from qfops.cli.project import Project

_NO_ENVIRONMENT = "default"
"""The name of the state folder of a project without environments."""


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a state stands: the project's folder, its environment, and its settings (None: not known)."""

    root: Path
    environment: str
    settings: Settings | None

    @property
    def command(self) -> str:
        """What to type before a command to come there."""
        folder = os.path.relpath(self.root)
        words = ["qfops", *([] if folder == os.curdir else ["-C", folder])]
        return shlex.join([*words, *(["--env", self.environment] if self.environment else [])])

    def place(self, project: Project) -> str:
        """The state in words, as seen from a project."""
        own = f"environment {self.environment}" if self.environment else "the state without an environment"
        if self.root == Path(os.path.realpath(project.root)):
            return own
        name = self.settings.project if self.settings is not None else self.root.name
        shown = f"project {name} in {os.path.relpath(self.root, project.root)}"
        return f"{shown}, {own}" if self.environment else shown


def read_neighbours(project: Project) -> Neighbours:
    """Every object that a state beside that of `project` owns in its console."""
    from qfops.manifests.siblings import siblings

    own = Path(os.path.realpath(project.root))
    near = siblings(own)
    owners: dict[ObjectKey, ObjectOwner] = {}
    unread = [_warning(QfopsError(text)) for text in near.unseen]
    mine = _quietly_read(project)
    for root in (own, *near.projects):
        for found in _states(root, project):
            if isinstance(found, Diagnostic):
                unread.append(found)
            elif _counts(mine, found.state):
                home = found.home
                for key, address in found.state.owners().items():
                    owners.setdefault(key, ObjectOwner(address, home.place(project), home.command))
    return Neighbours(owners, tuple(unread))


class _Found(NamedTuple):
    """A state that was read, and where."""

    home: _Home
    state: State


def _states(root: Path, project: Project) -> Iterator[_Found | Diagnostic]:
    """The states of a project but ours, each read or a warning; those of other consoles are left alone."""
    from qfops.state.file.foreign import read_foreign, state_folders

    ours = Path(os.path.realpath(project.store().path))
    try:
        folders = [path for path in state_folders(root) if path != ours]
    except QfopsError as error:
        yield _warning(error)
        return
    for path in folders:
        home = _home(root, "" if path.name == _NO_ENVIRONMENT else path.name)
        if not _same_console(project, home):
            continue
        try:
            state, environment = read_foreign(path, project.registry)
        except QfopsError as error:
            yield _warning(error)
            continue
        yield _Found(home if home.environment == environment else _home(root, environment), state)


def _home(root: Path, environment: str) -> _Home:
    return _Home(root, environment, _settings(root, environment))


def _settings(root: Path, environment: str) -> Settings | None:
    """What a project says about one environment; None where that cannot be told."""
    from qfops.manifests import load_settings

    try:
        settings = load_settings(
            root, environment=environment or None, variables={}, env_variables=process_variables()
        )
    except QfopsError:
        return None
    return settings if settings.environment == environment else None


def _quietly_read(project: Project) -> State | None:
    """Our own state; None where it cannot be read, which whoever works with it is told."""
    try:
        return project.store().read()
    except QfopsError:
        return None


def _counts(mine: State | None, theirs: State) -> bool:
    """Whether a state may own objects of our account, and is no copy of our own state."""
    if mine is not None and mine.lineage and mine.lineage == theirs.lineage:
        return False
    return mine is None or not mine.account or not theirs.account or mine.account == theirs.account


def _same_console(project: Project, home: _Home) -> bool:
    """Whether two endpoints may lead to one console. Each project has an emulator of its own."""
    beside = Path(os.path.realpath(project.root)) != home.root
    if home.settings is None:
        # Not known: an equal id is then taken for the same object. Nobody else has our own emulator.
        return not (beside and project.settings.endpoint == endpoint.EMULATOR)
    ours, theirs = project.settings.endpoint, home.settings.endpoint
    embedded = [text == endpoint.EMULATOR for text in (ours, theirs)]
    if all(embedded):
        return not beside
    if any(embedded):
        return endpoint.on_this_machine(theirs if embedded[0] else ours)  # `emulator serve`, perhaps
    return _plain(ours) == _plain(theirs)


def _plain(text: str) -> str:
    parts = urlsplit(text.strip().rstrip("/").lower())
    return f"{parts.hostname}:{parts.port or {'http': 80, 'https': 443}.get(parts.scheme)}{parts.path}"


def _warning(error: QfopsError) -> Diagnostic:
    return Diagnostic(
        code=UNREAD,
        summary=f"a neighbouring state was not looked at: {error.summary}",
        detail="It may own objects of this console, so nobody knows whether one that is taken over is free.",
        remedy=error.remedy or "Give this user the right to read it, or take over what nobody else manages.",
        severity="warning",
    )
