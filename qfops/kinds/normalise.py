"""The forms in which values are compared where the console shows them differently than they are sent.

Pure functions by name; a rule names one, and it is applied to both sides. None of them may fail on any JSON:
what it does not understand it returns unchanged, and the comparison shows the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qfops.core.values import Value

Normaliser = Callable[[Value], Value]


def label_names(value: Value) -> Value:
    """Label names from either form: plain names as sent, `{labelId, labelName, color}` as shown."""
    if not isinstance(value, list):
        return value
    return [_label_name(item) for item in value]


def _label_name(item: Value) -> Value:
    return item.get("labelName", item) if isinstance(item, dict) else item


NORMALISERS: Mapping[str, Normaliser] = {"label_names": label_names}
