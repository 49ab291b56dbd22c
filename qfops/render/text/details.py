"""The details of a change as lines: phrases, sides, values and texts, each within the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qfops.render.layout import Page, wrap
from qfops.render.story.parts import Between, Detail, Difference, Phrase, Side, Sides, TextDiff
from qfops.render.text.marked import marked_lines
from qfops.render.text.paint import painted
from qfops.render.values import show, transition

SEPARATOR = " │ "


def detail_lines(detail: Phrase | Detail, page: Page) -> Iterator[str]:
    """A phrase, or a title (in one piece) and what differs below it."""
    if isinstance(detail, Phrase):
        yield from _phrase(detail.text, detail, page)
        return
    if detail.title.text:
        yield painted(detail.title.text, detail.title.emphasis, page)
    for difference in detail.differences:
        yield from _difference(difference, page)


def in_a_row(sides: Sequence[Side]) -> str:
    """`applied 0.3 │ console 0.1 │ manifest 0.3`."""
    return SEPARATOR.join(f"{side.name} {show(side.value)}" for side in sides)


def _difference(difference: Difference, page: Page) -> Iterator[str]:
    match difference:
        case Phrase(text):
            yield from _phrase(f"  {text}", difference, page)
        case Sides(sides):
            yield from wrap(f"  {in_a_row(sides)}", page.width)
        case Between(before, after):
            yield from wrap(f"  {transition(before, after, page.width // 2 - 4)}", page.width)
        case TextDiff(lines, title):
            if title:
                yield f"  {title}"
            yield from marked_lines(lines, page)


def _phrase(text: str, phrase: Phrase, page: Page) -> Iterator[str]:
    return (painted(line, phrase.emphasis, page) for line in wrap(text, page.width))
