"""The table of verdicts, row by row: class, missing or not, throttled or not."""

import json
from typing import Any

import httpx
import pytest

from qfops.console.envelope import ErrorAnswer, Reply, open_envelope
from qfops.console.errors import ApiCall, ConsoleError, classify
from qfops.console.remedies import Loss, Situation
from qfops.core.errors import ErrorClass

from .support import ROUTE, START

NO_EFFECT, REFUSED, UNKNOWN = ErrorClass.NO_EFFECT, ErrorClass.REFUSED, ErrorClass.UNKNOWN_OUTCOME
SITUATION = Situation("https://console.test", "TEAM", "ALTAKtest", START)
HTML = b"<html></html>"
CREATE = ApiCall(ROUTE, "CreateFineTuningJob")
_WRONG_SECRET = "SignatureDoesNotMatch, cause: Fail to authn user: Signature does not match"


def verdict(status: int, body: Any, call: ApiCall = CREATE, attempt: int = 1, **headers: str) -> ConsoleError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    problem = open_envelope(Reply(status, named, content))
    assert isinstance(problem, ErrorAnswer)
    return classify(call, problem, SITUATION, attempt)


def v2(code: str) -> dict[str, str]:
    return {"requestId": "r", "code": code, "message": "m"}


def v1(code: int) -> dict[str, object]:
    return {"log_id": "l", "error_code": code, "error_msg": "m"}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # by status
        *((status, v2("Business"), REFUSED) for status in (400, 401, 403, 404, 405, 409, 412, 413, 422)),
        (408, v2("Business"), UNKNOWN),
        (429, v2("Business"), NO_EFFECT),
        (429, b"", NO_EFFECT),
        *((status, v2("Business"), UNKNOWN) for status in (500, 501, 502, 503, 504, 599)),
        (403, b"", REFUSED),
        (404, HTML, REFUSED),
        (407, HTML, REFUSED),
        (302, HTML, UNKNOWN),
        (502, HTML, UNKNOWN),
        # success that is none
        (200, HTML, UNKNOWN),
        (200, b'{"requestId": "r", "resul', UNKNOWN),
        (200, b"", UNKNOWN),
        (204, b"", UNKNOWN),
        # string codes
        (500, v2("InternalError"), UNKNOWN),
        (400, v2("InternalError"), UNKNOWN),
        (200, v2("InternalError"), UNKNOWN),
        (403, v2("AccessDenied"), REFUSED),
        (200, v2("AccessDenied"), REFUSED),
        (400, v2("RequestExpired"), REFUSED),
        (409, v2("TaskRunningNumberExceedLimit"), REFUSED),
        # integer codes, in V1 answers with HTTP 200 and wherever else they come
        *((200, v1(code), NO_EFFECT) for code in (4, 17, 18, 19, 336100, 336501, 336502)),
        (503, v1(336100), NO_EFFECT),
        (400, v2("18"), NO_EFFECT),
        *((200, v1(code), UNKNOWN) for code in (1, 2, 336000, 500000)),
        (429, v1(336000), UNKNOWN),
        *(
            (200, v1(code), REFUSED)
            for code in (3, 6, 13, 14, 15, 110, 336001, 336003, 500001, 500002, 510201)
        ),
        # V1 bodies that state a status of their own
        (200, {"log_id": "l", "status": 400, "success": False, "message": "m"}, REFUSED),
        (200, {"log_id": "l", "status": 500, "success": False, "message": "m"}, UNKNOWN),
        (200, {"log_id": "l", "success": False, "message": {"global": "m"}}, REFUSED),
        (200, {"log_id": "l", "status": 400, "success": False, "code": 500000}, UNKNOWN),
    ],
)
def test_class_of_an_answer(status: int, body: Any, expected: ErrorClass) -> None:
    error = verdict(status, body)
    assert error.error_class is expected
    assert error.status == status


@pytest.mark.parametrize(
    "code", ["unreachable", "unknown host", "certificate", "TLS", "connect time-out", "proxy"]
)
def test_what_never_left_had_no_effect(code: str) -> None:
    error = classify(ApiCall(ROUTE, "X"), Loss(code, "m", sent=False), SITUATION)
    assert (error.error_class, error.status, error.code) == (NO_EFFECT, 0, code)
    assert error.lasting is (code == "certificate")


