"""What stays although other things end: objects of ours, and what each of them rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from qfops.core.address import Address, ObjectKey
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.values import JSON
from qfops.planning.context import PlanInput
from qfops.planning.order.resting import Name, applied_to, referred_by


class Stays(NamedTuple):
    """An object that is still there afterwards: whose it is, as it was applied, what the plan does to it."""

    address: Address
    id: str
    applied: Mapping[str, JSON]
    change: Change | None


class Staying:
    """The objects of `entries`, looked at again whenever more of the ends are blocked.

    They are the current ones, and those kept ones whose end is blocked. Of a kept object that no plan ends
    nothing is said: what it was made from may go.
    """

    def __init__(self, given: PlanInput, entries: Mapping[Address, Entry]) -> None:
        self.given, self.entries = given, entries

    def needed(self, changes: Iterable[Change]) -> dict[Name, Address]:
        """The names that objects which stay refer to, with one address that does."""
        found: dict[Name, Address] = {}
        planned = list(changes)
        for item in (*self._current(planned), *_blocked_ends(planned)):
            found.update(dict.fromkeys(self._names(item), item.address))
        return found

    def after(self, changes: Iterable[Change]) -> dict[Address, frozenset[Address]]:
        """The addresses after which objects were made that a destroy leaves: these rest on them too.

        Elsewhere the manifests say what comes after what, and no longer the state.
        """
        found: dict[Address, frozenset[Address]] = {}
        if self.given.options.destroys:
            for item in self._current(changes):
                for target in self.entries[item.address].dependencies:
                    found[target] = found.get(target, frozenset()) | {item.address}
        return found

    def _current(self, changes: Iterable[Change]) -> Iterator[Stays]:
        """The current objects that stay the current ones."""
        by_address = {change.address: change for change in changes if change.object == CURRENT}
        for address, entry in self.entries.items():
            change = by_address.get(address)
            if entry.id is not None and (change is None or _stays(change, entry.id)):
                yield Stays(address, entry.id, entry.attributes, change)

    def _names(self, item: Stays) -> Iterator[Name]:
        """What the object refers to: as the console shows it, else as it was applied; but not where the plan
        makes it refer to something else."""
        kind = self.given.registry.kinds.get(item.address.kind_key)
        if kind is None or ObjectKey(kind.key, item.id) in self.given.observed.missing:
            return
        live, change = self.given.observed.find(kind.key, item.id), item.change
        moving = {vote.path for vote in change.attributes if vote.verdict.acts} if change is not None else ()
        for ref in kind.references:
            if ref.path not in moving:
                shown = list(referred_by(ref, live.attributes)) if live is not None else []
                yield from shown or referred_by(ref, item.applied)


def _blocked_ends(changes: Iterable[Change]) -> Iterator[Stays]:
    """The kept and replaced objects whose end is not done."""
    for change in changes:
        if change.action.held and change.object != CURRENT:
            yield Stays(change.address, change.id, applied_to(change), change)


def _stays(change: Change, current: str) -> bool:
    """Whether the object is still the current one of its address afterwards."""
    if change.action.held:
        return change.id == current
    return not (change.action.leaves or change.action.makes or change.action is Action.ADOPT)
