"""A console in which everything was looked through, for tests that say what is there and no more."""

from __future__ import annotations

from typing import Any

from qfops.core.observation import Place, Searched, Unsearched


class Everywhere(dict[Place, Searched | Unsearched]):
    """Whatever nobody wrote down was listed to its end."""

    def get(self, place: Place, default: Any = None) -> Searched | Unsearched:
        return self[place] if place in self else Searched()
