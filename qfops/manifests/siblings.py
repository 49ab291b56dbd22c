"""Other projects that stand near one: below the top of its repository, or beside it where there is none.

Looks for `qfops.yaml` only, at so many folders at most; reads no file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from qfops.manifests.files import PROJECT_FILE

FOLDER_LIMIT = 2000
DEPTH_LIMIT = 8
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


class Siblings(NamedTuple):
    """The folders of other projects, sorted; `unseen` are folders that could not be looked into, and why."""

    projects: tuple[Path, ...]
    unseen: tuple[str, ...]


def siblings(root: Path) -> Siblings:
    """The other projects that this machine can see from the one in `root`.

    Within a repository all of it is looked through, without hidden folders and those of installed packages;
    without one, the folders beside the project.
    """
    own = Path(os.path.realpath(root))
    top = next((folder for folder in (own, *own.parents) if os.path.lexists(folder / ".git")), None)
    if top is None:
        return Siblings(tuple(_beside(own)), ())
    return _below(top, own)


def _beside(own: Path) -> Iterator[Path]:
    """The projects beside a folder; what this user may not enter is no project that it can see."""
    try:
        names = sorted(entry.name for entry in os.scandir(own.parent) if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in names[:FOLDER_LIMIT]:
        folder = own.parent / name
        if folder != own and _is_project(folder):
            yield folder


def _is_project(folder: Path) -> bool:
    try:
        (folder / PROJECT_FILE).lstat()
    except OSError:
        return False
    return True


def _below(top: Path, own: Path) -> Siblings:
    """The projects of a repository, the nearest to its top first looked for."""
    found: list[Path] = []
    unseen: list[str] = []
    level = [top]
    looked = 0
    for _ in range(DEPTH_LIMIT):
        following: list[Path] = []
        for folder in level:
            looked += 1
            if looked > FOLDER_LIMIT:
                unseen.append(f"{top}: only the first {FOLDER_LIMIT} folders were looked through")
                return Siblings(tuple(sorted(found)), tuple(unseen))
            try:
                names = _names(folder)
            except OSError as error:
                unseen.append(f"{folder}: {error.strerror or error}")
                continue
            if PROJECT_FILE in names.files and folder != own:
                found.append(folder)
            following += [folder / name for name in names.folders]
        level = following
    return Siblings(tuple(sorted(found)), tuple(unseen))


class _Names(NamedTuple):
    """What is in a folder: names of files, and of the folders worth looking into."""

    files: frozenset[str]
    folders: tuple[str, ...]


def _names(folder: Path) -> _Names:
    files: set[str] = set()
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and entry.name not in _PASSED_OVER:
                    folders.append(entry.name)
            else:
                files.add(entry.name)
    return _Names(frozenset(files), tuple(sorted(folders)))
