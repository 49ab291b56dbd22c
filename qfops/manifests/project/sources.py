"""The YAML files of a project, each read and parsed once, however many environments look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from qfops.core.address import Location
from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import InputError, UsageError
from qfops.manifests import codes
from qfops.manifests.files import MANIFEST_SUFFIXES, PROJECT_FILE, FileProblem, ProjectFiles
from qfops.manifests.positions import Origins
from qfops.manifests.private_files import PrivateFiles, private_by_name
from qfops.manifests.project.environment import MANIFESTS
from qfops.manifests.project.project_file import ProjectFile
from qfops.manifests.reporter import Reporter
from qfops.manifests.yaml.builder import Document, PathCache
from qfops.manifests.yaml.document import Parsed, read_documents


class Manifests(NamedTuple):
    """The documents of an environment's manifests, by the files that hold them.

    `complete` is False where a file or a part of one could not be read.
    """

    names: Sequence[str]
    documents: Sequence[Document]
    diagnostics: Sequence[Diagnostic]
    complete: bool


class Sources:
    """The files of one project, kept after the first reading."""

    def __init__(self, root: Path, overlay: Mapping[str, str] | None = None) -> None:
        self.files = ProjectFiles(root, overlay or {})
        self._private = PrivateFiles(self.files)
        self._parsed: dict[str, Parsed] = {}
        self._texts: dict[str, str] = {}
        self._paths: PathCache = {}

    def _parsed_file(self, name: str) -> Parsed:
        """A YAML file by its name."""
        if name not in self._parsed:
            try:
                self._parsed[name] = read_documents(name, self.files.yaml(name), self._paths)
            except FileProblem as problem:
                self._parsed[name] = Parsed([], [_diagnostic(problem, name)], complete=False)
        return self._parsed[name]

    def text(self, named_by: str, relative: str, allow: Sequence[str]) -> tuple[str, str]:
        """The text that `{file: relative}` in a file means, with its name; FileProblem.

        `allow` are the private files that may be read all the same.
        """
        name = self.files.beside(named_by, relative)
        self._private.check(named_by, relative, name, allow)
        if name not in self._texts:
            self._texts[name] = self.files.text(name)
        return name, self._texts[name]

    def project(self) -> ProjectFile:
        """The parsed `qfops.yaml`; InputError where there is none to work with."""
        if not self.files.exists(PROJECT_FILE):
            raise InputError([_no_project(self.files)])
        documents, diagnostics, _ = self._parsed_file(PROJECT_FILE)
        value = documents[0].value if documents else None
        if not isinstance(value, dict) and not diagnostics:
            summary, start = f"{PROJECT_FILE} is not a mapping", Location(PROJECT_FILE, 1)
            diagnostics = [_misplaced(summary, "Write name: … in it.", start)]
        if len(documents) > 1:
            summary = f"{PROJECT_FILE} holds more than one document"
            diagnostics = [*diagnostics, _misplaced(summary, "Remove the others.", documents[1].start)]
        if not isinstance(value, dict):
            raise InputError(diagnostics)
        return ProjectFile(documents[0], value, diagnostics)

    def manifests(self, patterns: Iterable[tuple[str, str]], origins: Origins) -> Manifests:
        """The manifests that an environment names; `origins` is where its patterns stand."""
        names: set[str] = set()
        complete = True
        reporter = Reporter(origins)
        for path, pattern in patterns:
            try:
                matching = self.files.manifests(pattern)
                _refuse_private(pattern, matching)
            except FileProblem as problem:
                complete = False
                reporter.error(problem.code, problem.summary, path, remedy=problem.remedy)
                continue
            if not matching:
                reporter.warn(
                    codes.NO_MANIFESTS,
                    f"{pattern} holds no manifest",
                    path,
                    remedy="A manifest is a file that ends in .yaml or .yml.",
                )
            names.update(matching)
        parsed = [self._parsed_file(name) for name in sorted(names)]
        silent = [name for name, file in zip(sorted(names), parsed, strict=True) if _says_nothing(file)]
        passed = {name: way for name, way in self.files.passed_over.items() if name not in names}
        return Manifests(
            names=sorted(names),
            documents=[document for file in parsed for document in file.documents],
            diagnostics=[
                *reporter.diagnostics,
                *(item for file in parsed for item in file.diagnostics),
                *map(_empty, silent),
                *(_passed_over(name, way) for name, way in sorted(passed.items())),
            ],
            complete=complete and all(file.complete for file in parsed),
        )

    def selected(self, paths: Iterable[Path], names: Iterable[str]) -> frozenset[str]:
        """Which of the manifest files lie at or below the PATH arguments; UsageError for other paths."""
        files: set[str] = set()
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
            files.update(inside)
        return frozenset(files)


def _refuse_private(pattern: str, names: Sequence[str]) -> None:
    """FileProblem for a file of keys that is named as a manifest: what is wrong with it would be printed."""
    for name in names:
        why = "" if name.endswith(MANIFEST_SUFFIXES) else private_by_name(name)
        if why:
            raise FileProblem(codes.PRIVATE, f"{why}, so it is no manifest", f"Take {pattern} out.")


def _says_nothing(file: Parsed) -> bool:
    """Whether a file that could be read holds no document."""
    return file.complete and not file.documents and not file.diagnostics


def _empty(name: str) -> Diagnostic:
    return Diagnostic(
        code=codes.EMPTY,
        summary=f"{name} declares nothing: it is empty, or all of it is comments",
        detail="What it declared before is planned for its end.",
        remedy="Write a manifest in it, or remove the file.",
        location=Location(name, 1),
        severity="warning",
    )


def _passed_over(name: str, way_out: str) -> Diagnostic:
    return Diagnostic(
        code=codes.PASSED_OVER,
        summary=f"{name} is not read: manifests are files of visible names that end in .yaml or .yml",
        detail="What it declared before is planned for its end.",
        remedy=way_out,
        location=Location(name, 1),
        severity="warning",
    )


def _diagnostic(problem: FileProblem, name: str) -> Diagnostic:
    location = problem.location or Location(name, 1)
    return Diagnostic(code=problem.code, summary=problem.summary, remedy=problem.remedy, location=location)


def _misplaced(summary: str, remedy: str, location: Location) -> Diagnostic:
    return Diagnostic(code=codes.WRONG_TYPE, summary=summary, remedy=remedy, location=location)


def _no_project(files: ProjectFiles) -> Diagnostic:
    summary = f"there is no {PROJECT_FILE} in {files.root}"
    remedy = "Start a project with `qfops init`, or name its folder with -C DIR."
    if files.exists("qfops.yml"):
        remedy = f"Rename qfops.yml to {PROJECT_FILE}."
    return Diagnostic(code=codes.NO_PROJECT, summary=summary, remedy=remedy)
