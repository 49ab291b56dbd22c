"""What stands before the command: folder, environment, variables; and how to type it again."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

_ASSIGNMENT = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_FROM_PROCESS = "QFOPS_VAR_"


@dataclass(frozen=True, slots=True)
class Invocation:
    """The global options as given; `variables` are those of `--var`."""

    directory: Path | None = None
    environment: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The project folder."""
        return Path.cwd() if self.directory is None else self.directory

    @property
    def prefix(self) -> str:
        """The words to type before a command to come to the same project: `qfops -C examples --env dev`."""
        words = ["qfops"]
        if self.directory is not None:
            words += ["-C", str(self.directory)]
        if self.environment is not None:
            words += ["--env", self.environment]
        for name, value in self.variables.items():
            words += ["--var", f"{name}={value}"]
        return shlex.join(words)

    def at(self, path: Path) -> Path:
        """A path of the command line, as seen from the project folder."""
        return self.root / path


def invocation(directory: str | None, environment: str | None, assignments: Sequence[str]) -> Invocation:
    """The global options as click gives them; a usage error for what is no assignment."""
    return Invocation(None if directory is None else Path(directory), environment, variables(assignments))


def variables(assignments: Sequence[str]) -> dict[str, str]:
    """The `K=V` of `--var`; a usage error for anything else, and for a name that stands twice."""
    found: dict[str, str] = {}
    for text in assignments:
        match = _ASSIGNMENT.fullmatch(text)
        if match is None:
            raise click.BadParameter(f"{text!r} is not of the form NAME=VALUE", param_hint="--var")
        if match[1] in found:
            raise click.BadParameter(f"{match[1]} is given twice", param_hint="--var")
        found[match[1]] = match[2]
    return found


def process_variables() -> dict[str, str]:
    """The variables that the environment sets with QFOPS_VAR_NAME, by NAME."""
    return {
        name.removeprefix(_FROM_PROCESS): value
        for name, value in os.environ.items()
        if name.startswith(_FROM_PROCESS) and name != _FROM_PROCESS
    }
