"""The verdicts on everything declared, targets first, so that each knows what it would rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qfops.core import graph
from qfops.core.address import Address, ObjectKey
from qfops.core.observation import Phase
from qfops.core.paths import top
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Change, Seal
from qfops.core.plan.steps import MOVE
from qfops.core.resolve import resolve
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.values import Value
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.planning.actions import absence, absent, held
from qfops.planning.actions.case import Case, change_of
from qfops.planning.actions.identities import NO_BARS, Bar
from qfops.planning.actions.present import judge
from qfops.planning.actions.runs import container_of
from qfops.planning.context import Handed, Outlook, PlanInput, PlannedValues
from qfops.planning.diff.silence import unowned
from qfops.planning.order.digest import fingerprint, held_paths, sealed
from qfops.planning.order.selection import Selection, resource_targets
from qfops.planning.policy import needs


class Decisions:
    """One pass over the declared resources.

    `given` is the input after its moves were read; `outlooks`, filled as the pass goes on, tell dependents
    what a resource will look like. `chosen` says what may change (None: all); what is left out hands on what
    it is. `barred` cannot be done in any order of the plan.
    """

    def __init__(
        self,
        given: PlanInput,
        chosen: Selection | None = None,
        barred: Mapping[Address, Bar] = NO_BARS,
    ) -> None:
        self.given, self.chosen, self.barred = given, chosen, barred
        self.entries = given.state.entries
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
        self.holding: set[Address] = set()  # those of which not everything that is wanted will be done
        self.values = PlannedValues(self.outlooks, given.observed)
        self.wished = PlannedValues(self.outlooks, given.observed, wished=True)
        self.prints: dict[Address, str] = {}

    def reach(self) -> list[Change]:
        """The verdicts on all declared resources, targets before those that refer to them."""
        edges = {address: resource_targets(resource) for address, resource in self.given.resources.items()}
        return [self._resource(self.given.resources[address]) for address in graph.order(edges)]

    def _resource(self, resource: Resource) -> Change:
        entry = self.entries.get(resource.address)
        wished = self._case(resource, self.wished)
        change = wish = self._unbarred(self._verdict(wished, entry))
        if self.holding and not self.holding.isdisjoint(resource_targets(resource)):
            applied = self._case(resource, self.values)
            change = held.left_of(wish, wished, applied, entry, self._verdict)
            change = self._without_record(resource, change)
        change = self._move(absence.proven(wished, entry, change, self.entries))
        outlook = self.outlooks[resource.address] = self._outlook(change, wish, wished.desired, entry)
        if outlook.held:
            self.holding.add(resource.address)
        if change.action is not Action.NO_OP:
            change = replace(change, seal=Seal(fingerprint=self.print_of(resource.address)))
        return change

    def _unbarred(self, change: Change) -> Change:
        bar = self.barred.get(change.address)
        return change if bar is None or not change.acts else bar.on(change)

    def _case(self, resource: Resource, values: PlannedValues) -> Case:
        kind = self.given.registry.get(resource.address)
        return Case(
            self.given,
            kind,
            resource,
            self._resolved(kind, resource, values),
            container_of(kind, resource.attributes, values),
            self.outlooks,
            resource.address in self.feeding,
            self.kept_runs,
        )

    @staticmethod
    def _resolved(kind: Kind, resource: Resource, values: PlannedValues) -> Mapping[str, Value]:
        """The attributes with every reference replaced; only what changes is copied.

        Lists without an order of their own are sorted by what is written, before ids are known: two ways of
        writing one manifest make one plan and one digest.
        """
        attributes = kind.form.in_order(resource.attributes) if kind.any_order else resource.attributes
        if not resource.references:
            return attributes
        attributes = dict(attributes)
        for key in {top(edge.path) for edge in resource.references}:
            attributes[key] = resolve(attributes[key], values)
        return attributes

    def print_of(self, address: Address) -> str:
        """The fingerprint of a resource's object; made only where a change rests on it."""
        outlook = self.outlooks.get(address)
        if outlook is None or outlook.live is None or outlook.change is None:
            return ""
        if address not in self.prints:
            kind = self.given.registry.get(address)
            leaves = flatten(kind, self.given.resources[address].attributes)
            declared = [path for path, leaf in leaves.items() if not unowned(leaf)]
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

    def _without_record(self, resource: Resource, change: Change) -> Change:
        """Nothing is noted down of what refers to a possible rename: state has no such address yet."""
        if change.action is not Action.NO_OP or not change.steps:
            return change
        found = (self.outlooks.get(target) for target in resource_targets(resource))
        asks = any(o is not None and o.change is not None and o.change.origin.looks_like for o in found)
        return replace(change, steps=()) if asks else change

    def _move(self, change: Change) -> Change:
        old = self.given.moved.get(change.address)
        if old is None:
            return change
        origin = replace(change.origin, moved_from=old)
        if change.action is Action.NO_OP:
            decision = replace(change.decision, action=Action.MOVE, reason=f"was {old}")
            return replace(change, decision=decision, origin=origin, steps=(MOVE,))
        steps = (MOVE, *change.steps) if change.acts else change.steps
        return replace(change, origin=origin, steps=steps).noted(f"was {old}")

    def _outlook(
        self, change: Change, wish: Change, desired: Mapping[str, Value], entry: Entry | None
    ) -> Outlook:
        """What the resource hands on: as wished, and what will be left of that."""
        live = self.given.observed.find(change.address.kind_key, change.origin.link or change.id)
        recorded = self._known_by(change, entry)
        shown = live.outputs if live is not None else {}
        known = {**(recorded.outputs if recorded is not None else {}), **shown}
        wished = Handed(None if wish.decision.makes or not known else known, desired)
        undone = change.reason if change.action.held else self._left_undone(change)
        waiting = next((vote.reason for vote in change.attributes if vote.verdict is Verdict.HELD), "")
        if not undone and not waiting:
            return Outlook(change.action, wished, wished, live, change=change)
        attributes: Mapping[str, Value] = entry.attributes if entry is not None else {}
        if not undone and change.resource is not None:
            kind = self.given.registry.get(change.address)
            attributes = self._resolved(kind, change.resource, self.values)
        failed = live is None or live.phase is Phase.FAILED
        unusable = failed or not known or change.action is Action.UNKNOWN
        applied = Handed(known or None, attributes)
        return Outlook(change.action, wished, applied, live, undone or waiting, unusable, change)

    def _known_by(self, change: Change, entry: Entry | None) -> Entry | None:
        """The entry whose outputs a change hands on while nothing new is made; None: there is none.

        A possible rename hands on those of what it looks like, so that all renames of one edit are seen.
        """
        like = change.origin.looks_like
        if like is not None and like in self.entries:
            return self.entries[like]
        return None if change.origin.link or not change.id else entry

    def _left_undone(self, change: Change) -> str:
        """Why a change that could be done will not be; "" when it will."""
        if not change.acts:
            return ""
        if self.chosen is not None and not self.chosen.has(change):
            return "it is left out of this plan (--target, -l or PATH)"
        return self.refusal(change)

    def refusal(self, change: Change) -> str:
        """What the approval that the plan is made for says against a change; "" when it covers it."""
        approval, owed = self.given.approval, self.given.owed.get(change.key)
        if approval is None or change.action is Action.WAIT:
            return ""
        judged = replace(change, needs=tuple(needs(change)))
        refusal = approval.refusal(judged)
        if not refusal or owed is None:
            return refusal
        return "" if owed.covers(sealed(change, self.print_of)) else refusal


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
