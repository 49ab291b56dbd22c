"""What really happens on a socket: bytes sent, connections, time-outs, broken answers, TLS, proxies."""

import asyncio
import gzip
import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from qfops.console.client import Client
from qfops.console.transport import Timeouts, proxy_for
from qfops.core.errors import ApiError, ErrorClass, UsageError

from .support import CREDENTIALS, ROUTE, Handler, Time, read_request, serving, written

BODY = b'{"requestId": "r", "result": {"jobList": []}}'
CERTIFICATE = Path(__file__).with_name("self_signed.pem")
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY_VARIABLES, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def call(endpoint: str, attempts: int = 1, read_timeout: float = 5.0) -> Any:
    time = Time()
    async with Client(
        endpoint,
        CREDENTIALS,
        attempts=attempts,
        timer=time,
        sleep=time.sleep,
        timeouts=Timeouts(2.0, read_timeout),
    ) as client:
        return await client.read(ROUTE, "DescribeFineTuningJobs", {"name": "中文"})


def fails(handler: Handler, read_timeout: float = 5.0) -> ApiError:
    """The error of one call to a server that behaves like `handler`."""

    async def scenario() -> ApiError:
        async with serving(handler) as address:
            with pytest.raises(ApiError) as caught:
                await call(f"http://{address}", read_timeout=read_timeout)
            return caught.value

    return asyncio.run(scenario())


def test_the_fake_and_the_socket_see_the_same_request() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        path = scope["raw_path"].decode() + "?" + scope["query_string"].decode()
        seen.append((f"{scope['method']} {path} HTTP/{scope['http_version']}", headers, message["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": BODY})

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(written("200 OK", BODY))

    async def scenario() -> None:
        time = Time()
        async with serving(handler) as address:
            for transport in (None, lambda: httpx.ASGITransport(app)):
                client = Client(f"http://{address}", CREDENTIALS, transport=transport, clock=time)
                async with client:
                    await client.read(ROUTE, "DescribeFineTuningJobs", {"name": "中文"})

    asyncio.run(scenario())
    assert seen[0] == seen[1]
    line, headers, body = seen[0]
    assert line == "POST /v2/finetuning?Action=DescribeFineTuningJobs HTTP/1.1"
    assert json.loads(body) == {"name": "中文"}
    assert headers["content-length"] == str(len(body))


def test_connections_are_reused_one_for_each_concurrent_caller() -> None:
    opened = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while True:
            await read_request(reader)
            await asyncio.sleep(0.01)
            writer.write(written("200 OK", BODY))

    async def scenario() -> None:
        async with (
            serving(handler) as address,
            Client(f"http://{address}", CREDENTIALS, concurrency=3) as client,
        ):
            await asyncio.gather(*(client.read(ROUTE, "DescribeFineTuningJobs", {}) for _ in range(12)))

    asyncio.run(scenario())
    assert opened == 3


def test_compressed_answers_are_read() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, headers, _ = await read_request(reader)
        assert headers["accept-encoding"] == "gzip"
        writer.write(written("200 OK", gzip.compress(BODY), {"content-encoding": "gzip"}))

    async def scenario() -> None:
        async with serving(handler) as address:
            assert await call(f"http://{address}") == {"jobList": []}

    asyncio.run(scenario())


def test_a_console_that_is_away() -> None:
    async def scenario() -> ApiError:
        async with serving(lambda reader, writer: asyncio.sleep(0)) as address:
            endpoint = f"http://{address}"
        with pytest.raises(ApiError) as caught:
            await call(endpoint, attempts=8)
        return caught.value

    error = asyncio.run(scenario())
    assert error.error_class is ErrorClass.NO_EFFECT
    assert "unreachable after 8 attempts: Connection refused" in error.summary
    assert "console.endpoint (http://127.0.0.1:" in error.remedy


def test_an_unknown_host() -> None:
    with pytest.raises(ApiError) as caught:
        asyncio.run(call("http://console.invalid"))
    assert (caught.value.error_class, caught.value.code) == (ErrorClass.NO_EFFECT, "unknown host")
    assert "spelling of console.endpoint (http://console.invalid)" in caught.value.remedy


def test_a_reset_before_anything_was_read_may_have_had_an_effect() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    error = fails(handler)
    assert (error.error_class, error.code) == (ErrorClass.UNKNOWN_OUTCOME, "connection lost")


def test_a_reset_after_the_request_was_read() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)

    error = fails(handler)
    assert (error.error_class, error.code) == (ErrorClass.UNKNOWN_OUTCOME, "connection lost")
    assert "disconnected" in error.summary


def test_a_silent_server_runs_into_the_time_out() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    error = fails(handler, read_timeout=0.05)
    assert (error.error_class, error.code) == (ErrorClass.UNKNOWN_OUTCOME, "time-out")
    assert "no answer within 0.05 s" in error.summary


def test_a_server_that_stops_in_the_middle_of_an_answer_runs_into_the_time_out() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(written("200 OK", BODY)[:-5])
        await reader.read()

    assert fails(handler, read_timeout=0.05).code == "time-out"


@pytest.mark.parametrize(
    "raw",
    [
        written("200 OK", BODY)[:-5],
        b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"req\r\n',
        b"HTTP/1.1 200 O",
        b"SSH-2.0-OpenSSH\r\n",
        written("200 OK", gzip.compress(BODY)[:-3], {"content-encoding": "gzip"})[:-9],
        written("200 OK", b"no gzip at all", {"content-encoding": "gzip"}),
        written("200 OK", BODY[:-5]),
        written("200 OK", b"<html>Please log in</html>", {"content-type": "text/html"}),
    ],
    ids=["short", "chunk", "status line", "no HTTP", "short gzip", "no gzip", "cut JSON", "HTML"],
)
def test_cut_and_foreign_answers_have_an_unknown_outcome(raw: bytes) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(raw)

    assert fails(handler).error_class is ErrorClass.UNKNOWN_OUTCOME


