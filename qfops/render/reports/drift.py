"""The report of `qfops drift` as lines: what is gone, every console edit with the ways on, the unknown."""

from __future__ import annotations

from collections.abc import Iterator

from qfops.core.plan.drift import DriftReport
from qfops.render.layout import Page, wrap
from qfops.render.story.drift import DriftStory, ObjectLines, drift_story
from qfops.render.text.changes import INDENT, indented
from qfops.render.text.console_edits import console_edit_lines
from qfops.render.text.head import heading_lines
from qfops.render.text.paint import painted


def drift_text(
    report: DriftReport,
    *,
    command: str = "qfops",
    whole: bool = False,
    color: bool = False,
    width: int = 100,
) -> str:
    """The report, ending in a newline; `command` is the prefix to type, `width` is in terminal cells.

    `whole` also shows what is accepted, ignored, or cannot be edited.
    """
    lines = _lines(drift_story(report, command, whole=whole), Page(width, color))
    return "\n".join(lines) + "\n"


def _lines(story: DriftStory, page: Page) -> Iterator[str]:
    yield from (line for text in (story.warning, story.first) if text for line in wrap(text, page.width))
    for objects in (story.untold, story.gone):
        if objects is not None:
            yield from _objects(objects, page)
    for edits in (story.edits, *story.others):
        if edits is not None:
            yield from console_edit_lines(edits, page)
    if story.rest:  # ends with a command, which is never broken
        yield story.rest


def _objects(story: ObjectLines, page: Page) -> Iterator[str]:
    """The heading, a sentence for each object, and once below them what can be done."""
    yield from heading_lines(story.heading, page)
    for phrase in story.lines:
        first, *rest = wrap(phrase.text, page.width - 2, page.width - INDENT)
        yield painted(f"  {first}", phrase.emphasis, page)
        yield from indented(rest)
    yield from indented(f"{way.label}: {way.text}" for way in story.ways_on)
