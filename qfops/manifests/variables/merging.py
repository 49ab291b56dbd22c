"""Maps laid over maps: `defaults` under manifests, environments over `qfops.yaml`. Pure, changes nothing."""

from __future__ import annotations

from qfops.core.values import JSON

SUBSTITUTES = frozenset({"ref", "file", "preset", "secret"})
"""A mapping with one of these keys stands for one value, so it is replaced and never merged."""


def merged(under: JSON, over: JSON) -> JSON:
    """`over` on `under`: maps merge by key, everything else is replaced."""
    if isinstance(under, dict) and isinstance(over, dict) and not (_stands_for(under) or _stands_for(over)):
        return laid_over(under, over)
    return over


def laid_over(under: dict[str, JSON], over: dict[str, JSON]) -> dict[str, JSON]:
    """A mapping merged over another one, key by key; `over` wins."""
    result = dict(under)
    for key, value in over.items():
        result[key] = merged(under[key], value) if key in under else value
    return result


def _stands_for(value: dict[str, JSON]) -> bool:
    return not SUBSTITUTES.isdisjoint(value)
