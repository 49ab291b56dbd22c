"""What `apply`, `destroy`, `prune` and `adopt` share: lease, workflow, progress, summary, and giving it back.

It decides nothing about resources; the workflow does, and the exit code follows from its result.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from qfops.cli.access import identity
from qfops.cli.access.connect import connected
from qfops.cli.approve import Asked, Consent, confirmed
from qfops.cli.options import Working
from qfops.cli.outcome import summarize
from qfops.cli.plan_output import print_plan
from qfops.cli.project import Project
from qfops.cli.ui import terminal
from qfops.cli.ui.errors import report
from qfops.cli.ui.interrupts import Interrupts
from qfops.cli.ui.progress import ProgressReporter, reporter
from qfops.core.address import Address
from qfops.core.errors import QfopsError
from qfops.core.plan.events import Event
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions
from qfops.core.state.approved_plan import AppliedPlan
from qfops.core.values import JSON
from qfops.planning.policy import Approval
from qfops.reconcile import workflow
from qfops.reconcile.apply.calls import Interrupted
from qfops.reconcile.apply.result import ApplyResult
from qfops.reconcile.run import Run
from qfops.reconcile.workflow import (
    AppliedBefore,
    ApplyOptions,
    Prepared,
    begun,
    carry_out_rest,
    prepare,
    prepare_rest,
)
from qfops.reconcile.world import Desired, World
from qfops.state import Owner, Session

# The command that shows what another one would do.
_LOOK = {"destroy": "plan --destroy", "prune": "plan --prune"}


Found: TypeAlias = "tuple[Plan, ApplyResult] | AppliedPlan | None"
"""What came of it: a plan and its result; a plan that was done before; nothing was stored."""


@dataclass(frozen=True, slots=True)
class ChangeCommand:
    """One command that changes the console, as it was called; `adopt` are objects to take over by address."""

    command: str
    options: PlanOptions
    consent: Consent
    working: Working
    output: str = "text"
    adopt: Mapping[Address, str] = field(default_factory=dict)


def carry_out(project: Project, asked: ChangeCommand) -> int:
    """Do it; the exit code. Refused, before any request, where nobody has approved or can be asked."""
    asked.consent.demand(f"{project.prefix} {_LOOK.get(asked.command, 'plan')}", asked.output)
    return asyncio.run(_work(project, asked))


async def _work(project: Project, asked: ChangeCommand) -> int:
    async with connected(project, asked.working.concurrency) as world:
        with reporter(asked.output) as told:
            async with leased(project, asked.command, asked.working.lock_timeout, told.say, world) as session:
                with Interrupts(told.say) as interrupts:
                    found = await _workflow(project, asked, world, session, told, interrupts)
    return _end(project, asked, found)


async def _workflow(
    project: Project,
    asked: ChangeCommand,
    world: World,
    session: Session,
    told: ProgressReporter,
    interrupts: Interrupts,
) -> Found:
    options = ApplyOptions(
        by=identity.who(),
        run_url=identity.run_url(),
        commit=identity.commit(),
        limit=asked.working.limit,
        expected=asked.consent.digest,
        allow_large_change=asked.working.allow_large_change,
    )
    async with begun(world, session, options, told.emit, interrupts.stop) as run:
        if asked.consent.resume or _names_stored(asked, run):
            return await _rest(project, asked, run, options, told, interrupts)
        try:
            prepared = await prepare(run, _desired(project, asked, run.state.entries), options)
        except AppliedBefore as before:
            return before.plan
        approval = _approval(project, asked, prepared, told, interrupts)
        return prepared.plan, await workflow.carry_out(run, prepared, approval, options)


def _names_stored(asked: ChangeCommand, run: Run) -> bool:
    """Whether the digest that is expected is that of the approval in state: then the same is meant again."""
    stored = run.state.approved
    return stored is not None and stored.is_named_by(asked.consent.digest)


async def _rest(
    project: Project,
    asked: ChangeCommand,
    run: Run,
    options: ApplyOptions,
    told: ProgressReporter,
    interrupts: Interrupts,
) -> tuple[Plan, ApplyResult] | None:
    """Show and carry out what is left of the stored approval, as the manifests of now ask for it."""
    resumed = await prepare_rest(run, project.resources, options)
    if resumed is None:
        return None
    if interrupts.arrived:
        raise Interrupted("interrupted; nothing was changed")
    _show(project, asked, replace(resumed.plan, command=f"{asked.command} --resume"), told)
    return resumed.plan, await carry_out_rest(run, resumed, options)


def _desired(project: Project, asked: ChangeCommand, known: Collection[Address]) -> Desired:
    options = replace(asked.options, allow_large_change=asked.working.allow_large_change)
    project.refuse_emptied(options)
    return replace(
        project.desired(options, known), adopt=asked.adopt, approval=asked.consent.foreseen(asked.output)
    )


def _approval(
    project: Project,
    asked: ChangeCommand,
    prepared: Prepared,
    told: ProgressReporter,
    interrupts: Interrupts,
) -> Approval:
    """Show the plan, and ask where the command line has not said enough; Refused when it is not approved."""

    def ask(text: str) -> str:
        try:
            with told.pause(), interrupts.asking():
                return terminal.ask(text)
        except KeyboardInterrupt:
            raise Interrupted("interrupted; nothing was changed") from None

    if interrupts.arrived:
        raise Interrupted("interrupted; nothing was changed")
    _show(project, asked, replace(prepared.plan, command=asked.command), told)
    return confirmed(asked.consent, prepared.plan, Asked(asked.output, prepared.desired.options.narrows), ask)


def _show(project: Project, asked: ChangeCommand, plan: Plan, told: ProgressReporter) -> None:
    """The plan as text, or as the first event."""
    plan = replace(plan, diagnostics=(*plan.diagnostics, *project.diagnostics))
    data: dict[str, JSON] = {"summary": dict(plan.summary())}
    if asked.output == "text":
        with told.pause():
            print_plan(plan, asked.options, project, "text", approve=False)
    else:
        from qfops.render.plan_json import plan_json

        data = plan_json(plan, asked.options)
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
            await session.commit(account=_account(session, world))
        except QfopsError as error:
            report(error)  # the first error is the one that counts; the journal still holds everything
        raise
    else:
        await session.commit(account=_account(session, world))
    finally:
        await session.release()


def _account(session: Session, world: World | None) -> str | None:
    """The owner that reads have shown, where state does not know one yet."""
    shown = world.console.account if world is not None else ""
    return shown if shown and not session.state.account else None


def _end(project: Project, asked: ChangeCommand, found: Found) -> int:
    """Say what was done and what is left; the exit code."""
    if not isinstance(found, tuple):
        return _nothing_to_do(asked, found)
    plan, result = found
    summary = summarize(plan, result, project.prefix, asked.options)
    if asked.output == "json":
        from qfops.render.events import event_json
        from qfops.render.summary import summary_data

        event = Event(time.time(), "summary", data=summary_data(summary))
        terminal.out(json.dumps(event_json(event), ensure_ascii=False) + "\n")
    else:
        from qfops.render.summary import apply_text

        page = terminal.page()
        terminal.out(apply_text(summary, color=page.color, width=page.width))
    return summary.exit_code


def _nothing_to_do(asked: ChangeCommand, applied: AppliedPlan | None) -> int:
    """Say why there is nothing to do: what was asked for is done already. That is success."""
    from qfops.render.events import event_json, timestamp
    from qfops.render.summary import ApplySummary, summary_data

    said = "Nothing is stored: every approved plan is done."
    if applied is not None:
        when = timestamp(applied.at, "seconds")
        said = f"Plan {applied.digest} was applied at {when}; nothing is left of it to do."
    if asked.output == "json":
        event = Event(time.time(), "summary", message=said, data=summary_data(ApplySummary()))
        terminal.out(json.dumps(event_json(event), ensure_ascii=False) + "\n")
    else:
        terminal.out(f"{said}\n")
    return 0
