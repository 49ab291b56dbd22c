"""`qfops state mv`, `rm` and `settle`: change what qfops remembers, never the console.

Each takes the lease and appends to the journal, as an apply does, so that a crash loses nothing.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from qfops.cli import options
from qfops.cli.access import identity
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal
from qfops.core.address import Address

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.state import Entry, Record, State
    from qfops.state import Session

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

    async def move(session: Session) -> str:
        entry = _entry(project, session.state, old)
        entries = _moved(project, session.state, replace(entry, address=new), old)
        await session.append(_record(new, "move", entries))
        return f"{old} is {new} now ({entry.id or 'only retired objects'})."

    return _edit(project, f"state mv {old} {new}", lock_timeout, move)


def _moved(project: Project, state: State, entry: Entry, old: Address) -> Mapping[Address, Entry | None]:
    """The entries that hold once `entry` stands at its new address; UsageError where it cannot."""
    from qfops.core.errors import UsageError

    new = entry.address
    if new.kind_key != old.kind_key:
        raise UsageError(f"{old} cannot become {new}", "An object keeps its kind.")
    if new in state.entries:
        raise UsageError(
            f"{new} stands in the state already, as {state.entries[new].id or 'retired objects'}",
            remedy=f"Let go of it first, without ending it: {project.prefix} state rm {new}",
        )
    entries: dict[Address, Entry | None] = {old: None, new: entry}
    for address, other in state.entries.items():
        if address != old and old in other.dependencies:
            renamed = tuple(new if item == old else item for item in other.dependencies)
            entries[address] = replace(other, dependencies=renamed)
    return entries


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

    async def forget(session: Session) -> str:
        entry = _entry(project, session.state, address)
        await session.append(_record(address, "forget", {address: None}))
        kept = [*([entry.id] if entry.id else []), *(item.id for item in entry.retired)]
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
    from qfops.cli.project import open_settings
    from qfops.cli.settling import settle_call

    if [object_id is not None, done, nothing].count(True) != 1:
        raise click.UsageError("Say one of --id ID, --done and --none.")
    project = open_settings(invocation)

    async def close(session: Session) -> str:
        return await settle_call(project, session, address, object_id, done=done)

    return _edit(project, f"state settle {address}", lock_timeout, close)


def _entry(project: Project, state: State, address: Address) -> Entry:
    """The entry of an address that no open call is about."""
    from qfops.core.errors import UsageError

    if any(intent.address == address for intent in state.intents.values()):
        raise UsageError(
            f"{address} has a call whose outcome is not known yet",
            remedy=f"Settle it first: {project.prefix} apply, or {project.prefix} state settle {address} …",
        )
    entry = state.entries.get(address)
    if entry is None:
        raise project.unknown(address, state)
    return entry


def _record(address: Address, step: str, entries: Mapping[Address, Entry | None]) -> Record:
    from qfops.core.state import Record

    return Record(
        "outcome",
        uuid.uuid4().hex,
        address,
        step,
        entries=entries,
        at=time.time(),
        by=identity.who(),
        commit=identity.commit(),
        message="by hand",
    )


def _edit(
    project: Project, command: str, lock_timeout: float, edit: Callable[[Session], Awaitable[str]]
) -> int:
    """Take the lease, edit, and tell what was done."""
    from qfops.cli.change import leased

    async def work() -> str:
        async with leased(project, command, lock_timeout, terminal.note) as session:
            return await edit(session)

    terminal.out(f"{asyncio.run(work())}\n")
    return 0
