"""The console as an ASGI application, in plain ASGI: no framework and no threads.

The same object serves inside a process (httpx.ASGITransport) and behind uvicorn. Faults strike here.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from qfops.emulator import control
from qfops.emulator.console import Answer, Call, Console
from qfops.emulator.vocabulary.faults import ConnectionCut, Fault
from qfops.emulator.vocabulary.fields import JsonObject

Message: TypeAlias = MutableMapping[str, Any]  # as the ASGI specification types its events
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_HTML = b"<html><head><title>Gateway</title></head><body>upstream is not available</body></html>"
LARGEST_BODY = 4 * 1024 * 1024


class ConsoleApp:
    """The ASGI callable around one console and its control routes."""

    def __init__(self, console: Console, controls: control.Controls) -> None:
        self._console = console
        self._controls = controls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        if scope["type"] != "http":
            raise ValueError(f"the emulator does not speak {scope['type']}")
        body = await _read(receive)
        call = _call(scope, body)
        if call.path.startswith(control.PREFIX):
            status, content = self._controls.answer(call.method, call.path, call.headers, call.body)
            return await _send_json(send, status, content, {})
        answer = self._console.answer(call)
        if answer.latency:
            await asyncio.sleep(answer.latency)
        if answer.fault is not None:
            return await _strike(answer.fault, answer, receive, send)
        return await _send_json(send, answer.status, answer.body, answer.headers)


def _call(scope: Scope, body: bytes) -> Call:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Call(scope["method"], scope["path"], query, headers, body)


async def _read(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionCut("the client went away")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise ConnectionCut("the request body is too large")
        more = message.get("more_body", False)
    return b"".join(parts)


async def _strike(fault: Fault, answer: Answer, receive: Receive, send: Send) -> None:
    """Answer as the fault orders, or not at all."""
    name, _, detail = fault.kind.partition(":")
    if name == "reset":
        raise ConnectionCut(f"connection cut {fault.when} {fault.action}, as ordered")
    if name == "hang":
        while (await receive())["type"] != "http.disconnect":
            pass
        raise ConnectionCut("the client went away")
    if name == "nonjson":
        return await _send(send, fault.status, _HTML, {"content-type": "text/html"})
    if name == "cut":
        whole = json.dumps(answer.body or {"requestId": "0" * 36}).encode()
        return await _send(send, 200, whole[: len(whole) // 2], {"content-type": "application/json"})
    code = detail if name == "error" else control.code_for(fault.status)
    return await _send_json(send, fault.status, *control.error_answer(code))


async def _send_json(send: Send, status: int, body: JsonObject, headers: Mapping[str, str]) -> None:
    content = json.dumps(body, ensure_ascii=False).encode()
    await _send(send, status, content, {"content-type": "application/json", **headers})


async def _send(send: Send, status: int, content: bytes, headers: Mapping[str, str]) -> None:
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    lines.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": content})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
