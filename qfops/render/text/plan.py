"""The plan as text: grouped by cause, danger first, ending with what to type.

Nothing here decides anything; what the reader sees is what the plan says. No line names a command that
does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence

from qfops.core.plan import Action, Change, Drift, Plan, Verdict
from qfops.render.layout import Page, Style, cells, clean, gap, pad, plural, wrap
from qfops.render.reports.diagnostics import diagnostic_lines
from qfops.render.story.approval import next_lines
from qfops.render.story.danger import costs, overwritten_paths, throws_away
from qfops.render.story.groups import Group, Topic, grouped
from qfops.render.story.order import order_lines
from qfops.render.story.title import nothing, title
from qfops.render.text.changes import COMPACT, Columns, group_lines, label, origin, verb
from qfops.render.text.console_edits import drift_lines
from qfops.render.text.head import title_lines

_MONEY = "COSTS MONEY"
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
        lines += _group(group, page)
    lines += _drift(drift, command, page)
    lines += _noted(noted, page)
    lines += _affected(plan, page)
    lines += diagnostic_lines([item for item in plan.diagnostics if item.severity == "warning"], page)
    if groups:
        lines += order_lines(plan, page)
    if groups and approve:
        lines += [page.paint(line, Style.HEAD) for line in next_lines(plan, command, flags, width)]
    return "\n".join(lines) + "\n"


_HEADINGS = {
    Topic.BLOCKED: "BLOCKED  cannot be done; nothing happens to these",
    Topic.UNKNOWN: "UNKNOWN  could not be told; nothing happens to these",
    Topic.DESTROY: "DESTROY  what this project made",
    Topic.REMOVED: "REMOVED  manifests that are gone",
    Topic.REVERT: "CONSOLE EDITS UNDONE  by --allow revert-drift",
    Topic.ADOPTED: "TAKEN OVER  objects that exist already",
    Topic.MOVED: "MOVED  to another address, as qfops.yaml says; no call is made",
    Topic.CONSOLE: "IN THE CONSOLE  something happened there; no manifest was edited",
    Topic.NEW: "NEW  manifests without an object",
    Topic.RETIRED: "RETIRED OBJECTS  kept until now, their end is due",
    Topic.OWED: "STILL OWED  approved earlier, not done yet",
    Topic.WAITING: "WAITING  started earlier, still going; nothing is started twice",
}


def _group(group: Group, page: Page) -> list[str]:
    columns = Columns.of([*group.changes, *(change for change, _ in group.also[:COMPACT])])
    cause = group.cause if group.number else None
    places = group.topic is Topic.NEW
    lines = [
        *_heading(group, page),
        *group_lines(group.changes, cause, page, columns=columns, places=places),
    ]
    for change, home in group.also[:COMPACT]:
        name = pad(label(change), columns.label)
        lines.append(f"  {pad(verb(change), columns.verb)} {name}  has this cause too: see {home.name}")
    if len(group.also) > COMPACT:
        lines.append(f"  … and {len(group.also) - COMPACT:,} more have this cause too")
    return lines


def _heading(group: Group, page: Page) -> list[str]:
    if group.cause is not None and group.number:
        name = f"EDIT {group.number}  {origin(group.cause)}  {clean(group.cause.summary)}".rstrip()
    else:
        name = _HEADINGS[group.topic]
    lines = [page.paint(line, Style.HEAD) for line in wrap(name, page.width)]
    tags = " · ".join(_tags(group))
    if not tags:
        return lines
    loud = page.paint(tags, Style.MONEY if tags == _MONEY else Style.DANGER)
    if len(lines) > 1 or cells(name) + cells(tags) + 2 > page.width:
        return [*lines, gap("", tags, page.width) + loud]
    return [lines[0] + gap(name, tags, page.width) + loud]


def _tags(group: Group) -> list[str]:
    """What is unmistakable at the right edge of a heading."""
    acting = [item for item in group.changes if item.acts]
    found = {
        "DELETES": any(item.action is Action.DELETE for item in acting),
        "DEACTIVATES": any(item.action is Action.DEACTIVATE for item in acting),
        "OLD NOT KEPT": any(throws_away(item) for item in acting),
        "OVERWRITES CONSOLE EDIT": any(overwritten_paths(item) for item in acting),
        _MONEY: any(costs(item) for item in acting),
    }
    return [tag for tag, true in found.items() if true]


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


def _noted(noted: Sequence[Change], page: Page) -> list[str]:
    """Differences that no action follows, of resources that otherwise stay as they are."""
    if not noted:
        return []
    name = page.paint("NOTED, nothing is done about these", Style.HEAD)
    return [name, *group_lines(noted, None, page, columns=Columns.of(noted))]


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
