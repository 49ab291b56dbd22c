"""`metadata`: its schema, and what becomes of it: labels, dependencies, the rules of a resource's life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from qfops.core.address import Address, is_name
from qfops.core.diagnostics import nearest
from qfops.core.paths import parse
from qfops.core.resource import Ignore, Lifecycle, OnRemove, OnReplace
from qfops.core.values import ABSENT, JSON, Value
from qfops.kinds.check import Schema
from qfops.kinds.metadata import METADATA
from qfops.manifests import codes
from qfops.manifests.reporter import Reporter
from qfops.manifests.schema.schema import without_substitutions

NAME_RULE = "A name has lower-case letters, digits and inner hyphens, at most 63 characters."


def _without_forms(value: JSON) -> JSON:
    """A schema without the forms of names and addresses: reading them says more than a pattern can."""
    if isinstance(value, list):
        return [_without_forms(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_forms(item) for key, item in value.items() if key != "pattern"}


SCHEMA = cast("Schema", _without_forms(without_substitutions(METADATA)))
"""What is judged of `metadata` by schema, after substitution."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What stands in `metadata` beside name and forEach."""

    labels: Mapping[str, str]
    depends_on: tuple[Address, ...]
    lifecycle: Lifecycle


_PLAIN = Lifecycle()
NO_METADATA = Metadata({}, (), _PLAIN)


def read_metadata(value: Mapping[str, JSON], spec: Schema, reporter: Reporter) -> Metadata:
    """The metadata of a manifest whose `metadata` fits SCHEMA; `spec` is the schema of the kind.

    What the schema cannot say (addresses, dates, paths of the kind) is checked and reported here.
    """
    labels = cast("dict[str, str]", value.get("labels", {}))
    depends_on = tuple(
        address
        for index, text in enumerate(cast("list[str]", value.get("dependsOn", ())))
        if (address := read_address(text, f"metadata.dependsOn[{index}]", reporter)) is not None
    )
    lifecycle = cast("dict[str, JSON] | None", value.get("lifecycle"))
    return Metadata(labels, depends_on, _lifecycle(lifecycle, spec, reporter) if lifecycle else _PLAIN)


def check_name(name: str, reporter: Reporter) -> bool:
    """Whether `metadata.name` may be a name; reports why not."""
    if is_name(name):
        return True
    reporter.error(
        codes.BAD_NAME, f'"{name}" is not a name', "metadata.name", detail=NAME_RULE, remedy="Rename it."
    )
    return False


def read_address(text: str, path: str, reporter: Reporter) -> Address | None:
    """The address that a text is, or None after reporting that it is none."""
    try:
        return Address.parse(text)
    except ValueError as error:
        reporter.error(codes.BAD_ADDRESS, str(error), path)
        return None


def _lifecycle(value: Mapping[str, JSON], spec: Schema, reporter: Reporter) -> Lifecycle:
    items = cast("list[dict[str, Value]]", value.get("ignore", ()))
    return Lifecycle(
        protect=value.get("protect") is True,
        ignore=tuple(_ignore(item, index, spec, reporter) for index, item in enumerate(items)),
        on_remove=cast("OnRemove", value.get("onRemove", "delete")),
        on_replace=cast("OnReplace | None", value.get("onReplace")),
    )


def _ignore(item: Mapping[str, Value], index: int, spec: Schema, reporter: Reporter) -> Ignore:
    where = f"metadata.lifecycle.ignore[{index}]"
    path, until = cast("str", item["path"]), cast("str | None", item.get("until"))
    try:
        unknown = unknown_step(spec, path)
    except ValueError as error:
        reporter.error(codes.WRONG_VALUE, str(error), f"{where}.path")
    else:
        if unknown is not None:
            reporter.error(
                codes.WRONG_VALUE,
                f'the kind has no attribute "{path}"',
                f"{where}.path",
                remedy=nearest(*unknown),
            )
    last: date | None = None
    if until is not None:
        try:
            last = date.fromisoformat(until)
        except ValueError:
            reporter.error(
                codes.WRONG_VALUE,
                f'"{until}" is not a day',
                f"{where}.until",
                remedy="Write it as YYYY-MM-DD, for example 2027-01-31.",
            )
    return Ignore(path, cast("str", item.get("reason", "")), last, item.get("value", ABSENT))


def unknown_step(schema: Schema, path: str) -> tuple[str, list[str]] | None:
    """The first key of a path that a schema does not know, with what it knows there; None when all fit.

    ValueError where `path` is no path. Below an object that takes any key, everything fits.
    """
    here: JSON = schema
    for part in parse(path):
        if not isinstance(here, dict):
            return None
        items, properties = here.get("items"), here.get("properties")
        if isinstance(items, dict):
            here = items  # an index, or the key of an item
        elif isinstance(properties, dict):
            if part not in properties:
                return (str(part), list(properties)) if here.get("additionalProperties") is False else None
            here = properties[str(part)]
        else:
            return None
    return None
