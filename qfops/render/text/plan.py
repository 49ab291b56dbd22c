"""The plan as text: grouped by cause, danger first, ending with what to type.

Nothing here decides anything; what the reader sees is what the plan says. No line names a command that
does not exist.
"""

from __future__ import annotations

from qfops.core.plan import Action, Plan
from qfops.render.layout import Page, Style, plural, wrap
from qfops.render.reports.diagnostics import diagnostic_lines
from qfops.render.story.approval import next_lines
from qfops.render.story.console_edits import held_back, held_back_story, ignored
from qfops.render.story.groups import grouped
from qfops.render.story.order import order_lines
from qfops.render.story.sections import group_story, noted_story
from qfops.render.story.title import nothing, title
from qfops.render.text.changes import group_lines
from qfops.render.text.console_edits import console_edit_lines
from qfops.render.text.head import title_lines

_AFFECTED = 20


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
    page = Page(width, color)
    edits = held_back(plan)
    noted = [item for item in plan.changes if item.action is Action.NO_OP and item.notes]
    groups = grouped(plan)
    lines: list[str] = []
    if groups:
        lines += title_lines(title(plan, groups, len(edits)), page)
    else:
        lines += wrap(nothing(plan, len(edits), ignored(plan), len(noted)), width)
    lines += diagnostic_lines([item for item in plan.diagnostics if item.severity == "error"], page)
    for group in groups:
        lines += group_lines(group_story(group), page)
    if section := held_back_story(edits, command):
        lines += console_edit_lines(section, page)
    if told := noted_story(noted):
        lines += group_lines(told, page)
    lines += _affected(plan, page)
    lines += diagnostic_lines([item for item in plan.diagnostics if item.severity == "warning"], page)
    if groups:
        lines += order_lines(plan, page)
    if groups and approve:
        lines += [page.paint(line, Style.HEAD) for line in next_lines(plan, command, flags, width)]
    return "\n".join(lines) + "\n"


# --- what is not part of the plan ---------------------------------------------------------------------------


def _affected(plan: Plan, page: Page) -> list[str]:
    if not plan.affected:
        return []
    name = page.paint(
        f"AFFECTED, not planned: {plural(len(plan.affected), 'resource')} outside what was selected",
        Style.HEAD,
    )
    shown = ", ".join(str(address) for address in plan.affected[:_AFFECTED])
    more = f" and {len(plan.affected) - _AFFECTED:,} more" if len(plan.affected) > _AFFECTED else ""
    return [name, *(f"  {line}" for line in wrap(shown + more, page.width - 2))]
