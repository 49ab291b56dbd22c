"""What is wrong at a path of a value, before anybody knows which file the value came from. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass

from qfops.core.diagnostics import Severity, nearest
from qfops.core.values import child
from qfops.manifests import codes
from qfops.manifests.scalars import literal

REMOVE = "Remove it."
_LISTED = 30


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a path below the value that was checked."""

    code: str
    summary: str
    path: str = ""
    _: KW_ONLY
    detail: str = ""
    remedy: str = ""
    severity: Severity = "error"


def unknown_key(path: str, key: str, known: Collection[str], written: Collection[str] = ()) -> Problem:
    """The problem of a key that is not among the known ones of the mapping at `path`."""
    free = sorted(name for name in known if name not in written)
    listed = ", ".join(free[:_LISTED]) + (f" and {len(free) - _LISTED} more" if len(free) > _LISTED else "")
    detail = f"Also allowed here: {listed}." if free else "Nothing else is allowed here."
    remedy = nearest(key, free) or nearest(key, known) or REMOVE
    summary = f"unknown key {literal(key)}"
    return Problem(codes.UNKNOWN_KEY, summary, child(path, key), detail=detail, remedy=remedy)


def below(root: str, path: str) -> str:
    """The path of what stands at `path` below `root`."""
    if not root or not path:
        return root or path
    return f"{root}{path}" if path.startswith("[") else f"{root}.{path}"
