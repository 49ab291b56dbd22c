"""The end of an apply: what was done, what was not and why, and in the last line what is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.values import JSON
from qfops.render.layout import Page, Style, cells, clean, pad, plural, wrap

MANY = 20
_LABEL_LIMIT = 44


class SummaryItem(NamedTuple):
    """One resource in a list of the summary: its address and one sentence."""

    address: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ApplySummary:
    """The six lists of an apply, its exit code, and the command that goes on from there ("": none).

    `blocked_by` are those that wait for something that failed; `held_back` counts console edits left alone.
    """

    applied: tuple[SummaryItem, ...] = ()
    failed: tuple[SummaryItem, ...] = ()
    blocked_by: tuple[SummaryItem, ...] = ()
    refused: tuple[SummaryItem, ...] = ()
    in_progress: tuple[SummaryItem, ...] = ()
    not_attempted: tuple[SummaryItem, ...] = ()
    exit_code: int = 0
    next: str = ""
    held_back: int = 0

    def lists(self) -> dict[str, tuple[SummaryItem, ...]]:
        """The lists by name, in their order."""
        return {
            "applied": self.applied,
            "failed": self.failed,
            "blocked by": self.blocked_by,
            "refused": self.refused,
            "in progress": self.in_progress,
            "not attempted": self.not_attempted,
        }


_STYLES = {
    "applied": Style.ADD,
    "failed": Style.DANGER,
    "blocked by": Style.DANGER,
    "refused": Style.WARN,
    "in progress": Style.CALM,
    "not attempted": Style.WARN,
}
_KEYS = {"blocked by": "blockedBy", "in progress": "inProgress", "not attempted": "notAttempted"}


def summary_data(summary: ApplySummary) -> dict[str, JSON]:
    """The data of a `summary` event: six lists of {address, text}, exitCode, next, heldBack."""
    data: dict[str, JSON] = {}
    for name, items in summary.lists().items():
        data[_KEYS.get(name, name)] = [{"address": item.address, "text": item.text} for item in items]
    return {**data, "exitCode": summary.exit_code, "next": summary.next, "heldBack": summary.held_back}


def apply_text(summary: ApplySummary, *, color: bool = False, width: int = 100) -> str:
    """The lists that are not empty, then one line that says what is left to do."""
    page = Page(width, color)
    lines: list[str] = []
    for name, items in summary.lists().items():
        if items:
            lines.append(page.paint(f"{name.upper()}  {len(items):,}", _STYLES[name]))
            lines += _crowd(items) if name == "applied" and len(items) > MANY else _items(items, page)
    lines.append(page.paint(_last(summary), Style.HEAD))
    return "\n".join(lines) + "\n"


def _items(items: Sequence[SummaryItem], page: Page) -> list[str]:
    sizes = [size for item in items if (size := cells(item.address)) <= _LABEL_LIMIT]
    column = max(sizes, default=0)
    lines: list[str] = []
    for item in items:
        lead = f"  {pad(item.address, column)}"
        room = page.width - cells(lead) - 2
        first, *rest = wrap(clean(item.text), room, page.width - 6) or [""]
        lines.append(f"{lead}  {first}".rstrip())
        lines += [f"      {line}" for line in rest]
    return lines


def _crowd(items: Sequence[SummaryItem]) -> list[str]:
    """Counts by kind: each one had a line of its own while it was done."""
    counts: dict[str, int] = {}
    for item in items:
        kind = item.address.rpartition("/")[0]
        counts[kind] = counts.get(kind, 0) + 1
    return [f"  {count:,} × {kind}" for kind, count in sorted(counts.items())]


def _last(summary: ApplySummary) -> str:
    left = [
        f"{len(items):,} {name}" for name, items in summary.lists().items() if items and name != "applied"
    ]
    edits = f"{plural(summary.held_back, 'console edit')} left alone" if summary.held_back else ""
    if not left:
        return f"Left to do: nothing{f' ({edits})' if edits else ''}."
    told = ", ".join([*left, edits] if edits else left)
    return f"Left to do: {told}. Next: {summary.next}" if summary.next else f"Left to do: {told}."
