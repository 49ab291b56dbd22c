"""`qfops adopt`: take over an object that exists already, so that its manifest manages it from now on."""

from __future__ import annotations

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.options import Working
from qfops.cli.ui import terminal
from qfops.core.address import Address
from qfops.core.plan.actions import Need
from qfops.core.plan_options import PlanOptions, Scope


@click.command("adopt")
@click.argument("address", metavar="ADDR", type=options.address)
@click.argument("object_id", metavar="ID")
@options.working
@options.output_format
@click.pass_obj
def adopt_command(
    invocation: Invocation, address: Address, object_id: str, working: Working, output: str
) -> int:
    """Take over the object ID as the resource ADDR, which a manifest declares already.

    Reads and state only: nothing is made or edited, not even what it needs. Where the object differs from the
    manifest, the plan shows the difference as a console edit, or refuses where that cannot be changed. To do
    it for a whole team, write it as `adopt` in qfops.yaml instead.

    \b
    qfops adopt Dataset/faq-train ds-8q2k4m6n
    """
    from qfops.cli.approve import Consent, opened
    from qfops.cli.change import ChangeCommand, carry_out
    from qfops.core.errors import UsageError

    consent = Consent.of(working)
    project = opened(invocation, (), consent)
    if address not in project.resources:
        raise project.unknown(address)
    entry = project.store().read().entries.get(address)
    if entry is not None and entry.id == object_id:
        terminal.out(f"{address} is {object_id} already.\n")
        return 0
    if entry is not None and entry.id is not None:
        raise UsageError(
            f"{address} is {entry.id} already",
            "One address belongs to one object.",
            f"To let go of that one first, without ending it: {project.prefix} state rm {address}",
        )
    if Need.REVERT_DRIFT in working.allow:
        raise UsageError(
            "adopt edits nothing, so there is nothing for --allow revert-drift to do.",
            remedy="Adopt it first, then make it follow the manifest: "
            f"{project.prefix} apply --target {address} --allow revert-drift",
        )
    options = PlanOptions(scope=Scope.ADOPT, targets=(address,))
    return carry_out(
        project, ChangeCommand("adopt", options, consent, working, output, adopt={address: object_id})
    )
