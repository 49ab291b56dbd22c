"""From the result of an apply to its summary: one sentence an item, and the command that goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qfops.core.plan.actions import Action, Need
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan, needs_of
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.state.entry import CURRENT
from qfops.reconcile.apply.result import ApplyResult, EndedChange, How
from qfops.render.summary import ApplySummary, SummaryItem

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.RUN: "has run",
    Action.WAIT: "has become ready",
    Action.REPLACE: "replaced",
    Action.RETIRE: "retired, kept in the console",
    Action.MOVE: "moved",
    Action.DELETE: "deleted",
    Action.DEACTIVATE: "deactivated",
    Action.FORGET: "forgotten, kept in the console",
    Action.ADOPT: "taken over",
}
_VERBS = {Scope.PROJECT: "apply", Scope.DESTROY: "destroy", Scope.PRUNE: "prune", Scope.ADOPT: "apply"}


_ALL = PlanOptions()


def summarize(plan: Plan, result: ApplyResult, prefix: str, options: PlanOptions = _ALL) -> ApplySummary:
    """The summary of an apply; `prefix` is what to type before a command, `options` are those of this one."""
    place = {change.key: index for index, change in enumerate(plan.changes)}

    def listed(*ways: How) -> tuple[SummaryItem, ...]:
        """In the order of the plan, whatever was ready first."""
        found = (item for how in ways for item in result.of(how))
        return tuple(_item(item) for item in sorted(found, key=lambda item: place[item.change.key]))

    why = result.why_dropped
    dropped = tuple(_dropped(name, why.get(name, "it moved since")) for name in result.dropped)
    return ApplySummary(
        applied=listed(How.APPLIED),
        failed=listed(How.FAILED),
        blocked_by=listed(How.BLOCKED_BY),
        refused=listed(How.REFUSED, How.STALE),
        in_progress=listed(How.IN_PROGRESS),
        not_attempted=(*listed(How.NOT_ATTEMPTED), *dropped),
        exit_code=result.exit_code,
        next=_next(plan, result, prefix, options),
        held_back=result.held_back,
    )


def _item(item: EndedChange) -> SummaryItem:
    change = item.change
    about = "" if change.object == CURRENT else f"old object {change.object}: "
    text = _done(change) if item.how is How.APPLIED else item.text
    return SummaryItem(str(change.address), about + text)


def _done(change: Change) -> str:
    return "; ".join([_DONE[change.action], *(f"stays: {text}" for text in change.ends.left)])


def _dropped(name: str, why: str) -> SummaryItem:
    address, _, object_id = name.partition(" ")
    about = f"old object {object_id}: " if object_id else ""
    return SummaryItem(address, f"{about}its approval is dropped: {why}")


def _next(plan: Plan, result: ApplyResult, prefix: str, options: PlanOptions) -> str:
    """The command that goes on from here; "" where nothing is left."""
    if result.of(How.IN_PROGRESS) or result.interrupted:
        return f"{prefix} apply --resume"
    if result.dropped or any(result.of(how) for how in (How.FAILED, How.STALE)):
        return f"{prefix} plan"
    refused = result.of(How.REFUSED)
    words = needs_of(item.change for item in refused if item.change.acts)
    if words and Need.OVERWRITE not in words:
        return f"{prefix} {_again(plan, options, words)}"
    return f"{prefix} plan" if refused or result.of(How.BLOCKED_BY) else ""


def _again(plan: Plan, options: PlanOptions, words: Sequence[Need]) -> str:
    """The same command, narrowed as it was, with the words that were missing."""
    wanted = {*words, *((Need.REVERT_DRIFT,) if options.revert_drift else ())}
    allowed = ",".join(need for need in Need if need in wanted)
    narrowing = replace(options, revert_drift=False).text
    return " ".join(part for part in (_VERBS[plan.scope], narrowing, f"--allow {allowed}") if part)
