"""Everything the emulated console can do and hold: the tables of all areas, found by looking and joined.

An area is a module of `areas.v1` or `areas.v2` whose name does not start with an underscore; it holds
`ACTIONS` and `KINDS`. Generations are views of the same objects.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType

from qfops.emulator import areas
from qfops.emulator.world.actions import Action, Kind


def _areas() -> Iterator[ModuleType]:
    """The modules of every generation, by name."""
    for generation in pkgutil.iter_modules(areas.__path__, f"{areas.__name__}."):
        package = import_module(generation.name)
        for found in pkgutil.iter_modules(package.__path__, f"{generation.name}."):
            if not found.name.rpartition(".")[2].startswith("_"):
                yield import_module(found.name)


_AREAS = tuple(_areas())

ACTIONS: Mapping[tuple[str, str], Action] = {
    (action.route, action.name): action for area in _AREAS for action in area.ACTIONS
}
ROUTES = frozenset(route for route, _ in ACTIONS)
KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in sorted((k for a in _AREAS for k in a.KINDS), key=lambda kind: kind.name)
}
