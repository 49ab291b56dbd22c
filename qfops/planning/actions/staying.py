"""What stays although other things end: the current objects of ours, and what each of them rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qfops.core.address import Address, ObjectKey
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.state.entry import CURRENT, Entry
from qfops.planning.context import PlanInput
from qfops.planning.order.resting import Name, referred_by


class Staying:
    """The current objects of `entries`, looked at again whenever more of the ends are blocked."""

    def __init__(self, given: PlanInput, entries: Mapping[Address, Entry]) -> None:
        self.given, self.entries = given, entries

    def needed(self, changes: Iterable[Change]) -> dict[Name, Address]:
        """The names that objects which stay refer to, with one address that does."""
        found: dict[Name, Address] = {}
        for entry, change in self._who(changes):
            found.update(dict.fromkeys(self._names(entry, change), entry.address))
        return found

    def after(self, changes: Iterable[Change]) -> dict[Address, frozenset[Address]]:
        """The addresses after which objects were made that a destroy leaves: these rest on them too.

        Elsewhere the manifests say what comes after what, and no longer the state.
        """
        found: dict[Address, frozenset[Address]] = {}
        if self.given.options.destroys:
            for entry, _ in self._who(changes):
                for target in entry.dependencies:
                    found[target] = found.get(target, frozenset()) | {entry.address}
        return found

    def _who(self, changes: Iterable[Change]) -> Iterator[tuple[Entry, Change | None]]:
        """The entries whose current object stays the current one, with what the plan does to it."""
        by_address = {change.address: change for change in changes if change.object == CURRENT}
        for address, entry in self.entries.items():
            change = by_address.get(address)
            if entry.id is not None and (change is None or _stays(change, entry.id)):
                yield entry, change

    def _names(self, entry: Entry, change: Change | None) -> Iterator[Name]:
        """What the object refers to: as the console shows it, else as it was applied; but not where the plan
        makes it refer to something else."""
        kind = self.given.registry.kinds.get(entry.address.kind_key)
        if kind is None or entry.id is None:
            return
        observed = self.given.observed
        if ObjectKey(kind.key, entry.id) in observed.missing:
            return
        live = observed.find(kind.key, entry.id)
        moving = {vote.path for vote in change.attributes if vote.verdict.acts} if change is not None else ()
        for ref in kind.references:
            if ref.path not in moving:
                shown = list(referred_by(ref, live.attributes)) if live is not None else []
                yield from shown or referred_by(ref, entry.attributes)


def _stays(change: Change, current: str) -> bool:
    """Whether the object is still the current one of its address afterwards."""
    if change.action.held:
        return change.id == current
    return not (change.action.leaves or change.action.makes or change.action is Action.ADOPT)
