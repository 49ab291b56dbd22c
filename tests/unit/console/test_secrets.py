"""Secret key and signature stay inside: not in repr, not in errors, not in a traceback's variables."""

import asyncio
import logging
import re
import traceback

import httpx
import pytest

from qfops.console.client import Client
from qfops.console.sync import SyncClient
from qfops.core.errors import QfopsError
from qfops.core.settings import Credentials, Secret

from .support import CREDENTIALS, ROUTE, SECRET, refusal, scripted, serving

SIGNATURE = re.compile(r"bce-auth-v1/ALTAK")


def everything(error: BaseException) -> str:
    """The error as the most talkative traceback shows it, chained errors and variables included."""
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return f"{shown}\n{error!r}\n{error}\n{vars(error)}"


def assert_silent(text: str) -> None:
    assert SECRET not in text
    assert SIGNATURE.search(text) is None


def failing(endpoint: str, **options: object) -> QfopsError:
    async def scenario() -> None:
        client = Client(endpoint, CREDENTIALS, attempts=1, **options)  # type: ignore[arg-type]
        async with client:
            await client.read(ROUTE, "DescribeFineTuningJobs", {})

    with pytest.raises(QfopsError) as caught:
        asyncio.run(scenario())
    return caught.value


def test_repr_and_str() -> None:
    client, _, _ = scripted(refusal(403, "X"))
    assert_silent(f"{client!r} {client} {CREDENTIALS!r} {CREDENTIALS}")
    with SyncClient(client) as sync:
        assert_silent(f"{sync!r} {sync}")


@pytest.mark.parametrize(
    "outcome",
    [
        httpx.ConnectError("x"),
        httpx.ReadError("x"),
        ConnectionResetError(),
        refusal(
            403, "InvalidHTTPAuthHeader", "not valid: bce-auth-v1/ALTAKtest/2025-01-01T00:00:00Z/60/host/00ff"
        ),
        refusal(500, "InternalError"),
        httpx.Response(200, content=b"echo: authorization: bce-auth-v1/ALTAKtest/2025/60/host/00ff"),
    ],
)
def test_errors_of_answers_and_transports(outcome: httpx.Response | Exception) -> None:
    _, script, _ = scripted(outcome)
    assert_silent(everything(failing("https://console.test", transport=lambda: script)))
    assert SIGNATURE.search(script.requests[0].headers["authorization"])


def test_errors_from_the_socket() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async def scenario() -> QfopsError:
        async with serving(handler) as address:
            client = Client(f"http://{address}", CREDENTIALS, attempts=1)
            async with client:
                with pytest.raises(QfopsError) as caught:
                    await client.read(ROUTE, "DescribeFineTuningJobs", {})
            return caught.value

    assert_silent(everything(asyncio.run(scenario())))


def test_refused_keys() -> None:
    with pytest.raises(QfopsError) as caught:
        Client("https://console.test", Credentials("ALTAKtest", Secret(SECRET + " ")))
    assert_silent(everything(caught.value))


def test_logs_at_the_most_talkative_level(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async def scenario() -> None:
        async with (
            serving(handler) as address,
            Client(f"http://{address}", CREDENTIALS, attempts=1) as client,
        ):
            with pytest.raises(QfopsError):
                await client.read(ROUTE, "DescribeFineTuningJobs", {})

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert "send_request_headers" in caplog.text
    assert_silent(caplog.text)
