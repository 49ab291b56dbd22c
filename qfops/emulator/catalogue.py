"""Everything the emulated console can do and hold: the tables of all areas, joined.

A view of another API generation would be one more area here, over the same objects.
"""

from collections.abc import Mapping

from qfops.emulator import (
    datasets,
    finetuning,
    imports,
    labels,
    model_sets,
    models,
    presets,
    prompts,
    service_changes,
    services,
    units,
    versions,
)
from qfops.emulator.actions import Action, Kind

_AREAS = (
    datasets,
    versions,
    imports,
    finetuning,
    model_sets,
    models,
    prompts,
    labels,
    services,
    presets,
    service_changes,
    units,
)

ACTIONS: Mapping[tuple[str, str], Action] = {
    (action.route, action.name): action for area in _AREAS for action in area.ACTIONS
}
ROUTES = frozenset(route for route, _ in ACTIONS)
KINDS: Mapping[str, Kind] = {kind.name: kind for area in _AREAS for kind in area.KINDS}
