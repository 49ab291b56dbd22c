"""Console edits as lines: the sides in one row where they fit, else below each other; the ways on last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qfops.render.layout import Page, cells, pad
from qfops.render.story.console_edits import ConsoleEdit, ConsoleEdits
from qfops.render.text.changes import INDENT, indented
from qfops.render.text.details import SEPARATOR, in_a_row
from qfops.render.text.head import heading_lines
from qfops.render.text.marked import marked_lines
from qfops.render.text.paint import painted
from qfops.render.values import show

_SIDE = 8


def console_edit_lines(story: ConsoleEdits, page: Page) -> list[str]:
    """The heading, the edits, and once below them what can be done about each."""
    lines = heading_lines(story.heading, page)
    for edit in story.edits:
        lines += _edit(edit, page)
    ways = [f"{way.label}: {way.text}" for way in story.ways_on]
    return [*lines, *indented(_ways_on(ways, page.width - INDENT))] if ways else lines


def _edit(edit: ConsoleEdit, page: Page) -> Iterator[str]:
    name = f"  {edit.sign} {edit.address} {edit.path}"
    row = f"{name}   {in_a_row(edit.sides)}"
    if edit.short and cells(row) <= page.width:
        yield painted(row, edit.emphasis, page)
    else:
        yield painted(name, edit.emphasis, page)
        yield from indented(_rows(edit, Page(page.width - INDENT, page.color)))
    yield from indented(edit.remarks)


def _rows(edit: ConsoleEdit, page: Page) -> Iterator[str]:
    """The sides below each other; what the console changed in a text is marked in words."""
    room = page.width - _SIDE - 1
    if edit.text is None:
        yield from (f"{pad(side.name, _SIDE)} {show(side.value, room)}" for side in edit.sides)
        return
    yield edit.text.title
    yield from marked_lines(edit.text.lines, page)
    manifest = edit.sides[-1]
    yield f"{manifest.name} {edit.manifest or show(manifest.value, room)}"


def _ways_on(ways: Sequence[str], room: int) -> Sequence[str]:
    """All in one line, or the last, which is typed, on a line of its own, or each; none is ever broken."""
    *words, command = ways
    for lines in ([SEPARATOR.join(ways)], [SEPARATOR.join(words), command]):
        if cells(lines[0]) <= room:
            return lines
    return ways
