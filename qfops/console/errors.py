"""One verdict on every unsuccessful call: its class, its words, its remedy.

The tables below are the whole knowledge of codes and statuses; nothing else in qfops looks at them. Messages
never hold a secret, a signature or a character that a terminal would obey.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from qfops.console.envelope import ErrorAnswer
from qfops.console.remedies import Loss, Situation, http_time, remedy
from qfops.core.errors import ApiError, ErrorClass

THROTTLE_CODES = frozenset({"4", "17", "18", "19", "336100", "336501", "336502", "OverRateLimit"})
"""Rate, quota and load: the console turned the request away and asks for patience."""

INTERNAL_CODES = frozenset({"1", "2", "336000", "500000", "InternalError"})
"""The console broke on its way; what it had done by then is not known."""

_TOO_MANY_RUNNING = frozenset({"TaskRunningNumberExceedLimit", "510402"})
"""Refusals that end when one of the account's running tasks does."""

_KEYS_REFUSED = frozenset(
    {
        *("InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestExpired", "InvalidHTTPAuthHeader"),
        *("SignatureEmpty", "SignatureInvalid", "SignatureAppInvalid", "SignatureMismatch"),
        *("SignatureTimestampInvalid", "SignatureTimestampExpired", "RequestTimeTooSkewed"),
    }
)
"""The console, or the gateway before it, does not know the keys, or not as they were used: no call will fare
better."""

_LONGEST_RETRY_AFTER = 120.0
"""Seconds; a console that asks for more is asked again after this."""


class ApiCall(NamedTuple):
    """Which call an error speaks of; `action` is "" on V1 routes, where the route says it all."""

    route: str
    action: str

    @property
    def name(self) -> str:
        """The action, or the route where there is none."""
        return self.action or self.route


class ConsoleError(ApiError):
    """The error of one call, with what the client's own retries need besides.

    `throttled`: everybody is to slow down, for `retry_after` seconds at least. `lasting`: no repetition can
    help (a certificate, a redirect). `foreign`: the answer did not come from the console API, or from the
    gateway in front of it, so that a 404 says nothing about an object.
    """

    throttled = False
    lasting = False
    foreign = False
    retry_after = 0.0

    @property
    def missing(self) -> bool:
        """Whether the console itself says that the object does not exist."""
        return super().missing and not self.foreign


def classify(
    call: ApiCall, outcome: ErrorAnswer | Loss, situation: Situation, attempt: int = 1
) -> ConsoleError:
    """The error for an answer that is not success, or for a call without an answer."""
    advice = remedy(call.route, call.action, outcome, situation)
    if isinstance(outcome, Loss):
        error = ConsoleError(
            outcome.message,
            error_class=ErrorClass.UNKNOWN_OUTCOME if outcome.sent else ErrorClass.NO_EFFECT,
            action=call.name,
            route=call.route,
            code=outcome.code,
            attempts=attempt,
            remedy=advice,
        )
        error.lasting = outcome.code == "certificate"
        error.fatal = not outcome.sent
        return error
    error = ConsoleError(
        outcome.message or "the console gives no reason",
        error_class=error_class(outcome),
        action=call.name,
        route=call.route,
        status=outcome.status,
        code=outcome.code,
        request_id=outcome.request_id,
        attempts=attempt,
        remedy=advice,
    )
    error.throttled = outcome.status == HTTPStatus.TOO_MANY_REQUESTS or outcome.code in THROTTLE_CODES
    error.lasting = HTTPStatus.MULTIPLE_CHOICES <= outcome.status < HTTPStatus.BAD_REQUEST
    error.foreign = outcome.foreign or outcome.gateway
    error.fatal = outcome.code in _KEYS_REFUSED
    error.crowded = outcome.code in _TOO_MANY_RUNNING
    error.retry_after = retry_after(outcome, situation.now)
    return error


def error_class(problem: ErrorAnswer) -> ErrorClass:
    """What the failed call may have done: by code where the code is known, else by status.

    In doubt the outcome is unknown: that costs a look-up, the other mistake costs a second object.
    """
    if problem.code in INTERNAL_CODES:
        return ErrorClass.UNKNOWN_OUTCOME
    if problem.status == HTTPStatus.TOO_MANY_REQUESTS or problem.code in THROTTLE_CODES:
        return ErrorClass.NO_EFFECT
    status = problem.stated or problem.status
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        # 408 comes from something in between that has heard enough; what it passed on is not known.
        return ErrorClass.UNKNOWN_OUTCOME if status == HTTPStatus.REQUEST_TIMEOUT else ErrorClass.REFUSED
    if status < HTTPStatus.MULTIPLE_CHOICES and not problem.foreign:
        return ErrorClass.REFUSED  # V1 reports business failures with HTTP 200
    return ErrorClass.UNKNOWN_OUTCOME


def retry_after(problem: ErrorAnswer, now: float) -> float:
    """Seconds that the answer asks us to wait, at most two minutes; 0 where it says nothing."""
    text = problem.headers.get("retry-after", "").strip()
    if not text:
        return 0.0
    if text.isascii() and text.isdigit():
        wait = float(text)
    else:
        moment = http_time(text)
        wait = 0.0 if moment is None else moment - now
    return min(max(wait, 0.0), _LONGEST_RETRY_AFTER)
