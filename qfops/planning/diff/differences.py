"""What differs between two values, in words; only asked once they are known to differ.

DeepDiff does the looking inside lists and objects; scalars are said directly, because DeepDiff costs
a millisecond even for equal values.
"""

from __future__ import annotations

import json
from typing import Protocol

from qfops.core.values import Reference, Slot, Unknown, plain

_SHOWN = 3
_LONG = 40


class _Level(Protocol):
    t1: object
    t2: object

    def path(self, *, output_format: str) -> list[str | int]:
        """Where in the value the difference stands."""


def describe(before: Slot, after: Slot) -> str:
    """One short phrase about the difference; empty where both sides speak for themselves."""
    if not (isinstance(before, (list, dict)) and isinstance(after, (list, dict))):
        return ""
    try:
        old, new = plain(before), plain(after)
    except ValueError:
        return "a part is known after apply"
    from deepdiff import DeepDiff  # heavy: only where a list or object differs

    found = DeepDiff(old, new, view="tree", ignore_numeric_type_changes=True)
    phrases = sorted(_phrase(change, level) for change, levels in found.items() for level in levels)
    more = f", {len(phrases) - _SHOWN} more" if len(phrases) > _SHOWN else ""
    return ", ".join(phrases[:_SHOWN]) + more


def _phrase(change: str, level: _Level) -> str:
    parts = level.path(output_format="list")
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    if change.endswith("_added"):
        return f"{place} added"
    if change.endswith("_removed"):
        return f"{place} removed"
    return f"{place} {short(level.t1)} → {short(level.t2)}"


def short(value: object) -> str:
    """A value on one line, at most 40 characters."""
    if isinstance(value, (Unknown, Reference)):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
