"""How trouble with the state is told: what the machine refused, in words that name the file and the way out.

No other module of this package turns an OSError into a message.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qfops.core.errors import StateError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


class FormatError(ValueError):
    """A document does not have the form it should have; the reader of the file adds its name.

    `remedy` is the way out where the one for a damaged file is not it.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.remedy = remedy


def damaged(path: Path, error: FormatError, remedy: str = "") -> StateError:
    """The error for a file whose content cannot be trusted.

    The way out is the error's own, else `remedy`, else to put back the folder: its files belong together.
    """
    restore = (
        f"Put back the newest intact copy of the whole folder {path.parent} "
        "(from a backup or another machine), then run the command again."
    )
    return StateError(f"{path}: {error}.", "Nothing was changed.", error.remedy or remedy or restore)


@contextmanager
def told(path: Path, doing: str) -> Iterator[None]:
    """Turn an OSError of the block into a StateError about `path`; `doing` is "read" or "written"."""
    try:
        yield
    except OSError as error:
        raise _explained(path, doing, error) from error


def _explained(path: Path, doing: str, error: OSError) -> StateError:
    if error.errno in _FULL:
        return StateError(
            f"{path}: the disk is full",
            "What was recorded before is safe; this was not recorded.",
            "Free some space and run the command again: it goes on from the journal.",
        )
    if error.errno in _FORBIDDEN:
        return StateError(
            f"{path}: cannot be {doing}: {error.strerror}",
            "",
            f"Give this user the right to have the file {doing} (folder included), or run as its owner.",
        )
    return StateError(
        f"{path}: cannot be {doing}: {error.strerror or error}",
        "What was recorded before is safe.",
        "Repair the disk or mount, then run the command again.",
    )
