"""How a change is approved: asked for on a terminal, or said on the command line; refused before any request.

What an approval covers is decided in `planning.policy`; here is only where it comes from.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qfops.cli.ui import terminal
from qfops.cli.ui.errors import cannot
from qfops.core.errors import QfopsError, Refused, Stale, UsageError

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.plan.plan import Plan
    from qfops.core.state.state import State
    from qfops.planning.policy import Approval
    from qfops.render.saved_plan import PlanFile


@dataclass(frozen=True, slots=True)
class Consent:
    """What the command line says about approval.

    `implied` are the words that the command itself allows once it is approved (destroy, prune), for what was
    chosen.
    `resume`: what is carried out was approved before.
    """

    auto: bool = False
    allow: frozenset[str] = frozenset()
    digest: str = ""
    resume: bool = False
    implied: frozenset[str] = frozenset()

    @property
    def given(self) -> bool:
        """Whether nobody needs to be asked."""
        return self.auto or bool(self.allow) or bool(self.digest) or self.resume

    def foreseen(self) -> Approval | None:
        """The words that the plan will be approved by; None where it is all of it, or somebody is asked."""
        return self.approval() if self.given and not (self.digest or self.resume) else None

    def demand(self, look: str, output: str) -> None:
        """Refused, before any request, when nothing was said and nobody can be asked; `look` plans it."""
        if self.given or (output == "text" and terminal.can_ask()):
            return
        why = "Standard input and output are no terminal, so nobody can be asked."
        if output != "text" and terminal.can_ask():
            why = f"--format {output} is for programs, so nobody is asked."
        raise Refused(
            "not approved; nothing was sent",
            why,
            f"Look at the plan ({look}) and approve it with --expect-digest DIGEST or --plan FILE, "
            "or use --auto-approve (and --allow for what takes something away).",
        )

    def approval(self) -> Approval:
        """What was said, in the words of the policy."""
        from qfops.planning.policy import Approval

        if self.digest or self.resume:
            return Approval(whole=True)
        return Approval(auto=True, allow=self.allow, implied=self.implied)


def confirmed(consent: Consent, plan: Plan, question: Callable[[str], bool]) -> Approval:
    """How a plan that was shown is approved; `question` asks the person at the terminal. Refused: not."""
    from qfops.planning.policy import Approval

    if consent.given:
        return consent.approval()
    acting = [change for change in plan.acting if not change.seal.owed]
    if not acting:
        return Approval(whole=True)
    if not question(f"Do {'this' if len(acting) == 1 else f'these {len(acting):,} changes'}?"):
        raise Refused("not approved; nothing was changed")
    return Approval(whole=True)


def read_saved(path: Path) -> PlanFile:
    """The plan that `plan --out` wrote; QfopsError for a file that cannot be trusted."""
    from qfops.render.saved_plan import read_plan

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise cannot("read", path, error) from None
    except (ValueError, RecursionError) as error:
        raise QfopsError(
            f"{path} is not a saved plan: {error}", remedy="Make a new one: qfops plan --out FILE"
        ) from None
    return read_plan(data)


def check_saved(saved: PlanFile, project: Project, state: State) -> None:
    """Refuse a plan of another project, environment or state."""
    settings = project.settings
    if saved.project != settings.project:
        raise UsageError(
            f"The plan is one of project {saved.project!r}; this is {settings.project!r}.",
            remedy="Use -C to name the folder of its project.",
        )
    if saved.environment != settings.environment:
        raise UsageError(
            f"The plan is for environment {saved.environment!r}; this is {settings.environment!r}.",
            remedy=f"Use: qfops --env {saved.environment} apply --plan FILE" if saved.environment else "",
        )
    if saved.lineage and saved.lineage != state.lineage:
        raise Stale(
            "The plan was made from another state.",
            f"Its lineage is {saved.lineage[:8]}…, that of the state here is {state.lineage[:8] or 'none'}…",
            "Plan again with the state that is to be changed.",
        )
