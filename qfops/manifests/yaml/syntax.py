"""Errors of the YAML parser in words that say what to do. Pure: a text and an error in, a diagnostic out."""

from __future__ import annotations

from yaml import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from qfops.core.address import Location
from qfops.core.diagnostics import Diagnostic
from qfops.manifests import codes
from qfops.manifests.yaml.builder import TOO_DEEP

_LOOK = "Check the indentation, brackets and quotes here and on the line above."
_QUOTE = "Put the text in quotes."
_UNCLOSED = ("found unexpected end of stream", "found unexpected document indicator")
_SPECIAL = "@`%|>&*!?"


def syntax_problem(file: str, text: str, error: YAMLError) -> Diagnostic:
    """The diagnostic of a parser error."""
    if isinstance(error, ReaderError):
        return _unprintable(file, text, error)
    assert isinstance(error, MarkedYAMLError)
    problem, mark = error.problem or "not YAML", error.problem_mark
    context = error.context_mark
    if context is not None and problem in _UNCLOSED:
        mark, problem = context, "the quote that opens here is never closed"
    line, column = (mark.line, mark.column) if mark else (0, 0)
    location = Location(file, line + 1, column + 1)
    if "nesting depth" in problem:  # newer libyaml has a limit of its own and reads ahead
        summary, remedy = TOO_DEEP
        return Diagnostic(code=codes.TOO_BIG, summary=summary, remedy=remedy, location=location)
    detail = ""
    if error.context and context is not None and mark is not context:
        detail = f"{error.context[0].upper()}{error.context[1:]} from line {context.line + 1} on."
    summary, remedy = _advice(problem, _line(text, line), column)
    return Diagnostic(code=codes.SYNTAX, summary=summary, detail=detail, remedy=remedy, location=location)


def _line(text: str, number: int) -> str:
    lines = text.split("\n", number + 1)
    return lines[number] if number < len(lines) else ""


def _advice(problem: str, line: str, column: int) -> tuple[str, str]:
    """The summary and the remedy: the mistakes that people make first, else the parser's own words."""
    here = line[column : column + 1]
    if here == "{" and line[column - 1 : column] == "$":
        end = line.find("}", column)
        written = line[column - 1 : end + 1] if end > 0 else "${…}"
        return "a substitution inside { } or [ ] must stand in quotes", f'Put it in quotes: "{written}".'
    if problem.startswith("mapping values are not allowed"):
        return "a second `: ` on one line, or a wrong indentation", "Put a text that holds `: ` in quotes."
    if here == "\t":
        return "a tab where YAML wants spaces", "Indent with spaces."
    if here and here in _SPECIAL and "cannot start" in problem:
        return f"a text cannot begin with {here} unless it is quoted", _QUOTE
    if "while scanning an alias" in problem or problem.startswith("did not find expected alphabetic"):
        return "a text cannot begin with * or & unless it is quoted", _QUOTE
    if "escape" in problem:
        return f"{problem}: \\ begins an escape in double quotes", "Use single quotes, or write \\\\."
    return problem, _LOOK


def _unprintable(file: str, text: str, error: ReaderError) -> Diagnostic:
    before = text.encode()[: error.position].decode(errors="ignore")
    location = Location(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    return Diagnostic(
        code=codes.SYNTAX,
        summary=f"the character U+{error.character:04X} is not allowed in YAML",
        remedy='Remove it, or write it as an escape in double quotes, for example "\\u0001".',
        location=location,
    )
