"""The planner: every resource and every entry judged in order, guarded, ordered and sealed into one plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from qfops.core import graph
from qfops.core.address import Address
from qfops.core.errors import Refused
from qfops.core.observation import Phase
from qfops.core.paths import get
from qfops.core.plan import CURRENT, Action, Change, Drift, Plan, Stats, Verdict
from qfops.core.resource import Resource
from qfops.core.state import Entry
from qfops.core.values import Reference, Value
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.planning import arrivals, departures, guards, steps
from qfops.planning.case import MAKES, Case, change_of
from qfops.planning.context import Outlook, PlanInput
from qfops.planning.digest import fingerprint, held_paths, seal
from qfops.planning.judge import judge
from qfops.planning.order import arranged
from qfops.planning.policy import unusual_absence
from qfops.planning.resolve import ref_at, resolve
from qfops.planning.select import narrowed, resource_targets, selected

_HOLD = (Action.CREATE, Action.RUN, Action.REPLACE, Action.UPDATE, Action.ADOPT)


def make_plan(given: PlanInput) -> Plan:
    """The plan of a project; the same input gives the same plan, bytes and digest.

    Raises Refused when so much is missing that the account or region is likelier wrong.
    """
    _check_absence(given)
    planner = _Planner(given)
    found = [] if given.flags.only_prune else [*planner.arrivals(), *planner.departures()]
    found += planner.retired()
    found = planner.guarded(found)
    chosen = selected(given.flags, given.resources, given.state)
    kept, affected = narrowed(found, chosen)
    digest, changes = seal(arranged(given.registry, kept), planner.print_of, given.owed)
    observed = given.observed
    return Plan(
        project=given.settings.project,
        environment=given.settings.environment,
        lineage=given.state.lineage,
        serial=given.state.serial,
        digest=digest,
        changes=changes,
        drift=tuple(_drift(given, changes)),
        affected=tuple(affected),
        stats=Stats(observed.calls, observed.retries, observed.seconds),
        complete=chosen is None and not any(change.action is Action.UNKNOWN for change in changes),
        destroy=given.flags.destroy,
    )


def _check_absence(given: PlanInput) -> None:
    if given.flags.allow_large_change:
        return
    known = [
        (address.kind_key, entry.id) for address, entry in given.state.entries.items() if entry.id is not None
    ]
    missing = sum(key in given.observed.missing for key in known)
    if missing and unusual_absence(missing, len(known), given.settings.limits.missing):
        raise Refused(
            f"{missing} of {len(known)} objects in state are gone from the console",
            "So many at once usually means keys of another account, or another region or endpoint.",
            "Check the keys and the endpoint; if the objects are really gone, use --allow-large-change.",
        )


class _Planner:
    """One pass over a project; collects outlooks so that dependents know what they rest on."""

    def __init__(self, given: PlanInput) -> None:
        self.given = given
        self.entries, self.moved = _after_moves(given)
        self.names = arrivals.index(
            given.registry,
            replace(given.state, entries=self.entries),
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
        self.prints: dict[Address, str] = {}

    def arrivals(self) -> list[Change]:
        """The verdicts on all declared resources, targets before those that refer to them."""
        if self.given.flags.destroy:
            return []
        edges = {address: resource_targets(resource) for address, resource in self.given.resources.items()}
        found: list[Change] = []
        for address in graph.order(edges):
            change = self._resource(self.given.resources[address])
            found.append(change)
            if change.destroys and change.action in (*MAKES, Action.ADOPT):
                found += self._end_of_replaced(change)
        return found

    def _resource(self, resource: Resource) -> Change:
        kind = self.given.registry.get(resource.address)
        entry = self.entries.get(resource.address)
        case = Case(
            self.given,
            kind,
            resource,
            {key: resolve(value, self.outlooks) for key, value in resource.attributes.items()},
            self._container(kind, resource),
            self.outlooks,
            resource.address in self.feeding,
            self.kept_runs,
        )
        change = self._move(self._hold_back(kind, resource, self._verdict(case, entry)))
        self.outlooks[resource.address] = self._outlook(change, case.desired, entry)
        if change.action is not Action.NO_OP:
            change = replace(change, fingerprint=self.print_of(resource.address))
        return change

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
            return arrivals.arrive(case, entry, self.names)
        key = (case.kind.key, entry.id)
        live = self.given.observed.find(*key)
        if live is not None:
            return judge(case, entry, live)
        if key in self.given.observed.missing:
            return arrivals.missing(case, entry)
        why = self.given.observed.unreadable.get(
            key, "the console did not show it and did not say it is gone"
        )
        return self._unknown(case, entry, why)

    @staticmethod
    def _unknown(case: Case, entry: Entry | None, why: str) -> Change:
        return replace(change_of(case, entry, Action.UNKNOWN, why, ()), outputs=())

    def _container(self, kind: Kind, resource: Resource) -> Mapping[str, object]:
        """The attributes of the container, declared or seen, that decide the result of a run."""
        ref = kind.container
        value = get(resource.attributes, ref.path) if ref else None
        if isinstance(value, Reference):
            outlook = self.outlooks.get(value.target)
            return outlook.attributes if outlook else {}
        if ref is not None and isinstance(value, str):
            for key in ref.targets():
                live = self.given.observed.find(key, value)
                if live is not None:
                    return live.attributes
        return {}

    def _hold_back(self, kind: Kind, resource: Resource, change: Change) -> Change:
        """What would be built on something held is held back too, with the reason."""
        if change.action not in _HOLD:
            return change
        for edge in resource.references:
            outlook = self.outlooks.get(edge.reference.target)
            if outlook is not None and outlook.held:
                return self._held(change, edge.reference.target, outlook)
        for address in resource.depends_on:
            outlook = self.outlooks.get(address)
            if outlook is not None and outlook.held:
                return self._held(change, address, outlook)
        del kind
        return change

    @staticmethod
    def _held(change: Change, target: Address, outlook: Outlook) -> Change:
        action = Action.UNKNOWN if outlook.action is Action.UNKNOWN else Action.BLOCKED
        return replace(
            change, action=action, reason=f"waits for {target}: {outlook.held}", steps=(), billable=False,
            destroys=(), keeps=(), remedy="",
        )  # fmt: skip

    def _move(self, change: Change) -> Change:
        old = self.moved.get(change.address)
        if old is None:
            return change
        if change.action is Action.NO_OP:
            return replace(
                change, action=Action.MOVE, reason=f"was {old}", moved_from=old, steps=(steps.MOVE,)
            )
        if change.acts:
            return replace(
                change, moved_from=old, steps=(steps.MOVE, *change.steps), notes=(*change.notes, f"was {old}")
            )
        return change

    def _outlook(self, change: Change, desired: Mapping[str, Value], entry: Entry | None) -> Outlook:
        kind_key = change.address.kind_key
        live = self.given.observed.find(kind_key, change.link or change.id)
        held = ""
        if change.action is Action.UNKNOWN or (
            change.action is Action.BLOCKED and (live is None or live.phase is Phase.FAILED or not change.id)
        ):
            held = change.reason
        if change.action in MAKES or (not change.id and not change.link):
            outputs = None
        else:
            known = entry.outputs if entry is not None and not change.link else {}
            outputs = {**known, **(live.outputs if live is not None else {})}
        return Outlook(change.action, outputs, desired, live, held, change)

    def _end_of_replaced(self, change: Change) -> Iterable[Change]:
        """The end of the old object, once everything has moved to the new one."""
        kind = self.given.registry.get(change.address)
        entry = change.entry
        if entry is None or entry.id is None:
            return
        live = self.given.observed.find(kind.key, entry.id)
        ended = departures.Ended(change.address, entry.id, entry.id, entry.attributes, entry.outputs, live)
        yield replace(
            departures.end(self.given, kind, entry, ended, "replaced in this plan"), causes=change.causes
        )

    def departures(self) -> list[Change]:
        """The verdicts on entries that no manifest declares any more, or on all of them with destroy."""
        found: list[Change] = []
        renamed = {_quoted(change) for change in self._renames()}
        for address in sorted(self.entries):
            resource = self.given.resources.get(address)
            kind = self.given.registry.kinds.get(address.kind_key)
            if (resource is not None and not self.given.flags.destroy) or kind is None:
                continue
            change = departures.depart(self.given, kind, self.entries[address], resource)
            if change is not None:
                found.append(_wait_for_moved(change) if str(address) in renamed else change)
        return found

    def _renames(self) -> Iterable[Change]:
        return (
            outlook.change
            for outlook in self.outlooks.values()
            if outlook.change is not None
            and outlook.action is Action.BLOCKED
            and "whose manifest is gone" in outlook.change.reason
        )

    def retired(self) -> list[Change]:
        """The ends of retired objects that are due, or asked for."""
        found: list[Change] = []
        linked = {outlook.change.link for outlook in self.outlooks.values() if outlook.change}
        for address in sorted(self.entries):
            kind = self.given.registry.kinds.get(address.kind_key)
            if kind is not None and self.entries[address].retired:
                ends = departures.retired_ends(self.given, kind, self.entries[address])
                found += [change for change in ends if change.object not in linked]
        return found

    def guarded(self, changes: list[Change]) -> list[Change]:
        """The changes with every end blocked that would take away, or break, what is not ours to end."""
        ends = frozenset(
            (change.address.kind_key, change.id) for change in changes if change.action in guards.ENDS
        )
        if not ends:
            return changes
        repointed = frozenset(
            (change.address.kind_key, change.id)
            for change in changes
            if change.action in (Action.UPDATE, Action.REPLACE) and _repoints(self.given, change)
        )
        who = guards.users(self.given.registry, self.given.observed)
        going = guards.Going(ends, repointed)
        return [
            guards.guard(change, self.given.registry.get(change.address), who, self.given.observed, going)
            for change in changes
        ]


def _quoted(change: Change) -> str:
    return change.reason.removeprefix("looks like ").partition(",")[0]


def _wait_for_moved(change: Change) -> Change:
    return replace(
        change,
        action=Action.BLOCKED,
        reason="its manifest is gone, and another resource looks like it under a new name",
        steps=(),
        destroys=(),
        left=(),
        remedy="say in qfops.yaml which it is: moved: {OLD: NEW}, or {OLD: null}",
    )


def _repoints(given: PlanInput, change: Change) -> bool:
    """Whether a change takes its object away from what it holds now."""
    kind = given.registry.get(change.address)
    return any(
        (rule := ref_at(kind, vote.path)) is not None and rule.relation == "holds"
        for vote in change.attributes
        if vote.verdict in (Verdict.UPDATE, Verdict.REPLACE)
    )


def _after_moves(given: PlanInput) -> tuple[dict[Address, Entry], dict[Address, Address]]:
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
            if (rule := ref_at(kind, edge.path)) is None or rule.relation == "input"
        ]
        edges[address] = inputs
        if kind.run and address in entries:
            runs += inputs
    return graph.closure(edges, runs)


def _drift(given: PlanInput, changes: Iterable[Change]) -> Iterable[Drift]:
    for change in changes:
        if change.object != CURRENT:
            continue
        kind = given.registry.get(change.address)
        for vote in change.attributes:
            if vote.verdict in (Verdict.DRIFT, Verdict.IGNORED):
                revertible = bool(vote.operation) and vote.operation in kind.operations
                yield Drift(
                    change.address, vote.path, vote.prior, vote.live, vote.desired, vote.reason,
                    ignored=vote.verdict is Verdict.IGNORED, revertible=revertible,
                )  # fmt: skip
