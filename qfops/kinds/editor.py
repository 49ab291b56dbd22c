"""The one schema that editors use for manifests: every kind with metadata and the substitutes allowed.

Pure: registry in, JSON out. It is committed as `schemas/manifest.json`; `validate` never reads it, because an
editor sees a file before substitution, and qfops judges it afterwards.
"""

from __future__ import annotations

import json
from typing import cast

from qfops.core.address import DEFAULT_VERSION
from qfops.core.values import JSON, child
from qfops.kinds.base import Kind, Ref
from qfops.kinds.check import Schema
from qfops.kinds.metadata import METADATA, SUBSTITUTION, described
from qfops.kinds.registry import Registry

_SCALARS = ("number", "integer", "boolean")
_FILE: Schema = {"$ref": "#/$defs/file"}


def manifest_text(registry: Registry) -> str:
    """The file `schemas/manifest.json`: two spaces, UTF-8, one final newline."""
    return json.dumps(manifest_schema(registry), indent=2, ensure_ascii=False) + "\n"


def manifest_schema(registry: Registry) -> Schema:
    """A JSON schema of one manifest as it is written, with one branch for each kind."""
    versions = sorted({version for version, _ in registry.kinds})
    names = sorted({name for _, name in registry.kinds})
    specs = {_label(kind): _spec(kind, registry.schema(kind.key)) for kind in registry.kinds.values()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "qfops manifest",
        "description": "One resource of the Qianfan model platform: a kind, a name, and what it shall be.",
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": {
                "description": "Generation of the console API.",
                "enum": [f"qianfan/{version}" for version in versions],
            },
            "kind": {"description": "Type of the resource.", "enum": cast("JSON", names)},
            "metadata": {"$ref": "#/$defs/metadata"},
            "spec": {"type": "object"},
        },
        "allOf": [_branch(kind) for kind in registry.kinds.values()],
        "$defs": {**_DEFINITIONS, **specs},
    }


def _label(kind: Kind) -> str:
    return f"{kind.version}.{kind.name}"


def _branch(kind: Kind) -> JSON:
    return {
        "if": {
            "properties": {
                "apiVersion": {"const": f"qianfan/{kind.version}"},
                "kind": {"const": kind.name},
            },
            "required": ["apiVersion", "kind"],
        },
        "then": {"properties": {"spec": {"$ref": f"#/$defs/{_label(kind)}"}}},
    }


def _spec(kind: Kind, schema: Schema) -> Schema:
    references = {ref.path: ref for ref in kind.references}
    spec = _open(schema, "", references)
    properties = spec["properties"]
    assert isinstance(properties, dict)
    properties["extra"] = {
        "type": "object",
        "description": "Fields of the create call that this schema does not know; sent as they are.",
    }
    return {key: value for key, value in spec.items() if key != "$schema"}


def _open(schema: Schema, path: str, references: dict[str, Ref]) -> Schema:
    """`schema` with every value opened for the substitutes that may stand in its place."""
    result = dict(schema)
    properties, items = schema.get("properties"), schema.get("items")
    if isinstance(properties, dict):
        result["properties"] = {
            key: _open(inner, child(path, key), references)
            for key, inner in properties.items()
            if isinstance(inner, dict)
        }
    if isinstance(items, dict):
        result["items"] = _open(items, f"{path}[*]", references)
    substitutes = _substitutes(schema, references.get(path)) if path else []
    if not substitutes:
        return result
    notes: Schema = {key: result.pop(key) for key in ("description", "x-source", "default") if key in result}
    return {**notes, "anyOf": [result, *substitutes]}


def _substitutes(schema: Schema, ref: Ref | None) -> list[JSON]:
    """What may be written instead of a value: a reference, a file's text, a substitution."""
    if ref is not None:
        return [_reference(ref), SUBSTITUTION]
    if schema.get("type") == "string":
        return [SUBSTITUTION, _FILE]
    if schema.get("type") in _SCALARS or "enum" in schema:
        return [SUBSTITUTION]
    return []


def _reference(ref: Ref) -> Schema:
    kinds = [kind if version == DEFAULT_VERSION else f"{version}/{kind}" for version, kind in ref.targets()]
    return {
        "type": "object",
        "description": f"A resource of this project: {' or '.join(f'{kind}/name' for kind in kinds)}.",
        "additionalProperties": False,
        "required": ["ref"],
        "properties": {
            "ref": {"type": "string", "pattern": f"^({'|'.join(kinds)}|.*\\$\\{{.*)/"},
            "output": {"enum": cast("JSON", sorted(set(ref.targets().values())))},
        },
    }


_DEFINITIONS: Schema = {
    "substitution": described(
        "string",
        "`${var.NAME}`, `${each.…}`, `${qfops.environment}` or `${qfops.project}`, alone or within a text.",
        pattern="\\$\\{",
    ),
    "file": described(
        "object",
        "The text of a file, relative to the file that names it.",
        additionalProperties=False,
        required=["file"],
        properties={"file": {"type": "string", "minLength": 1}},
    ),
    "metadata": METADATA,
}
