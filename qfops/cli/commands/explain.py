"""`qfops explain` and `qfops schema`: what may stand in a manifest. No project, no network."""

from __future__ import annotations

import json

import click

from qfops.cli.ui import terminal
from qfops.core.address import KindKey


@click.command("explain")
@click.argument("field", metavar="KIND[.path]")
def explain_command(field: str) -> int:
    """Say what a kind or a field is for, what it may hold, and what changing it means.

    \b
    qfops explain FineTuningTask
    qfops explain FineTuningTask.hyperParameterConfig.learningRate
    """
    from qfops.kinds.registry import load
    from qfops.render.reports.explain import explain

    name, _, path = field.partition(".")
    registry = load()
    kind = registry.get(KindKey.parse(name))
    page = terminal.page()
    terminal.out(explain(kind, registry.schema(kind.key), path, color=page.color, width=page.width))
    return 0


@click.command("schema")
@click.argument("kind", metavar="[KIND]", required=False)
def schema_command(kind: str | None) -> int:
    """Print the JSON schema of manifests for editors, or of the spec of one kind.

    \b
    qfops schema > manifest.json
    qfops schema Service
    """
    from qfops.kinds.editor import manifest_text
    from qfops.kinds.registry import load

    registry = load()
    if kind is None:
        terminal.out(manifest_text(registry))
    else:
        schema = registry.schema(registry.get(KindKey.parse(kind)).key)
        terminal.out(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
    return 0
