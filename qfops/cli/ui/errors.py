"""Errors as people see them: what happened, why, what to do; and the exit code that goes with it.

What is no QfopsError is a bug in qfops: its traceback is shown, with a line that says so.
"""

from __future__ import annotations

import sys
import traceback

from qfops import __version__
from qfops.cli.ui import terminal
from qfops.core.errors import InputError, QfopsError


def report(error: Exception) -> int:
    """Say on standard error what went wrong; the exit code."""
    if isinstance(error, InputError):
        from qfops.render.reports.diagnostics import diagnostics_text

        page = terminal.page(sys.stderr)
        terminal.note(diagnostics_text(error.diagnostics, color=page.color, width=page.width))
        return error.exit_code
    if isinstance(error, QfopsError):
        terminal.note(told(error))
        return error.exit_code
    terminal.note("".join(traceback.format_exception(error)))
    terminal.note(f"This is a bug in qfops {__version__}: please report it with the lines above.")
    return 1


def told(error: QfopsError) -> str:
    """One error as lines: the summary, then why, then what to do."""
    lines = [f"error: {error.summary}"]
    lines += [f"  {line}" for part in (error.detail, error.remedy) for line in part.splitlines()]
    return "\n".join(lines)


def cannot(doing: str, path: object, error: OSError | ValueError, remedy: str = "") -> QfopsError:
    """The error for a file that the machine refuses to have read or written; also a name that is none."""
    why = (isinstance(error, OSError) and error.strerror) or error
    return QfopsError(f"{path} cannot be {doing}: {why}", remedy=remedy)
