"""A clock that only sleeping moves, a transport that answers from a script, and small servers on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from ssl import SSLContext
from typing import Any

import httpx

from qfops.console.client import Client
from qfops.core.settings import Credentials, Secret

SECRET = "5ecre7-of-the-test-5ecre7-of-the"
CREDENTIALS = Credentials("ALTAKtest", Secret(SECRET))
START = 1_735_689_600.0  # 2025-01-01T00:00:00Z
ROUTE = "/v2/finetuning"


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now = max(self.now, self.now + seconds)
        await asyncio.sleep(0)


class Script(httpx.AsyncBaseTransport):
    """Answers the n-th request with the n-th outcome, and the last one for ever."""

    def __init__(self, outcomes: Sequence[httpx.Response | Exception]) -> None:
        self._outcomes = list(outcomes)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert len(self.requests) < 100, "the client asks for ever"
        outcome = self._outcomes[min(len(self.requests), len(self._outcomes)) - 1]
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome.status_code, headers=outcome.headers, content=outcome.content)

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


def ok(result: object, request_id: str = "r-1", **headers: str) -> httpx.Response:
    return answer(200, {"requestId": request_id, "result": result}, **headers)


def answer(status: int, body: object, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def refusal(status: int, code: str, message: str = "no", **headers: str) -> httpx.Response:
    return answer(status, {"requestId": "r-9", "code": code, "message": message}, **headers)


def scripted(*outcomes: httpx.Response | Exception, **options: Any) -> tuple[Client, Script, Time]:
    """A client whose answers are `outcomes`, its transport and its clock; it waits without waiting."""
    time, script = Time(), Script(outcomes)
    client = Client(
        "https://console.test",
        CREDENTIALS,
        transport=lambda: script,
        **{"clock": time, "timer": time, "sleep": time.sleep, "random": lambda: 1.0, **options},
    )
    return client, script, time


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, tls: SSLContext | None = None) -> AsyncIterator[str]:
    """Serve every connection with `handler` on a free loopback port; the value is `127.0.0.1:PORT`."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away: that is what some tests are about
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """One request: its first line, its headers in lower case, its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    return head[0], headers, await reader.readexactly(int(headers.get("content-length", "0")))


def written(status: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """An HTTP answer as bytes."""
    lines = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
