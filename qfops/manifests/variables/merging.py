"""How manifests are merged: `defaults` under them, environments over `qfops.yaml`."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core import merging
from qfops.core.values import JSON

SUBSTITUTES = frozenset({"ref", "file", "preset", "secret"})
"""A mapping with one of these keys stands for one value, so it is replaced and never merged."""


def laid_over(under: Mapping[str, JSON], over: Mapping[str, JSON]) -> dict[str, JSON]:
    """A mapping merged over another one, key by key; `over` wins."""
    return merging.laid_over(under, over, single=SUBSTITUTES)
