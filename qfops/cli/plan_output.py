"""A plan on the screen: as `plan` shows it, and as every command shows it before it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qfops.cli.ui import terminal
from qfops.core.plan_options import PlanOptions

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.plan.plan import Plan


def print_plan(
    plan: Plan, options: PlanOptions, project: Project, output: str, *, approve: bool = True
) -> None:
    """Print the plan, as text (with how to approve it) or as the published JSON."""
    if output == "json":
        import json

        from qfops.render.plan_json import plan_json

        terminal.out(json.dumps(plan_json(plan, options), ensure_ascii=False, indent=2) + "\n")
        return
    from qfops.render.text.plan import plan_text

    page = terminal.page()
    terminal.out(
        plan_text(
            plan,
            command=project.prefix,
            flags=options.text,
            color=page.color,
            width=page.width,
            approve=approve,
        )
    )
