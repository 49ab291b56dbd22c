"""Every fault, before and after its effect, in the process and on a real socket."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from qfops.emulator import ConnectionCut, Emulator, Fault, running
from qfops.emulator.vocabulary.errors import CODES

from .speaking import Api

LABEL = b'{"name": ["x"]}'
KINDS = [
    "reset",
    "hang",
    "nonjson",
    "nonjson:502",
    "cut",
    "status:500",
    "status:503",
    "status:429",
    "error:StateConflict",
]


def labels(emulator: Emulator) -> int:
    return len(emulator.objects("PromptLabel"))


def check_answer(kind: str, response: httpx.Response) -> None:
    """Assert that an answered fault looks as ordered."""
    if kind.startswith("nonjson"):
        assert response.status_code == (502 if kind.endswith("502") else 200)
        assert response.text.startswith("<html>")
    elif kind == "cut":
        assert response.status_code == 200
        with pytest.raises(ValueError):
            response.json()
    elif kind.startswith("status"):
        assert response.status_code == int(kind[-3:])
        assert set(response.json()) == {"requestId", "code", "message"}
    else:
        assert (response.status_code, response.json()["code"]) == (409, "StateConflict")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
def test_in_the_process(api: Api, emulator: Emulator, kind: str, when: str) -> None:
    emulator.configure(faults=[{"kind": kind, "action": "CreatePromptLabel", "when": when}])

    def send() -> httpx.Response:
        return api.send("/v2/promptLabels", "CreatePromptLabel", LABEL)

    if kind == "reset":
        with pytest.raises(ConnectionCut):
            send()
    elif kind == "hang":
        path = "/v2/promptLabels"

        async def impatient() -> None:
            transport = httpx.ASGITransport(app=emulator.app)
            async with (
                httpx.AsyncClient(transport=transport, base_url="http://console") as client,
                asyncio.timeout(0.1),
            ):
                headers = api.headers(path, "CreatePromptLabel")
                await client.post(
                    path, params={"Action": "CreatePromptLabel"}, content=LABEL, headers=headers
                )

        with pytest.raises(TimeoutError):
            asyncio.run(impatient())
    else:
        check_answer(kind, send())
    assert labels(emulator) == (when == "after")
    assert send().status_code == 200  # one fault strikes once


@pytest.fixture
def base(emulator: Emulator) -> Iterator[str]:
    with running(emulator) as url:
        yield url


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
def test_on_a_socket(api: Api, emulator: Emulator, base: str, kind: str, when: str) -> None:
    emulator.configure(faults=[{"kind": kind, "action": "CreatePromptLabel", "when": when}])
    path, action = "/v2/promptLabels", "CreatePromptLabel"

    def send(timeout: float = 5) -> httpx.Response:
        headers = api.headers(path, action, httpx.URL(base).netloc.decode())
        return httpx.post(
            base + path, params={"Action": action}, content=LABEL, headers=headers, timeout=timeout
        )

    if kind == "reset":
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            send()
    elif kind == "hang":
        with pytest.raises(httpx.ReadTimeout):
            send(0.1)
    else:
        check_answer(kind, send())
    assert labels(emulator) == (when == "after")
    assert send().status_code == 200


GATEWAY = [name for name, code in CODES.items() if code.gateway]


@pytest.mark.parametrize("code", GATEWAY)
def test_the_gateway_answers_in_its_own_form(api: Api, emulator: Emulator, code: str) -> None:
    """Without a request id, and marked in a header (vendor's pages on the gateway's error codes)."""
    emulator.configure(faults=[{"kind": f"error:{code}", "action": "CreatePromptLabel"}])
    response = api.send("/v2/promptLabels", "CreatePromptLabel", LABEL)
    assert response.status_code == CODES[code].status
    assert response.json() == {"code": code, "message": CODES[code].message}
    assert response.headers["x-bce-exception-point"] == "Gateway"
    assert labels(emulator) == 0


def test_skip_times_and_action(api: Api, emulator: Emulator) -> None:
    order = Fault("status:503", "DescribePromptLabels", skip=1, times=2)
    emulator.configure(faults=[order])

    def status(action: str = "DescribePromptLabels") -> int:
        return api.send("/v2/promptLabels", action, b"{}").status_code

    assert status("CreatePromptLabel") == 400
    assert [status() for _ in range(5)] == [200, 503, 503, 200, 200]
    emulator.configure(faults=[{"kind": "status:503", "times": None}])
    assert [status() for _ in range(3)] == [503, 503, 503]
    emulator.configure(faults=[])
    assert status() == 200


def test_what_is_recorded(api: Api, emulator: Emulator) -> None:
    emulator.configure(faults=[{"kind": "reset"}, {"kind": "status:503"}, {"kind": "reset", "when": "after"}])
    for expected in (None, 503, None):
        if expected is None:
            with pytest.raises(ConnectionCut):
                api.send("/v2/promptLabels", "CreatePromptLabel", LABEL)
        else:
            assert api.send("/v2/promptLabels", "CreatePromptLabel", LABEL).status_code == expected
    assert [request.status for request in emulator.requests()] == [0, 503, 200]
    assert all(request.body == {"name": ["x"]} for request in emulator.requests())


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "explode"},
        {"kind": "error:Nope"},
        {"kind": "cut", "when": "during"},
        {"kind": "cut", "times": 0},
    ],
)
def test_bad_orders(emulator: Emulator, order: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        emulator.configure(faults=[order])


def test_orders_are_complete(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="kind, action, when, skip, times"):
        emulator.configure(faults=[{"kind": "cut", "acton": "x"}])
    with pytest.raises(TypeError):
        emulator.configure(faults="reset")
