"""The rest of an approval: which of its changes today's plan makes alike, which are done, which are dropped.

Pure. The plan is made from the manifests of today; the approval says which of its changes may be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, ChangeKey
from qfops.core.plan.plan import Plan
from qfops.core.plan.stored import StoredApproval, StoredChange
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.entry import CURRENT, Entry
from qfops.reconcile.approved import as_stored, same_wish
from qfops.reconcile.world import Desired

_TAKES_AWAY = frozenset(
    str(action) for action in (Action.DELETE, Action.DEACTIVATE, Action.FORGET, Action.RETIRE)
)


class Dropped(NamedTuple):
    """A change that was approved and is not done any more, and why."""

    key: ChangeKey
    why: str

    @property
    def name(self) -> str:
        """As messages name it: its address, and the old object where it is about one."""
        address, object_ = self.key
        return str(address) if object_ == CURRENT else f"{address} {object_}"


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of an approval: the changes to carry out, in the order of the walk, and the others."""

    changes: tuple[Change, ...]
    done: tuple[ChangeKey, ...]
    dropped: tuple[Dropped, ...]


Entries = Mapping[Address, Entry]


def settled(
    approved: ApprovedPlan, plan: Plan, wanted: Mapping[Address, Resource], entries: Entries
) -> tuple[list[ChangeKey], list[Dropped]]:
    """The owed changes that ask for nothing any more: those that are done, and those that are dropped."""
    planned = {change.key: change for change in plan.changes}
    done: list[ChangeKey] = []
    dropped: list[Dropped] = []
    for key, owed in approved.changes.items():
        change = planned.get(key)
        alike = same_wish(approved.resources.get(key[0]), wanted.get(key[0]))
        if _is_done(owed, change, entries, as_approved=alike):
            done.append(key)
        elif why := _against(owed, change, wanted):
            dropped.append(Dropped(key, why))
    return done, dropped


def rest_of(approved: ApprovedPlan, plan: Plan, wanted: Mapping[Address, Resource], entries: Entries) -> Rest:
    """What going on does: the changes that the plan makes as approved, and what has to be waited for first.

    What rests on a change that is not done is not done either.
    """
    done, dropped = settled(approved, plan, wanted, entries)
    gone = {key for key, _ in dropped}
    by_key = {change.key: change for change in plan.changes}
    kept: dict[ChangeKey, Change] = {}
    for change in plan.changes:  # what is waited for comes first
        if change.key not in approved.changes or change.key in gone:
            continue
        before = [by_key[(item.address, item.object)] for item in change.after]
        missing = [item for item in before if item.action is not Action.WAIT and item.key not in kept]
        if missing:
            what = missing[0]
            dropped.append(
                Dropped(change.key, f"it waits for {what.action} {what.address}, which is not done")
            )
            continue
        kept.update({item.key: item for item in before})
        kept[change.key] = change
    order = [change for change in plan.changes if change.key in kept]
    return Rest(_closed(order), tuple(done), tuple(sorted(dropped)))


def _is_done(owed: OwedChange, change: Change | None, entries: Entries, *, as_approved: bool) -> bool:
    if change is not None:
        return change.action is Action.NO_OP and as_approved
    if owed.action not in _TAKES_AWAY:
        return False
    entry = entries.get(owed.address)
    held = {entry.id, *(item.id for item in entry.retired)} if entry is not None else set()
    return (entry is None or entry.id is None) if owed.object == CURRENT else owed.object not in held


def _against(owed: OwedChange, change: Change | None, wanted: Mapping[Address, Resource]) -> str:
    """Why an owed change that is not done is no part of the plan; "": it is, or nobody can tell now."""
    on = "; what it has begun goes on" if owed.started else ""
    if change is None:
        gone = owed.address not in wanted and owed.action not in _TAKES_AWAY
        return ("no manifest asks for it any more" if gone else "the plan does not make it any more") + on
    if change.action is Action.BLOCKED:
        return f"blocked now: {change.reason}"
    if change.seal.owed or change.action in (Action.WAIT, Action.UNKNOWN):
        return ""
    if change.action is Action.NO_OP:
        return f"the manifest asks for what is there already{on}"
    if change.once & owed.took_effect:
        return "it ran once, so making it again is a new change"
    if change.action.removes and owed.action not in _TAKES_AWAY and owed.address not in wanted:
        return f"no manifest asks for it any more{on}"
    return f"planned otherwise now ({change.action}: {change.reason})".replace(": )", ")") + on


def _closed(changes: list[Change]) -> tuple[Change, ...]:
    """The changes with what they wait for narrowed to what is among them."""
    keys = {change.key for change in changes}
    return tuple(
        replace(change, after=tuple(item for item in change.after if (item.address, item.object) in keys))
        for change in changes
    )


def stored_approval(
    approved: ApprovedPlan | None, plan: Plan, desired: Desired, entries: Entries
) -> StoredApproval | None:
    """What `plan` has to say of a stored approval; None where there is none."""
    if approved is None:
        return None
    dropped: Mapping[ChangeKey, str] | None = None
    if _alike(as_stored(desired.options), approved.options):
        rest = rest_of(approved, plan, desired.resources, entries)
        dropped = dict.fromkeys(approved.changes, "") | dict(rest.dropped)
    return StoredApproval(
        digest=approved.digest,
        by=approved.by,
        at=approved.at,
        flags=approved.options.text,
        changes=tuple(
            StoredChange(*key, owed.action, None if dropped is None else dropped[key])
            for key, owed in approved.changes.items()
        ),
    )


def _alike(asked: PlanOptions, stored: PlanOptions) -> bool:
    """Whether two plans were asked for in the same way."""
    return asked.to_json() == stored.to_json()
