"""Narrowing: PATH, `--target` and `-l` narrow what may be changed, never what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qfops.core import graph
from qfops.core.address import Address
from qfops.core.plan.change import Change
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.entry import CURRENT
from qfops.core.state.state import State


def selected(
    options: PlanOptions, resources: Mapping[Address, Resource], state: State
) -> frozenset[Address] | None:
    """The addresses that may change, dependencies joined in; None: all of them."""
    if not options.narrows:
        return None
    named = options.chosen
    chosen = set(named) if named is not None else set(resources) | set(state.entries)
    for key, value in options.labels:
        chosen = {address for address in chosen if _label(address, key, resources, state) == value}
    edges = {address: list(resource_targets(resource)) for address, resource in resources.items()}
    return frozenset(graph.closure(edges, chosen))


def _label(address: Address, key: str, resources: Mapping[Address, Resource], state: State) -> str | None:
    if address in resources:
        return resources[address].labels.get(key)
    entry = state.entries.get(address)
    return entry.labels.get(key) if entry is not None else None


def resource_targets(resource: Resource) -> list[Address]:
    """Everything that a resource refers to or is ordered after."""
    return [*(edge.reference.target for edge in resource.references), *resource.depends_on]


def narrowed(
    changes: Sequence[Change], chosen: frozenset[Address] | None
) -> tuple[list[Change], list[Address]]:
    """The changes within the selection, and all dependents outside it that would be affected.

    Targets come before those that refer to them, so one pass finds the dependents of dependents.
    """
    if chosen is None:
        return list(changes), []
    kept = [change for change in changes if change.address in chosen]
    touched = {change.address for change in kept if change.acts and change.object == CURRENT}
    affected: set[Address] = set()
    for change in changes:
        wanted = change.decision.wished or change.action
        if change.address not in chosen and wanted.acts and touched.intersection(change.depends_on):
            affected.add(change.address)
            touched.add(change.address)
    return kept, sorted(affected)
