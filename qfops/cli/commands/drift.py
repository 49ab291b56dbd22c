"""`qfops drift`: what was edited in the console; and how to accept an edit until a date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal
from qfops.core.address import Address

if TYPE_CHECKING:
    from qfops.core.plan.plan import Plan


def place(text: str) -> tuple[Address, str]:
    """`Kind/name.path` as address and path; a usage error that shows one."""
    end = min((index for char in ".[" if (index := text.find(char)) > 0), default=len(text))
    path = text[end:].removeprefix(".")
    if not path:
        raise click.BadParameter(f"{text!r} names no attribute; write ADDR.path, as the report does")
    return options.address(text[:end]), path


def day(text: str) -> date:
    """`YYYY-MM-DD`, not in the past; a usage error."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD") from None
    if found < date.today():
        raise click.BadParameter(f"{text} is over; name the last day on which the edit is accepted")
    return found


@click.command("drift")
@click.option("--accept", metavar="ADDR.path", type=place, help="Leave this edit alone; writes the manifest.")
@click.option("--until", metavar="DATE", type=day, help="The last day of --accept, YYYY-MM-DD.")
@click.option("--why", metavar="TEXT", help="The reason of --accept, for the next reader.")
@click.pass_obj
def drift_command(
    invocation: Invocation, accept: tuple[Address, str] | None, until: date | None, why: str | None
) -> int:
    """Report what was edited in the console. Exit 2 when an edit is neither accepted nor ignored.

    --accept puts the edit under lifecycle.ignore in its manifest and shows what it wrote; where the manifest
    cannot be edited safely it prints the lines to add.

    \b
    qfops drift
    qfops drift --accept PromptTemplate/faq.description --until 2027-01-31 --why "support tries a text"
    """
    from qfops.cli.project import open_project

    if accept is not None:
        if until is None or not why:
            raise click.UsageError("--accept needs --until DATE and --why TEXT.")
        from qfops.cli.commands._accept import accept_drift
        from qfops.core.resource import Ignore

        return accept_drift(invocation, accept[0], Ignore(accept[1], why, until))
    if until is not None or why is not None:
        raise click.UsageError("--until and --why belong to --accept.")
    from qfops.cli.commands import plan as planned
    from qfops.core.plan_options import PlanOptions
    from qfops.render.reports.drift import drift_text

    project = open_project(invocation)
    plan = planned.make(project, PlanOptions())
    page = terminal.page()
    terminal.out(drift_text(plan.held_back, command=project.prefix, color=page.color, width=page.width))
    return _exit_code(plan)


def _exit_code(plan: Plan) -> int:
    """1 where something could not be read, which is said; 2 for open drift."""
    from qfops.core.plan.actions import Action

    unread = [change for change in plan.changes if change.action is Action.UNKNOWN]
    for change in unread:
        terminal.note(f"could not be told: {change.address}: {change.reason}")
    if unread:
        return 1
    return 2 if any(not item.ignored for item in plan.held_back) else 0
