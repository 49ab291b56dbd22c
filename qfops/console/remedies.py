"""What the user can do about a failed call: which key is wrong, which policy is missing, where to look.

Pure texts, chosen by code, then by status. A remedy names variables and hosts, never a secret.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

from qfops.console.envelope import ErrorAnswer
from qfops.console.masking import is_public, shown
from qfops.console.policies import granting

_KEY_KIND = "It must be an account-level Access Key of IAM, not the API Key of an application."
_CREDENTIAL_UNKNOWN = "Could not find credential"
_SIGNATURE_WRONG = "Signature does not match"
_SKEW_WORTH_NAMING = 30.0


class Situation(NamedTuple):
    """What a remedy may name: the endpoint, the variables' prefix, the access key's id, the time now."""

    endpoint: str
    keys: str
    access_key: str
    now: float


class Loss(NamedTuple):
    """A call without an answer: our word for it, what happened, and whether the request may have left."""

    code: str
    message: str
    sent: bool


_NOT_A_PAIR = (
    "Check {keys}_SECRET_KEY: it does not belong to the access key {access_key} of {keys}_ACCESS_KEY."
)
_OLD_FORM = (
    " If the two keys look exchanged to you, exchange what {keys}_ACCESS_KEY and {keys}_SECRET_KEY hold."
)
_CHECK_PROXY = "Check the proxy variables (HTTPS_PROXY, NO_PROXY) and what the proxy allows."

_LOSSES = {
    "unreachable": "Check the network, console.endpoint ({endpoint}) and the proxy variables"
    " (HTTPS_PROXY, NO_PROXY).",
    "unknown host": "Check the spelling of console.endpoint ({endpoint}), the name server and the proxy"
    " variables.",
    "certificate": "Behind a proxy that opens TLS, set SSL_CERT_FILE to its certificate authority;"
    " certificates are always verified.",
    "TLS": "Check that console.endpoint ({endpoint}) speaks TLS, or is written with http:// if it does not.",
    "proxy": _CHECK_PROXY,
    "expired": "Try again; if it happens often, lower --concurrency or raise wait.signature.",
}

_CODES = {
    "InvalidAccessKeyId": "Check {keys}_ACCESS_KEY: the console does not know the access key {access_key}. "
    + _KEY_KIND,
    "SignatureDoesNotMatch": _NOT_A_PAIR,
    "InvalidHTTPAuthHeader": "Check {keys}_ACCESS_KEY and {keys}_SECRET_KEY: something was cut off or added. "
    + _KEY_KIND,
    "SignatureAppInvalid": "Check {keys}_ACCESS_KEY: the console does not know the access key {access_key}. "
    + _KEY_KIND,
    "SignatureMismatch": _NOT_A_PAIR,
    "SignatureEmpty": "The signature was lost on the way: a proxy may take the Authorization header away."
    " Check the proxy variables (HTTPS_PROXY, NO_PROXY).",
    "SignatureInvalid": "Check {keys}_ACCESS_KEY and {keys}_SECRET_KEY: something was cut off or added. "
    + _KEY_KIND,
    "ResourceNotFound": "The console has no such call: check console.endpoint ({endpoint}). This says nothing"
    " about the object.",
    "BadGateway": "The console is there, what stands behind its gateway is not: try again later.",
    "GatewayTimeout": "The console is there, what stands behind its gateway is too slow: try again later.",
    "OptInRequired": "Activate the Qianfan platform for this account in the console.",
    "13": "Check {keys}_ACCESS_KEY and {keys}_SECRET_KEY. " + _KEY_KIND,
    "14": _NOT_A_PAIR,
    "17": "The day's quota is used up, billing is not enabled, or the account is in arrears: see the billing"
    " page of the console.",
    "19": "The total quota is used up: ask for more in the console.",
    "510402": "Wait until one of the account's running trainings has ended.",
    "TaskRunningNumberExceedLimit": "Wait until one of the account's running tasks has ended.",
    "510403": "The account has no training credit left: see the billing page of the console.",
}
_ABOUT_KEYS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidHTTPAuthHeader", "13", "14"})
_CLOCK_CODES = frozenset(
    {"RequestExpired", "RequestTimeTooSkewed", "SignatureTimestampInvalid", "SignatureTimestampExpired"}
)
_DENIED_CODES = frozenset({"AccessDenied", "6", "336004", "500002"})


def remedy(route: str, action: str, outcome: ErrorAnswer | Loss, situation: Situation) -> str:
    """What to do about `outcome`, in one or two sentences; "" where the console's own words say it all."""
    if isinstance(outcome, Loss):
        return _filled(_LOSSES.get(outcome.code, ""), situation)
    code = _known_code(outcome)
    if code in _CLOCK_CODES:
        return _clock(outcome, situation)
    if code in _CODES:
        told_apart = is_public(situation.access_key) or code not in _ABOUT_KEYS
        return _filled(_CODES[code] + ("" if told_apart else _OLD_FORM), situation)
    if code in _DENIED_CODES or (outcome.status == HTTPStatus.FORBIDDEN and not outcome.foreign):
        names = " or ".join(granting(route, action))
        return _filled("Grant the owner of {keys}_ACCESS_KEY the policy ", situation) + f"{names}."
    return _by_status(outcome, situation)


def _known_code(problem: ErrorAnswer) -> str:
    """The code, or the one that the gateway's sentence stands for: it sends the sentence alone at times."""
    if _CREDENTIAL_UNKNOWN in problem.message:
        return "InvalidAccessKeyId"
    if _SIGNATURE_WRONG in problem.message:
        return "SignatureDoesNotMatch"
    return problem.code


def _by_status(problem: ErrorAnswer, situation: Situation) -> str:
    if problem.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return _CHECK_PROXY
    if problem.foreign:
        return f"Check console.endpoint ({situation.endpoint}), and whether a proxy or login page answers."
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return _filled(_CODES["InvalidHTTPAuthHeader"], situation)
    return ""


def _clock(problem: ErrorAnswer, situation: Situation) -> str:
    """Which clock is wrong, from the Date of the answer."""
    server = server_time(problem)
    if server is None:
        return "Check this machine's clock: a signature holds for a minute around its time."
    skew = situation.now - server
    if abs(skew) < _SKEW_WORTH_NAMING:
        return "The clocks agree: the request was under way for too long. Try again, or raise wait.signature."
    side = "ahead of" if skew > 0 else "behind"
    return f"Set this machine's clock: it is {abs(skew):.0f} s {side} the console's."


def server_time(problem: ErrorAnswer) -> float | None:
    """The Date header as seconds since 1970, or None."""
    return http_time(problem.headers.get("date", ""))


def http_time(text: str) -> float | None:
    """An HTTP date as seconds since 1970, or None where it is not one."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _filled(text: str, situation: Situation) -> str:
    return text.format(
        keys=situation.keys,
        access_key=shown(situation.access_key) if situation.access_key else "(none)",
        endpoint=situation.endpoint,
    )
