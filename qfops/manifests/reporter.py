"""Problems to diagnostics: the file, line and column of each, and the address that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.resource import Origin
from qfops.manifests.positions import Origins
from qfops.manifests.problem import Problem, below


def located(
    problem: Problem, origins: Origins, address: Address | None = None, *, written: bool = False
) -> Diagnostic:
    """The finding at the place where its value comes from, or (`written`) where the file writes it."""
    used = origins.written(problem.path) or origins.start
    origin = Origin(used) if written else origins.nearest(problem.path)
    detail = problem.detail
    if origin.name:
        used_at = "" if used == origin.location else f", used at {used}"
        detail = f"{detail} The value comes from the variable {origin.name}{used_at}.".strip()
    return Diagnostic(
        code=problem.code,
        summary=problem.summary,
        detail=detail,
        remedy=problem.remedy,
        address=address,
        path=problem.path,
        location=origin.location,
        severity=problem.severity,
    )


class Reporter:
    """Collects what is wrong with one document or resource while it is read.

    `origins` and `address` are what is known of it so far. `reported` are the paths with an error: what
    follows from the first one is not worth a second.
    """

    __slots__ = ("address", "diagnostics", "origins", "reported")

    def __init__(self, origins: Origins) -> None:
        self.origins = origins
        self.address: Address | None = None
        self.diagnostics: list[Diagnostic] = []
        self.reported: set[str] = set()

    @property
    def failed(self) -> bool:
        """Whether there was any error."""
        return bool(self.reported)

    def supply(self, origins: Mapping[str, Origin]) -> None:
        """Errors show from now on that these values were put in, and where they come from."""
        self.origins = self.origins.with_supplied(origins)

    def add(self, problem: Problem, *, written: bool = False) -> None:
        """Report an error where its value comes from, or (`written`) where the file writes it."""
        self.reported.add(problem.path)
        self.diagnostics.append(located(problem, self.origins, self.address, written=written))

    def error(self, code: str, summary: str, path: str = "", *, detail: str = "", remedy: str = "") -> None:
        """Report an error at a path of the manifest, where its value comes from."""
        self.add(Problem(code, summary, path, detail=detail, remedy=remedy))

    def warn(self, code: str, summary: str, path: str, *, detail: str = "", remedy: str = "") -> None:
        """Report a warning at a path of the manifest."""
        self.diagnostics.append(
            Diagnostic(
                code=code,
                summary=summary,
                detail=detail,
                remedy=remedy,
                address=self.address,
                path=path,
                location=self.origins.nearest(path).location,
                severity="warning",
            )
        )

    def report(self, problems: Iterable[Problem], root: str = "") -> bool:
        """Report problems of the value at `root`, unless their path is reported already; were there any?"""
        any_found = False
        for problem in problems:
            any_found = True
            path = below(root, problem.path)
            if path not in self.reported:
                self.add(replace(problem, path=path))
        return any_found
