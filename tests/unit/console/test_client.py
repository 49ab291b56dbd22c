"""The client over a scripted transport: what it sends, what it repeats, how long it waits."""

import asyncio
from itertools import pairwise
from typing import Any

import httpx
import pytest

from qfops.console.client import Answer, Client
from qfops.console.errors import ConsoleError
from qfops.core.errors import ApiError, ErrorClass, UsageError
from qfops.core.settings import Credentials, Secret

from .support import CREDENTIALS, ROUTE, START, Time, answer, ok, refusal, scripted

READ = "DescribeFineTuningJobs"
CREATE = "CreateFineTuningJob"
RESET = httpx.ReadError("reset")
HTML = httpx.Response(200, headers={"content-type": "text/html"}, content=b"<html>")


def read(client: Client, body: Any = None) -> Any:
    return asyncio.run(client.read(ROUTE, READ, body or {}))


def send(client: Client, valid_until: float = START + 60, attempt: int = 1) -> Answer:
    return asyncio.run(client.send(ROUTE, CREATE, {}, valid_until=valid_until, attempt=attempt))


def test_a_request_is_signed_utf8_json() -> None:
    client, script, _ = scripted(ok({"a": 1}))
    assert read(client, {"name": "中文", "lr": 3e-05}) == {"a": 1}
    request = script.requests[0]
    assert (request.method, str(request.url)) == ("POST", "https://console.test/v2/finetuning?Action=" + READ)
    assert request.content == '{"name":"中文","lr":3e-05}'.encode()
    assert request.headers["host"] == "console.test"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-bce-date"] == "2025-01-01T00:00:00Z"
    assert request.headers["user-agent"].startswith("qfops/")
    prefix = "bce-auth-v1/ALTAKtest/2025-01-01T00:00:00Z/60/content-type;host;x-bce-date/"
    assert request.headers["authorization"].startswith(prefix)


def test_a_v1_route_has_no_query() -> None:
    client, script, _ = scripted(answer(200, {"log_id": "l", "result": []}))
    assert asyncio.run(client.read("/wenxinworkshop/service/list", "", {})) == []
    assert script.requests[0].url.raw_path == b"/wenxinworkshop/service/list"


def test_the_host_keeps_a_port_that_is_not_the_schemes_own() -> None:
    for endpoint, host in (
        ("http://h.test:8080", "h.test:8080"),
        ("https://h.test:443/", "h.test"),
        ("http://[::1]:81", "[::1]:81"),
    ):
        _, script, _ = scripted(ok(1))
        client = Client(endpoint, CREDENTIALS, transport=lambda script=script: script)  # type: ignore[misc]
        read(client)
        assert script.requests[0].headers["host"] == host


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("x"),
        httpx.ConnectTimeout("x"),
        httpx.ReadTimeout("x"),
        httpx.RemoteProtocolError("x"),
        RESET,
        ConnectionResetError(),
        HTML,
        refusal(500, "InternalError"),
        refusal(503, "X"),
        refusal(429, "X"),
        answer(200, {"log_id": "l", "error_code": 336100, "error_msg": "busy"}),
        answer(200, {"log_id": "l", "error_code": 500000, "error_msg": "internal"}),
    ],
)
def test_reads_are_repeated_where_that_may_help(failure: Any) -> None:
    client, script, _ = scripted(failure, failure, ok("late"))
    assert read(client) == "late"
    assert len(script.requests) == 3
    assert (client.stats.calls, client.stats.retries) == (3, 2)


@pytest.mark.parametrize(
    "failure",
    [
        refusal(400, "InappropriateJSON"),
        refusal(403, "AccessDenied"),
        refusal(404, "X"),
        answer(200, {"log_id": "l", "error_code": 336003, "error_msg": "bad"}),
        httpx.Response(302, headers={"location": "https://login.test"}),
    ],
)
def test_reads_are_not_repeated_where_it_cannot_help(failure: Any) -> None:
    client, script, time = scripted(failure)
    with pytest.raises(ApiError):
        read(client)
    assert len(script.requests) == 1
    assert time.slept == []


def test_eight_attempts_and_the_message_says_so() -> None:
    client, script, time = scripted(RESET)
    with pytest.raises(
        ApiError, match=r"DescribeFineTuningJobs: connection lost after 8 attempts: .*\(reset\)"
    ):
        read(client)
    assert len(script.requests) == 8
    assert time.slept == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0]
    assert (client.stats.calls, client.stats.retries) == (8, 7)
    assert client.stats.seconds == pytest.approx(22.6)


def test_every_attempt_has_a_signature_of_its_own_time() -> None:
    client, script, _ = scripted(refusal(429, "X", retry_after="9"), ok(1))
    read(client)
    dates = [request.headers["x-bce-date"] for request in script.requests]
    assert dates == ["2025-01-01T00:00:00Z", "2025-01-01T00:00:09Z"]


