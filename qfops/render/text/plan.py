"""The plan as text: its story, laid out on a page."""

from __future__ import annotations

from collections.abc import Iterator

from qfops.core.plan.plan import Plan
from qfops.render.layout import Page, Style, wrap
from qfops.render.story.approval import Next
from qfops.render.story.order import Order
from qfops.render.story.parts import StoredStory
from qfops.render.story.plan import Affected, PlanStory, story
from qfops.render.text.changes import group_lines
from qfops.render.text.console_edits import console_edit_lines
from qfops.render.text.findings import finding_lines
from qfops.render.text.head import heading_lines, title_lines

_ARROW = " → "


def plan_text(
    plan: Plan,
    *,
    command: str = "qfops",
    flags: str = "",
    color: bool = False,
    width: int = 100,
    approve: bool = True,
) -> str:
    """The whole plan, ending in a newline.

    `command` is the prefix to type (`qfops -C examples --env dev`); `flags` are those of the plan's flags
    that its digest covers (`--target Service/faq`), repeated in the command that approves it. `width` is in
    terminal cells; commands to type are never broken. `approve` False leaves out how to approve it: for a
    plan that is approved, or about to be asked about.
    """
    told = story(plan, command=command, flags=flags, approve=approve)
    return "\n".join(story_lines(told, Page(width, color))) + "\n"


def story_lines(told: PlanStory, page: Page) -> Iterator[str]:
    """The story of a plan on a page."""
    if told.title is not None:
        yield from title_lines(told.title, page)
    yield from wrap(told.nothing, page.width)
    if told.stored is not None:
        yield from _stored(told.stored, page)
    yield from finding_lines(told.errors, page)
    for group in told.groups:
        yield from group_lines(group, page)
    if told.console_edits is not None:
        yield from console_edit_lines(told.console_edits, page)
    if told.noted is not None:
        yield from group_lines(told.noted, page)
    if told.affected is not None:
        yield from _affected(told.affected, page)
    yield from finding_lines(told.warnings, page)
    if told.order is not None:
        yield from _order(told.order, page)
    if told.next is not None:
        yield from _next(told.next, page)


def _stored(told: StoredStory, page: Page) -> Iterator[str]:
    """The heading, and below it one remark a line; a command to type is not broken."""
    yield from heading_lines(told.heading, page)
    for remark in told.remarks:
        line = f"{remark.label}: {remark.text}"
        rows = [line] if remark.label == "way on" else wrap(line, page.width - 2)
        yield from (f"  {row}" for row in rows)


def _affected(told: Affected, page: Page) -> Iterator[str]:
    yield page.paint(told.heading.name, Style.HEAD)
    names = f"{', '.join(told.names)} {told.more}"
    yield from (f"  {line}" for line in wrap(names, page.width - 2))


def _order(told: Order, page: Page) -> Iterator[str]:
    """`ORDER  PromptTemplate, FineTuningTask ~9 h → Model → Service`."""
    lead = f"{told.name}  "
    text = _ARROW.join(", ".join(level) for level in told.levels)
    first, *rest = wrap(text, page.width - len(lead))
    yield lead + first
    yield from (" " * len(lead) + line for line in rest)


def _next(told: Next, page: Page) -> Iterator[str]:
    """Only what is not typed is wrapped."""
    lead = f"{told.name}  "
    yield page.paint(lead + told.text, Style.HEAD)
    for remark in told.remarks:
        for line in wrap(remark, page.width - len(lead)):
            yield page.paint(" " * len(lead) + line, Style.HEAD)
