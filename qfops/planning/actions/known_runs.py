"""The runs that state knows, with the keys that their inputs have today.

A key that an earlier version computed, of inputs as they were written, would make an equal run look like
another one, and it would be paid twice. So every recorded key is brought to today's form before anything is
compared. Where that cannot be proven, the recorded key stays and matches what it made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from qfops.core.address import Address, ObjectKey
from qfops.core.paths import get
from qfops.core.state.entry import Entry, Retired
from qfops.core.values import JSON, Value, plain
from qfops.kinds.base import Kind
from qfops.planning.actions.runs import container_in, in_form, inputs_as_written, inputs_of, key_of
from qfops.planning.context import PlanInput


def with_keys_of_today(given: PlanInput) -> PlanInput:
    """The same input, the runs of its state under the keys that their inputs have today.

    Of a declared resource only those that were kept: the key of its current run is asked for only where its
    inputs are not plainly those that it was made from (`entry_of_today`).
    """
    runs = _Runs(given)
    entries: dict[Address, Entry] = {}
    for address, entry in given.state.entries.items():
        kind = given.registry.kinds.get(address.kind_key)
        if kind is not None and kind.run and (entry.retired or address not in given.resources):
            known = runs.of_today(kind, entry)
            if known is not entry:
                entries[address] = known
    if not entries:
        return given
    return replace(given, state=replace(given.state, entries={**given.state.entries, **entries}))


def entry_of_today(given: PlanInput, kind: Kind, entry: Entry) -> Entry:
    """The entry of a run under the key that its inputs have today; the very same where that is no other."""
    return _Runs(given).of_today(kind, entry)


class _Runs:
    """The runs of one state, and the containers in which they were made."""

    def __init__(self, given: PlanInput) -> None:
        self.given = given

    def of_today(self, kind: Kind, entry: Entry) -> Entry:
        """The entry with today's keys; the very same where nothing changes."""
        known = self._current(kind, entry)
        retired = tuple(self._retired(kind, item, entry) for item in entry.retired)
        if all(new is old for new, old in zip(retired, entry.retired, strict=True)):
            return known
        return replace(known, retired=retired)

    def _current(self, kind: Kind, entry: Entry) -> Entry:
        if not entry.run_key:
            return entry
        if not entry.inputs:
            key = self._key(kind, entry.attributes, entry.run_key, entry)
            return replace(entry, run_key=key) if key != entry.run_key else entry
        inputs = in_form(kind, entry.inputs)
        key = key_of(inputs)  # also of a run that was linked again: its key may be older than its inputs
        if key == entry.run_key:
            return entry
        recorded: dict[str, JSON] = {path: plain(value) for path, value in inputs.items()}
        return replace(entry, run_key=key, inputs=recorded)

    def _retired(self, kind: Kind, item: Retired, entry: Entry) -> Retired:
        key = self._key(kind, item.attributes, item.run_key, entry) if item.run_key else ""
        return replace(item, run_key=key) if key != item.run_key else item

    def _key(self, kind: Kind, attributes: Mapping[str, JSON], recorded: str, entry: Entry) -> str:
        """Today's key, if the attributes give the recorded key in the old way; else the recorded one."""
        for container in self._homes(kind, attributes, entry):
            today = inputs_of(kind, attributes, container)
            if today.key == recorded or inputs_as_written(kind, attributes, container).key == recorded:
                return today.key
        return recorded

    def _homes(
        self, kind: Kind, attributes: Mapping[str, JSON], entry: Entry
    ) -> Iterator[Mapping[str, Value]]:
        """What the container may have been when a run was made: as applied, as shown, as beside it."""
        place = get(dict(attributes), kind.container.path) if kind.container is not None else None
        if kind.container is not None and isinstance(place, str):
            for target in kind.container.targets():
                applied = self._applied.get(ObjectKey(target, place))
                shown = self.given.observed.find(target, place)
                yield from [applied] if applied is not None else []
                yield from [shown.attributes] if shown is not None else []
        yield container_in(entry.inputs)

    @cached_property
    def _applied(self) -> Mapping[ObjectKey, Mapping[str, Value]]:
        """The attributes of every object of the state, by id."""
        found: dict[ObjectKey, Mapping[str, Value]] = {}
        for address, entry in self.given.state.entries.items():
            for item in entry.retired:
                found[ObjectKey(address.kind_key, item.id)] = item.attributes
            if entry.id is not None:
                found[ObjectKey(address.kind_key, entry.id)] = entry.attributes
        return found
