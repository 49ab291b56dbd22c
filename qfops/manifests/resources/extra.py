"""`spec.extra`: wire fields that the schema does not know, sent as they are and warned about each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.reporter import Reporter
from qfops.manifests.scalars import described
from qfops.manifests.schema.kindviews import KindView

EXTRA_PATH = "spec.extra"


def read_extra(value: JSON, view: KindView, reporter: Reporter) -> dict[str, JSON]:
    """The extra fields of a spec; what the schema knows must stand in the spec itself."""
    if not isinstance(value, dict):
        summary = f"extra is a mapping of wire fields, not {described(value)}"
        reporter.error(codes.WRONG_TYPE, summary, EXTRA_PATH, remedy="Remove it, or write {}.")
        return {}
    misplaced = list(_attributes(value, view.schema, ""))
    for path in misplaced:
        reporter.error(
            codes.EXTRA_KNOWN,
            f"{path} is an attribute of {view.kind.name} and does not belong in extra",
            f"{EXTRA_PATH}.{path}",
            remedy=f"Move it to spec.{path}.",
        )
    if value and not misplaced:
        reporter.warn(
            codes.EXTRA,
            f"sent without any check: {', '.join(value)}",
            EXTRA_PATH,
            detail="Fields in `extra` are never compared with the console; to change one means to replace.",
        )
    return value


def _attributes(value: Mapping[str, JSON], schema: Mapping[str, JSON], path: str) -> Iterator[str]:
    """The paths in `value` that the schema describes; objects are followed, and lists are one value."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    for key, item in value.items():
        inner = properties.get(key)
        if not isinstance(inner, dict):
            continue
        if isinstance(item, dict) and "properties" in inner:
            yield from _attributes(item, inner, child(path, key))
        else:
            yield child(path, key)
