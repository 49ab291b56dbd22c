"""The report of `qfops drift`: every console edit with the ways on, then what is accepted or ignored."""

from __future__ import annotations

from collections.abc import Sequence

from qfops.core.plan.plan import HeldBack
from qfops.render.layout import Page
from qfops.render.story.console_edits import drift_story
from qfops.render.text.console_edits import console_edit_lines


def drift_text(
    drift: Sequence[HeldBack], *, command: str = "qfops", color: bool = False, width: int = 100
) -> str:
    """The report, ending in a newline; `command` is the prefix to type, `width` is in terminal cells."""
    page = Page(width, color)
    story = drift_story(drift, command)
    lines = [story.nothing] if story.nothing else []
    for section in (story.edits, story.ignored):
        if section is not None:
            lines += console_edit_lines(section, page)
    return "\n".join(lines) + "\n"
