"""How a change is approved: asked for on a terminal, or said on the command line; refused before any request.

What an approval covers is decided in `planning.policy`; here is only where it comes from.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from qfops.cli.invocation import Invocation
from qfops.cli.options import Working
from qfops.cli.ui import terminal
from qfops.cli.ui.errors import cannot
from qfops.core.errors import InputError, QfopsError, Refused, Stale, Unloadable, UsageError

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.core.plan.plan import Plan
    from qfops.core.state.state import State
    from qfops.planning.policy import Approval
    from qfops.render.saved_plan import PlanFile


class Asked(NamedTuple):
    """What the question depends on besides the plan: how results are printed, and whether it was narrowed."""

    output: str
    narrowed: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """What the command line says about approval.

    `implied` are the words that the command itself allows once it is approved (destroy, prune), for what was
    chosen. `resume`: what is carried out was approved before. `no_input`: nobody may be asked, though one
    could be.
    """

    auto: bool = False
    allow: frozenset[str] = frozenset()
    digest: str = ""
    resume: bool = False
    implied: frozenset[str] = frozenset()
    no_input: bool = False

    @classmethod
    def of(cls, working: Working, *, resume: bool = False, implied: frozenset[str] = frozenset()) -> Self:
        """What the options of a command say."""
        return cls(
            working.auto_approve,
            working.allow,
            working.expect_digest or "",
            resume,
            implied,
            working.no_input,
        )

    def given(self, output: str) -> bool:
        """Whether nobody needs to be asked.

        At a terminal `--allow` says what may be done if the plan is agreed to; elsewhere it agrees as well.
        """
        said = self.auto or bool(self.digest) or self.resume
        return said or (bool(self.allow) and not _askable(output))

    def foreseen(self, output: str) -> Approval | None:
        """The words that the plan will be approved by; None where it is all of it, or somebody is asked."""
        return self.approval() if self.given(output) and not (self.digest or self.resume) else None

    def demand(self, look: str, output: str) -> None:
        """Refused, before any request, when nothing was said and nobody can be asked; `look` plans it."""
        if self.given(output) or (_askable(output) and not self.no_input):
            return
        why = "Standard input and output are no terminal, so nobody can be asked."
        if _askable(output):
            why = "--no-input says that nobody is to be asked."
        elif terminal.can_ask():
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


def _askable(output: str) -> bool:
    """Whether somebody sits there who can be asked."""
    return output == "text" and terminal.can_ask()


def confirmed(consent: Consent, plan: Plan, asked: Asked, ask: Callable[[str], str]) -> Approval:
    """How a plan that was shown is approved; `ask` asks the person at the terminal. Refused: not.

    A yes covers all that was shown, so it needs no word of `--allow` besides.
    """
    from qfops.planning.policy import Approval
    from qfops.render.question import question

    if consent.given(asked.output):
        return consent.approval()
    wanted = question(plan, narrowed=asked.narrowed)
    if wanted is not None and not wanted.agreed(ask(wanted.text)):
        typed = f"What has to be typed is: {wanted.wanted}" if wanted.wanted else ""
        raise Refused("not approved; nothing was changed", typed)
    return Approval(whole=True)


def opened(invocation: Invocation, paths: tuple[str, ...], consent: Consent) -> Project:
    """The project whose plan is to be approved.

    Unloadable where only the rest of an approval is asked for: with errors in the files nothing can be done.
    """
    from qfops.cli.project import open_project, open_settings

    try:
        return open_project(invocation, paths)
    except InputError as error:
        if consent.resume:
            raise Unloadable(error.diagnostics) from None
        if consent.digest:
            stored = open_settings(invocation).store().read().approved
            if stored is not None and stored.is_named_by(consent.digest):
                raise Unloadable(error.diagnostics) from None
        raise


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
    if saved.console and saved.console != settings.endpoint:
        raise UsageError(
            f"The plan is for the console {saved.console}; this is {settings.endpoint}.",
            remedy="Make a plan for this console: qfops plan --out FILE",
        )
    if saved.lineage and saved.lineage != state.lineage:
        raise Stale(
            "The plan was made from another state.",
            f"Its lineage is {saved.lineage[:8]}…, that of the state here is {state.lineage[:8] or 'none'}…",
            "Plan again with the state that is to be changed.",
        )