def test_jitter_halves_the_wait_at_most() -> None:
    client, _, _ = scripted(ok(1), random=lambda: 0.0)
    error = ConsoleError("m", error_class=ErrorClass.NO_EFFECT, action="A", route=ROUTE)
    assert [client.backoff(attempt, error) for attempt in (1, 2, 7, 60)] == [0.1, 0.2, 5.0, 5.0]


def test_what_the_console_asks_for_is_the_least_wait() -> None:
    client, _, _ = scripted(ok(1))
    error = ConsoleError("m", error_class=ErrorClass.NO_EFFECT, action="A", route=ROUTE)
    error.retry_after = 3.0
    assert [client.backoff(attempt, error) for attempt in (1, 7)] == [3.0, 10.0]


def test_throttling_waits_longer_and_as_long_as_the_console_asks() -> None:
    client, _, time = scripted(refusal(429, "X"), refusal(429, "X", retry_after="30"), ok(1))
    read(client)
    assert time.slept[0] == 1.0
    assert time.now - START == pytest.approx(31.0)


def test_throttling_of_one_caller_slows_all_down_and_success_recovers() -> None:
    async def scenario() -> list[float]:
        client, _, time = scripted(*[ok(1)] * 10, refusal(429, "X"), ok(1), concurrency=20)
        await asyncio.gather(*(client.read(ROUTE, READ, {}) for _ in range(10)))
        with pytest.raises(ApiError):
            await client.send(ROUTE, CREATE, {}, valid_until=START + 60)
        moments = []
        for _ in range(20):
            await client.turn()
            moments.append(time.now - START)
            await client.send(ROUTE, CREATE, {}, valid_until=time.now + 60)
        return moments

    moments = asyncio.run(scenario())
    gaps = [b - a for a, b in pairwise(moments)]
    assert moments[0] == pytest.approx(1.0)
    assert gaps[0] == pytest.approx(0.2, abs=0.02)
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < gaps[0] * 0.75


def test_an_announced_rate_is_kept() -> None:
    client, script, time = scripted(ok(1, x_ratelimit_limit_requests="60"))

    async def scenario() -> None:
        for _ in range(14):
            await client.read(ROUTE, READ, {})

    asyncio.run(scenario())
    assert len(script.requests) == 14
    # The first came before anything was announced, ten more may come at once, the others one a second.
    assert time.slept == pytest.approx([1.0, 1.0, 1.0])


@pytest.mark.parametrize("value", ["", "many", "-1", "0", "1e3"])
def test_an_announced_rate_that_is_none_is_ignored(value: str) -> None:
    client, _, time = scripted(ok(1, x_ratelimit_limit_requests=value))

    async def scenario() -> None:
        for _ in range(20):
            await client.read(ROUTE, READ, {})

    asyncio.run(scenario())
    assert time.slept == []


def test_concurrency_is_capped() -> None:
    running = most = 0

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return ok(1)

    async def scenario() -> None:
        client = Client("http://h.test", CREDENTIALS, transport=Slow, concurrency=3)
        await asyncio.gather(*(client.read(ROUTE, READ, {}) for _ in range(20)))

    asyncio.run(scenario())
    assert most == 3


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx.ConnectError("x"), ErrorClass.NO_EFFECT),
        (RESET, ErrorClass.UNKNOWN_OUTCOME),
        (httpx.ReadTimeout("x"), ErrorClass.UNKNOWN_OUTCOME),
        (HTML, ErrorClass.UNKNOWN_OUTCOME),
        (refusal(429, "X"), ErrorClass.NO_EFFECT),
        (refusal(409, "X"), ErrorClass.REFUSED),
    ],
)
def test_a_mutating_call_is_sent_once_whatever_comes_back(failure: Any, expected: ErrorClass) -> None:
    client, script, time = scripted(failure, ok("never asked for"))
    with pytest.raises(ApiError) as caught:
        send(client, attempt=3)
    assert caught.value.error_class is expected
    assert caught.value.attempts == 3
    assert len(script.requests) == 1
    assert time.slept == []


def test_a_mutating_call_answers_with_result_and_request_id() -> None:
    client, _, _ = scripted(ok({"jobId": "job-1"}, "r-7"))
    assert send(client) == Answer({"jobId": "job-1"}, "r-7")
    client, _, _ = scripted(answer(200, {"requestId": "r-8"}))
    assert send(client) == Answer(None, "r-8")


@pytest.mark.parametrize(("valid_until", "expiry"), [(60.0, 60), (7.9, 7), (1.0, 1), (500.0, 60)])
def test_a_signature_ends_with_the_intent(valid_until: float, expiry: int) -> None:
    client, script, _ = scripted(ok(1))
    send(client, START + valid_until)
    assert f"/2025-01-01T00:00:00Z/{expiry}/" in script.requests[0].headers["authorization"]


