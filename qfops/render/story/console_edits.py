"""Console edits as a story: what was applied, what the console holds, what the manifest says, the ways on."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qfops.core.plan.change import AttributeChange
from qfops.core.plan.plan import HeldBack, Plan
from qfops.core.values import same
from qfops.render.layout import clean
from qfops.render.story.parts import Emphasis, Heading, Remark, Side, TextDiff
from qfops.render.story.signs import CONSOLE_EDIT
from qfops.render.textdiff import changed_lines
from qfops.render.values import fits


@dataclass(frozen=True, slots=True)
class ConsoleEdit:
    """An edit of one attribute; `place` names it as `drift --accept` takes it.

    `short`: every side fits on a line. `text` is what the console changed, where it changed a text, and
    `manifest` then says what is wanted, where that is more telling than the value.
    """

    sign: str
    address: str
    path: str
    place: str
    sides: tuple[Side, Side, Side]
    short: bool
    emphasis: Emphasis = Emphasis.WARN
    text: TextDiff | None = None
    manifest: str = ""
    remarks: tuple[str, ...] = ()
    ignored: bool = False
    revertible: bool = True


@dataclass(frozen=True, slots=True)
class ConsoleEdits:
    """Console edits under one heading, and below them what can be done about each, a command last."""

    heading: Heading
    edits: tuple[ConsoleEdit, ...]
    ways_on: tuple[Remark, ...] = ()


def console_edit(item: HeldBack) -> ConsoleEdit:
    """The story of one edit that a plan found."""
    vote = item.attribute
    sides = (Side("applied", vote.prior), Side("console", vote.live), Side("manifest", vote.desired))
    text = _text(vote)
    unchanged = text is not None and same(vote.desired, vote.prior)
    return ConsoleEdit(
        sign=CONSOLE_EDIT,
        address=str(item.address),
        path=clean(vote.path),
        place=_place(item),
        sides=sides,
        short=all(fits(side.value) for side in sides),
        text=text,
        manifest="says what was applied" if unchanged else "",
        remarks=tuple(_remarks(item)),
        ignored=item.ignored,
        revertible=item.revertible,
    )


def _place(item: HeldBack) -> str:
    """`ADDRESS.path`, quoted for the shell where needed."""
    dot = "" if item.attribute.path.startswith("[") else "."
    return clean(shlex.quote(f"{item.address}{dot}{item.attribute.path}"))


def _text(vote: AttributeChange) -> TextDiff | None:
    if not (isinstance(vote.prior, str) and isinstance(vote.live, str)):
        return None
    return TextDiff(tuple(changed_lines(vote.prior, vote.live)), "applied → console:")


def _remarks(item: HeldBack) -> Iterator[str]:
    """Why an edit is left alone for good, or that it cannot be undone."""
    if item.ignored and item.attribute.reason:
        yield clean(item.attribute.reason)
    if not item.ignored and not item.revertible:
        yield "no call can undo this one"


def held_back(plan: Plan) -> tuple[ConsoleEdit, ...]:
    """The edits that the plan leaves alone and that nobody chose to ignore."""
    return tuple(console_edit(item) for item in plan.held_back if not item.ignored)


def ignored(plan: Plan) -> int:
    """How many edits are accepted or ignored."""
    return sum(item.ignored for item in plan.held_back)


def held_back_story(edits: Sequence[ConsoleEdit], command: str) -> ConsoleEdits | None:
    """The section of a plan about the edits that it leaves alone."""
    if not edits:
        return None
    name = "CONSOLE EDIT" if len(edits) == 1 else "CONSOLE EDITS"
    return ConsoleEdits(Heading(f"{name}, not part of this plan"), tuple(edits), ways_on(edits, command))


def ways_on(edits: Sequence[ConsoleEdit], command: str) -> tuple[Remark, ...]:
    """What can be done about each; one edit alone has the whole command to accept it."""
    revertible = any(item.revertible for item in edits)
    undo = "--allow revert-drift" if revertible else "by hand in the console, no call can do it"
    place = edits[0].place if len(edits) == 1 else "ADDRESS.PATH"
    return (
        Remark("keep", "copy the value into the manifest"),
        Remark("undo", undo),
        Remark("until a date", f"{command} drift --accept {place} --until DATE --why TEXT"),
    )
