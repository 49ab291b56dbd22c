"""A spec as leaves: every path with its value and the one rule that governs it.

Objects are taken apart key by key, under their own rule or the nearest one above; a list is one value
unless its rule says how the items match. Values are in the form in which they are compared (`normalise`).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from qfops.core.values import ABSENT, Reference, Slot, Value, child
from qfops.kinds.base import Kind
from qfops.kinds.normalise import NORMALISERS, Form, implied
from qfops.kinds.rules import Rule


class Leaf(NamedTuple):
    """One compared value: in the form in which it is compared, and as it is written.

    `default` is what silence would stand for.
    """

    value: Value
    rule: Rule
    written: Value
    default: Slot = ABSENT

    @property
    def implied(self) -> bool:
        """Whether it says only what silence says."""
        return implied(self.value, self.default)


def flatten(
    kind: Kind, attributes: Mapping[str, Value], only: Container[str] | None = None
) -> dict[str, Leaf]:
    """Every leaf of `attributes` by path, in the order written; paths that no rule covers are left out.

    `only` narrows to some top-level attributes.
    """
    rules = kind.rules_by_path
    forms = kind.form.fields
    leaves: dict[str, Leaf] = {}
    for key, value in attributes.items():
        if only is None or key in only:
            path = key if key.isidentifier() else child("", key)
            _walk(rules, path, path, value, None, forms.get(key), leaves)
    return leaves


def said(kind: Kind, attributes: Mapping[str, Value]) -> dict[str, Value]:
    """What `attributes` say by path, without what silence would say too: equal for equal meanings."""
    return {path: leaf.value for path, leaf in flatten(kind, attributes).items() if not leaf.implied}


def _walk(
    rules: Mapping[str, Rule],
    path: str,
    pattern: str,
    value: Value,
    inherited: Rule | None,
    form: Form | None,
    leaves: dict[str, Leaf],
) -> None:
    rule = rules.get(pattern, inherited)
    if isinstance(value, dict) and not (rule is not None and rule.normalise):
        for key, item in value.items():
            inner = form.fields.get(key) if form is not None else None
            if key.isidentifier():
                _walk(rules, f"{path}.{key}", f"{pattern}.{key}", item, rule, inner, leaves)
            else:
                _walk(rules, child(path, key), child(pattern, key), item, rule, inner, leaves)
        return
    if rule is None:
        return
    if rule.set_of and rule.path == pattern and isinstance(value, list):
        inner = form.items if form is not None else None
        for key, item in _keyed(value, rule.set_of):
            _walk(rules, child(path, key), f"{pattern}[*]", item, rule, inner, leaves)
        return
    if rule.normalise or rule.set_of == "":
        value = normalised(rule, value)
    if form is None:
        leaves[path] = Leaf(value, rule, value)
    else:
        leaves[path] = Leaf(form.of(value), rule, value, form.default)


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