@pytest.mark.parametrize("valid_until", [0.9, 0.0, -100.0])
def test_nothing_is_sent_after_the_intents_time(valid_until: float) -> None:
    client, script, _ = scripted(ok(1))
    with pytest.raises(ApiError) as caught:
        send(client, START + valid_until)
    assert caught.value.error_class is ErrorClass.NO_EFFECT
    assert caught.value.code == "expired"
    assert script.requests == []
    assert client.stats.calls == 0


def test_the_wait_for_a_slot_counts_against_the_intents_time() -> None:
    async def scenario() -> None:
        time = Time()

        class Slow(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                await asyncio.sleep(0)
                time.now += 50
                return ok(1)

        client = Client("http://h.test", CREDENTIALS, transport=Slow, concurrency=1, clock=time)
        first, second, third = await asyncio.gather(
            *(client.send(ROUTE, CREATE, {}, valid_until=START + 60) for _ in range(3)),
            return_exceptions=True,
        )
        assert isinstance(first, Answer)
        assert isinstance(second, Answer)
        assert isinstance(third, ApiError)
        assert third.code == "expired"

    asyncio.run(scenario())


def test_pages_are_read_with_the_clients_retries() -> None:
    first = ok({"jobList": [{"jobId": "a"}], "pageInfo": {"isTruncated": True, "nextMarker": "m"}})
    last = ok({"jobList": [{"jobId": "b"}], "pageInfo": {"isTruncated": False}})
    client, script, _ = scripted(first, RESET, last)
    items = asyncio.run(client.pages(ROUTE, READ, {"jobType": "x"}, items="jobList"))
    assert items == [{"jobId": "a"}, {"jobId": "b"}]
    assert script.bodies()[1:] == [{"maxKeys": 100, "jobType": "x", "marker": "m"}] * 2


def test_a_list_that_cannot_be_read_to_its_end_is_an_error() -> None:
    client, _, _ = scripted(
        ok({"jobList": [{"jobId": "a"}], "pageInfo": {"isTruncated": True, "nextMarker": "m"}})
    )
    with pytest.raises(ApiError, match=r"incomplete list: .*'m' came twice") as caught:
        asyncio.run(client.pages(ROUTE, READ, {}, items="jobList"))
    assert not caught.value.missing
    assert caught.value.error_class is ErrorClass.UNKNOWN_OUTCOME


def test_a_later_page_that_fails_fails_the_list() -> None:
    first = ok({"jobList": [{"jobId": "a"}], "pageInfo": {"isTruncated": True, "nextMarker": "m"}})
    client, _, _ = scripted(first, refusal(403, "AccessDenied"))
    with pytest.raises(ApiError, match="AccessDenied"):
        asyncio.run(client.pages(ROUTE, READ, {}, items="jobList"))


def test_the_account_is_what_results_show_unless_they_disagree() -> None:
    client, _, _ = scripted(ok({"jobList": []}), ok({"userId": 77}), ok({"userId": 77}), ok({"userId": 78}))
    seen = []
    for _ in range(4):
        read(client)
        seen.append(client.account)
    assert seen == ["", "77", "77", ""]


@pytest.mark.parametrize("body", [{"x": float("nan")}, {"x": "\ud800"}])
def test_what_is_not_json_is_not_sent(body: Any) -> None:
    client, script, _ = scripted(ok(1))
    with pytest.raises(ApiError, match="cannot be written as UTF-8 JSON") as caught:
        read(client, body)
    assert caught.value.error_class is ErrorClass.REFUSED
    assert script.requests == []


@pytest.mark.parametrize(
    ("access", "secret", "message"),
    [
        ("", "s", "access key is missing Set TEAM_ACCESS_KEY"),
        ("a", "", "secret key is missing Set TEAM_SECRET_KEY"),
        ("a/b", "s", "access key holds a blank, a quotation mark or a slash"),
        ("a\n", "s", "access key holds a character outside printable ASCII"),
        ("a", "s3cr3t ", "secret key holds a blank"),
        ("a", '"s3cr3t"', "secret key holds a blank, a quotation mark"),
        ("a", "密钥", "secret key holds a character outside printable ASCII"),
    ],
)
def test_keys_that_cannot_be_right_are_refused(access: str, secret: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Client("https://console.test", Credentials(access, Secret(secret)), keys="TEAM")
    assert message in str(caught.value)
    assert not secret or "3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "console.test",
        "ftp://h",
        "https://",
        "https://h/path",
        "https://h?x=1",
        "https://h#x",
        "http://[",
        "https://u:pw@h",
    ],
)
def test_what_is_no_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(UsageError, match="is not an endpoint") as caught:
        Client(endpoint, CREDENTIALS)
    assert "pw" not in str(caught.value)