def test_html_in_place_of_json_says_what_to_look_at() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(written("200 OK", b"<html>Please log in</html>", {"content-type": "text/html"}))

    error = fails(handler)
    assert (
        "not an answer of the console API but 26 bytes (text/html): <html>Please log in</html>"
        in error.summary
    )
    assert "whether a proxy or login page answers" in error.remedy


def test_a_call_that_is_cancelled_gives_its_connection_up() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, _, body = await read_request(reader)
            if b"slow" in body:
                await asyncio.sleep(0.2)
            writer.write(written("200 OK", json.dumps({"requestId": "r", "result": body.decode()}).encode()))

    async def scenario() -> Any:
        async with (
            serving(handler) as address,
            Client(f"http://{address}", CREDENTIALS, concurrency=1) as client,
        ):
            slow = asyncio.create_task(client.read(ROUTE, "X", {"a": "slow"}))
            await asyncio.sleep(0.05)
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)
            return await client.read(ROUTE, "X", {"a": "quick"})

    assert asyncio.run(scenario()) == '{"a":"quick"}'


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


async def _over_tls(host: str = "127.0.0.1") -> Any:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(written("200 OK", BODY))

    async with serving(handler, tls=_tls()) as address:
        return await call(f"https://{host}:{address.rpartition(':')[2]}", attempts=8)


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once() -> None:
    with pytest.raises(ApiError) as caught:
        asyncio.run(_over_tls())
    error = caught.value
    assert (error.error_class, error.code, error.attempts) == (ErrorClass.NO_EFFECT, "certificate", 1)
    assert "self-signed certificate" in error.summary.replace("self signed", "self-signed")
    assert "SSL_CERT_FILE" in error.remedy


def test_an_authority_named_by_the_environment_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert asyncio.run(_over_tls()) == {"jobList": []}


def test_a_trusted_certificate_of_another_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with pytest.raises(ApiError) as caught:
        asyncio.run(_over_tls("127.0.0.2"))
    assert caught.value.code in ("certificate", "unreachable")  # not every system answers on 127.0.0.2
    assert caught.value.error_class is ErrorClass.NO_EFFECT


def test_tls_spoken_to_a_server_that_has_none() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def scenario() -> None:
        async with serving(handler) as address:
            await call(f"https://{address}")

    with pytest.raises(ApiError) as caught:
        asyncio.run(scenario())
    assert (caught.value.error_class, caught.value.code) == (ErrorClass.NO_EFFECT, "TLS")


def test_requests_go_through_the_environments_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, headers, _ = await read_request(reader)
        lines.extend((line, headers["host"]))
        writer.write(written("200 OK", BODY))

    async def scenario() -> Any:
        async with serving(handler) as address:
            monkeypatch.setenv("HTTP_PROXY", address)
            return await call("http://console.invalid")

    assert asyncio.run(scenario()) == {"jobList": []}
    assert lines[0].startswith("POST http://console.invalid/v2/finetuning?Action=DescribeFineTuningJobs ")
    assert lines[1] == "console.invalid"


def test_a_proxy_that_refuses_the_tunnel_had_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(written("403 Forbidden by policy", b""))

    async def scenario() -> None:
        async with serving(handler) as address:
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:passw0rd@{address}")
            await call("https://console.invalid")

    with pytest.raises(ApiError) as caught:
        asyncio.run(scenario())
    assert (caught.value.error_class, caught.value.code) == (ErrorClass.NO_EFFECT, "proxy")
    assert "403" in caught.value.summary
    assert "passw0rd" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "variables", "proxy"),
    [
        ("https://c.test", {}, ""),
        ("https://c.test", {"HTTPS_PROXY": "p.test:8"}, "http://p.test:8"),
        ("https://c.test", {"https_proxy": "http://p.test:8"}, "http://p.test:8"),
        ("https://c.test", {"HTTP_PROXY": "p.test:8"}, ""),
        ("https://c.test", {"ALL_PROXY": "http://p.test:8"}, "http://p.test:8"),
        ("https://c.test", {"HTTPS_PROXY": "p.test:8", "NO_PROXY": "x.test, c.test"}, ""),
        ("https://a.c.test", {"HTTPS_PROXY": "p.test:8", "NO_PROXY": ".c.test"}, ""),
        ("https://c.test", {"HTTPS_PROXY": "p.test:8", "NO_PROXY": "*"}, ""),
        ("http://127.0.0.1:8", {"HTTP_PROXY": "p.test:8"}, ""),
        ("http://localhost:8", {"HTTP_PROXY": "p.test:8"}, ""),
        ("http://[::1]:8", {"HTTP_PROXY": "p.test:8"}, ""),
    ],
)
def test_which_proxy(
    url: str, variables: dict[str, str], proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(httpx.URL(url)) == proxy


@pytest.mark.parametrize("proxy", ["gopher://user:passw0rd@p.test:8", "http://user:passw0rd@p.test:port"])
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(UsageError) as caught:
        Client("https://console.test", CREDENTIALS)
    assert "p.test:" in caught.value.summary
    assert "passw0rd" not in str(caught.value)
