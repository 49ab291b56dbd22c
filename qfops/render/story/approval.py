"""What approving a plan takes: which `--allow` words it needs, and the command to type next."""

from __future__ import annotations

from qfops.core.approval import DEACTIVATE, DELETE, OVERWRITE, words_needed
from qfops.core.plan import Action, Change, Plan
from qfops.render.layout import wrap

_INDENT = " " * len("APPROVE  ")


def allowances(plan: Plan) -> list[str]:
    """The `--allow` words without which `--auto-approve` refuses part of the plan, in a fixed order.

    What a stored approval still owes was approved before and asks for nothing again.
    """
    return [word for word in words_needed(_to_approve(plan)) if word != OVERWRITE]


def only_whole(plan: Plan) -> bool:
    """Whether no word covers all of the plan: what overwrites a console edit is approved as a whole."""
    return OVERWRITE in words_needed(_to_approve(plan))


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
        return ["APPROVE  nothing: all of it is blocked or unknown, see above"]
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
