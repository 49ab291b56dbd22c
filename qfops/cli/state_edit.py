"""`qfops state mv`, `rm` and `settle`: change what qfops remembers, never the console.

Each takes the lease and appends records to the journal, as an apply does, so that a crash loses nothing.
"""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from qfops.cli import identity, options, terminal
from qfops.cli.invocation import Invocation
from qfops.core.address import Address

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.state import Entry, Record, State

_lock_timeout = click.option(
    "--lock-timeout",
    metavar="DUR",
    type=options.duration,
    default="0s",
    help="Wait this long for another run that holds the state.",
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A record to append, and the sentence that tells what it did."""

    record: Record
    told: str


@click.command("mv")
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
    return _edit(
        project, f"state mv {old} {new}", lock_timeout, lambda state: _moved(project, state, old, new)
    )


def _moved(project: Project, state: State, old: Address, new: Address) -> Edit:
    from qfops.core.errors import UsageError

    entry = _entry(project, state, old)
    if new.kind_key != old.kind_key:
        raise UsageError(f"{old} cannot become {new}", "An object keeps its kind.")
    if new in state.entries:
        raise UsageError(
            f"{new} stands in the state already, as {state.entries[new].id or 'retired objects'}",
            remedy=f"Let go of it first, without ending it: {project.prefix} state rm {new}",
        )
    entries: dict[Address, Entry | None] = {old: None, new: replace(entry, address=new)}
    for address, other in state.entries.items():
        if address != old and old in other.dependencies:
            renamed = tuple(new if item == old else item for item in other.dependencies)
            entries[address] = replace(other, dependencies=renamed)
    return Edit(_record(new, "move", entries), f"{old} is {new} now ({_object(entry)}).")


@click.command("rm")
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
    return _edit(
        project, f"state rm {address}", lock_timeout, lambda state: _removed(project, state, address)
    )


def _removed(project: Project, state: State, address: Address) -> Edit:
    entry = _entry(project, state, address)
    kept = [*([entry.id] if entry.id else []), *(item.id for item in entry.retired)]
    return Edit(
        _record(address, "forget", {address: None}),
        f"{address} is forgotten. These stay in the console, unmanaged: {', '.join(kept)}.",
    )


@click.command("settle")
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
    from qfops.cli.settling import ruling

    if [object_id is not None, done, nothing].count(True) != 1:
        raise click.UsageError("Say one of --id ID, --done and --none.")
    project = open_settings(invocation)

    def decide(state: State) -> Edit:
        record, told = asyncio.run(ruling(project, state, address, object_id, done=done))
        return Edit(record, told)

    return _edit(project, f"state settle {address}", lock_timeout, decide)


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


def _object(entry: Entry) -> str:
    return entry.id or "only retired objects"


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


def _edit(project: Project, command: str, lock_timeout: float, decide: Callable[[State], Edit]) -> int:
    """Decide on what the state is now, then again under the lease; append, and tell."""
    from qfops.cli.change import leased

    async def work() -> str:
        async with leased(project, command, lock_timeout, terminal.note) as session:
            edit = decide(session.state)
            await session.append(edit.record)
            return edit.told

    terminal.out(f"{asyncio.run(work())}\n")
    return 0
