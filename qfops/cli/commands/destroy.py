"""`qfops destroy` and `qfops prune`: apply of nothing, and the ends of retired objects that were kept."""

from __future__ import annotations

from dataclasses import replace

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.options import Working
from qfops.core.plan.actions import Need
from qfops.core.plan_options import PlanOptions, Scope

ENDS = frozenset({Need.DELETE, Need.DEACTIVATE})


@click.command("destroy", epilog="See it first with: qfops plan --destroy")
@options.narrowing
@options.working
@options.output_format
@click.pass_obj
def destroy_command(invocation: Invocation, options: PlanOptions, working: Working, output: str) -> int:
    """End everything that this project made, after asking.

    Protected resources stay, and so do those with lifecycle.onRemove: forget. Services cannot be deleted:
    they are taken off line. Once approved, deleting and deactivating need no --allow.

    PATHs, --target and -l narrow: what they choose ends, and what rests on it; what it rests on stays. What
    ends without having been chosen needs --allow, the digest, or your answer.

    \b
    qfops destroy
    qfops destroy --target Service/faq --auto-approve
    """
    return _end(invocation, "destroy", replace(options, scope=Scope.DESTROY), working, output)


@click.command("prune", epilog="See it first, with everything else that would change: qfops plan --prune")
@options.narrowing
@options.working
@options.output_format
@click.pass_obj
def prune_command(invocation: Invocation, options: PlanOptions, working: Working, output: str) -> int:
    """End the retired objects: models, versions and runs that were kept when others took their place.

    Never a current object, and no retired one that a current object still rests on.

    \b
    qfops prune
    qfops prune --target Model/faq
    """
    return _end(invocation, "prune", replace(options, scope=Scope.PRUNE), working, output)


def _end(invocation: Invocation, command: str, options: PlanOptions, working: Working, output: str) -> int:
    from qfops.cli.approve import Consent, opened
    from qfops.cli.change import ChangeCommand, carry_out

    options = replace(options, revert_drift=Need.REVERT_DRIFT in working.allow)
    consent = Consent.of(working, implied=ENDS)
    project = opened(invocation, options.paths, consent)
    return carry_out(project, ChangeCommand(command, options, consent, working, output))
