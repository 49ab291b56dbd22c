"""`qfops show`: one resource as qfops understands it, with the place that each value was written in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from qfops.cli import options, terminal
from qfops.cli.invocation import Invocation
from qfops.core.address import Address
from qfops.core.values import Value, child

if TYPE_CHECKING:
    from qfops.core.resource import Origin, Resource


@click.command("show")
@click.argument("address", metavar="ADDR", type=options.address)
@click.pass_obj
def show_command(invocation: Invocation, address: Address) -> int:
    """Print a resource after defaults, variables and forEach, with where each value is from.

    \b
    qfops show Service/faq
    qfops --env prod show Service/faq
    """
    from qfops.cli.project import open_project

    project = open_project(invocation)
    resource = project.resources.get(address)
    if resource is None:
        raise project.unknown(address)
    terminal.out(_text(resource))
    return 0


def _text(resource: Resource) -> str:
    """One line a value: the path in the manifest, the value in full, and its origin."""
    from qfops.render.layout import cells, clean, pad
    from qfops.render.values import show

    rows = [(clean(path), show(value, 0), _place(origin)) for path, value, origin in _values(resource)]
    paths = max((cells(row[0]) for row in rows), default=0)
    values = max((size for row in rows if (size := cells(row[1])) <= 40), default=0)
    lines = [f"{resource.address}  {clean(resource.location.file)}:{resource.location.line}"]
    lines += [f"  {pad(path, paths)}  {pad(value, values)}  {place}" for path, value, place in rows]
    return "\n".join(lines) + "\n"


def _values(resource: Resource) -> Iterator[tuple[str, Value, Origin]]:
    life = resource.lifecycle
    facts: dict[str, Value] = {
        "metadata.labels": dict(resource.labels),
        "metadata.dependsOn": [str(address) for address in resource.depends_on],
        "metadata.lifecycle.protect": life.protect,
        "metadata.lifecycle.ignore": [item.path for item in life.ignore],
        "metadata.lifecycle.onRemove": "" if life.on_remove == "delete" else life.on_remove,
        "metadata.lifecycle.onReplace": life.on_replace or "",
    }
    for path, value in facts.items():
        if value:
            yield path, value, resource.origins.get(path) or resource.origin("")
    for prefix, attributes in (("", resource.attributes), ("extra", resource.extra)):
        for path, value in _leaves(attributes, prefix):
            yield f"spec.{path}", value, resource.origin(path)


def _leaves(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    """The innermost values with their paths; empty maps and lists count as values."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, child(path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif path != "extra":
        yield path, value


def _place(origin: Origin) -> str:
    from qfops.render.layout import clean

    place = f"{clean(origin.location.file)}:{origin.location.line}"
    if origin.source == "env":
        return f"QFOPS_VAR_{clean(origin.name)} (in {place})"
    return f"{place} (variable {clean(origin.name)})" if origin.source == "var" else place
