"""`qfops destroy` and `qfops prune`: apply of nothing, and the ends of retired objects that were kept."""

from __future__ import annotations

from dataclasses import replace

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.options import Working
from qfops.cli.selection import Selection
from qfops.core.approval import DEACTIVATE, DELETE, REVERT_DRIFT

ENDS = frozenset({DELETE, DEACTIVATE})


@click.command("destroy", epilog="See it first with: qfops plan --destroy")
@options.narrowing
@options.working
@options.output_format
@click.pass_obj
def destroy_command(invocation: Invocation, selection: Selection, working: Working, output: str) -> int:
    """End everything that this project made, after asking.

    Protected resources stay, and so do those with lifecycle.onRemove: forget. Services cannot be deleted:
    they are taken off line. Once approved, deleting and deactivating need no --allow.

    \b
    qfops destroy
    qfops destroy --target Service/faq --auto-approve
    """
    return _end(invocation, "destroy", replace(selection, destroy=True), working, output)


@click.command("prune", epilog="See it first, with everything else that would change: qfops plan --prune")
@options.narrowing
@options.working
@options.output_format
@click.pass_obj
def prune_command(invocation: Invocation, selection: Selection, working: Working, output: str) -> int:
    """End the retired objects: models, versions and runs that were kept when others took their place.

    \b
    qfops prune
    qfops prune --target Model/faq
    """
    return _end(invocation, "prune", replace(selection, only_prune=True), working, output)


def _end(invocation: Invocation, command: str, selection: Selection, working: Working, output: str) -> int:
    from qfops.cli.approve import Consent
    from qfops.cli.change import Change, carry_out
    from qfops.cli.project import open_project

    selection = replace(selection, revert_drift=REVERT_DRIFT in working.allow)
    consent = Consent(working.auto_approve, working.allow, working.expect_digest, implied=ENDS)
    project = open_project(invocation, selection.paths)
    return carry_out(project, Change(command, selection, consent, working, output))
