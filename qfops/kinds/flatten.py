"""A spec as leaves: every path with its value and the one rule that governs it.

Objects are taken apart key by key, under their own rule or the nearest one above; a list is one value
unless its rule says how the items match.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from qfops.core.values import Reference, Value, child
from qfops.kinds.base import Kind
from qfops.kinds.normalise import NORMALISERS
from qfops.kinds.rules import Rule


class Leaf(NamedTuple):
    """One compared value; `value` is normalised, as its rule demands."""

    value: Value
    rule: Rule


def flatten(
    kind: Kind, attributes: Mapping[str, Value], only: Container[str] | None = None
) -> dict[str, Leaf]:
    """Every leaf of `attributes` by path, in the order written; paths that no rule covers are left out.

    `only` narrows to some top-level attributes.
    """
    rules = kind.rules_by_path
    leaves: dict[str, Leaf] = {}
    for key, value in attributes.items():
        if only is None or key in only:
            path = key if key.isidentifier() else child("", key)
            _walk(rules, path, path, value, None, leaves)
    return leaves


def _walk(
    rules: Mapping[str, Rule],
    path: str,
    pattern: str,
    value: Value,
    inherited: Rule | None,
    leaves: dict[str, Leaf],
) -> None:
    rule = rules.get(pattern, inherited)
    if isinstance(value, dict) and not (rule is not None and rule.normalise):
        for key, item in value.items():
            if key.isidentifier():
                _walk(rules, f"{path}.{key}", f"{pattern}.{key}", item, rule, leaves)
            else:
                _walk(rules, child(path, key), child(pattern, key), item, rule, leaves)
        return
    if rule is None:
        return
    if rule.set_of and rule.path == pattern and isinstance(value, list):
        for key, item in _keyed(value, rule.set_of):
            _walk(rules, child(path, key), f"{pattern}[*]", item, rule, leaves)
        return
    if rule.normalise or rule.set_of == "":
        value = normalised(rule, value)
    leaves[path] = Leaf(value, rule)


def _keyed(items: list[Value], key: str) -> Iterator[tuple[str, Value]]:
    """The items of a keyed set by the value of their key, without the key itself."""
    for item in items:
        if isinstance(item, dict):
            name = item.get(key)
            rest = {field: value for field, value in item.items() if field != key}
            yield (str(name.target) if isinstance(name, Reference) else str(name)), rest


def normalised(rule: Rule, value: Value) -> Value:
    """`value` in the form in which both sides are compared."""
    if rule.normalise:
        value = NORMALISERS[rule.normalise](value)
    if rule.set_of == "" and isinstance(value, list):
        unique = {repr(item): item for item in value}
        return [unique[name] for name in sorted(unique)]
    return value
