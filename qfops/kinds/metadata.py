"""The schema of `metadata`, the same for all kinds, as it is written: with the substitutions allowed in it.

Editors get it as it is; loading takes the substitutions out and judges what they have become.
"""

from __future__ import annotations

from qfops.core.address import NAME_PATTERN
from qfops.core.values import JSON
from qfops.kinds.check import Schema

SUBSTITUTION: Schema = {"$ref": "#/$defs/substitution"}
"""The alternative of every value that a `${…}` may supply."""


def described(type_: str, description: str, **more: JSON) -> Schema:
    """A schema of one type, with the text that editors and errors show."""
    return {"type": type_, "description": description, **more}


_ADDRESSES: Schema = described(
    "array",
    "Resources that come first although no value is taken from them: `Kind/name`.",
    items={"type": "string", "pattern": "/"},
    uniqueItems=True,
)
_LIFECYCLE: Schema = described(
    "object",
    "Rules for the life of the object.",
    additionalProperties=False,
    properties={
        "protect": {
            "description": "Refuse to delete or replace it. Lives in state. Default: false.",
            "anyOf": [{"type": "boolean"}, SUBSTITUTION],
        },
        "ignore": described(
            "array",
            "Console edits that are left alone silently.",
            items={
                "type": "object",
                "additionalProperties": False,
                "required": ["path"],
                "properties": {
                    "path": described("string", "The attribute, for example `description`.", minLength=1),
                    "reason": described("string", "Why, for the reader."),
                    "until": described("string", "Last day in UTC, YYYY-MM-DD; without it, for good."),
                    "value": {
                        "description": "The value that was accepted, as `drift --accept` writes it: another "
                        "one is drift again; null also means none. Without this key: any value."
                    },
                },
            },
        ),
        "onRemove": {
            "description": "What happens when the manifest is removed. Default: delete.",
            "anyOf": [{"enum": ["delete", "retire", "forget"]}, SUBSTITUTION],
        },
        "onReplace": {
            "description": "What happens to the object that was replaced. The default depends on the kind.",
            "anyOf": [{"enum": ["retire", "delete"]}, SUBSTITUTION],
        },
    },
)
METADATA: Schema = described(
    "object",
    "What qfops knows the resource by. Never sent.",
    additionalProperties=False,
    required=["name"],
    properties={
        "name": described(
            "string",
            "Lower-case letters, digits and inner hyphens, at most 63.",
            pattern=f"^{NAME_PATTERN.pattern}$|\\$\\{{",
        ),
        "labels": described("object", "For `-l`; kept in state.", additionalProperties={"type": "string"}),
        "forEach": {
            "description": "One resource for each key; `${each.key}` and `${each.…}` are its values.",
            "anyOf": [{"type": "object"}, SUBSTITUTION],
        },
        "dependsOn": _ADDRESSES,
        "lifecycle": _LIFECYCLE,
    },
)
