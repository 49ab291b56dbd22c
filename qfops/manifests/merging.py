"""Maps laid over maps: `defaults` under manifests, environments over `qfops.yaml`. Pure, changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.values import JSON

SUBSTITUTES = frozenset({"ref", "file", "preset", "secret"})
"""A mapping with one of these keys stands for one value, so it is replaced and never merged."""


def merged(under: JSON, over: JSON) -> JSON:
    """`over` on `under`: maps merge by key, everything else is replaced."""
    if not _merges(under) or not _merges(over):
        return over
    assert isinstance(under, Mapping)
    assert isinstance(over, Mapping)
    result = dict(under)
    for key, value in over.items():
        result[key] = merged(under[key], value) if key in under else value
    return result


def _merges(value: JSON) -> bool:
    return isinstance(value, dict) and SUBSTITUTES.isdisjoint(value)
