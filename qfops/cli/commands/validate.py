"""`qfops validate`: every file checked, without network and keys."""

from __future__ import annotations

import json
from pathlib import Path

import click

from qfops import __version__
from qfops.cli.invocation import Invocation, process_variables
from qfops.cli.ui import terminal


@click.command("validate")
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="How to print what was found; default: text.",
)
@click.pass_obj
def validate_command(invocation: Invocation, paths: tuple[Path, ...], output: str) -> int:
    """Check every file of the project; all errors at once, each with its place.

    Without --env every environment is checked. PATHs narrow what is reported, not what is loaded. Exit 1 when
    there is an error.

    \b
    qfops validate
    qfops validate manifests/prompts
    qfops validate --format github              annotations on a pull request
    """
    from qfops.kinds.registry import load
    from qfops.manifests import validate_project
    from qfops.render.reports import diagnostics

    found = validate_project(
        invocation.root,
        environment=invocation.environment,
        variables=invocation.variables,
        env_variables=process_variables(),
        registry=load(),
        paths=paths,
    )
    if output == "json":
        terminal.out(json.dumps(diagnostics.diagnostics_json(found), ensure_ascii=False, indent=2) + "\n")
    elif output == "github":
        terminal.out(diagnostics.diagnostics_github(found))
    elif output == "sarif":
        terminal.out(diagnostics.diagnostics_sarif(found, __version__))
    else:
        page = terminal.page()
        terminal.out(diagnostics.diagnostics_text(found, color=page.color, width=page.width))
    return 1 if any(item.severity == "error" for item in found) else 0
