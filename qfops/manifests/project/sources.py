"""The YAML files of a project, each read and parsed once, however many environments look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from qfops.core.address import Location
from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import InputError, UsageError
from qfops.manifests import codes
from qfops.manifests.files import PROJECT_FILE, FileProblem, ProjectFiles
from qfops.manifests.positions import Reporter
from qfops.manifests.project.environment import MANIFESTS
from qfops.manifests.project.project_file import ProjectFile
from qfops.manifests.yaml.builder import Document, PathCache
from qfops.manifests.yaml.document import read_documents


class Parsed(NamedTuple):
    """The documents of a file, what is wrong with it, and whether all of it could be read."""

    documents: list[Document]
    found: list[Diagnostic]
    complete: bool


class Sources:
    """The files of one project, kept after the first reading."""

    def __init__(self, root: Path, overlay: Mapping[str, str] | None = None) -> None:
        self.files = ProjectFiles(root, overlay or {})
        self._parsed: dict[str, Parsed] = {}
        self._texts: dict[str, str] = {}
        self._paths: PathCache = {}

    def parsed(self, name: str) -> Parsed:
        """A YAML file by its name."""
        known = self._parsed.get(name)
        if known is None:
            known = self._parsed[name] = self._parse(name)
        return known

    def _parse(self, name: str) -> Parsed:
        found: list[Diagnostic] = []
        try:
            text = self.files.yaml(name)
        except FileProblem as problem:
            return Parsed([], [_diagnostic(problem, name)], False)
        documents, complete = read_documents(name, text, self._paths, found)
        return Parsed(documents, found, complete)

    def text(self, named_by: str, relative: str) -> tuple[str, str]:
        """The text that `{file: relative}` in a file means, with its name; FileProblem."""
        name = self.files.beside(named_by, relative)
        if name not in self._texts:
            self._texts[name] = self.files.text(name)
        return name, self._texts[name]

    def project(self, found: list[Diagnostic]) -> ProjectFile:
        """The parsed `qfops.yaml`; InputError where there is none to work with."""
        if not self.files.exists(PROJECT_FILE):
            raise InputError([_no_project(self.files)])
        parsed = self.parsed(PROJECT_FILE)
        found += parsed.found
        value = parsed.documents[0].value if parsed.documents else None
        start = Location(PROJECT_FILE, 1)
        if len(parsed.documents) > 1:
            second = parsed.documents[1].start
            summary = f"{PROJECT_FILE} holds more than one document"
            found.append(Diagnostic(codes.WRONG_TYPE, summary, remedy="Remove the others.", location=second))
        if not isinstance(value, dict):
            if not parsed.found:
                summary = f"{PROJECT_FILE} is not a mapping"
                found.append(
                    Diagnostic(codes.WRONG_TYPE, summary, remedy="Write name: … in it.", location=start)
                )
            raise InputError(found)
        return ProjectFile(parsed.documents[0], value)

    def manifests(self, patterns: Iterable[tuple[str, str]], reporter: Reporter) -> tuple[list[str], bool]:
        """The manifest files of a project, sorted, and whether every pattern could be followed."""
        names: set[str] = set()
        complete = True
        for path, pattern in patterns:
            try:
                found = self.files.manifests(pattern)
            except FileProblem as problem:
                complete = False
                reporter.error(problem.code, problem.summary, path, remedy=problem.remedy)
                continue
            if not found:
                reporter.warn(
                    codes.NO_MANIFESTS,
                    f"{pattern} holds no manifest",
                    path,
                    remedy="A manifest is a file that ends in .yaml or .yml.",
                )
            names.update(found)
        return sorted(names), complete

    def selected(self, paths: Iterable[Path], names: Iterable[str]) -> frozenset[str]:
        """Which of the manifest files lie at or below the PATH arguments; UsageError for other paths."""
        found: set[str] = set()
        for path in paths:
            try:
                start = self.files.owner_of(path)
            except FileProblem as problem:
                raise UsageError(problem.summary, remedy=problem.remedy) from None
            below = "" if start == "." else f"{start}/"
            inside = [name for name in names if name == start or name.startswith(below)]
            if not inside:
                raise UsageError(
                    f"{path} holds no manifest of this project.",
                    remedy=f"`manifests` in {PROJECT_FILE} says which files are (default: {MANIFESTS}).",
                )
            found.update(inside)
        return frozenset(found)


def _diagnostic(problem: FileProblem, name: str) -> Diagnostic:
    location = problem.location or Location(name, 1)
    return Diagnostic(problem.code, problem.summary, remedy=problem.remedy, location=location)


def _no_project(files: ProjectFiles) -> Diagnostic:
    summary = f"there is no {PROJECT_FILE} in {files.root}"
    remedy = "Start a project with `qfops init`, or name its folder with -C DIR."
    if files.exists("qfops.yml"):
        remedy = f"Rename qfops.yml to {PROJECT_FILE}."
    return Diagnostic(codes.NO_PROJECT, summary, remedy=remedy)