@pytest.mark.parametrize("code", ["time-out", "connection lost", "cut answer"])
def test_what_may_have_left_has_an_unknown_outcome(code: str) -> None:
    error = classify(ApiCall(ROUTE, "X"), Loss(code, "m", sent=True), SITUATION)
    assert (error.error_class, error.lasting) == (UNKNOWN, False)


@pytest.mark.parametrize(
    ("status", "body", "missing"),
    [
        (404, v2("NoSuchDataset"), True),
        (404, v2("TaskNotExist"), True),
        (404, v2("ResourceNotFound"), False),  # the gateway's, for an API that it does not know
        (404, {"requestId": "r", "message": "gone"}, False),
        (404, v2("NoSuchAction"), False),
        (404, v2("NoSuch"), False),
        (404, v2("DatasetFound"), False),
        (400, v2("NoSuchDataset"), False),
        (404, {"code": "NoSuchDataset"}, True),
        (404, v2("InvalidVersion"), False),
        (404, v2("InvalidURI"), False),
        (404, v2("ActionNotFound"), False),
        (404, v1(3), False),
        (404, HTML, False),
        (404, b"", False),
        (404, {"detail": "Not Found"}, False),
        (403, v2("AccessDenied"), False),
        (400, v2("ResourceNotFound"), False),
    ],
)
def test_only_the_console_says_that_an_object_is_missing(status: int, body: Any, missing: bool) -> None:
    assert verdict(status, body).missing is missing


GATEWAY = {
    "ResourceNotFound": (404, REFUSED, "has no such call: check console.endpoint"),
    "SignatureEmpty": (400, REFUSED, "a proxy may take the Authorization header away"),
    "SignatureInvalid": (400, REFUSED, "Check TEAM_ACCESS_KEY and TEAM_SECRET_KEY"),
    "SignatureAppInvalid": (400, REFUSED, "Check TEAM_ACCESS_KEY:"),
    "SignatureTimestampInvalid": (400, REFUSED, "this machine's clock"),
    "SignatureTimestampExpired": (400, REFUSED, "this machine's clock"),
    "SignatureMismatch": (400, REFUSED, "Check TEAM_SECRET_KEY:"),
    "RequestTimeTooSkewed": (403, REFUSED, "this machine's clock"),
    "OverRateLimit": (429, NO_EFFECT, ""),
    "BadGateway": (502, UNKNOWN, "try again later"),
    "GatewayTimeout": (504, UNKNOWN, "try again later"),
}
"""The gateway's own errors: status, class, and what the remedy says. It answers without a request id."""


@pytest.mark.parametrize("code", GATEWAY)
def test_the_gateway_speaks_of_the_call_and_never_of_an_object(code: str) -> None:
    status, expected, remedy = GATEWAY[code]
    error = verdict(status, {"message": "m", "code": code})
    assert (error.error_class, error.code, error.missing) == (expected, code, False)
    assert remedy in error.remedy
    assert error.fatal is (code.startswith("Signature") or code == "RequestTimeTooSkewed")
    assert error.throttled is (code == "OverRateLimit")


def test_a_404_that_the_gateway_signs_is_no_missing_object_whatever_its_code() -> None:
    assert verdict(404, v2("NoSuchObject")).missing
    assert not verdict(404, v2("NoSuchObject"), x_bce_exception_point="Gateway").missing


