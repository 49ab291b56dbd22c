"""The story of a plan: everything that is said about it, in the order in which it is said.

Nothing here decides what is done: the story is what the plan says. It knows no width, no colour and no
markup; a printer adds nothing but these. No sentence names a command that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from qfops.core.diagnostics import Diagnostic, Severity
from qfops.core.plan.actions import Action
from qfops.core.plan.plan import Plan
from qfops.render.layout import plural
from qfops.render.story.approval import Next, next_step
from qfops.render.story.console_edits import ConsoleEdits, held_back, held_back_story, ignored
from qfops.render.story.groups import grouped
from qfops.render.story.order import Order, order
from qfops.render.story.parts import GroupStory, Heading, StoredStory
from qfops.render.story.sections import group_story, noted_story
from qfops.render.story.stored import stored_story
from qfops.render.story.title import Title, nothing, title

_AFFECTED = 20


@dataclass(frozen=True, slots=True)
class Affected:
    """Resources that would change but were not selected; `more` counts those that are not named."""

    heading: Heading
    names: tuple[str, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class PlanStory:
    """What a plan says. Printers print the fields in this order and leave out what is empty.

    A plan without changes has no `title`; it says `nothing` instead. Findings about the project's files are
    said by those who found them: errors before the changes, warnings after.
    """

    title: Title | None
    stored: StoredStory | None
    nothing: str
    errors: tuple[Diagnostic, ...]
    groups: tuple[GroupStory, ...]
    console_edits: ConsoleEdits | None
    noted: GroupStory | None
    affected: Affected | None
    warnings: tuple[Diagnostic, ...]
    order: Order | None
    next: Next | None


def story(plan: Plan, *, command: str = "qfops", flags: str = "", approve: bool = True) -> PlanStory:
    """The story of `plan`.

    `command` is the prefix to type (`qfops -C examples --env dev`); `flags` are those of the plan's flags
    that its digest covers (`--target Service/faq`), repeated in the command that approves it. `approve` False
    leaves out how to approve it.
    """
    groups = grouped(plan)
    edits = held_back(plan)
    noted = [item for item in plan.changes if item.action is Action.NO_OP and item.decision.notes]
    return PlanStory(
        title=title(plan, groups, len(edits)) if groups else None,
        stored=stored_story(plan.stored, command),
        nothing="" if groups else nothing(plan, len(edits), ignored(plan), len(noted)),
        errors=_findings(plan, "error"),
        groups=tuple(group_story(group) for group in groups),
        console_edits=held_back_story(edits, command),
        noted=noted_story(noted),
        affected=_affected(plan),
        warnings=_findings(plan, "warning"),
        order=order(plan) if groups else None,
        next=next_step(plan, command, flags) if groups and approve else None,
    )


def _findings(plan: Plan, severity: Severity) -> tuple[Diagnostic, ...]:
    return tuple(item for item in plan.diagnostics if item.severity == severity)


def _affected(plan: Plan) -> Affected | None:
    count = len(plan.affected)
    if not count:
        return None
    return Affected(
        Heading(f"AFFECTED, not planned: {plural(count, 'resource')} outside what was selected"),
        tuple(str(address) for address in plan.affected[:_AFFECTED]),
        f"and {count - _AFFECTED:,} more" if count > _AFFECTED else "",
    )
