"""What `apply`, `destroy`, `prune` and `adopt` share: lease, workflow, progress, summary, and giving it back.

It decides nothing about resources; the workflow does, and the exit code follows from its result.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qfops.cli.access import identity
from qfops.cli.access.connect import connected
from qfops.cli.approve import Consent, confirmation
from qfops.cli.options import Working
from qfops.cli.outcome import summarize
from qfops.cli.plan_output import print_plan
from qfops.cli.project import Project
from qfops.cli.selection import Selection
from qfops.cli.ui import terminal
from qfops.cli.ui.errors import report
from qfops.cli.ui.interrupts import INTERRUPTED, Interrupts
from qfops.cli.ui.progress import Reporter, reporter
from qfops.core.address import Address
from qfops.core.errors import QfopsError
from qfops.core.plan import Event, Plan
from qfops.core.values import JSON
from qfops.reconcile.calls import Interrupted
from qfops.reconcile.result import ApplyResult
from qfops.reconcile.workflow import ApplyOptions, Desired, World, apply_project, resume_project
from qfops.state import Owner, Session

if TYPE_CHECKING:
    from qfops.core.state import State

# The command that shows what another one would do.
_LOOK = {"destroy": "plan --destroy", "prune": "plan --prune"}


@dataclass(frozen=True, slots=True)
class Change:
    """One command that changes the console, as it was called; `adopt` are objects to take over by address."""

    command: str
    selection: Selection
    consent: Consent
    working: Working
    output: str = "text"
    adopt: Mapping[Address, str] = field(default_factory=dict)


def carry_out(project: Project, change: Change) -> int:
    """Do it; the exit code. Refused, before any request, where nobody has approved or can be asked."""
    change.consent.demand(f"{project.prefix} {_LOOK.get(change.command, 'plan')}", change.output)
    return asyncio.run(_work(project, change))


async def _work(project: Project, change: Change) -> int:
    async with connected(project, change.working.concurrency) as world:
        with reporter(change.output) as told:
            async with leased(
                project, change.command, change.working.lock_timeout, told.say, world
            ) as session:
                with Interrupts(told.say) as interrupts:
                    found = await _workflow(project, change, world, session, told, interrupts)
    return _end(project, change, found)


async def _workflow(
    project: Project, change: Change, world: World, session: Session, told: Reporter, interrupts: Interrupts
) -> tuple[Plan, ApplyResult] | None:
    def question(text: str) -> bool:
        try:
            with told.pause(), interrupts.asking():
                return terminal.ask(text)
        except KeyboardInterrupt:
            raise Interrupted("interrupted; nothing was changed") from None

    def show(plan: Plan) -> None:
        if interrupts.arrived:
            raise Interrupted("interrupted; nothing was changed")
        _show(project, change, replace(plan, command=change.command), told)

    options = ApplyOptions(
        confirm=confirmation(change.consent, show, question),
        by=identity.who(),
        run_url=identity.run_url(),
        commit=identity.commit(),
        limit=change.working.limit,
        expected=change.consent.digest,
        allow_large_change=change.working.allow_large_change,
    )
    if change.consent.resume:
        return await resume_project(world, session, options, told.emit, interrupts.stop)
    desired = _desired(project, change, session.state)
    return await apply_project(world, session, desired, options, told.emit, interrupts.stop)


def _desired(project: Project, change: Change, state: State) -> Desired:
    desired = project.desired(change.selection, state, allow_large_change=change.working.allow_large_change)
    return replace(desired, adopt=change.adopt)


def _show(project: Project, change: Change, plan: Plan, told: Reporter) -> None:
    """The plan as text, or as the first event."""
    plan = replace(plan, diagnostics=(*plan.diagnostics, *project.diagnostics))
    data: dict[str, JSON] = {"summary": dict(plan.summary())}
    if change.output == "text":
        with told.pause():
            print_plan(plan, change.selection, project, "text", approve=False)
    else:
        from qfops.render.plan_json import plan_json

        data = plan_json(plan, change.selection.arguments())
    told.emit(Event(time.time(), "plan", data=data))


@asynccontextmanager
async def leased(
    project: Project, command: str, timeout: float, say: Callable[[str], None], world: World | None = None
) -> AsyncIterator[Session]:
    """The session of this run: what was journaled is compacted and the lease given back, whatever happens."""
    gc.enable()
    owner = Owner.of_this_process(
        identity.who(), command, run_url=identity.run_url(), commit=identity.commit()
    )
    session = await project.store().begin(owner, timeout=timeout, notify=say)
    try:
        yield session
    except BaseException:
        try:
            session.commit(account=_account(session, world))
        except QfopsError as error:
            report(error)  # the first error is the one that counts; the journal still holds everything
        raise
    else:
        session.commit(account=_account(session, world))
    finally:
        await session.release()


def _account(session: Session, world: World | None) -> str | None:
    """The owner that reads have shown, where state does not know one yet."""
    shown = world.console.account if world is not None else ""
    return shown if shown and not session.state.account else None


def _end(project: Project, change: Change, found: tuple[Plan, ApplyResult] | None) -> int:
    """Say what was done and what is left; the exit code."""
    if found is None:
        if change.output == "text":
            terminal.out("Nothing is stored: every approved plan is done.\n")
        return 0
    plan, result = found
    summary = summarize(plan, result, project.prefix)
    if change.output == "json":
        from qfops.render.events import event_json
        from qfops.render.summary import summary_data

        event = Event(time.time(), "summary", data=summary_data(summary))
        terminal.out(json.dumps(event_json(event), ensure_ascii=False) + "\n")
    else:
        from qfops.render.summary import apply_text

        page = terminal.page()
        terminal.out(apply_text(summary, color=page.color, width=page.width))
    return INTERRUPTED if result.interrupted else summary.exit_code
