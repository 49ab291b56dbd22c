"""Drift: what was applied compared with the console, for every object of the state, whatever manifests say.

The comparison is the planner's own, with what was applied on the desired side too. A manifest only says what
is ignored, and what it wants by now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from qfops.core.address import Address, ObjectKey
from qfops.core.observation import LiveObject, Phase, words_of
from qfops.core.plan.actions import Verdict
from qfops.core.plan.drift import DriftItem, DriftReport, Fate, Untold
from qfops.core.plan.plan import Stats
from qfops.core.resource import Lifecycle, Resource
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.live_values import fixed, unobserved
from qfops.kinds.status import phase_of
from qfops.planning.context import PlanInput
from qfops.planning.diff.resource_diff import diff
from qfops.planning.diff.silenced import lapsed, silenced, silencing
from qfops.planning.diff.wanted import NOTHING, Wanted
from qfops.planning.policy import unusual_absence

_TOLD = (Verdict.DRIFT, Verdict.IGNORED, Verdict.NOTE)


@dataclass(frozen=True, slots=True)
class _Applied:
    """One object of the state: what was applied to it, and what its manifest says today, if there is one."""

    address: Address
    kind: Kind
    object: str
    id: str
    attributes: Mapping[str, JSON]
    assumed: tuple[str, ...]
    lifecycle: Lifecycle
    resource: Resource | None = None
    entry: Entry | None = None

    @property
    def key(self) -> ObjectKey:
        """What identifies the object."""
        return ObjectKey(self.kind.key, self.id)

    @property
    def ran(self) -> bool:
        """Whether it was not stopped when it was last recorded; of retired objects nothing is expected."""
        return self.entry is not None and phase_of(self.kind, self.entry.status) is not Phase.STOPPED


def drift_of(given: PlanInput) -> DriftReport:
    """The report on a state; the same input gives the same report. Neither decides nor hides anything."""
    objects = list(_objects(given))
    found: list[DriftItem] = []
    untold: list[Untold] = []
    for item in objects:
        live = given.observed.find(*item.key)
        why = _not_told(given, item, live)
        if why:
            untold.append(Untold(address=item.address, id=item.id, object=item.object, reason=why))
        elif live is not None:
            found += _differences(given, item, live)
        else:
            found.append(_whole(item, Fate.DELETED, "gone from the console"))
    known = {item.address for item in objects if item.object == CURRENT}
    untold += [*_without_object(given, known), *_unknown_kinds(given)]
    observed = given.observed
    return DriftReport(
        project=given.settings.project,
        environment=given.settings.environment,
        lineage=given.state.lineage,
        serial=given.state.serial,
        checked=len(objects),
        differences=tuple(found),
        untold=tuple(untold),
        warning=_absence(given, objects),
        stats=Stats(observed.calls, observed.retries, observed.seconds),
    )


def _objects(given: PlanInput) -> Iterator[_Applied]:
    """Every object of the state, current and retired; not those that are gone as they were to be."""
    for address, entry in sorted(given.state.entries.items()):
        kind = given.registry.kinds.get(address.kind_key)
        if kind is None:
            continue
        resource = _manifest_of(given, address)
        lifecycle = entry.lifecycle if resource is None else resource.lifecycle
        if entry.id is not None:
            yield _Applied(
                address, kind, CURRENT, entry.id, entry.attributes, entry.assumed, lifecycle, resource, entry
            )
        for kept in entry.retired:
            if kept.due is None:  # what owes its end is to go, and may change until then
                yield _Applied(address, kind, kept.id, kept.id, kept.attributes, (), lifecycle)


def _without_object(given: PlanInput, known: Collection[Address]) -> Iterator[Untold]:
    """The addresses without an object in state whose lost call may have made one."""
    for address, reason in sorted(given.unsettled.items()):
        if address not in known:
            yield Untold(address=address, id="", reason=reason)


def _unknown_kinds(given: PlanInput) -> Iterator[Untold]:
    """The entries of kinds that this version does not have: nobody looked at them."""
    for address, entry in sorted(given.state.entries.items()):
        if address.kind_key not in given.registry.kinds:
            reason = "this version does not know the kind"
            yield Untold(address=address, id=entry.id or "", reason=reason)


def _manifest_of(given: PlanInput, address: Address) -> Resource | None:
    """The resource that an entry belongs to: under its address, or where `moved` says that it went."""
    found = given.resources.get(address)
    new = given.settings.moved.get(address)
    return given.resources.get(new) if found is None and new is not None else found


def _not_told(given: PlanInput, item: _Applied, live: LiveObject | None) -> str:
    """Why nothing can be said of an object; "" where something can."""
    unsettled = given.unsettled.get(item.address) if item.object == CURRENT else None
    if unsettled is not None:
        return unsettled
    if live is None and item.key not in given.observed.missing:
        why = "the console did not show it and did not say it is gone"
        return given.observed.unreadable.get(item.key, why)
    if live is not None and live.phase is Phase.UNREADABLE and item.object == CURRENT:
        return f"the console shows the status {words_of(live.status)!r}, which this version does not know"
    if live is not None and _half_seen(item, live):
        return "its list shows only a part of it, and its own read did not answer"
    return ""


def _half_seen(item: _Applied, live: LiveObject) -> bool:
    """Whether something that can change was applied and not shown, though a full read would show it."""
    if item.kind.read is None or fixed(item.kind, item.attributes):
        return False
    return unobserved(item.kind, live, item.attributes)


def _differences(given: PlanInput, item: _Applied, live: LiveObject) -> Iterator[DriftItem]:
    if live.phase is Phase.STOPPED and item.ran:
        yield _whole(item, Fate.STOPPED, f"stopped in the console ({words_of(live.status)})")
    votes = diff(item.kind, item.attributes, item.attributes, live, assumed=item.assumed)
    ignores, today = item.lifecycle.ignore, given.today
    wanted = Wanted.of(item.kind, item.resource, given.state) if votes else NOTHING
    for vote in silenced(item.kind, votes, ignores, today):
        if vote.verdict in _TOLD:
            ignored = vote.verdict is Verdict.IGNORED
            over = lapsed(vote, ignores, today) if vote.verdict is Verdict.DRIFT else ""
            yield DriftItem(
                address=item.address,
                id=item.id,
                fate=Fate.EDITED,
                object=item.object,
                attribute=wanted.beside(vote),
                ignore=silencing(item.kind, vote, ignores, today) if ignored else None,
                owner=item.resource.address if item.resource is not None else None,
                reasons=tuple(part for part in (over, wanted.follows(vote)) if part),
            )


def _whole(item: _Applied, fate: Fate, reason: str) -> DriftItem:
    """A difference of the object as such."""
    owner = item.resource.address if item.resource is not None else None
    return DriftItem(
        address=item.address, id=item.id, fate=fate, object=item.object, owner=owner, reasons=(reason,)
    )


def _absence(given: PlanInput, objects: Iterable[_Applied]) -> str:
    """The warning that unusually much is gone at once."""
    keys = {item.key for item in objects if item.object == CURRENT}
    missing = len(keys & given.observed.missing)
    if not missing or not unusual_absence(missing, len(keys), given.settings.limits.missing):
        return ""
    return (
        f"{missing} of {len(keys)} objects in state are gone: so many at once usually means keys of another "
        "account, or another region or endpoint"
    )
