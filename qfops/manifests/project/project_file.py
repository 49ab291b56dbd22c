"""`qfops.yaml` as it is written: its environments, and what is wrong whichever of them is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qfops.core.address import is_name
from qfops.core.diagnostics import Diagnostic, nearest
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.positions import Origins
from qfops.manifests.problem import Problem
from qfops.manifests.reporter import located
from qfops.manifests.resources.metadata import NAME_RULE
from qfops.manifests.scalars import described, literal
from qfops.manifests.yaml.builder import Document

OWN = ("environments", "environment")
"""The keys that say which environments there are; no environment has them itself."""


class ProjectFile:
    """The parsed `qfops.yaml` of a project, with what is wrong whatever the environment."""

    def __init__(self, document: Document, value: dict[str, JSON], diagnostics: Sequence[Diagnostic]) -> None:
        self.document, self.value = document, value
        origins = Origins(document.file, document.marks)
        own = (located(problem, origins) for problem in self._problems())
        self.diagnostics: Sequence[Diagnostic] = (*diagnostics, *own)

    @property
    def environments(self) -> list[str]:
        """The names of the environments that are declared, sorted."""
        declared = self.value.get("environments")
        return sorted(declared) if isinstance(declared, dict) else []

    def _problems(self) -> Iterator[Problem]:
        default, environments = self.value.get("environment"), self.value.get("environments")
        if "environment" in self.value and default not in self.environments:
            yield Problem(
                codes.WRONG_VALUE,
                f"{literal(default)} is no environment of this project",
                "environment",
                detail=f"Declared are {', '.join(self.environments) or 'none'}.",
                remedy=nearest(str(default), self.environments)
                or "Name one of `environments`, or remove it.",
            )
        if isinstance(environments, dict):
            for name, overrides in environments.items():
                yield from _environment_problems(name, overrides)
        elif environments is not None:
            summary = f"environments is a mapping of names, not {described(environments)}"
            yield Problem(codes.WRONG_TYPE, summary, "environments", remedy="Write dev: {} below it.")


def _environment_problems(name: str, overrides: JSON) -> Iterator[Problem]:
    path = child("environments", name)
    if not is_name(name):
        summary = f'"{name}" cannot be the name of an environment'
        yield Problem(codes.BAD_NAME, summary, path, detail=NAME_RULE, remedy="Rename it.")
    if overrides is not None and not isinstance(overrides, dict):
        summary = f"an environment is a mapping, not {described(overrides)}"
        yield Problem(codes.WRONG_TYPE, summary, path, remedy="Write {} when it overrides nothing.")
    for key in ("name", *OWN):
        if isinstance(overrides, dict) and key in overrides:
            summary = f"{key} cannot stand inside an environment"
            yield Problem(codes.UNKNOWN_KEY, summary, child(path, key), remedy="Remove it.")
