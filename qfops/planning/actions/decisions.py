"""The verdicts on everything declared, targets first, so that each knows what it would rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qfops.core import graph
from qfops.core.address import Address, ObjectKey
from qfops.core.observation import Phase
from qfops.core.paths import top
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, Seal
from qfops.core.plan.steps import MOVE
from qfops.core.resolve import resolve
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.values import Value
from qfops.kinds.flatten import flatten
from qfops.planning.actions import absence, absent
from qfops.planning.actions.case import Case, change_of
from qfops.planning.actions.present import judge
from qfops.planning.actions.runs import container_of
from qfops.planning.context import Outlook, PlanInput, PlannedValues
from qfops.planning.order.digest import fingerprint, held_paths
from qfops.planning.order.selection import resource_targets

_HOLD = (Action.CREATE, Action.RUN, Action.REPLACE, Action.UPDATE, Action.ADOPT)


class Decisions:
    """One pass over the declared resources.

    `entries` are those of state under the addresses that `moved` gives them; `outlooks`, filled as the pass
    goes on, tell dependents what a resource will look like.
    """

    def __init__(self, given: PlanInput) -> None:
        self.given = given
        self.entries, self.moved = after_moves(given)
        self.names = absent.index(
            given.registry,
            self.entries,
            set(given.resources),
            given.observed.inventory,
        )
        self.feeding = _feeding(given, self.entries)
        self.kept_runs = {
            (address.kind_key, item.run_key): (address, item)
            for address, entry in self.entries.items()
            for item in entry.retired
            if item.run_key
        }
        self.outlooks: dict[Address, Outlook] = {}
        self.values = PlannedValues(self.outlooks, given.observed)
        self.prints: dict[Address, str] = {}

    def reach(self) -> list[Change]:
        """The verdicts on all declared resources, targets before those that refer to them."""
        edges = {address: resource_targets(resource) for address, resource in self.given.resources.items()}
        return [self._resource(self.given.resources[address]) for address in graph.order(edges)]

    def _resource(self, resource: Resource) -> Change:
        kind = self.given.registry.get(resource.address)
        entry = self.entries.get(resource.address)
        case = Case(
            self.given,
            kind,
            resource,
            self._resolved(resource),
            container_of(kind, resource.attributes, self.values),
            self.outlooks,
            resource.address in self.feeding,
            self.kept_runs,
        )
        held = self._hold_back(resource, self._verdict(case, entry))
        change = self._move(absence.proven(case, entry, held, self.entries))
        self.outlooks[resource.address] = self._outlook(change, case.desired, entry)
        if change.action is not Action.NO_OP:
            change = replace(change, seal=Seal(fingerprint=self.print_of(resource.address)))
        return change

    def _resolved(self, resource: Resource) -> Mapping[str, Value]:
        """The attributes with every reference replaced; only those that hold one are copied."""
        if not resource.references:
            return resource.attributes
        attributes = dict(resource.attributes)
        for key in {top(edge.path) for edge in resource.references}:
            attributes[key] = resolve(attributes[key], self.values)
        return attributes

    def print_of(self, address: Address) -> str:
        """The fingerprint of a resource's object; made only where a change rests on it."""
        outlook = self.outlooks.get(address)
        if outlook is None or outlook.live is None or outlook.change is None:
            return ""
        if address not in self.prints:
            kind = self.given.registry.get(address)
            declared = flatten(kind, self.given.resources[address].attributes)
            held = held_paths(outlook.change.attributes)
            self.prints[address] = fingerprint(kind, outlook.live, declared, held)
        return self.prints[address]

    def _verdict(self, case: Case, entry: Entry | None) -> Change:
        unsettled = self.given.unsettled.get(case.address)
        if unsettled is not None:
            return self._unknown(case, entry, unsettled)
        if entry is None or entry.id is None:
            return absent.arrive(case, entry, self.names)
        key = ObjectKey(case.kind.key, entry.id)
        live = self.given.observed.find(*key)
        if live is not None:
            return judge(case, entry, live)
        if key in self.given.observed.missing:
            return absent.missing(case, entry)
        why = self.given.observed.unreadable.get(
            key, "the console did not show it and did not say it is gone"
        )
        return self._unknown(case, entry, why)

    @staticmethod
    def _unknown(case: Case, entry: Entry | None, why: str) -> Change:
        return replace(change_of(case, entry, Action.UNKNOWN, why, ()), outputs=())

    def _hold_back(self, resource: Resource, change: Change) -> Change:
        """What would be built on something held is held back too, with the reason."""
        if change.action not in _HOLD:
            return change
        for target in resource_targets(resource):
            outlook = self.outlooks.get(target)
            if outlook is not None and outlook.held:
                return self._held(change, target, outlook)
        return change

    @staticmethod
    def _held(change: Change, target: Address, outlook: Outlook) -> Change:
        action = Action.UNKNOWN if outlook.action is Action.UNKNOWN else Action.BLOCKED
        reason = f"waits for {target}: {outlook.held}"
        return change.held(action, reason, f"settle {target} first; this follows")

    def _move(self, change: Change) -> Change:
        old = self.moved.get(change.address)
        if old is None:
            return change
        origin = replace(change.origin, moved_from=old)
        if change.action is Action.NO_OP:
            decision = replace(change.decision, action=Action.MOVE, reason=f"was {old}")
            return replace(change, decision=decision, origin=origin, steps=(MOVE,))
        if change.acts:
            return replace(change, origin=origin, steps=(MOVE, *change.steps)).noted(f"was {old}")
        return change

    def _outlook(self, change: Change, desired: Mapping[str, Value], entry: Entry | None) -> Outlook:
        kind_key = change.address.kind_key
        link = change.origin.link
        live = self.given.observed.find(kind_key, link or change.id)
        held = ""
        if change.action is Action.UNKNOWN or (
            change.action is Action.BLOCKED and (live is None or live.phase is Phase.FAILED or not change.id)
        ):
            held = change.reason
        if change.action.makes or (not change.id and not link):
            outputs = None
        else:
            known = entry.outputs if entry is not None and not link else {}
            outputs = {**known, **(live.outputs if live is not None else {})}
        return Outlook(change.action, outputs, desired, live, held, change)


def after_moves(given: PlanInput) -> tuple[dict[Address, Entry], dict[Address, Address]]:
    """The entries under the addresses that `moved` gives them, and which address came from where."""
    entries = dict(given.state.entries)
    moved: dict[Address, Address] = {}
    for old, new in given.settings.moved.items():
        if new is None or old not in entries or new in entries or old in given.resources:
            continue
        entries[new] = replace(entries.pop(old), address=new)
        moved[new] = old
    return entries, moved


def _feeding(given: PlanInput, entries: Mapping[Address, Entry]) -> set[Address]:
    """The resources whose new id would force a run that exists already."""
    edges: dict[Address, list[Address]] = {}
    runs: list[Address] = []
    for address, resource in given.resources.items():
        kind = given.registry.get(address)
        inputs = [
            edge.reference.target
            for edge in resource.references
            if (rule := kind.ref_at(edge.path)) is None or rule.relation == "input"
        ]
        edges[address] = inputs
        if kind.run and address in entries:
            runs += inputs
    return graph.closure(edges, runs)
