"""One change, or many alike, as lines: sign, action, address, why, what is kept, what is lost, the way on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qfops.core.plan import CURRENT, Action, Cause, Change
from qfops.render.layout import ELLIPSIS, Page, Style, cells, clean, pad, wrap
from qfops.render.story.attributes import detail_lines, headline, telling
from qfops.render.story.danger import Danger, danger, throws_away
from qfops.render.story.signs import SIGNS, emphasis
from qfops.render.text.paint import painted
from qfops.render.values import duration

INDENT = 12
COMPACT = 8
_LABEL_LIMIT = 40
_NAMES = 4
_ENDS = (Action.DELETE, Action.DEACTIVATE, Action.FORGET, Action.RETIRE)
_HELD = (Action.BLOCKED, Action.UNKNOWN)
_OWN_LINE = (Action.ADOPT, Action.MOVE, Action.RETIRE, Action.FORGET)


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of a group's columns, in cells."""

    verb: int = 9
    label: int = 0

    @classmethod
    def of(cls, changes: Sequence[Change]) -> Columns:
        """Wide enough for the changes, up to a limit; a longer label pushes its own line only."""
        labels = [size for item in changes if (size := cells(label(item))) <= _LABEL_LIMIT]
        return cls(max([9, *(len(verb(item)) for item in changes)]), max(labels, default=0))


def verb(change: Change) -> str:
    """The sign and the word of the action, e.g. `▶ run`."""
    return f"{SIGNS[change.action]} {change.action}"


def label(change: Change) -> str:
    """The address; for a move the old one too, and for an object that is not current its id."""
    if change.action is Action.MOVE and change.moved_from is not None:
        return f"{change.moved_from} → {change.address}"
    old = "" if change.object == CURRENT else f" (old object {clean(change.object)})"
    return f"{change.address}{old}"


def group_lines(
    changes: Sequence[Change], cause: Cause | None, page: Page, *, columns: Columns, places: bool = False
) -> list[str]:
    """All changes of a group; more than a few of one kind that are alike and harmless share one line.

    `cause` is the edit that the heading shows (None: no edit, or several); `places` adds where each manifest
    stands.
    """
    buckets: dict[object, list[Change]] = {}
    for change in changes:
        buckets.setdefault(_likeness(change, cause, page), []).append(change)
    lines: list[str] = []
    for bucket in buckets.values():
        if len(bucket) > COMPACT:
            lines += _crowd(bucket, cause, columns, page)
        else:
            for change in bucket:
                place = origin(change.causes[0]) if places and change.causes else ""
                parts = (*_parts(change, cause), place)
                lines += _head(change, label(change), parts, columns, page)
                lines += _body(change, cause, page)
    return lines


def _body(change: Change, cause: Cause | None, page: Page) -> list[str]:
    details = detail_lines(telling(change, cause), Page(page.width - INDENT, page.color))
    return [*_indented(details), *_consequences(change, page)]


def _parts(change: Change, cause: Cause | None) -> Iterator[str]:
    """The parts of the first line's sentence, some of them empty."""
    if change.action in _ENDS and change.object == CURRENT:
        yield clean(change.id)
    yield headline(telling(change, cause))
    if change.action is not Action.UPDATE or not telling(change, cause):
        yield clean(change.reason)
    if change.link and change.link not in change.reason:
        yield f"object {clean(change.link)}"
    yield from _cost(change)
    if change.keeps and change.action not in (*_ENDS, Action.RUN):
        yield f"the old one is kept: {', '.join(clean(item) for item in change.keeps)}"
    yield from (clean(note) for note in change.notes)


def _cost(change: Change) -> Iterator[str]:
    if change.action is Action.WAIT:
        if change.last_duration:
            yield f"the last one took {duration(change.last_duration)}"
        return
    if change.action is Action.RUN:
        if not change.billable:
            yield "not billed"
        if change.last_duration:
            yield f"last run {duration(change.last_duration)}" + (", kept" if change.keeps else "")
        elif change.keeps:
            yield "the last run is kept"
    elif change.billable:
        yield "costs money"


def _head(change: Change, name: str, parts: Iterable[str], columns: Columns, page: Page) -> list[str]:
    sentence = "; ".join(part for part in parts if part)
    shown_verb = pad(verb(change), columns.verb)
    lead = f"  {shown_verb} {pad(name, columns.label)}"
    shown = f"  {painted(shown_verb, emphasis(change), page)} {pad(name, columns.label)}"
    if not sentence:
        return [shown.rstrip()]
    room = page.width - cells(lead) - 2
    if room < min(24, cells(sentence)):
        return [shown.rstrip(), *_indented(wrap(sentence, page.width - INDENT))]
    first, *rest = wrap(sentence, room, page.width - INDENT)
    return [f"{shown}  {first}", *_indented(rest)]


def _consequences(change: Change, page: Page) -> Iterator[str]:
    """What is lost, what stays behind, and for what cannot be done the edit and the way on.

    The way on is never wrapped: it holds commands and lines to copy.
    """
    if change.action in _HELD:
        yield from _indented(
            f"edit: {origin(edit)}  {clean(edit.summary)}".rstrip() for edit in change.causes
        )
    if throws_away(change):
        lost = ", ".join(clean(item) for item in change.destroys) or "the run that is still going"
        yield from _painted(f"NOT KEPT: {lost}", Style.DANGER, page)
    for text in change.left:
        yield from _painted(f"stays: {clean(text)}", Style.WARN, page)
    for line in change.remedy.splitlines():
        yield " " * INDENT + page.paint(f"way on: {clean(line)}", Style.HEAD)


def _painted(text: str, chosen: Style, page: Page) -> Iterator[str]:
    room = page.width - INDENT
    yield from _indented(page.paint(line, chosen) for line in wrap(text, room))


def _indented(lines: Iterable[str]) -> list[str]:
    return [" " * INDENT + line for line in lines]


def origin(cause: Cause) -> str:
    """Where an edit was made: `file:line`, else what supplied the value."""
    if cause.file:
        return f"{clean(cause.file)}:{cause.line}" if cause.line else clean(cause.file)
    return {"file": "manifest", "var": "--var", "env": "environment"}[cause.source]


def _likeness(change: Change, cause: Cause | None, page: Page) -> object:
    """Equal for changes that one line can stand for; what hurts or costs always has its own."""
    alone = danger(change) < Danger.EDITS or change.action in _OWN_LINE or change.object != CURRENT
    if alone and change.action not in _HELD:
        return change.key
    text = "\n".join((*_parts(change, cause), *_body(change, cause, page)))
    return (change.action, change.address.kind_key, text.replace(str(change.address), "ADDRESS"))


def _crowd(bucket: Sequence[Change], cause: Cause | None, columns: Columns, page: Page) -> list[str]:
    """Many changes alike in one place: how many, the first and last names, and what is the same for all."""
    first = bucket[0]
    names = [item.address.name for item in bucket]
    shown = ", ".join([*names[: _NAMES - 1], ELLIPSIS, names[-1]])
    own = str(first.address)
    parts = [shown, *(part.replace(own, "ADDRESS") for part in _parts(first, cause))]
    name = f"{len(bucket):,} × {own.rpartition('/')[0]}"
    body = [line.replace(own, "ADDRESS") for line in _body(first, cause, page)]
    return [*_head(first, name, parts, columns, page), *body]