@pytest.mark.parametrize(
    ("status", "body", "throttled"),
    [
        (429, b"", True),
        (200, v1(18), True),
        (503, v1(336100), True),
        (503, v2("X"), False),
        (403, v1(6), False),
    ],
)
def test_throttling(status: int, body: Any, throttled: bool) -> None:
    assert verdict(status, body).throttled is throttled


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("100000", 120.0),
        ("Wed, 01 Jan 2025 00:00:30 GMT", 30.0),
        ("Tue, 31 Dec 2024 00:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("٧", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after(text: str, seconds: float) -> None:
    headers = httpx.Headers([(b"retry-after", text.encode())])
    error = classify(ApiCall(ROUTE, "X"), ErrorAnswer(429, headers, "", ""), SITUATION)
    assert error.retry_after == seconds


def test_the_message_names_action_code_request_and_attempts() -> None:
    error = verdict(429, v2("TooManyRequests"), attempt=8)
    assert error.summary == "CreateFineTuningJob answered 429 TooManyRequests after 8 attempts: m (request r)"
    assert (error.action, error.route, error.request_id) == ("CreateFineTuningJob", ROUTE, "r")
    assert (
        verdict(200, v1(7), ApiCall("/wenxinworkshop/etl/create", "")).action == "/wenxinworkshop/etl/create"
    )


@pytest.mark.parametrize(
    ("status", "body", "headers", "remedy"),
    [
        (
            403,
            v2("InvalidAccessKeyId"),
            {},
            "Check TEAM_ACCESS_KEY: the console does not know the access key ALTAKtest",
        ),
        (
            403,
            b"",
            {"x_bce_error_message": "NotFound, cause: Could not find credential."},
            "Check TEAM_ACCESS_KEY:",
        ),
        (
            403,
            v2("SignatureDoesNotMatch"),
            {},
            "Check TEAM_SECRET_KEY: it does not belong to the access key ALTAKtest",
        ),
        (
            *(403, b""),
            {"x_bce_error_message": _WRONG_SECRET},
            "Check TEAM_SECRET_KEY:",
        ),
        (200, v1(14), {}, "Check TEAM_SECRET_KEY:"),
        (401, {"requestId": "r", "message": "m"}, {}, "Check TEAM_ACCESS_KEY and TEAM_SECRET_KEY"),
        (
            403,
            v2("AccessDenied"),
            {},
            "the policy QianfanModelTuningFullControlAccessPolicy or QianfanFullControl",
        ),
        (403, {"requestId": "r"}, {}, "Grant the owner of TEAM_ACCESS_KEY"),
        (403, v2("Forbidden"), {}, "Grant the owner of TEAM_ACCESS_KEY"),
        (403, v2("RequestTimeTooSkewed"), {}, "Check this machine's clock"),
        (400, v2("SignatureTimestampExpired"), {}, "Check this machine's clock"),
        (400, v2("SignatureMismatch"), {}, "Check TEAM_SECRET_KEY: it does not belong"),
        (400, v2("SignatureAppInvalid"), {}, "the console does not know the access key ALTAKtest"),
        (400, {"code": "SignatureEmpty", "message": "m"}, {}, "The signature was lost on the way"),
        (200, v1(500002), {}, "Grant the owner of TEAM_ACCESS_KEY"),
        (
            400,
            v2("RequestExpired"),
            {"date": "Wed, 01 Jan 2025 00:05:00 GMT"},
            "clock: it is 300 s behind the",
        ),
        (
            400,
            v2("RequestExpired"),
            {"date": "Tue, 31 Dec 2024 23:00:00 GMT"},
            "clock: it is 3600 s ahead of the",
        ),
        (400, v2("RequestExpired"), {"date": "Wed, 01 Jan 2025 00:00:05 GMT"}, "The clocks agree"),
        (400, v2("RequestExpired"), {}, "Check this machine's clock"),
        (200, v1(17), {}, "arrears"),
        (200, HTML, {}, "Check console.endpoint (https://console.test), and whether a proxy"),
        (407, HTML, {}, "proxy variables"),
    ],
)
def test_remedies(status: int, body: Any, headers: dict[str, str], remedy: str) -> None:
    assert remedy in verdict(status, body, CREATE, 1, **headers).remedy


@pytest.mark.parametrize(
    ("status", "code", "fatal"),
    [
        *(
            (403, code, True)
            for code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed")
        ),
        *((400, f"Signature{what}", True) for what in ("Empty", "Invalid", "AppInvalid", "Mismatch")),
        *((400, f"SignatureTimestamp{what}", True) for what in ("Invalid", "Expired")),
        (403, "AccessDenied", False),
        (404, "ResourceNotFound", False),
        (429, "OverRateLimit", False),
        (502, "BadGateway", False),
    ],
)
def test_keys_that_are_not_known_end_everything(status: int, code: str, fatal: bool) -> None:
    """No other call will fare better; whatever else fails speaks of this call only."""
    assert verdict(status, {"code": code, "message": "m"}).fatal is fatal


def test_no_remedy_where_the_console_says_it_all() -> None:
    assert verdict(400, v2("InappropriateJSON")).remedy == ""


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("unreachable", "console.endpoint (https://console.test)"),
        ("unknown host", "spelling of console.endpoint"),
        ("certificate", "SSL_CERT_FILE"),
        ("proxy", "HTTPS_PROXY"),
        ("time-out", ""),
    ],
)
def test_remedies_for_lost_calls(code: str, remedy: str) -> None:
    error = classify(ApiCall(ROUTE, "X"), Loss(code, "m", sent=False), SITUATION)
    assert remedy in error.remedy
    assert bool(error.remedy) is bool(remedy)
