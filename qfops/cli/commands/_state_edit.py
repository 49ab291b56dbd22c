"""`qfops state mv`, `rm` and `settle`: change what qfops remembers, never the console.

Each takes the lease and appends to the journal, as an apply does, so that a crash loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from qfops.cli import options
from qfops.cli.access import identity
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal
from qfops.core.address import Address
from qfops.reconcile import state_edits
from qfops.reconcile.journal import Journal
from qfops.reconcile.ports import SystemClock

if TYPE_CHECKING:
    from qfops.cli.project import Project

_lock_timeout = click.option(
    "--lock-timeout",
    metavar="DUR",
    type=options.duration,
    default="0s",
    help="Wait this long for another run that holds the state.",
)


@click.command("mv", short_help="Give an object another address.")
@click.argument("old", metavar="OLD", type=options.address)
@click.argument("new", metavar="NEW", type=options.address)
@_lock_timeout
@click.pass_obj
def mv(invocation: Invocation, old: Address, new: Address, lock_timeout: float) -> int:
    """Give an object another address, after its manifest was renamed.

    For a whole team, write it as `moved` in qfops.yaml instead.

    \b
    qfops state mv Dataset/faq-train Dataset/faq-training
    """
    from qfops.cli.project import open_settings

    project = open_settings(invocation)

    async def move(journal: Journal) -> str:
        known, lines = _known(project, journal, old), project.settings.moved
        entry = await state_edits.move(journal, known, new, project.prefix, lines)
        return f"{old} is {new} now ({entry.id or 'only retired objects'})."

    return _edit(project, f"state mv {old} {new}", lock_timeout, move)


@click.command("rm", short_help="Forget a resource; its objects stay.")
@click.argument("address", metavar="ADDR", type=options.address)
@_lock_timeout
@click.pass_obj
def rm(invocation: Invocation, address: Address, lock_timeout: float) -> int:
    """Forget a resource; its objects stay in the console, and nobody manages them any more.

    \b
    qfops state rm Service/faq
    """
    from qfops.cli.project import open_settings

    project = open_settings(invocation)

    async def forget(journal: Journal) -> str:
        kept = await state_edits.forget(journal, _known(project, journal, address), project.prefix)
        return f"{address} is forgotten. These stay in the console, unmanaged: {', '.join(kept)}."

    return _edit(project, f"state rm {address}", lock_timeout, forget)


@click.command("settle", short_help="Say what became of a lost call.")
@click.argument("address", metavar="ADDR", type=options.address)
@click.option("--id", "object_id", metavar="ID", help="The call made this object.")
@click.option("--done", is_flag=True, help="The call took effect (an edit, an import, an end).")
@click.option("--none", "nothing", is_flag=True, help="The call had no effect; it is made again when needed.")
@_lock_timeout
@click.pass_obj
def settle(
    invocation: Invocation,
    address: Address,
    object_id: str | None,
    done: bool,
    nothing: bool,
    lock_timeout: float,
) -> int:
    """Say what became of a call whose answer was lost, where qfops cannot tell.

    \b
    qfops state settle Dataset/faq-train --id ds-8q2k4m6n
    """
    from qfops.cli.access.connect import connected
    from qfops.cli.project import open_settings

    if [object_id is not None, done, nothing].count(True) != 1:
        raise click.UsageError("Say one of --id ID, --done and --none.")
    project = open_settings(invocation)

    async def close(journal: Journal) -> str:
        async with connected(project) as world:
            if object_id is not None:
                for unread in world.neighbours().unread:
                    terminal.note(f"{unread.severity}: {unread.summary}")
            return await state_edits.settle_by_hand(
                journal, world, address, object_id, project.prefix, done=done
            )

    return _edit(project, f"state settle {address}", lock_timeout, close)


def _known(project: Project, journal: Journal, address: Address) -> Address:
    """An address that the state, or an open call of it, knows; the nearest one is named otherwise."""
    named = {intent.header.address for intent in journal.state.intents.values()}
    if address not in named and journal.state.entry(address) is None:
        raise project.unknown(address, journal.state.entries)
    return address


def _edit(
    project: Project, command: str, lock_timeout: float, edit: Callable[[Journal], Awaitable[str]]
) -> int:
    """Take the lease, edit, and tell what was done."""
    from qfops.cli.change import leased

    async def work() -> str:
        async with leased(project, command, lock_timeout, terminal.note) as session:
            return await edit(Journal(session, SystemClock(), identity.who(), identity.commit()))

    terminal.out(f"{asyncio.run(work())}\n")
    return 0
