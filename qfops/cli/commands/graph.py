"""`qfops graph`: which resource needs which, from the files alone."""

from __future__ import annotations

import click

from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal


@click.command("graph")
@click.option(
    "--format",
    "output",
    type=click.Choice(["mermaid", "dot"]),
    default="mermaid",
    help="Mermaid (for Markdown) or DOT (for Graphviz); default: mermaid.",
)
@click.pass_obj
def graph_command(invocation: Invocation, output: str) -> int:
    """Draw which resource needs which; arrows point from what comes first to what needs it.

    \b
    qfops graph
    qfops graph --format dot | dot -Tsvg > graph.svg
    """
    from qfops.cli.project import open_project
    from qfops.planning.order.selection import resource_targets
    from qfops.render.reports import graph

    project = open_project(invocation)
    edges = {address: resource_targets(resource) for address, resource in project.resources.items()}
    terminal.out(graph.dot(edges) if output == "dot" else graph.mermaid(edges))
    return 0
