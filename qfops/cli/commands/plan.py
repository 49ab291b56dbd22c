"""`qfops plan`: what would be done, and why. Reads only; takes no lease and writes nothing but `--out`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal
from qfops.core.plan.actions import Need
from qfops.core.plan_options import PlanOptions, Scope

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.plan.plan import Plan


@click.command("plan")
@options.selecting
@click.option(
    "--allow",
    metavar="WORD,…",
    type=options.allowed,
    default="",
    help="As for apply: with revert-drift the plan undoes console edits; the other words change no plan.",
)
@click.option("--destroy", is_flag=True, help="Plan the end of everything that this project made.")
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), help="Save the plan, for apply --plan."
)
@options.output_format
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when something would change.")
@click.option("--stats", is_flag=True, help="Say how many requests the plan took.")
@click.pass_obj
def plan_command(
    invocation: Invocation,
    options: PlanOptions,
    allow: frozenset[str],
    destroy: bool,
    out: Path | None,
    output: str,
    detailed_exitcode: bool,
    stats: bool,
) -> int:
    """Show what apply would do, and why.

    PATHs, --target and -l narrow what may be changed, never what is wanted: nothing is deleted because its
    file was not named, and what a chosen resource needs joins in. Ends join in what rests on them instead.

    \b
    qfops plan                                  everything
    qfops plan manifests/prompts                what these files declare
    qfops plan --target Service/faq             one resource and what it needs
    qfops plan --out plan.json                  for: qfops apply --plan plan.json
    qfops plan --detailed-exitcode              exit 2 when something would change
    """
    from qfops.cli.plan_output import print_plan
    from qfops.cli.project import open_project

    scope = Scope.DESTROY if destroy else Scope.PROJECT
    options = replace(options, revert_drift=Need.REVERT_DRIFT in allow, scope=scope)
    project = open_project(invocation, options.paths)
    project.refuse_emptied(options)
    plan = make(project, options)
    if out is not None:
        save(plan, options, invocation.at(out))
    print_plan(plan, options, project, output)
    if stats:
        count = plan.stats
        terminal.note(f"{count.calls} calls, {count.retries} of them repeated, {count.seconds:.1f} s")
    return exit_code(plan, detailed=detailed_exitcode)


def make(project: Project, options: PlanOptions) -> Plan:
    """The plan of a project, with the findings about its files."""
    made: list[Plan] = []

    async def work() -> None:
        made.append(await _made(project, options))

    # not as the result of `run`: what handles signals there would format all of it, to show it to nobody
    asyncio.run(work())
    return replace(made[0], diagnostics=(*made[0].diagnostics, *project.diagnostics))


async def _made(project: Project, options: PlanOptions) -> Plan:
    from qfops.cli.access.connect import connected
    from qfops.cli.ui.progress import reading
    from qfops.reconcile.fresh_plan import plan_project

    state = project.store().read()
    desired = project.desired(options, state.entries)
    async with connected(project) as world:
        with reading():
            return (await plan_project(world, state, desired)).plan


def save(plan: Plan, options: PlanOptions, path: Path) -> None:
    """Write the plan with its checksum: whole or not at all, readable by its owner only.

    Nothing but a regular file is replaced: a device would be gone for everybody.
    """
    import json
    import os
    from contextlib import suppress

    from qfops.cli.ui.errors import cannot
    from qfops.render.plan_json import plan_file

    text = json.dumps(plan_file(plan, options), ensure_ascii=False, indent=2) + "\n"
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is a folder" if path.is_dir() else "it is not a regular file")
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):  # where nothing can be written, there is nothing to take away
            part.unlink()
        raise cannot("written", path, error, "Choose another place with --out.") from None


def exit_code(plan: Plan, *, detailed: bool) -> int:
    """1 when something could not be told; 2, if asked for, when something is not a no-op."""
    from qfops.core.plan.actions import Action

    actions = {change.action for change in plan.changes}
    if Action.UNKNOWN in actions:
        return 1
    return 2 if detailed and actions - {Action.NO_OP} else 0
