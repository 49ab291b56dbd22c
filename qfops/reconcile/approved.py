"""The approved plan: what is stored of an approval, and what is still owed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qfops.core import graph
from qfops.core.address import Address, Location
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, ChangeKey
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import api_action
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.approved_plan import ApprovedPlan, Coverage, OwedChange
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
        options=as_stored(desired.options),
        adopt=dict(desired.adopt),
        changes={change.key: change for change in owed},
        resources={
            address: replace(desired.resources[address], origins={})
            for address in sorted(needed)
            if address in desired.resources
        },
        covers=_coverage(plan, changes),
    )


def as_stored(options: PlanOptions) -> PlanOptions:
    """The options as an approval keeps them: what paths declared then is named by address."""
    chosen = options.chosen
    targets = () if chosen is None else tuple(sorted(chosen))
    return replace(options, paths=(), targets=targets, declared=None, allow_large_change=False)


def _coverage(plan: Plan, changes: Sequence[Change]) -> Coverage:
    """How much of the plan is approved with these of its changes; its digest names nothing that is owed."""
    new = any(not change.seal.owed and change.action is not Action.WAIT for change in changes)
    if not new or len(changes) < len(plan.acting):
        return "part"
    return "acting" if any(change.action.held for change in plan.changes) else "all"


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
        key: Owed(change, same_wish(approved.resources.get(key[0]), wanted.get(key[0])))
        for key, change in approved.changes.items()
    }


def same_wish(stored: Resource | None, wanted: Resource | None) -> bool:
    """Whether two resources want the same, wherever they are written."""
    return _anywhere(stored) == _anywhere(wanted)


def _anywhere(resource: Resource | None) -> Resource | None:
    if resource is None:
        return None
    edges = tuple(sorted(resource.references))
    return replace(resource, location=Location("", 0), origins={}, references=edges)
