"""`qfops drift`: what was edited in the console; and how to accept an edit until a date."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import TYPE_CHECKING

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal
from qfops.core.address import Address
from qfops.core.durations import utc_day
from qfops.core.exit_codes import ExitCode

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.plan.drift import DriftReport


def place(text: str) -> tuple[Address, str]:
    """`Kind/name.path` as address and path; a usage error that shows one."""
    end = min((index for char in ".[" if (index := text.find(char)) > 0), default=len(text))
    path = text[end:].removeprefix(".")
    if not path:
        raise click.BadParameter(f"{text!r} names no attribute; write ADDR.path, as the report does")
    return options.address(text[:end]), path


def day(text: str) -> date:
    """`YYYY-MM-DD`, not in the past by the one clock of all days (UTC); a usage error."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD") from None
    today = utc_day(time.time())
    if found < today:
        raise click.BadParameter(
            f"{text} is over: it is {today} in UTC, where days are counted; name the last day on which the "
            "edit is accepted"
        )
    return found


@click.command("drift")
@click.option("--all", "whole", is_flag=True, help="Also show what is accepted, ignored or only noted.")
@options.output_format
@click.option("--accept", metavar="ADDR.path", type=place, help="Leave this edit alone; writes the manifest.")
@click.option("--until", metavar="DATE", type=day, help="The last day of --accept, YYYY-MM-DD, in UTC.")
@click.option("--why", metavar="TEXT", help="The reason of --accept, for the next reader.")
@click.pass_obj
def drift_command(
    invocation: Invocation,
    whole: bool,
    output: str,
    accept: tuple[Address, str] | None,
    until: date | None,
    why: str | None,
) -> int:
    """Report what was edited or deleted in the console since it was applied.

    What was applied is compared with the console, for every object of the state, whatever the manifests say
    by now. Exit 2 when something is neither accepted nor ignored, 1 when something could not be told.

    --accept puts the edit with its value under lifecycle.ignore in its manifest and shows what it wrote;
    another value is reported again. Where the file cannot be edited safely it prints the lines to add.

    \b
    qfops drift
    qfops drift --all
    qfops drift --format json
    qfops drift --accept PromptTemplate/faq.description --until 2027-01-31 --why "support tries a text"
    """
    if accept is not None:
        if until is None or not why:
            raise click.UsageError("--accept needs --until DATE and --why TEXT.")
        options.refuse_both("--accept", True, "--format json", output == "json")
        options.refuse_both("--accept", True, "--all", whole)
        from qfops.cli.commands._accept import accept_drift
        from qfops.core.resource import Ignore

        return accept_drift(invocation, accept[0], Ignore(accept[1], why, until))
    if until is not None or why is not None:
        raise click.UsageError("--until and --why belong to --accept.")
    from qfops.cli.commands._drift import look
    from qfops.cli.project import open_project

    project = open_project(invocation)
    report = look(project)
    code = exit_code(report)
    _print(report, project, output, code, whole=whole)
    return code


def exit_code(report: DriftReport) -> ExitCode:
    """1 where something could not be told, which is said; 2 for open drift."""
    from qfops.core.plan.drift import Concern

    if report.untold:
        return ExitCode.FAILED
    return ExitCode.DIFFERS if report.of(Concern.OPEN) else ExitCode.DONE


def _print(report: DriftReport, project: Project, output: str, code: ExitCode, *, whole: bool) -> None:
    if output == "json":
        from qfops.render.drift_json import drift_json

        terminal.out(json.dumps(drift_json(report, code), ensure_ascii=False, indent=2) + "\n")
        return
    from qfops.render.reports.drift import drift_text

    page = terminal.page()
    terminal.out(drift_text(report, command=project.prefix, whole=whole, color=page.color, width=page.width))
