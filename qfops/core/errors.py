"""The error families: the user's input, the console's answers, refusals. What is none of these is a bug.

Every error says what happened in `summary`, why in `detail` and what to do in `remedy`, and knows the exit
code of the command line.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from http import HTTPStatus

from qfops.core.diagnostics import Diagnostic, arranged
from qfops.core.exit_codes import ExitCode


class ErrorClass(enum.StrEnum):
    """What an unsuccessful call may have done, and so what may be done about it."""

    NO_EFFECT = "no effect"
    REFUSED = "refused"
    UNKNOWN_OUTCOME = "unknown outcome"


class QfopsError(Exception):
    """Anything that a user, the console or the machine can cause."""

    exit_code = ExitCode.FAILED

    def __init__(self, summary: str, detail: str = "", remedy: str = "") -> None:
        super().__init__(summary)
        self.summary, self.detail, self.remedy = summary, detail, remedy

    def __str__(self) -> str:
        return " ".join(part for part in (self.summary, self.detail, self.remedy) if part)


class UsageError(QfopsError):
    """The command was called in a way that cannot work (exit 64)."""

    exit_code = ExitCode.USAGE


class InputError(QfopsError):
    """The project's files are wrong; holds every diagnostic, sorted by place."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = arranged(diagnostics)
        errors = sum(item.severity == "error" for item in self.diagnostics)
        super().__init__(f"{errors} error{'s' if errors != 1 else ''} in the project's files")


class Unloadable(InputError):
    """What is left of an approval cannot be planned, because the project's files are wrong (exit 64)."""

    exit_code = ExitCode.USAGE


class Refused(QfopsError):
    """A rule of safety holds this back: not approved, protected, a limit (exit 3)."""

    exit_code = ExitCode.REFUSED


class Stale(QfopsError):
    """The approved plan or digest no longer fits (exit 5)."""

    exit_code = ExitCode.STALE


class Locked(QfopsError):
    """Another run holds the state (exit 6)."""

    exit_code = ExitCode.LOCKED


class StateError(QfopsError):
    """The state or its journal cannot be read, written or trusted."""


class ApiError(QfopsError):
    """An answer of the console API that is not success, or no answer.

    `action` and `route` name the call, `status` the HTTP status (0: none), `code` the console's code or our
    word for a transport failure, `request_id` its id, `attempts` how often it was tried. `fatal`: nothing
    else will work either, because the console is away or does not know the keys. `crowded`: it ends when one
    of the account's running tasks does.
    """

    fatal = False
    crowded = False

    def __init__(
        self,
        message: str,
        *,
        error_class: ErrorClass,
        action: str,
        route: str,
        status: int = 0,
        code: str = "",
        request_id: str = "",
        attempts: int = 1,
        remedy: str = "",
    ) -> None:
        self.error_class, self.action, self.route = error_class, action, route
        self.status, self.code, self.request_id, self.attempts = status, code, request_id, attempts
        self.message = message
        where = f"{action} answered {status} {code}".rstrip() if status else f"{action}: {code}"
        tried = f" after {attempts} attempts" if attempts > 1 else ""
        trace = f" (request {request_id})" if request_id else ""
        super().__init__(f"{where}{tried}: {message}{trace}", remedy=remedy)

    @property
    def missing(self) -> bool:
        """Whether the console says that the object does not exist.

        A 404 alone does not: the gateway answers one (`ResourceNotFound`) for an API that it does not know.
        Codes that a kind declares besides are for the door to know.
        """
        return self.status == HTTPStatus.NOT_FOUND and _speaks_of_object(self.code)


def _speaks_of_object(code: str) -> bool:
    """Whether a code has the form in which this cloud says that an object does not exist."""
    thing = code.removeprefix("NoSuch") if code.startswith("NoSuch") else code.removesuffix("NotExist")
    return thing not in (code, "") and thing.lower() not in _THE_CALL


_THE_CALL = frozenset({"action", "api", "interface", "method", "path", "uri", "url"})
"""What is no object: codes about these speak of the call."""
