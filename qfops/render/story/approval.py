"""What approving a plan takes: which `--allow` words it needs, and the command to type next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qfops.core.plan.actions import Action, Need
from qfops.core.plan.plan import Plan, needs_of
from qfops.core.plan_options import Scope


@dataclass(frozen=True, slots=True)
class Next:
    """What to type next, and what that leaves undone; `text` is copied: never broken."""

    name: str
    text: str
    remarks: tuple[str, ...] = ()


def allowances(plan: Plan) -> list[Need]:
    """The `--allow` words without which `--auto-approve` refuses part of the plan, in a fixed order.

    What a stored approval still owes was approved before and asks for nothing again.
    """
    return [need for need in _needs(plan) if need is not Need.OVERWRITE]


def only_whole(plan: Plan) -> bool:
    """Whether no word covers all of the plan: what overwrites a console edit is approved as a whole."""
    return Need.OVERWRITE in _needs(plan)


def _needs(plan: Plan) -> list[Need]:
    """What the changes still to be approved need, beyond `--auto-approve`."""
    return needs_of(change for change in plan.acting if not change.seal.owed)


def apply_command(plan: Plan, command: str, flags: str) -> str:
    """The command that does this plan, up to its approval: `qfops --env dev apply --target Service/faq`."""
    verb = "destroy" if plan.destroys else "prune" if plan.scope is Scope.PRUNE else "apply"
    return " ".join(part for part in (command, verb, flags) if part)


def next_step(plan: Plan, command: str, flags: str) -> Next:
    """How a plan that has changes goes on."""
    acting = plan.acting
    if not acting:
        return Next("APPROVE", "nothing: all of it is blocked or unknown, see above")
    if all(change.seal.owed or change.action is Action.WAIT for change in acting):
        return Next("NEXT", f"{command} apply --resume")
    text = f"{apply_command(plan, command, flags)} --expect-digest {plan.digest}"
    return Next("APPROVE", text, tuple(_remarks(plan)))


def _remarks(plan: Plan) -> Iterator[str]:
    """What it takes without the digest, where `--auto-approve` alone is not enough; what is left out."""
    implied = (Need.DELETE, Need.DEACTIVATE) if plan.scope is not Scope.PROJECT else ()
    joined = needs_of(change for change in plan.acting if change.ends.joined and not change.seal.owed)
    words = ",".join(word for word in allowances(plan) if word not in implied or word in joined)
    if only_whole(plan):
        yield "only the digest approves what overwrites a console edit"
        yield f"without it the rest needs --allow {words}" if words else "--auto-approve leaves it out"
    elif words:
        yield f"without the digest it needs --allow {words}; --auto-approve refuses it"
    held = sum(change.action.held for change in plan.changes)
    if held:
        yield f"leaves out the {held:,} blocked or unknown above"
