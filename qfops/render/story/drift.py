"""The report of `qfops drift` as a story: what is gone, edited, or could not be told, and the ways on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qfops.core.plan.drift import Concern, DriftItem, DriftReport, Fate, Untold
from qfops.core.plan.plan import HeldBack
from qfops.core.state.entry import CURRENT
from qfops.render.layout import clean, plural
from qfops.render.story.console_edits import ConsoleEdit, ConsoleEdits, console_edit, ways_on
from qfops.render.story.parts import Emphasis, Heading, Phrase, Remark

_SIGNS = {Fate.DELETED: "-", Fate.STOPPED: "■"}


@dataclass(frozen=True, slots=True)
class ObjectLines:
    """Objects under one heading, one sentence each, and what can be done about them."""

    heading: Heading
    lines: tuple[Phrase, ...]
    ways_on: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftStory:
    """`first` is said where nothing is open, `warning` before all, `rest` of what is only counted."""

    first: str = ""
    warning: str = ""
    gone: ObjectLines | None = None
    edits: ConsoleEdits | None = None
    untold: ObjectLines | None = None
    others: tuple[ConsoleEdits, ...] = ()
    rest: str = ""


def drift_story(report: DriftReport, command: str, *, whole: bool = False) -> DriftStory:
    """What a report says; with `whole` also what is accepted, ignored or cannot be edited.

    Nothing is called the same as applied while something could not be told.
    """
    quiet = (report.of(Concern.IGNORED), report.of(Concern.UNEDITABLE))
    return DriftStory(
        first=_first(report),
        warning=f"{report.warning}." if report.warning else "",
        gone=_gone([item for item in report.of(Concern.OPEN) if item.attribute is None], command),
        edits=_open([item for item in report.of(Concern.OPEN) if item.attribute is not None], command),
        untold=_untold(report.untold, command),
        others=tuple(_quiet(*quiet)) if whole else (),
        rest="" if whole else _counted(len(quiet[0]), len(quiet[1]), command),
    )


def _first(report: DriftReport) -> str:
    if report.of(Concern.OPEN) or report.untold:
        return ""
    if not report.checked:
        return "Nothing is applied here: there is nothing to compare."
    if report.differences:
        return "No drift that is open."
    return "No drift. The console holds what was applied."


def _gone(items: Sequence[DriftItem], command: str) -> ObjectLines | None:
    if not items:
        return None
    lines = (
        Phrase(
            f"{_SIGNS[item.fate]} {_name(item)}  {clean(item.id)} is {clean(item.reason)}", Emphasis.DANGER
        )
        for item in items
    )
    name = f"{plural(len(items), 'object')} deleted or stopped in the console"
    follows = Remark("what follows", f"{command} plan shows it")
    return ObjectLines(Heading(name), tuple(lines), (follows,))


def _open(items: Sequence[DriftItem], command: str) -> ConsoleEdits | None:
    if not items:
        return None
    told = tuple(_edit(item) for item in items)
    return ConsoleEdits(Heading(plural(len(told), "console edit")), told, tuple(_ways_on(items, command)))


def _ways_on(items: Sequence[DriftItem], command: str) -> Iterator[Remark]:
    """What can be done about the edits; nothing about those of objects that no manifest declares."""
    ours = [item for item in items if item.owner is not None]
    if not ours:
        return
    # where a manifest was edited too, its value takes the place of the console's, and nothing is undone
    undone = any(item.revertible for item in ours) or not any(item.overruled for item in ours)
    for way in ways_on([_edit(item) for item in ours], command):
        if way.label != "undo" or undone:
            yield way


def _edit(item: DriftItem) -> ConsoleEdit:
    """An edit of an object, current or retired, with what follows from the manifest of today."""
    assert item.attribute is not None
    told = console_edit(HeldBack(item.address, item.attribute))
    open_ = item.concern is Concern.OPEN
    return replace(
        told,
        address=_name(item),
        remarks=tuple(_remarks(item, told.remarks if open_ else ())),
        revertible=item.revertible,
    )


def _remarks(item: DriftItem, own: Iterable[str]) -> Iterator[str]:
    yield from own
    if item.ignore is not None:
        until = f"until {item.ignore.until} (UTC)" if item.ignore.until else "for good"
        reason = f": {clean(item.ignore.reason)}" if item.ignore.reason else ""
        yield f"{'ignored' if item.ignore.any_value else 'accepted'} {until}{reason}"
    elif item.concern is Concern.UNEDITABLE and item.attribute is not None:
        yield clean(item.attribute.reason)
    yield from map(clean, item.reasons)


def _quiet(ignored: Sequence[DriftItem], fixed: Sequence[DriftItem]) -> Iterator[ConsoleEdits]:
    for items, what in ((ignored, "accepted or ignored"), (fixed, "that nothing follows from")):
        if items:
            name = f"{plural(len(items), 'console edit')} {what}"
            yield ConsoleEdits(Heading(name), tuple(_edit(item) for item in items))


def _counted(ignored: int, fixed: int, command: str) -> str:
    parts = [f"{ignored} accepted or ignored"] if ignored else []
    parts += [f"{fixed} that nothing follows from"] if fixed else []
    total = ignored + fixed
    if not total:
        return ""
    return f"{plural(total, 'console edit')} not told ({', '.join(parts)}): {command} drift --all"


def _untold(items: Sequence[Untold], command: str) -> ObjectLines | None:
    if not items:
        return None
    lines = (
        Phrase(f"? {_name(item)}  could not be told: {clean(item.reason)}", Emphasis.DANGER) for item in items
    )
    them = "it" if len(items) == 1 else "them"
    name = f"{plural(len(items), 'object')} that could not be looked at: this is no report on {them}"
    return ObjectLines(Heading(name), tuple(lines), (Remark("more", f"{command} plan"),))


def _name(item: DriftItem | Untold) -> str:
    """The address, with the id of a retired object."""
    return str(item.address) if item.object == CURRENT else f"{item.address} (retired {clean(item.object)})"
