"""`${…}` in values: variables, the item of a `forEach`, the project's and the environment's name.

A scalar that is exactly one substitution keeps the value's type; `$${` is a literal `${`. What was put in is
never looked at again, so nothing can refer to itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qfops.core.diagnostics import nearest
from qfops.core.resource import Origin, Source
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.positions import Reporter
from qfops.manifests.scalars import described, text_of

SIZE_LIMIT = 100_000
DEPTH_LIMIT = 100
_EXACT = re.compile(r"\$\{([^{}]*)\}")
_TOKEN = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_KNOWN = "Known are ${var.NAME}, ${each.key}, ${each.FIELD}, ${qfops.environment}, ${qfops.project}."


class Found(NamedTuple):
    """A value to put in, and its origin; None where it has no place of its own."""

    value: JSON
    origin: Origin | None = None


class Each(NamedTuple):
    """One item of a `forEach`: its key, its value, the path where it stands, and where such paths are."""

    key: str
    value: JSON
    path: str
    reporter: Reporter


class Variable(NamedTuple):
    """The value of a variable and its origin; None for one from outside the files, where its use stands."""

    value: JSON
    source: Source
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that may be used: variables, and what `${qfops.…}` stands for ("" without environments).

    `used` collects the variables that were asked for.
    """

    project: str
    environment: str
    variables: Mapping[str, Variable]
    used: set[str]


class Substitution:
    """Replaces the substitutions of one document or resource and remembers what came from where."""

    def __init__(
        self, scope: Scope, reporter: Reporter, special: dict[str, Origin], each: Each | None = None
    ) -> None:
        self._scope, self._reporter, self._special, self._each = scope, reporter, special, each
        self._size, self._overflown = 0, False

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
            found = self._look_up(exact[1].strip(), path)
            return text if found is None else self._put(found, path, found.value)
        return _TOKEN.sub(lambda match: self._part(match, path), text)

    def _put(self, found: Found, path: str, value: JSON, depth: int = 0) -> JSON:
        """A copy of a value that was put in, whose every path has the origin of the whole."""
        self._size += 1
        if self._size > SIZE_LIMIT or depth > DEPTH_LIMIT:
            self._too_big(path)
            return None
        if found.origin is not None:
            self._special[path] = found.origin
        if isinstance(value, dict):
            return {key: self._put(found, child(path, key), item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self._put(found, f"{path}[{i}]", item, depth + 1) for i, item in enumerate(value)]
        return value

    def _error(self, code: str, summary: str, path: str, *, detail: str = "", remedy: str = "") -> None:
        self._reporter.error(code, summary, path, detail=detail, remedy=remedy, written=True)

    def _too_big(self, path: str) -> None:
        if not self._overflown:
            self._overflown = True
            self._error(
                codes.TOO_BIG,
                f"substitutions make more than {SIZE_LIMIT} values or {DEPTH_LIMIT} levels",
                path,
                remedy="Use smaller variables.",
            )

    def _part(self, match: re.Match[str], path: str) -> str:
        """The text that replaces one substitution inside a longer text."""
        if match[0] == "$${":
            return "${"
        if match[1] is None:
            self._error(
                codes.SUBSTITUTION,
                'a "${" without its "}"',
                path,
                remedy='Close it, or write "$${" for a literal "${".',
            )
            return match[0]
        found = self._look_up(match[1].strip(), path)
        if found is None:
            return match[0]
        text = text_of(found.value)
        if text is None:
            self._error(
                codes.SUBSTITUTION,
                f"{match[0]} is {described(found.value)} and cannot stand inside a text",
                path,
                remedy="Let it stand alone, or use a text, a number, true or false.",
            )
            return match[0]
        if found.origin is not None and path not in self._special:
            self._special[path] = found.origin
        return text

    def _look_up(self, name: str, path: str) -> Found | None:
        root, _, rest = name.partition(".")
        if root == "var" and rest:
            return self._variable(rest, path)
        if root == "each" and rest:
            return self._item(rest, path)
        if name == "qfops.project":
            return Found(self._scope.project)
        if name == "qfops.environment":
            return self._environment(path)
        self._error(
            codes.SUBSTITUTION,
            f"${{{name}}} is not a substitution",
            path,
            detail=_KNOWN,
            remedy='For a literal "${" write "$${".',
        )
        return None

    def _variable(self, name: str, path: str) -> Found | None:
        self._scope.used.add(name)
        variable = self._scope.variables.get(name)
        if variable is None:
            ways = f"Set it under `vars` in qfops.yaml, with --var {name}=…, or as QFOPS_VAR_{name}."
            hint = nearest(name, self._scope.variables)
            self._error(
                codes.UNDEFINED, f"the variable {name} is not defined", path, remedy=f"{hint} {ways}".strip()
            )
            return None
        if variable.origin is not None:
            return Found(variable.value, variable.origin)
        location = self._reporter.origin(path).location
        return Found(variable.value, Origin(location, variable.source, name))

    def _item(self, name: str, path: str) -> Found | None:
        each = self._each
        if each is None:
            self._error(
                codes.SUBSTITUTION, f"${{each.{name}}} stands only in a manifest with metadata.forEach", path
            )
            return None
        if name == "key":
            return Found(each.key)
        if name == "value":
            return Found(each.value, each.reporter.origin(each.path))
        value, where = each.value, each.path
        for key in name.split("."):
            if not isinstance(value, dict) or key not in value:
                known = ["key", "value", *(value if isinstance(value, dict) else ())]
                self._error(
                    codes.UNDEFINED,
                    f"the item {each.key} of forEach has no {name}",
                    path,
                    detail=f"Known are {', '.join(f'${{each.{item}}}' for item in known)}.",
                    remedy=nearest(key, known),
                )
                return None
            value, where = value[key], child(where, key)
        return Found(value, each.reporter.origin(where))

    def _environment(self, path: str) -> Found | None:
        if not self._scope.environment:
            self._error(
                codes.SUBSTITUTION,
                "this project has no environments, so ${qfops.environment} has no value",
                path,
                remedy="Declare `environments` in qfops.yaml.",
            )
            return None
        return Found(self._scope.environment)
