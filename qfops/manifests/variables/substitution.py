"""`${…}` in values: replaced by variables, the item of a `forEach`, the project's and the environment's name.

A scalar that is exactly one substitution keeps the value's type; inside a text a number stands as it was
written (`1.10`). `$${` is a literal `${`. What was put in is never looked at again, so nothing can refer to
itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from qfops.core.resource import Origin
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.problem import Problem
from qfops.manifests.reporter import Reporter
from qfops.manifests.scalars import Numerals, described, text_of
from qfops.manifests.variables.scope import Each, Supplied, VariableScope, look_up, variable_in

SIZE_LIMIT = 100_000
DEPTH_LIMIT = 100
_EXACT = re.compile(r"\$\{([^{}]*)\}")
_TOKEN = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")


class Substitution:
    """Replaces the substitutions of one document or resource, within one budget.

    `origins` says where what was put in comes from, `numerals` how its numbers were written, `used` which
    variables were asked for, known or not.
    """

    def __init__(self, scope: VariableScope, reporter: Reporter, each: Each | None = None) -> None:
        self._scope, self._reporter, self._each = scope, reporter, each
        self._size, self._overflown = 0, False
        self._origins: dict[str, Origin] = {}
        self._numerals: dict[str, str] = {}
        self._used: set[str] = set()

    @property
    def origins(self) -> Mapping[str, Origin]:
        """The origin of every path that something was put in at."""
        return self._origins

    @property
    def numerals(self) -> Numerals:
        """The numbers that were put in as they were written, where they read otherwise, by path."""
        return self._numerals

    @property
    def used(self) -> frozenset[str]:
        """The variables that were asked for."""
        return frozenset(self._used)

    def value(self, value: JSON, path: str) -> JSON:
        """A copy of `value` with every substitution replaced; what cannot be replaced is reported."""
        if isinstance(value, str):
            return self._text(value, path) if "${" in value else value
        if isinstance(value, dict):
            return self.mapping(value, path)
        if isinstance(value, list):
            return [self.value(item, f"{path}[{index}]") for index, item in enumerate(value)]
        return value

    def mapping(self, value: dict[str, JSON], path: str) -> dict[str, JSON]:
        """A copy of a mapping with every substitution below it replaced."""
        return {key: self.value(item, child(path, key)) for key, item in value.items()}

    def _text(self, text: str, path: str) -> JSON:
        exact = _EXACT.fullmatch(text)
        if exact:
            supplied = self._look_up(exact[1], path)
            if supplied is None or self._is_unread(supplied, path):
                return text
            self._numerals.update({path + rest: written for rest, written in supplied.numerals.items()})
            return self._put(supplied, path, supplied.value)
        return _TOKEN.sub(lambda match: self._part(match, path), text)

    def _put(self, supplied: Supplied, path: str, value: JSON, depth: int = 0) -> JSON:
        """A copy of a value that was put in, whose every path has the origin of the whole."""
        self._size += 1
        if self._size > SIZE_LIMIT or depth > DEPTH_LIMIT:
            self._too_big(path)
            return None
        if supplied.origin is not None:
            self._origins[path] = supplied.origin
        if isinstance(value, dict):
            return {
                key: self._put(supplied, child(path, key), item, depth + 1) for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._put(supplied, f"{path}[{i}]", item, depth + 1) for i, item in enumerate(value)]
        return value

    def _part(self, match: re.Match[str], path: str) -> str:
        """The text that replaces one substitution inside a longer text."""
        if match[0] == "$${":
            return "${"
        if match[1] is None:
            remedy = 'Close it, or write "$${" for a literal "${".'
            self._report(Problem(codes.SUBSTITUTION, 'a "${" without its "}"', path, remedy=remedy))
            return match[0]
        supplied = self._look_up(match[1], path)
        if supplied is None:
            return match[0]
        text = supplied.numerals.get("") or text_of(supplied.value)
        if text is None:
            summary = f"{match[0]} is {described(supplied.value)} and cannot stand inside a text"
            remedy = "Let it stand alone, or use a text, a number, true or false."
            self._report(Problem(codes.SUBSTITUTION, summary, path, remedy=remedy))
            return match[0]
        if supplied.origin is not None:
            self._origins.setdefault(path, supplied.origin)
        return text

    def _is_unread(self, supplied: Supplied, path: str) -> bool:
        """Whether a value is no value, which is reported: it can only stand inside a text."""
        if supplied.unread:
            remedy = "Give a smaller number; inside a longer text it stands as it is written."
            self._report(Problem(codes.NUMBER, supplied.unread, path, remedy=remedy))
        return bool(supplied.unread)

    def _look_up(self, written: str, path: str) -> Supplied | None:
        """What a name stands for; None after reporting that it stands for nothing."""
        name = written.strip()
        if variable := variable_in(name):
            self._used.add(variable)
        supplied = look_up(name, path, self._reporter.origins, self._scope, self._each)
        if isinstance(supplied, Problem):
            self._report(supplied)
            return None
        return supplied

    def _report(self, problem: Problem) -> None:
        self._reporter.add(problem, written=True)

    def _too_big(self, path: str) -> None:
        if not self._overflown:
            self._overflown = True
            summary = f"substitutions make more than {SIZE_LIMIT} values or {DEPTH_LIMIT} levels"
            self._report(Problem(codes.TOO_BIG, summary, path, remedy="Use smaller variables."))
