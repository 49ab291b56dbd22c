"""The form in which values are compared: what is written in two ways and means one thing is equal.

A kind says which values silence stands for (`Kind.defaults`) and which lists have no order of their own
(`Kind.any_order`), each by the pattern of its path; a rule may name a function for an attribute that the
console shows in another shape. All of it is pure and applied to both sides. None of it may fail on any JSON:
what it does not understand it returns unchanged, and the comparison shows the difference. Numbers need
nothing here: they are equal by value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qfops.core.canonical import canonical
from qfops.core.paths import parse
from qfops.core.values import ABSENT, JSON, Slot, Value, same

Normaliser = Callable[[Value], Value]


@dataclass(slots=True)
class Form:
    """What is known of the form at one path: below it by field, and of the items of a list.

    `default` is the value that silence stands for (ABSENT: none is known). `order` is None for a list whose
    order means something, else the key by which its items are sorted ("" for items without one).
    """

    default: Slot = ABSENT
    order: str | None = None
    fields: dict[str, Form] = field(default_factory=dict)
    items: Form | None = None

    def of(self, value: Value) -> Value:
        """`value` as it is compared: sorted where order means nothing, what silence says left out below."""
        if isinstance(value, list):
            found = [self.items.of(item) for item in value] if self.items is not None else value
            return sorted(found, key=self._place) if self.order is not None and len(found) > 1 else found
        if isinstance(value, dict):
            return {
                key: self._below(key, item) for key, item in value.items() if not self._implied(key, item)
            }
        return value

    def in_order(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """`values` with every list in the form, at any depth; all else as it is written.

        The very same where there is nothing to sort.
        """
        found: dict[str, Value] = {}
        for key, below in self.fields.items():
            item = values.get(key)
            if isinstance(item, list):
                found[key] = below.of(item)
            elif isinstance(item, dict) and below.fields:
                inner = below.in_order(item)
                if inner is not item:
                    found[key] = inner
        return {**values, **found} if found else values

    def _below(self, key: str, item: Value) -> Value:
        below = self.fields.get(key)
        return below.of(item) if below is not None else item

    def _implied(self, key: str, item: Value) -> bool:
        below = self.fields.get(key)
        return implied(item, below.default if below is not None else ABSENT)

    def _place(self, item: Value) -> tuple[str, str]:
        key = item.get(self.order or "") if isinstance(item, dict) else None
        return _text(key), _text(item)


def implied(value: Value, default: Slot) -> bool:
    """Whether a value says only what silence says: null, or the default."""
    return value is None or (default is not ABSENT and same(value, default))


def forms(defaults: Mapping[str, JSON], any_order: Mapping[str, str]) -> Form:
    """The forms of a kind as one tree, from the patterns of their paths."""
    root = Form()
    for path, default in defaults.items():
        _at(root, path).default = default
    for path, key in any_order.items():
        _at(root, path).order = key
    return root


def form_at(root: Form, path: str) -> Form | None:
    """The form at a concrete path, items of keyed sets included; None where nothing is known."""
    here: Form | None = root
    for part in parse(path):
        if here is None:
            return None
        fields = here.fields
        here = fields[part] if isinstance(part, str) and part in fields else here.items
    return here


def default_at(root: Form, path: str) -> Slot:
    """What silence stands for at a concrete path; ABSENT where that is not known."""
    form = form_at(root, path)
    return form.default if form is not None else ABSENT


def _at(root: Form, pattern: str) -> Form:
    """The place of a pattern in the tree, made where it is missing."""
    here = root
    for name in pattern.split("."):
        key = name.removesuffix("[*]")
        here = here.fields.setdefault(key, Form())
        if key != name:
            here.items = here.items or Form()
            here = here.items
    return here


def _text(value: object) -> str:
    """A text that is equal for equal values, also for those that are not known yet."""
    return json.dumps(canonical(value), ensure_ascii=False, sort_keys=True, default=repr)


def label_names(value: Value) -> Value:
    """Label names from either form: plain names as sent, `{labelId, labelName, color}` as shown."""
    if not isinstance(value, list):
        return value
    return [_label_name(item) for item in value]


def _label_name(item: Value) -> Value:
    return item.get("labelName", item) if isinstance(item, dict) else item


NORMALISERS: Mapping[str, Normaliser] = {"label_names": label_names}
