"""Documented answers of the console, each with what the client must conclude from it.

The exchanges stand in a data file without a word of the client, so that an emulator can be held to them too.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from qfops.console.client import Client
from qfops.core.errors import ApiError
from qfops.core.settings import Credentials, Secret

EXCHANGES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("exchanges.json").read_bytes())
FAR = 4e9


def connected(reply: Mapping[str, Any], seen: list[httpx.Request]) -> Client:
    """A client for which every request is answered with `reply`."""

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        content = reply["text"] if "text" in reply else json.dumps(reply["body"], ensure_ascii=False)
        return httpx.Response(reply["status"], headers=reply["headers"], content=content.encode())

    keys = Credentials("ALTAKexchange", Secret("0" * 32))
    return Client("https://console.test", keys, transport=lambda: httpx.MockTransport(respond), attempts=1)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=[exchange["name"] for exchange in EXCHANGES])
def test_what_the_client_makes_of_it(exchange: Mapping[str, Any]) -> None:
    call, seen = exchange["call"], list[httpx.Request]()

    async def conclude() -> Any:
        async with connected(exchange["reply"], seen) as client:
            if "items" in exchange:
                return await client.pages(
                    call["route"], call["action"], call["body"], items=exchange["items"]
                )
            answer = await client.send(call["route"], call["action"], call["body"], valid_until=FAR)
            assert answer.request_id == exchange.get("requestId", answer.request_id)
            return answer.result

    if "error" not in exchange:
        assert asyncio.run(conclude()) == exchange["result"]
    else:
        with pytest.raises(ApiError) as caught:
            asyncio.run(conclude())
        assert_concluded(caught.value, exchange)
    assert_asked(seen, call)


def assert_concluded(error: ApiError, exchange: Mapping[str, Any]) -> None:
    expected = exchange["error"]
    assert (error.error_class.value, error.code, error.missing) == (
        *(expected["class"], expected["code"]),
        expected["missing"],
    )
    assert error.status == exchange["reply"]["status"]
    assert error.request_id == exchange.get("requestId", error.request_id)
    assert expected.get("message", "") in error.message
    assert expected.get("remedy", "") in error.remedy


def assert_asked(seen: list[httpx.Request], call: Mapping[str, Any]) -> None:
    (request,) = seen
    assert request.method == "POST"
    assert request.url.path == call["route"]
    assert dict(request.url.params) == ({"Action": call["action"]} if call["action"] else {})
    assert call["body"].items() <= json.loads(request.content).items()
