"""The first lines of a plan and its headings: names at the left, loud words at the right edge."""

from __future__ import annotations

from qfops.render.layout import Page, Style, cells, gap, wrap
from qfops.render.story.parts import Heading
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


def heading_lines(heading: Heading, page: Page) -> list[str]:
    """The name and what it is about, with the tags at the right (below, where there is no room)."""
    name = "  ".join(part for part in (heading.name, *heading.about) if part).rstrip()
    lines = [page.paint(line, Style.HEAD) for line in wrap(name, page.width)]
    if not heading.tags:
        return lines
    words = BETWEEN.join(tag.text for tag in heading.tags)
    tags = painted(words, loudest(heading.tags), page)
    if len(lines) > 1 or cells(name) + cells(words) + 2 > page.width:
        return [*lines, gap("", words, page.width) + tags]
    return [lines[0] + gap(name, words, page.width) + tags]
