"""What approving a plan takes: which `--allow` words it needs, and the command to type next."""

from __future__ import annotations

from qfops.core.plan import Action, Change, Plan, Verdict
from qfops.render.layout import wrap
from qfops.render.signs import throws_away

DELETE, DEACTIVATE, REPLACE, REVERT_DRIFT = "delete", "deactivate", "replace", "revert-drift"
_INDENT = " " * len("APPROVE  ")
WORDS = (DELETE, DEACTIVATE, REPLACE, REVERT_DRIFT)


def allowances(plan: Plan) -> list[str]:
    """The `--allow` words without which `--auto-approve` refuses part of the plan, in a fixed order.

    What a stored approval still owes was approved before and asks for nothing again.
    """
    needed: set[str] = set()
    for change in _to_approve(plan):
        if change.action is Action.DELETE:
            needed.add(DELETE)
        if change.action is Action.DEACTIVATE:
            needed.add(DEACTIVATE)
        if throws_away(change):
            needed.add(REPLACE)
        if any(item.verdict is Verdict.REVERT for item in change.attributes):
            needed.add(REVERT_DRIFT)
    return [word for word in WORDS if word in needed]


def only_whole(plan: Plan) -> bool:
    """Whether no word covers all of the plan: what overwrites a console edit is approved as a whole."""
    return any(item.overwrites for change in _to_approve(plan) for item in change.attributes)


def _to_approve(plan: Plan) -> list[Change]:
    return [change for change in plan.changes if change.acts and not change.owed]


def apply_command(plan: Plan, command: str, flags: str) -> str:
    """The command that does this plan, up to its approval: `qfops --env dev apply --target Service/faq`."""
    verb = "destroy" if plan.destroy else "prune" if plan.command == "prune" else "apply"
    return " ".join(part for part in (command, verb, flags) if part)


def next_lines(plan: Plan, command: str, flags: str, width: int) -> list[str]:
    """The last lines of a plan that has changes: what to type, and what that leaves undone.

    Only what is not typed is wrapped to `width`.
    """
    acting = [change for change in plan.changes if change.acts]
    if not acting:
        return ["APPROVE  nothing: see the way on of each resource above"]
    if all(change.owed or change.action is Action.WAIT for change in acting):
        return [f"NEXT  {command} apply --resume"]
    lines = [f"APPROVE  {apply_command(plan, command, flags)} --expect-digest {plan.digest}"]
    lines += [f"{_INDENT}{line}" for text in _otherwise(plan) for line in wrap(text, width - len(_INDENT))]
    held = sum(change.action in (Action.BLOCKED, Action.UNKNOWN) for change in plan.changes)
    if held:
        lines.append(f"{_INDENT}leaves out the {held:,} blocked or unknown above")
    return lines


def _otherwise(plan: Plan) -> list[str]:
    """What it takes without the digest, where `--auto-approve` alone is not enough."""
    implied = (DELETE, DEACTIVATE) if plan.destroy or plan.command == "prune" else ()
    words = ",".join(word for word in allowances(plan) if word not in implied)
    if only_whole(plan):
        rest = f"without it the rest needs --allow {words}" if words else "--auto-approve leaves it out"
        return ["only the digest approves what overwrites a console edit", rest]
    return [f"without the digest it needs --allow {words}; --auto-approve refuses it"] if words else []
