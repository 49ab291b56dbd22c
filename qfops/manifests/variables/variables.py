"""The variables of a run: `vars` of `qfops.yaml`, the process's `QFOPS_VAR_…`, `--var`; the last one wins.

The process's variables come as an argument; this package never reads the environment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from qfops.core.diagnostics import Diagnostic, nearest
from qfops.core.errors import UsageError
from qfops.core.resource import Origin, Source
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.reporter import Reporter
from qfops.manifests.scalars import Numerals, numeral, scalar
from qfops.manifests.variables.scope import Variable, VariableScope, numerals_below
from qfops.manifests.variables.substitution import Substitution

_CHAIN_LIMIT = 100
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def outside_variables(variables: Mapping[str, str], env_variables: Mapping[str, str]) -> dict[str, Variable]:
    """The variables from outside the files, read as plain scalars; UsageError for what cannot be read."""
    outside: dict[str, Variable] = {}
    sources: tuple[tuple[Source, Mapping[str, str]], ...] = (("env", env_variables), ("var", variables))
    for source, texts in sources:
        for name, text in texts.items():
            if source == "var" and _NAME.fullmatch(name) is None:
                raise UsageError(
                    f"--var {name}=… is not a variable.",
                    remedy="A name holds letters, digits, _ and -, and starts with a letter.",
                )
            outside[name] = _plain(name, text, source)
    return outside


def _plain(name: str, text: str, source: Source) -> Variable:
    """A variable as a plain scalar; a number out of range has no value, but reads as it is written."""
    label = f"QFOPS_VAR_{name}" if source == "env" else f"--var {name}"
    try:
        text.encode("utf-8")
        value = scalar(text)
    except UnicodeEncodeError:
        raise UsageError(f"The value of {label} is not UTF-8.") from None
    except ValueError as error:
        return Variable(text, source, None, unread=f"the value of {label} cannot be read: {error}")
    written = numeral(value, text)
    return Variable(value, source, None, {"": written} if written else {})


class ResolvedVariables(NamedTuple):
    """The names that may be used in the whole project, and the variables that `vars` itself asked for."""

    scope: VariableScope
    used: frozenset[str]


class DeclaredVariables:
    """Resolves the variables that `qfops.yaml` declares; they may use each other, but not in a circle.

    `numerals` are the numbers of the file as they were written.
    """

    def __init__(
        self,
        project: str,
        environment: str,
        raw: Mapping[str, JSON],
        reporter: Reporter,
        numerals: Numerals,
    ) -> None:
        self._raw, self._reporter, self._written = raw, reporter, numerals
        self._open: list[str] = []
        self.variables: dict[str, Variable] = {}
        self._scope = VariableScope(project, environment, self.variables)
        self._substitution = Substitution(self._scope, reporter)

    def resolve(self, outside: Mapping[str, Variable]) -> ResolvedVariables:
        """Every variable of the project; those from outside replace declared ones."""
        self.variables.update(outside)
        for name in self._raw:
            if _NAME.fullmatch(name) is None:
                self._reporter.error(
                    codes.BAD_NAME,
                    f"{name!r} cannot be the name of a variable",
                    child("vars", name),
                    remedy="Use letters, digits, _ and -, starting with a letter.",
                )
            elif name not in self.variables:
                self._resolve(name)
        return ResolvedVariables(self._scope, self._substitution.used)

    def _resolve(self, name: str) -> None:
        path = child("vars", name)
        if name in self._open or len(self._open) > _CHAIN_LIMIT:
            circle = " → ".join([*self._open[self._open.index(name) :], name]) if name in self._open else ""
            problem = f"the variables {circle} need each other" if circle else "too long a chain of variables"
            self._reporter.error(codes.CYCLE, problem, path, remedy="Write one of them out.")
            self.variables[name] = Variable(None, "var", self._reporter.origins.nearest(path))
            return
        self._open.append(name)
        for needed in _names_in(self._raw[name]):
            if needed in self._raw and needed not in self.variables:
                self._resolve(needed)
        value = self._substitution.value(self._raw[name], path)
        self._open.pop()
        location = self._reporter.origins.nearest(path).location
        numerals = {
            **numerals_below(self._written, path),
            **numerals_below(self._substitution.numerals, path),
        }
        self.variables.setdefault(name, Variable(value, "var", Origin(location, "var", name), numerals))


def _names_in(value: JSON) -> list[str]:
    """The variables that a value uses."""
    if isinstance(value, str):
        return re.findall(r"\$\{\s*var\.([^{}\s]*)\s*\}", value)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [name for item in items for name in _names_in(item)]


def unused(
    used: Collection[str], variables: Mapping[str, str], declared: Collection[str]
) -> list[Diagnostic]:
    """A warning for each name of `--var` that nothing declares or uses, with the nearest that is known."""
    known = sorted({*declared, *(name for name in used if name not in variables)})
    return [
        Diagnostic(
            code=codes.UNUSED,
            summary=f"nothing uses the variable {name} of --var",
            remedy=nearest(name, known) or "Remove it, or declare it under `vars` in qfops.yaml.",
            severity="warning",
        )
        for name in sorted(variables)
        if name not in declared and name not in used
    ]
