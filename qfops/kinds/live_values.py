"""What a live object shows of an attribute: a value, that there is none, or nothing at all."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from qfops.core.observation import LiveObject
from qfops.core.paths import get, top
from qfops.core.values import ABSENT, UNOBSERVED, Marker, Slot
from qfops.kinds.base import Kind
from qfops.kinds.flatten import Leaf
from qfops.kinds.rules import Rule, RuleType


def live_slot(rule: Rule, path: str, live: LiveObject, leaves: Mapping[str, Leaf]) -> Slot:
    """The live side of a comparison: a value, ABSENT (known not to be there) or UNOBSERVED."""
    if rule.write_only:
        return UNOBSERVED
    leaf = leaves.get(path)
    if leaf is not None:
        return leaf.value
    if top(path) in live.attributes:
        return ABSENT
    return ABSENT if rule.absent_is_unset and live.complete else UNOBSERVED


_FIXED = (RuleType.IMMUTABLE, RuleType.CREATE_ONLY, RuleType.COMPUTED)


def fixed(kind: Kind, declared: Container[str]) -> bool:
    """Whether no declared attribute can have changed: presence in a list says it all."""
    return all(rule.type in _FIXED or rule.write_only for rule in kind.rules if top(rule.path) in declared)


def unobserved(kind: Kind, live: LiveObject, declared: Iterable[str]) -> bool:
    """Whether a declared path could be shown by a full read but is not shown by this one."""
    if live.complete:
        return False
    shown = live.attributes
    for path in declared:
        rule = kind.rule_at(path)
        if rule is None or rule.write_only or rule.type is RuleType.COMPUTED:
            continue
        if path in kind.echo:
            if isinstance(get(dict(shown), path), Marker):
                return True
        elif top(path) not in shown:
            return True
    return False
