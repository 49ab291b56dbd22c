"""The first lines of a plan and its headings: names at the left, loud words at the right edge."""

from __future__ import annotations

from qfops.render.layout import Page, Style, cells, gap, wrap
from qfops.render.story.title import Title
from qfops.render.text.paint import loudest, painted

BETWEEN = " · "


def title_lines(title: Title, page: Page) -> list[str]:
    """The line that names the plan, its toll at the right (below, where there is no room); the counts."""
    name = BETWEEN.join(title.facts)
    words = BETWEEN.join(phrase.text for phrase in title.toll)
    toll = painted(words, loudest(title.toll), page)
    if cells(name) + cells(words) + 2 > page.width:
        lines = [*(page.paint(line, Style.HEAD) for line in wrap(name, page.width)), toll]
    else:
        lines = [page.paint(name, Style.HEAD) + gap(name, words, page.width) + toll]
    return [*lines, *wrap(BETWEEN.join(title.counts), page.width)]
