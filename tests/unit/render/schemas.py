"""The published JSON formats, as validators."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from qfops.core.values import JSON

_FOLDER = Path(__file__).parents[3] / "schemas"


def complaints(name: str, data: object) -> list[str]:
    """What the schema `name` says against `data` once it went through JSON text."""
    schema = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    as_read: JSON = json.loads(json.dumps(data))
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(as_read)]


def schema(name: str) -> dict[str, JSON]:
    """The schema itself."""
    data: dict[str, JSON] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return data
