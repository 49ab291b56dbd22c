"""The order of a plan: what each change waits for, and a walk in which nothing comes before that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from qfops.core import graph
from qfops.core.address import by_address
from qfops.core.observation import Observed
from qfops.core.plan.change import After, Change, ChangeKey
from qfops.core.state.entry import CURRENT
from qfops.kinds.base import Kind
from qfops.kinds.registry import Registry
from qfops.planning.order.resting import Name, applied_to, names_of, referred, rests_on

NO_NAMES: Mapping[ChangeKey, Iterable[After]] = {}


def arranged(
    registry: Registry,
    observed: Observed,
    changes: Iterable[Change],
    names: Mapping[ChangeKey, Iterable[After]] = NO_NAMES,
) -> tuple[Change, ...]:
    """The acting changes with their `after`, in the order of the walk; then the others by address.

    `names` says who waits for a name that another one gives up.
    """
    found = list(changes)
    by_key = {change.key: change for change in found if change.acts}
    ends = any(change.action.leaves for change in by_key.values())
    mentions = _mentions(registry, by_key.values()) if ends else {}
    dependents = _dependents(registry, observed, by_key) if ends else {}
    linked = _named(_linked(registry, by_key, mentions, dependents), names)
    if ends and graph.find_cycle(_edges(linked)):
        # state may hold both ways round after edits; what is not of the state's data gives way to that
        linked = _named(_linked(registry, by_key, mentions, {}), names)
    resting = sorted(
        (change for change in found if not change.acts),
        key=lambda change: (by_address(change.address), change.object),
    )
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
    registry: Registry, by_key: Mapping[ChangeKey, Change], mentions: Mapping[Name, list[ChangeKey]],
    dependents: Mapping[ChangeKey, list[ChangeKey]],
) -> dict[ChangeKey, Change]:  # fmt: skip
    linked: dict[ChangeKey, Change] = {}
    for key, change in by_key.items():
        kind = registry.kinds.get(change.address.kind_key)
        before = dict.fromkeys((*_references(kind, change, by_key), *_ends(change, by_key, mentions)))
        before.update(dict.fromkeys(After(*other) for other in dependents.get(key, ())))
        linked[key] = replace(change, after=tuple(sorted(before)))
    return linked


def _edges(changes: Mapping[ChangeKey, Change]) -> dict[ChangeKey, list[ChangeKey]]:
    return {key: [(item.address, item.object) for item in change.after] for key, change in changes.items()}


def _dependents(
    registry: Registry, observed: Observed, by_key: Mapping[ChangeKey, Change]
) -> dict[ChangeKey, list[ChangeKey]]:
    """Which ends come before which others: what was made after an address, or refers to it in the console."""
    leaving = {key: change for key, change in by_key.items() if change.action.leaves}
    named = {name: key for key, change in leaving.items() for name in names_of(change)}
    found: dict[ChangeKey, list[ChangeKey]] = {}
    for key, change in leaving.items():
        before = {named[name] for name in rests_on(registry, observed, change) if name in named}
        if change.object == CURRENT and change.entry is not None:
            before.update((target, CURRENT) for target in change.entry.dependencies)
        for target in before - {key}:
            if target in leaving:
                found.setdefault(target, []).append(key)
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
    change: Change, by_key: Mapping[ChangeKey, Change], mentions: Mapping[Name, list[ChangeKey]]
) -> Iterable[After]:
    """What an end waits for: everything that still refers to the object has ended or been moved away."""
    if not change.action.leaves:
        return
    if change.object != CURRENT and (change.address, CURRENT) in by_key:
        successor = by_key[(change.address, CURRENT)]
        if successor.acts and not successor.action.leaves:
            yield After(*successor.key)
    for name in names_of(change):
        for key in mentions.get(name, ()):
            user = by_key.get(key)
            if user is not None and user.acts and key != change.key and user.address != change.address:
                yield After(*key)


def _mentions(registry: Registry, changes: Iterable[Change]) -> dict[Name, list[ChangeKey]]:
    """Which changes' objects refer to a name, as state recorded them."""
    found: dict[Name, list[ChangeKey]] = {}
    for change in changes:
        kind = registry.kinds.get(change.address.kind_key)
        if kind is None or change.entry is None:
            continue
        attributes = change.entry.attributes if change.object == CURRENT else applied_to(change)
        for name in referred(kind, attributes):
            found.setdefault(name, []).append(change.key)
    return found
