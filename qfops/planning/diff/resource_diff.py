"""The votes of all attributes of one resource: desired, prior and live walked once, leaf by leaf."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from qfops.core.observation import LiveObject
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.values import ABSENT, UNOBSERVED, Value, same
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten, normalised
from qfops.kinds.live_values import live_slot
from qfops.kinds.rules import RuleType
from qfops.planning.diff.attribute import ThreeSides, judge_attribute
from qfops.planning.diff.silence import as_before, as_written, means_nothing, seen_as

_LATE = {"replace": Verdict.REPLACE, "blocked": Verdict.BLOCKED}


def diff(
    kind: Kind,
    desired: Mapping[str, Value],
    prior: Mapping[str, Value] | None,
    live: LiveObject | None,
    *,
    assumed: Collection[str] = (),
    adopting: bool = False,
) -> tuple[AttributeChange, ...]:
    """Every attribute that is not simply the same on all sides, in the order written.

    `prior` None: nothing was applied yet. `live` None: nothing was read, all paths count as unobserved.
    """
    unchanged = prior is not None and same(prior, desired)
    if unchanged and live is not None and _agrees(kind, desired, live):
        return ()
    wanted = flatten(kind, desired)
    applied = wanted if unchanged else flatten(kind, prior or {})
    owned = desired.keys() | prior.keys() if prior else desired.keys()
    shown = flatten(kind, live.attributes, owned) if live is not None else {}
    votes: list[AttributeChange] = []
    for path, leaf in wanted.items():
        value, rule = leaf.value, leaf.rule
        known = applied.get(path)
        before = known.value if known is not None else ABSENT
        seen = live_slot(rule, path, live, shown) if live is not None else UNOBSERVED
        if known is not None and same(before, value) and (seen is UNOBSERVED or same(seen, value)):
            continue
        sides = ThreeSides(before, seen_as(leaf, known, seen), value, path in assumed)
        if prior is not None and means_nothing(leaf, sides):
            votes.append(as_before(path, leaf, sides))
            continue
        result = judge_attribute(path, rule, sides, adopting=adopting)
        if result.verdict is not Verdict.SAME or not same(before, value):
            votes.append(as_written(result, sides, known, shown.get(path), leaf))
    for path, leaf in applied.items() if applied is not wanted else ():
        if path not in wanted:
            seen = live_slot(leaf.rule, path, live, shown) if live is not None else UNOBSERVED
            sides = ThreeSides(leaf.value, seen_as(leaf, None, seen), ABSENT, path in assumed)
            if means_nothing(leaf, sides):
                votes.append(as_before(path, leaf, sides))
            else:
                result = judge_attribute(path, leaf.rule, sides)
                votes.append(as_written(result, sides, leaf, shown.get(path), None))
    return _closed(kind, votes, prior, live) if prior else tuple(votes)


def _agrees(kind: Kind, desired: Mapping[str, Value], live: LiveObject) -> bool:
    """Whether a live object plainly shows what is wanted: the common case, told without taking it apart."""
    for key, value in desired.items():
        way = kind.shown_as.get(key)
        if way == "hidden":
            continue
        if way is None or key not in live.attributes:
            return False
        shown = live.attributes[key]
        if way == "folded":
            rule = kind.rules_by_path[key]
            if not same(normalised(rule, shown), normalised(rule, value)):
                return False
        elif not _covers(shown, value):
            return False
    return True


def _covers(shown: Value, wanted: Value) -> bool:
    """Whether `shown` holds all of `wanted`; keys of objects that are not ours do not count."""
    if isinstance(wanted, dict) and isinstance(shown, dict):
        return all(key in shown and _covers(shown[key], value) for key, value in wanted.items())
    return same(shown, wanted)


def _closed(
    kind: Kind, votes: list[AttributeChange], prior: Mapping[str, Value], live: LiveObject | None
) -> tuple[AttributeChange, ...]:
    """Appends that come too late, the switch after them being thrown (published), mean what edits mean."""
    if not any(item.verdict is Verdict.APPEND for item in votes):
        return tuple(votes)
    shown = live.attributes if live is not None else {}
    switches = [rule.path for rule in kind.outside_rules() if rule.type is RuleType.ONE_WAY]
    closing = next((path for path in switches if prior.get(path) is True or shown.get(path) is True), "")
    if not closing:
        return tuple(votes)
    return tuple(
        replace(item, verdict=_LATE[rule.on_change], reason=f"{item.reason} after {closing}; {rule.why}")
        if item.verdict is Verdict.APPEND and (rule := kind.rules_by_path[item.path])
        else item
        for item in votes
    )


def reverted(kind: Kind, votes: tuple[AttributeChange, ...]) -> tuple[AttributeChange, ...]:
    """The votes with every drift that a call can undo turned into an intent (`--allow revert-drift`)."""
    return tuple(
        replace(item, verdict=Verdict.REVERT, reason="console edit undone (--allow revert-drift)")
        if item.verdict is Verdict.DRIFT and item.operation and item.operation in kind.operations
        else item
        for item in votes
    )
