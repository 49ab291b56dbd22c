"""Maps laid over maps, key by key: defaults under manifests, `extra` over a request body. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.values import JSON


def laid_over(
    under: Mapping[str, JSON], over: Mapping[str, JSON], *, single: frozenset[str] = frozenset()
) -> dict[str, JSON]:
    """`over` on `under`: maps merge by key, everything else is replaced.

    A map with one of the keys in `single` stands for a single value: it is replaced and never merged.
    """
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        if not isinstance(below, dict) or not isinstance(value, dict):
            result[key] = value
        elif single.isdisjoint(below) and single.isdisjoint(value):
            result[key] = laid_over(below, value, single=single)
        else:
            result[key] = value
    return result
