"""What an approval covers: which changes may be done under which words, and the limits on mass change."""

from __future__ import annotations

from dataclasses import dataclass

from qfops.core.plan.actions import Action, Need, Verdict
from qfops.core.plan.change import Change, ChangeKey
from qfops.core.plan.plan import Plan
from qfops.core.settings import Limits
from qfops.core.state.entry import CURRENT

_MASS = 10
_COUNTED = (Action.UPDATE, Action.REPLACE, Action.DELETE, Action.DEACTIVATE)


def needs(change: Change) -> list[Need]:
    """What a change needs beyond `--auto-approve`; the planner writes it, and all others read it."""
    if not change.acts:
        return []
    found: set[Need] = set()
    if change.action is Action.DELETE:
        found.add(Need.DELETE)
    elif change.action is Action.DEACTIVATE:
        found.add(Need.DEACTIVATE)
    elif change.ends.destroys or change.stops:
        found.add(Need.REPLACE)
    if any(item.for_good for item in change.bought):
        found.add(Need.PURCHASE)
    for vote in change.attributes:
        if vote.verdict is Verdict.REVERT:
            found.add(Need.REVERT_DRIFT)
        if vote.overwrites:
            found.add(Need.OVERWRITE)
    return [need for need in Need if need in found]


@dataclass(frozen=True, slots=True)
class Approval:
    """How the plan was approved.

    `whole`: shown and agreed to, or fixed by digest, plan file or resume; covers everything. `auto`:
    `--auto-approve`. `allow`: the words of `--allow`, which imply `auto`. `implied`: the words that the
    command itself stands for; they cover what was chosen, and no end that joins in because it rests on that.
    """

    whole: bool = False
    auto: bool = False
    allow: frozenset[str] = frozenset()
    implied: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Whether anything at all is approved."""
        return self.whole or self.auto or bool(self.allow)

    def refusal(self, change: Change) -> str:
        """Why the change may not be done under this approval; "" when it may."""
        if self.whole or change.seal.owed:
            return ""
        if not self.any:
            return "not approved"
        allowed = self.allow if change.ends.joined else self.allow | self.implied
        lacking = [need for need in change.needs if need not in allowed]
        if not lacking:
            return ""
        if Need.OVERWRITE in lacking:
            return (
                "it overwrites a console edit: approve the whole plan (--expect-digest), or revert one side"
            )
        joined = ", ".join(str(address) for address in change.ends.joined)
        why = f"it was not chosen, it rests on {joined}: " if joined else ""
        return f"{why}it needs --allow {','.join(lacking)}"


def covered(plan: Plan, approval: Approval) -> list[Change]:
    """The acting changes that an approval lets happen, in the order of the walk.

    An end that waits for something that may not happen is none of them: it would take that along, or break
    it, once the approval that is stored is carried out.
    """
    left_out: set[ChangeKey] = set()
    found: list[Change] = []
    for change in plan.acting:
        waits = change.action.leaves and any((item.address, item.object) in left_out for item in change.after)
        if waits or approval.refusal(change):
            left_out.add(change.key)
        else:
            found.append(change)
    return found


def exceeded(plan: Plan, limits: Limits, managed: int) -> list[str]:
    """The limits that a plan breaks, in words; destroying a whole project is no accident and not counted."""
    found: list[str] = []
    runs = sum(change.action is Action.RUN for change in plan.changes)
    if runs > limits.runs:
        found.append(f"{runs} runs would start (limits.runs is {limits.runs})")
    # The end of a replaced or retired object belongs to a change that is counted, or is asked for by name.
    counted = (change for change in plan.changes if change.object == CURRENT)
    changed = sum(change.action in _COUNTED for change in counted)
    if not plan.destroys and changed >= _MASS and managed and changed / managed > limits.change:
        share = round(100 * changed / managed)
        found.append(
            f"{changed} of {managed} objects ({share} %) would change (limits.change: {limits.change})"
        )
    return found


def unusual_absence(missing: int, known: int, limit: float) -> bool:
    """Whether so much is gone at once that account or region are likelier wrong than the world."""
    if known and missing == known:
        return True
    return missing >= 5 and missing / known > limit
