"""The approved plan: what is stored of an approval, what is still owed of it, and its rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qfops.core import graph
from qfops.core.address import Address, Location
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, ChangeKey
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import MOVE, api_action
from qfops.core.resource import Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.entry import CURRENT
from qfops.core.state.state import State
from qfops.planning.context import Owed
from qfops.planning.order.selection import resource_targets
from qfops.reconcile.world import Desired


def approved_plan(
    plan: Plan, changes: Sequence[Change], desired: Desired, by: str, run_url: str, at: float
) -> ApprovedPlan:
    """What is stored when `changes`, all of which act, are approved: they and all that their values name."""
    edges = {address: resource_targets(resource) for address, resource in desired.resources.items()}
    needed = graph.closure(edges, (change.address for change in changes))
    owed = [_owed(change) for change in changes]
    return ApprovedPlan(
        digest=plan.digest,
        by=by,
        run_url=run_url,
        at=at,
        options=replace(desired.options, paths=(), targets=(), labels=(), declared=None),
        adopt=dict(desired.adopt),
        changes={change.key: change for change in owed},
        resources={
            address: replace(desired.resources[address], origins={})
            for address in sorted(needed)
            if address in desired.resources
        },
    )


def _owed(change: Change) -> OwedChange:
    origin = change.origin
    return OwedChange(
        address=change.address,
        object=change.object,
        action=str(change.action),
        digest=change.seal.digest,
        fingerprint=change.seal.fingerprint,
        steps=tuple((step.id, api_action(step)) for step in change.steps),
        moved_from=origin.moved_from or origin.linked_from,
    )


def owed_changes(approved: ApprovedPlan | None, wanted: Mapping[Address, Resource]) -> dict[ChangeKey, Owed]:
    """The changes that a stored approval still covers, and whether each manifest says what was approved."""
    if approved is None:
        return {}
    return {
        key: Owed(change, _same(approved.resources.get(key[0]), wanted.get(key[0])))
        for key, change in approved.changes.items()
    }


def _same(stored: Resource | None, wanted: Resource | None) -> bool:
    """Whether two resources want the same, wherever they are written."""
    return _anywhere(stored) == _anywhere(wanted)


def _anywhere(resource: Resource | None) -> Resource | None:
    if resource is None:
        return None
    edges = tuple(sorted(resource.references))
    return replace(resource, location=Location("", 0), origins={}, references=edges)


def desired_of(approved: ApprovedPlan) -> Desired:
    """What a stored approval is about."""
    return Desired(approved.resources, approved.options, approved.adopt)


def moves_of(approved: ApprovedPlan) -> dict[Address, Address | None]:
    """The moves that were approved and are still to be done.

    Moves are carried out before an approval is stored; earlier versions stored them as steps. Lines that
    qfops.yaml holds by now are not part of what was approved.
    """
    return {
        change.moved_from: change.address
        for change in approved.changes.values()
        if change.moved_from is not None and any(step == MOVE.id for step, _ in change.steps)
    }


def state_of(approved: ApprovedPlan, state: State) -> State:
    """The part of the state that an approval is about.

    What other addresses hold is neither wanted nor gone: a rest that is carried out must not see their
    manifests as removed.
    """
    kept = approved.concerns()
    return replace(state, entries={a: entry for a, entry in state.entries.items() if a in kept})


def done_or_dropped(owed: Iterable[ChangeKey], plan: Plan) -> tuple[list[ChangeKey], list[ChangeKey]]:
    """The owed changes that a plan no longer makes: done by now, and planned otherwise."""
    planned = {change.key: change for change in plan.changes}
    done: list[ChangeKey] = []
    dropped: list[ChangeKey] = []
    for key in owed:
        change = planned.get(key)
        if change is None or change.action is Action.NO_OP:
            done.append(key)
        elif not change.seal.owed and change.action not in (Action.WAIT, Action.UNKNOWN):
            dropped.append(key)
    return done, dropped


def named(key: ChangeKey) -> str:
    """An owed change as messages name it: its address, and the old object where it is about one."""
    address, object_ = key
    return str(address) if object_ == CURRENT else f"{address} {object_}"
