"""The order of a plan: what each change waits for, and a walk in which nothing comes before that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from qfops.core import graph
from qfops.core.address import Address
from qfops.core.paths import parse, step
from qfops.core.plan.change import After, Change, ChangeKey
from qfops.core.state.entry import CURRENT
from qfops.core.values import Marker, Value
from qfops.kinds.base import Kind
from qfops.kinds.registry import Registry

NO_NAMES: Mapping[ChangeKey, Iterable[After]] = {}


def arranged(
    registry: Registry, changes: Iterable[Change], names: Mapping[ChangeKey, Iterable[After]] = NO_NAMES
) -> tuple[Change, ...]:
    """The acting changes with their `after`, in the order of the walk; then the others by address.

    `names` says who waits for a name that another one gives up.
    """
    found = list(changes)
    by_key = {change.key: change for change in found if change.acts}
    ends = any(change.action.leaves for change in by_key.values())
    mentions = _mentions(registry, by_key.values()) if ends else {}
    linked = _named(_linked(registry, by_key, mentions, _dependents(by_key) if ends else {}), names)
    if ends and graph.find_cycle(_edges(linked)):
        # state may hold both ways round after edits; order without data gives way to order by data
        linked = _named(_linked(registry, by_key, mentions, {}), names)
    resting = sorted((change for change in found if not change.acts), key=lambda change: change.key)
    return (*(linked[key] for key in graph.order(_edges(linked))), *resting)


def stuck(
    registry: Registry, changes: Iterable[Change], names: Mapping[ChangeKey, Iterable[After]]
) -> ChangeKey | None:
    """A change that waits for a name in vain, because the one that gives it up waits for that change."""
    if not names:
        return None
    by_key = {change.key: change for change in changes if change.acts}
    linked = _named(_linked(registry, by_key, _mentions(registry, by_key.values()), {}), names)
    cycle = graph.find_cycle(_edges(linked))
    return next((key for key in cycle if key in names), None)


def _named(
    linked: dict[ChangeKey, Change], names: Mapping[ChangeKey, Iterable[After]]
) -> dict[ChangeKey, Change]:
    """The changes with what they wait for because of a name."""
    for key, items in names.items():
        change = linked[key]
        linked[key] = replace(change, after=tuple(sorted({*change.after, *items})))
    return linked


def _linked(
    registry: Registry, by_key: Mapping[ChangeKey, Change], mentions: Mapping[str, list[ChangeKey]],
    dependents: Mapping[Address, list[Address]],
) -> dict[ChangeKey, Change]:  # fmt: skip
    linked: dict[ChangeKey, Change] = {}
    for key, change in by_key.items():
        kind = registry.kinds.get(change.address.kind_key)
        before = dict.fromkeys((*_references(kind, change, by_key), *_ends(change, by_key, mentions)))
        if change.action.leaves and change.object == CURRENT:
            before.update(dict.fromkeys(After(address) for address in dependents.get(change.address, ())))
        linked[key] = replace(change, after=tuple(sorted(before)))
    return linked


def _edges(changes: Mapping[ChangeKey, Change]) -> dict[ChangeKey, list[ChangeKey]]:
    return {key: [(item.address, item.object) for item in change.after] for key, change in changes.items()}


def _dependents(by_key: Mapping[ChangeKey, Change]) -> dict[Address, list[Address]]:
    """Which resources that end were made after which others: they end in reverse."""
    found: dict[Address, list[Address]] = {}
    for change in by_key.values():
        if change.action.leaves and change.object == CURRENT and change.entry is not None:
            for target in change.entry.dependencies:
                found.setdefault(target, []).append(change.address)
    return found


def _references(kind: Kind | None, change: Change, by_key: Mapping[ChangeKey, Change]) -> Iterable[After]:
    """What a change that makes or edits something needs first."""
    if change.resource is None or kind is None:
        return
    for edge in change.resource.references:
        target = by_key.get((edge.reference.target, CURRENT))
        if target is not None and target.acts:
            rule = kind.ref_at(edge.path)
            yield After(target.address, CURRENT, rule.waits_for if rule else "done")
    for address in change.resource.depends_on:
        target = by_key.get((address, CURRENT))
        if target is not None and target.acts:
            yield After(address)


def _ends(
    change: Change, by_key: Mapping[ChangeKey, Change], mentions: Mapping[str, list[ChangeKey]]
) -> Iterable[After]:
    """What an end waits for: everything that still refers to the object has ended or been moved away."""
    if not change.action.leaves:
        return
    if change.object != CURRENT and (change.address, CURRENT) in by_key:
        successor = by_key[(change.address, CURRENT)]
        if successor.acts and not successor.action.leaves:
            yield After(*successor.key)
    for value in names_of(change):
        for key in mentions.get(value, ()):
            user = by_key.get(key)
            if user is not None and user.acts and key != change.key and user.address != change.address:
                yield After(*key)


def names_of(change: Change) -> set[str]:
    """The values by which others refer to the object of a change: its id and its outputs."""
    entry = change.entry
    if entry is None:
        return {change.id}
    outputs = entry.outputs
    if entry.id != change.id:
        outputs = next((item.outputs for item in entry.retired if item.id == change.id), {})
    return {value for value in outputs.values() if isinstance(value, str)} | {change.id}


def _mentions(registry: Registry, changes: Iterable[Change]) -> dict[str, list[ChangeKey]]:
    """Which changes' objects refer to an id, as state recorded them."""
    found: dict[str, list[ChangeKey]] = {}
    for change in changes:
        kind = registry.kinds.get(change.address.kind_key)
        if kind is None or change.entry is None:
            continue
        attributes = change.entry.attributes
        if change.object != CURRENT and change.entry.id != change.object:
            attributes = next(
                (item.attributes for item in change.entry.retired if item.id == change.object), {}
            )
        for value in referred_ids(kind, attributes):
            found.setdefault(value, []).append(change.key)
    return found


def referred_ids(kind: Kind, attributes: Mapping[str, Value]) -> set[str]:
    """The ids that stand at the reference paths of an object."""
    found: set[str] = set()
    for ref in kind.references:
        values: list[Value] = [dict(attributes)]
        for part in parse(ref.path.replace("[*]", ".*")):
            values = [item for value in values for item in _below(value, part)]
        found.update(value for value in values if isinstance(value, str))
    return found


def _below(value: Value, part: str | int) -> list[Value]:
    if part == "*":
        return value if isinstance(value, list) else []
    found = step(value, part)
    return [] if isinstance(found, Marker) else [found]
