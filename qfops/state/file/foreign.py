"""States of others in files: the folders of a project that hold one, and what is in them. Reads only.

A state is read whatever project and environment it belongs to: who looks wants to know what it owns.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from qfops.core.state.state import State
from qfops.state.file.files import Files
from qfops.state.file.folder import StateFolder
from qfops.state.file.journal import fence_of
from qfops.state.format.problems import told
from qfops.state.format.version1 import KindFacts

_FOLDER = ".qfops"
_SNAPSHOT = "state.json"


class ForeignState(NamedTuple):
    """A state as it was read, and the environment that it belongs to ("" without environments)."""

    state: State
    environment: str


class _AnyFolder(StateFolder):
    """A state folder that may belong to any project and environment; it learns to which."""

    def _check_home(self, path: Path, project: str, environment: str) -> None:  # noqa: ARG002 (as it is called)
        self.project, self.environment = project, environment


def state_folders(root: Path) -> list[Path]:
    """The folders that hold the states of the project in `root`, sorted; StateError where it is not known."""
    files, home = Files(), root / _FOLDER
    with told(home, "read"):
        found = [home / name for name in files.names(home) if (home / name).is_dir()]
    return [path for path in found if _holds_state(files, path)]


def _holds_state(files: Files, path: Path) -> bool:
    with told(path, "read"):
        return any(name == _SNAPSHOT or fence_of(name) is not None for name in files.names(path))


def read_foreign(path: Path, kinds: KindFacts) -> ForeignState:
    """The state in a folder, journals replayed; StateError when it cannot be read or trusted."""
    folder = _AnyFolder(path, "", "", Files(), kinds)
    state = folder.load().state.frozen()
    return ForeignState(state, folder.environment)
