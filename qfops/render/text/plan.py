"""The plan as text: grouped by cause, danger first, ending with what to type.

Nothing here decides anything; what the reader sees is what the plan says. No line names a command that
does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence

from qfops.core.plan import Action, Drift, Plan, Verdict
from qfops.render.layout import Page, Style, plural, wrap
from qfops.render.reports.diagnostics import diagnostic_lines
from qfops.render.story.approval import next_lines
from qfops.render.story.groups import grouped
from qfops.render.story.order import order_lines
from qfops.render.story.sections import group_story, noted_story
from qfops.render.story.title import nothing, title
from qfops.render.text.changes import group_lines
from qfops.render.text.console_edits import drift_lines
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
    drift = _held_back(plan)
    noted = [item for item in plan.changes if item.action is Action.NO_OP and item.notes]
    groups = grouped(plan)
    lines: list[str] = []
    if groups:
        lines += title_lines(title(plan, groups, len(drift)), page)
    else:
        ignored = sum(item.ignored for item in plan.drift)
        lines += wrap(nothing(plan, len(drift), ignored, len(noted)), width)
    lines += diagnostic_lines([item for item in plan.diagnostics if item.severity == "error"], page)
    for group in groups:
        lines += group_lines(group_story(group), page)
    lines += _drift(drift, command, page)
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


def _held_back(plan: Plan) -> list[Drift]:
    """The console edits that this plan leaves alone: neither ignored nor reverted by one of its changes."""
    reverted = {
        (change.address, item.path)
        for change in plan.changes
        for item in change.attributes
        if item.verdict is Verdict.REVERT
    }
    return [item for item in plan.drift if not item.ignored and (item.address, item.path) not in reverted]


def _drift(drift: Sequence[Drift], command: str, page: Page) -> list[str]:
    if not drift:
        return []
    name = "CONSOLE EDIT" if len(drift) == 1 else "CONSOLE EDITS"
    return [page.paint(f"{name}, not part of this plan", Style.HEAD), *drift_lines(drift, command, page)]


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
