"""Manifests: YAML files to resources, with positions, substitution, references and validation.

Importing this package is cheap: yaml and the validators are loaded with the first name that needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qfops.manifests.explain import origins
    from qfops.manifests.load import (
        Loaded,
        declared_elsewhere,
        environments,
        load_project,
        load_settings,
        validate_project,
    )

__all__ = [
    "Loaded",
    "declared_elsewhere",
    "environments",
    "load_project",
    "load_settings",
    "origins",
    "validate_project",
]

_HOMES = {
    "Loaded": "load",
    "declared_elsewhere": "load",
    "environments": "load",
    "load_project": "load",
    "load_settings": "load",
    "validate_project": "load",
    "origins": "explain",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
