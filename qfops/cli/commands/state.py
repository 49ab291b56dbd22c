"""`qfops state`: look at what qfops remembers. Reads only; what changes it is in `state_edit`."""

from __future__ import annotations

import click

from qfops.cli import options
from qfops.cli.commands._state_edit import mv, rm, settle
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal
from qfops.core.address import Address


@click.group("state")
def state_command() -> None:
    """What qfops remembers: which object belongs to which address, and what was applied to it.

    The state is kept in .qfops/ of the project folder, one folder for each environment.
    """


@state_command.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> int:
    """Print every address with its object, and what is still open."""
    from qfops.cli.project import open_settings
    from qfops.render.reports.state import state_list

    project = open_settings(invocation)
    terminal.out(state_list(project.store().read(), color=terminal.page().color))
    return 0


@state_command.command("show")
@click.argument("address", metavar="ADDR", type=options.address)
@click.pass_obj
def show(invocation: Invocation, address: Address) -> int:
    """Print everything that is known of one resource.

    \b
    qfops state show FineTuningTask/faq-a
    """
    from qfops.cli.project import open_settings
    from qfops.render.reports.state import state_show

    project = open_settings(invocation)
    state = project.store().read()
    entry = state.entries.get(address)
    if entry is None:
        raise project.unknown(address, state.entries)
    terminal.out(state_show(entry, color=terminal.page().color))
    return 0


@state_command.command("pull", short_help="Print the state as JSON.")
@click.pass_obj
def pull(invocation: Invocation) -> int:
    """Print the state as JSON, journal included: for a backup, or for programs.

    \b
    qfops state pull > state.json
    """
    from qfops.cli.project import open_settings
    from qfops.state.format.snapshot import Snapshot, write_snapshot

    state = open_settings(invocation).store().read()
    terminal.out(write_snapshot(Snapshot(state)).decode("utf-8", "backslashreplace"))
    return 0


for command in (mv, rm, settle):
    state_command.add_command(command)
