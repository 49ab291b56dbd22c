"""`qfops.yaml` as it is written: its environments, and what is wrong whichever of them is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.address import is_name
from qfops.core.diagnostics import Diagnostic, nearest
from qfops.core.resource import Origin
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.positions import Origins, Reporter
from qfops.manifests.resources.metadata import NAME_RULE
from qfops.manifests.scalars import described, literal
from qfops.manifests.yaml.builder import Document

OWN = ("environments", "environment")
"""The keys that say which environments there are; no environment has them itself."""


class ProjectFile:
    """The parsed `qfops.yaml` of a project."""

    def __init__(self, document: Document, value: dict[str, JSON]) -> None:
        self.document, self.value = document, value

    @property
    def environments(self) -> list[str]:
        """The names of the environments that are declared, sorted."""
        declared = self.value.get("environments")
        return sorted(declared) if isinstance(declared, dict) else []

    def check(self, found: list[Diagnostic]) -> None:
        """Report what is wrong with the file whatever the environment."""
        reporter = self.reporter(found, self.document.marks, {})
        default, environments = self.value.get("environment"), self.value.get("environments")
        if "environment" in self.value and default not in self.environments:
            reporter.error(
                codes.WRONG_VALUE,
                f"{literal(default)} is no environment of this project",
                "environment",
                detail=f"Declared are {', '.join(self.environments) or 'none'}.",
                remedy=nearest(str(default), self.environments)
                or "Name one of `environments`, or remove it.",
            )
        if isinstance(environments, dict):
            for name, overrides in environments.items():
                _check_environment(name, overrides, reporter)
        elif environments is not None:
            summary = f"environments is a mapping of names, not {described(environments)}"
            reporter.error(codes.WRONG_TYPE, summary, "environments", remedy="Write dev: {} below it.")

    def reporter(
        self, found: list[Diagnostic], marks: Mapping[str, int], special: Mapping[str, Origin]
    ) -> Reporter:
        """Where errors of this file are reported."""
        document = self.document
        return Reporter(found, Origins(document.file, marks, special, {}), document.start)


def _check_environment(name: str, overrides: JSON, reporter: Reporter) -> None:
    path = child("environments", name)
    if not is_name(name):
        summary = f'"{name}" cannot be the name of an environment'
        reporter.error(codes.BAD_NAME, summary, path, detail=NAME_RULE, remedy="Rename it.")
    if overrides is not None and not isinstance(overrides, dict):
        summary = f"an environment is a mapping, not {described(overrides)}"
        reporter.error(codes.WRONG_TYPE, summary, path, remedy="Write {} when it overrides nothing.")
    for key in ("name", *OWN):
        if isinstance(overrides, dict) and key in overrides:
            summary = f"{key} cannot stand inside an environment"
            reporter.error(codes.UNKNOWN_KEY, summary, child(path, key), remedy="Remove it.")
