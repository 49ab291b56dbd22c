"""Every shape of success and failure of both API generations, and what is neither."""

import json

import httpx
import pytest

from qfops.console.envelope import Answer, ErrorAnswer, Reply, clean, open_envelope
from qfops.core.values import JSON

_NESTED: JSON = {"code": "X", "message": "m", "success": False}


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, httpx.Headers(named), content)


@pytest.mark.parametrize(
    ("body", "result", "request_id"),
    [
        ({"requestId": "r", "result": {"a": 1}}, {"a": 1}, "r"),
        ({"requestId": "r", "result": True}, True, "r"),
        ({"requestId": "r", "result": None}, None, "r"),
        ({"requestId": "r", "result": "am-1"}, "am-1", "r"),
        ({"requestId": "r"}, None, "r"),
        ({"log_id": "l", "result": [1]}, [1], "l"),
        ({"log_id": 4410027713, "result": {}}, {}, "4410027713"),
        ({"log_id": "l", "status": 200, "success": True, "result": True}, True, "l"),
        ({"log_id": "l", "status": 200, "success": True}, None, "l"),
        ({"log_id": "l", "error_code": 0, "error_msg": "", "result": {"a": 1}}, {"a": 1}, "l"),
        ({"requestId": "r", "code": 0, "result": {"a": 1}}, {"a": 1}, "r"),
        ({"requestId": "r", "result": _NESTED}, _NESTED, "r"),
    ],
)
def test_success(body: dict[str, JSON], result: JSON, request_id: str) -> None:
    assert open_envelope(reply(body)) == Answer(result, request_id)


@pytest.mark.parametrize(
    ("status", "body", "code", "message", "request_id"),
    [
        (200, {"log_id": "l", "error_code": 336003, "error_msg": "bad [name]"}, "336003", "bad [name]", "l"),
        (200, {"error_code": 18, "error_msg": "QPS", "result": {}}, "18", "QPS", ""),
        (
            200,
            {"log_id": "l", "status": 400, "success": False, "code": 500001, "message": "m"},
            "500001",
            "m",
            "l",
        ),
        (200, {"log_id": "l", "success": False, "message": {"global": "exists"}}, "", "exists", "l"),
        (
            200,
            {"success": False, "message": {"name": "too long", "type": ["x"]}},
            "",
            'name: too long; type: ["x"]',
            "",
        ),
        (200, {"log_id": "l", "status": 500}, "", "", "l"),
        (200, {"requestId": "r", "code": "AccessDenied", "message": "m"}, "AccessDenied", "m", "r"),
        (400, {"requestId": "r", "code": "InappropriateJSON", "message": "m"}, "InappropriateJSON", "m", "r"),
        (404, {"requestId": "r", "message": "gone"}, "", "gone", "r"),
        (409, {"requestId": "r", "code": 7, "message": None}, "7", "", "r"),
        (403, {"requestId": "r"}, "", "", "r"),
    ],
)
def test_failures_in_bodies(
    status: int, body: dict[str, JSON], code: str, message: str, request_id: str
) -> None:
    problem = open_envelope(reply(body, status))
    assert isinstance(problem, ErrorAnswer)
    assert (problem.code, problem.message, problem.request_id) == (code, message, request_id)
    assert not problem.foreign


def test_the_gateway_speaks_in_headers_with_an_empty_or_foreign_body() -> None:
    message = "NotFound, cause: Could not find credential."
    for body in (b"", b"<html>", {"x": 1}):
        problem = open_envelope(
            reply(body, 403, x_bce_error_message=message, x_bce_error_code="C", x_bce_request_id="g")
        )
        assert isinstance(problem, ErrorAnswer)
        assert (problem.code, problem.message, problem.request_id) == ("C", message, "g")
        assert not problem.foreign


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html><title>Log in</title></html>"),
        (200, b'{"requestId": "r", "result": {"a"'),
        (200, b'{"requestId": "r", "result": NaN}'),
        (200, b"[1]"),
        (200, b"null"),
        (200, b"\xff\xfe{}"),
        (200, b"[" * 100_000),
        (200, b'{"log_id": "l"}'),
        (200, b"{}"),
        (204, b""),
        (302, b""),
        (404, b'{"detail": "Not Found"}'),
        (404, b"<html>nginx</html>"),
        (500, b'{"result": 1}'),
        (502, b"<html>Bad Gateway</html>"),
    ],
)
def test_what_is_no_answer_of_the_console(status: int, body: bytes) -> None:
    problem = open_envelope(reply(body, status, content_type="text/html; charset=utf-8"))
    assert isinstance(problem, ErrorAnswer)
    assert problem.foreign
    assert "not an answer of the console API" in problem.message
    assert f"{len(body)} bytes (text/html)" in problem.message


def test_a_foreign_answer_is_shown_short_and_with_its_redirection() -> None:
    problem = open_envelope(reply(b"<p>" + b"x" * 500, 302, location="https://login.test/?token=secret"))
    assert isinstance(problem, ErrorAnswer)
    assert "sent on to https://login.test/: <p>xxx" in problem.message
    assert "token" not in problem.message
    assert len(problem.message) < 250


def test_messages_are_printable_short_and_without_signatures() -> None:
    assert clean("a\x1b[31m\n\tb") == "a [31m b"
    assert clean("模型不存在") == "模型不存在"
    assert clean("bad bce-auth-v1/ak/2025/60/host/0a0a here") == "bad bce-auth-v1/… here"
    assert len(clean("y" * 10_000)) == 501
