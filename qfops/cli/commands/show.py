"""`qfops show`: one resource as qfops understands it, with the place that each value was written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal
from qfops.core.address import Address

if TYPE_CHECKING:
    from qfops.core.resource import Origin, Resource

_WIDE = 40
"""Longer values push their own line only."""


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
    from qfops.manifests import origins
    from qfops.render.layout import cells, clean, pad
    from qfops.render.values import show

    rows = [(clean(path), show(value, 0), _place(origin)) for path, value, origin in origins(resource)]
    paths = max(cells(path) for path, _, _ in rows)
    values = max((size for _, value, _ in rows if (size := cells(value)) <= _WIDE), default=0)
    lines = [str(resource.address)]
    lines += [f"  {pad(path, paths)}  {pad(value, values)}  {place}" for path, value, place in rows]
    return "\n".join(lines) + "\n"


def _place(origin: Origin) -> str:
    from qfops.render.layout import clean

    place = f"{clean(origin.location.file)}:{origin.location.line}"
    if origin.source == "file" or not origin.name:
        return place
    variable = f"QFOPS_VAR_{origin.name}" if origin.source == "env" else origin.name
    return f"{place} (variable {clean(variable)})"
