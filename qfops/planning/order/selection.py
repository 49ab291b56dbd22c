"""Narrowing: PATH, `--target` and `-l` narrow what may be changed, never what is wanted.

What is made joins in what it rests on; what ends joins in what rests on it, and never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qfops.core import graph
from qfops.core.address import Address
from qfops.core.observation import Observed
from qfops.core.plan.change import Change, ChangeKey
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.core.state.entry import CURRENT
from qfops.core.state.state import State
from qfops.kinds.registry import Registry
from qfops.planning.order.resting import Name, names_of, rests_on


@dataclass(frozen=True, slots=True)
class Selection:
    """The addresses that were chosen, and those together with what they need to be made."""

    named: frozenset[Address]
    needed: frozenset[Address]

    def has(self, change: Change) -> bool:
        """Whether a change is part of it: an end only where its address was chosen by itself.

        The end of an object that the plan replaces goes with its replacement.
        """
        ends = change.resource is None and not _of_replacement(change)
        return change.address in (self.named if ends else self.needed)


def _of_replacement(change: Change) -> bool:
    """Whether it is the end of an object that this plan puts another one in place of."""
    return change.entry is not None and change.object == change.entry.id


def selected(options: PlanOptions, resources: Mapping[Address, Resource], state: State) -> Selection | None:
    """What may change; None: everything. An adoption makes nothing, so nothing that it rests on joins in."""
    if not options.narrows:
        return None
    named = options.chosen
    chosen = set(named) if named is not None else set(resources) | set(state.entries)
    for key, value in options.labels:
        chosen = {address for address in chosen if _label(address, key, resources, state) == value}
    if options.scope is not Scope.PROJECT:
        return Selection(frozenset(chosen), frozenset(chosen))
    edges = {address: list(resource_targets(resource)) for address, resource in resources.items()}
    return Selection(frozenset(chosen), frozenset(graph.closure(edges, chosen)))


def _label(address: Address, key: str, resources: Mapping[Address, Resource], state: State) -> str | None:
    if address in resources:
        return resources[address].labels.get(key)
    entry = state.entries.get(address)
    return entry.labels.get(key) if entry is not None else None


def resource_targets(resource: Resource) -> list[Address]:
    """Everything that a resource refers to or is ordered after."""
    return [*(edge.reference.target for edge in resource.references), *resource.depends_on]


def narrowed(changes: Sequence[Change], chosen: Selection | None) -> tuple[list[Change], list[Address]]:
    """The changes within the selection, and all dependents outside it that would be affected.

    Targets come before those that refer to them, so one pass finds the dependents of dependents.
    """
    if chosen is None:
        return list(changes), []
    kept = [change for change in changes if chosen.has(change)]
    touched = {change.address for change in kept if change.acts and change.object == CURRENT}
    affected: set[Address] = set()
    for change in changes:
        wanted = change.decision.wished or change.action
        if change.address not in chosen.needed and wanted.acts and touched.intersection(change.depends_on):
            affected.add(change.address)
            touched.add(change.address)
    return kept, sorted(affected)


def with_dependents(
    registry: Registry, observed: Observed, changes: Iterable[Change], kept: Sequence[Change]
) -> list[Change]:
    """The kept changes, and every other end that rests on one of theirs, with the addresses it rests on.

    Only what would be taken away joins in: what is protected, kept or forgotten stays, and so does what only
    a replacement ends that is not made; the guards of ends then hold what it rests on.
    """
    found = {change.key: change for change in kept}
    ends = (change for change in changes if change.action.removes and not _of_replacement(change))
    others = {change.key: change for change in ends if change.key not in found}
    by_name, by_address = _dependents(registry, observed, others.values())
    todo = [change for change in kept if change.action.removes]
    while todo:
        end = todo.pop()
        keys = {key for name in names_of(end) for key in by_name.get(name, ())}
        keys |= set(by_address.get(end.address, ())) if end.object == CURRENT else set()
        for key in sorted(keys - {end.key}):
            change = found.get(key)
            if change is None:
                change = others[key]
                todo.append(change)
            elif not change.ends.joined:
                continue
            found[key] = _joined(change, end.address)
    return list(found.values())


def _joined(change: Change, chosen: Address) -> Change:
    """An end that goes with that of `chosen`, and says so."""
    joined = tuple(sorted({*change.ends.joined, chosen}))
    reason = f"rests on {', '.join(str(address) for address in joined)}; not chosen itself"
    decision = replace(change.decision, reason=reason)
    return replace(change, decision=decision, ends=replace(change.ends, joined=joined))


def _dependents(
    registry: Registry, observed: Observed, ends: Iterable[Change]
) -> tuple[dict[Name, list[ChangeKey]], dict[Address, list[ChangeKey]]]:
    """Which ends rest on a name, and which were made after an address."""
    by_name: dict[Name, list[ChangeKey]] = {}
    by_address: dict[Address, list[ChangeKey]] = {}
    for change in ends:
        for name in rests_on(registry, observed, change):
            by_name.setdefault(name, []).append(change.key)
        if change.object == CURRENT and change.entry is not None:
            for address in change.entry.dependencies:
                by_address.setdefault(address, []).append(change.key)
    return by_name, by_address
