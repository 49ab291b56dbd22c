"""The scripted consoles here are those of reconcile, and their ids are as short."""

from tests.unit.reconcile.conftest import _short_ids

__all__ = ["_short_ids"]
