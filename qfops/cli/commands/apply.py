"""`qfops apply`: plan, ask, do, read back; or the rest of what was approved earlier (`--resume`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.options import Working, refuse_both
from qfops.core.plan.actions import Need
from qfops.core.plan_options import PlanOptions


@click.command("apply", epilog="Exit codes: 0 done, 1 failed, 3 refused, 4 in progress, 5 stale, 6 locked.")
@options.selecting
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Do what this saved plan says.",
)
@click.option("--resume", is_flag=True, help="Do what is left of the plan that was approved last.")
@options.working
@options.output_format
@click.pass_obj
def apply_command(
    invocation: Invocation,
    options: PlanOptions,
    plan_file: Path | None,
    resume: bool,
    working: Working,
    output: str,
) -> int:
    """Make the console hold what the manifests say: plan, ask, do, and read back.

    Off a terminal it needs an approval: --expect-digest or --plan for exactly what was seen, or
    --auto-approve for everything that takes nothing away. At a terminal it asks, unless one of these stands
    there.

    \b
    qfops apply                                 show the plan, ask, do it
    qfops apply --expect-digest DIGEST          do the plan that was shown, or nothing
    qfops apply --auto-approve                  create, update and run; delete nothing
    qfops apply --auto-approve --allow delete   … and delete
    qfops apply --detach                        start the training and come back later:
    qfops apply --resume                        go on from there
    """
    from qfops.cli.approve import Consent, check_saved, opened, read_saved
    from qfops.cli.change import ChangeCommand, carry_out

    options = replace(options, revert_drift=Need.REVERT_DRIFT in working.allow)
    _check(options, plan_file, resume, working)
    consent = Consent.of(working, resume=resume)
    if plan_file is None:
        project = opened(invocation, options.paths, consent)
        return carry_out(project, ChangeCommand("apply", options, consent, working, output))
    saved = read_saved(invocation.at(plan_file))
    options, consent = saved.options, replace(consent, digest=saved.digest)
    project = opened(invocation, options.paths, consent)
    check_saved(saved, project, project.store().read())
    return carry_out(project, ChangeCommand("apply", options, consent, working, output))


def _check(options: PlanOptions, plan_file: Path | None, resume: bool, working: Working) -> None:
    """Refuse what contradicts itself: a plan that exists already cannot be narrowed or widened."""
    if plan_file == Path():
        raise click.BadParameter("an empty text names no file", param_hint="--plan")
    narrowed = bool(options.arguments() or working.allow)
    for name, given in {"--plan": plan_file is not None, "--resume": resume}.items():
        refuse_both(name, given, "PATH, --target, -l, --retry-failed, --prune or --allow", narrowed)
    refuse_both("--expect-digest", bool(working.expect_digest), "--plan", plan_file is not None)
    refuse_both("--resume", resume, "--plan or --expect-digest", bool(plan_file or working.expect_digest))
