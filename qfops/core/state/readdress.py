"""What state knows by address, once resources have moved to other addresses. Pure.

All moves happen at once: every OLD is read before any NEW is written, so chains and swaps need no order.
Planning, the live state and `state mv` use these functions, so that all of it follows a move in one way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from qfops.core.resolve import Redirecting, resolve
from qfops.core.resource import Edge, Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.entry import Entry

Places: TypeAlias = Mapping[Address, Address]
"""The new address by the old one."""


def entries_at(entries: Mapping[Address, Entry], places: Places) -> dict[Address, Entry]:
    """The entries at their new places, and what they depend on by its new address.

    Retired objects move with their entry; those that stand at the new address alone are joined by it.
    """
    if not places:
        return dict(entries)
    found = {address: entry for address, entry in entries.items() if address not in places}
    for old, new in places.items():
        if (entry := entries.get(old)) is not None:
            there = found.get(new)
            kept = there.retired if there is not None else ()
            found[new] = replace(entry, address=new, retired=(*kept, *entry.retired))
    return {address: _depending(entry, places) for address, entry in found.items()}


def _depending(entry: Entry, places: Places) -> Entry:
    if places.keys().isdisjoint(entry.dependencies):
        return entry
    return replace(entry, dependencies=tuple(sorted(places.get(a, a) for a in entry.dependencies)))


def approved_at(plan: ApprovedPlan, places: Places) -> ApprovedPlan:
    """The approved plan about the new addresses: what it still owes, wants and takes over."""
    changes = [_owed(change, places) for change in plan.changes.values()]
    resources = [_wanted(resource, places) for resource in plan.resources.values()]
    return replace(
        plan,
        changes={change.key: change for change in changes},
        resources={resource.address: resource for resource in resources},
        adopt={places.get(address, address): object_id for address, object_id in plan.adopt.items()},
        options=_narrowed(plan.options, places),
    )


def _narrowed(options: PlanOptions, places: Places) -> PlanOptions:
    """The options, naming what was chosen by its new addresses."""
    return replace(options, targets=tuple(places.get(address, address) for address in options.targets))


def _owed(change: OwedChange, places: Places) -> OwedChange:
    came = change.moved_from
    return replace(
        change,
        address=places.get(change.address, change.address),
        moved_from=places.get(came, came) if came is not None else None,
    )


def _wanted(resource: Resource, places: Places) -> Resource:
    """The resource under its new address, referring to others under theirs."""
    lookup = Redirecting(places)
    return replace(
        resource,
        address=places.get(resource.address, resource.address),
        attributes={key: resolve(value, lookup) for key, value in resource.attributes.items()},
        depends_on=tuple(places.get(address, address) for address in resource.depends_on),
        references=tuple(Edge(edge.path, lookup.redirected(edge.reference)) for edge in resource.references),
    )
