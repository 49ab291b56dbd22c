"""From the result of an apply to its summary: one sentence an item, and the command that goes on."""

from __future__ import annotations

from collections.abc import Iterable

from qfops.core.approval import OVERWRITE, words_needed
from qfops.core.plan import CURRENT, Action, Change, Plan
from qfops.reconcile import result as results
from qfops.render.summary import ApplySummary, Item

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


def summarize(plan: Plan, result: results.ApplyResult, prefix: str) -> ApplySummary:
    """The summary of an apply; `prefix` is what to type before a command."""
    place = {change.key: index for index, change in enumerate(plan.changes)}

    def listed(found: Iterable[results.Item]) -> tuple[Item, ...]:
        """In the order of the plan, whatever was ready first."""
        return tuple(_item(item) for item in sorted(found, key=lambda item: place[item.change.key]))

    dropped = tuple(_dropped(text) for text in result.dropped)
    return ApplySummary(
        applied=listed(results.Item(item.change, _done(item.change)) for item in result.applied),
        failed=listed(result.failed),
        blocked_by=listed(result.blocked_by),
        refused=listed([*result.refused, *result.stale]),
        in_progress=listed(result.in_progress),
        not_attempted=(*listed(result.not_attempted), *dropped),
        exit_code=result.exit_code,
        next=_next(plan, result, prefix),
        held_back=result.held,
    )


def _item(item: results.Item) -> Item:
    change = item.change
    about = "" if change.object == CURRENT else f"old object {change.object}: "
    return Item(str(change.address), about + item.text)


def _done(change: Change) -> str:
    return "; ".join([_DONE[change.action], *(f"stays: {text}" for text in change.left)])


def _dropped(text: str) -> Item:
    address, _, object_id = text.partition(" ")
    about = f"old object {object_id}: " if object_id else ""
    return Item(address, f"{about}moved since it was approved, so it was dropped")


def _next(plan: Plan, result: results.ApplyResult, prefix: str) -> str:
    """The command that goes on from here; "" where nothing is left."""
    if result.in_progress or result.interrupted:
        return f"{prefix} apply --resume"
    if result.failed or result.stale or result.dropped or result.blocked_by:
        return f"{prefix} plan"
    held = [item.change for item in result.refused if item.change.acts]
    words = words_needed(held)
    if held and words and OVERWRITE not in words:
        verb = "destroy" if plan.destroy else "apply"
        return f"{prefix} {verb} --allow {','.join(words)}"
    return f"{prefix} plan" if result.refused else ""
