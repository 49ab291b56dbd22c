"""The client against the emulated console, inside the process and on loopback: two authors, one contract."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest

from qfops.console.client import Client
from qfops.core.errors import ApiError, ErrorClass
from qfops.core.settings import Credentials, Secret
from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY, Emulator, running

from .support import ROUTE, Time

KEYS = Credentials(EMBEDDED_ACCESS_KEY, Secret(EMBEDDED_SECRET_KEY))
Connect = Callable[..., Client]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path / "emulator.db")
    yield emulator
    emulator.close()


@pytest.fixture(params=["in process", "loopback"])
def connect(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Connect]:
    embedded = request.param == "in process"
    waiting = Time()  # the emulator checks real time; only the client's waiting is pretended
    transport = (lambda: httpx.ASGITransport(emulator.app)) if embedded else None

    def client(credentials: Credentials = KEYS, **options: Any) -> Client:
        quick = {"timer": waiting, "sleep": waiting.sleep}
        return Client(url, credentials, transport=transport, **{**quick, **options})

    with nullcontext("http://emulator") if embedded else running(emulator) as url:
        yield client


async def create(client: Client, name: str) -> str:
    body = {"name": name, "model": "ERNIE-Speed-8K", "trainMode": "SFT"}
    answer = await client.send(ROUTE, "CreateFineTuningJob", body, valid_until=time.time() + 60)
    assert isinstance(answer.result, dict)
    return str(answer.result["jobId"])


async def names(client: Client) -> list[str]:
    jobs = await client.pages(ROUTE, "DescribeFineTuningJobs", {}, items="jobList")
    return sorted(str(job["name"]) for job in jobs)


def refused(client: Client, action: str = "DescribeFineTuningJobs", body: Any = None) -> ApiError:
    async def scenario() -> None:
        async with client:
            await client.read(ROUTE, action, body or {})

    with pytest.raises(ApiError) as caught:
        asyncio.run(scenario())
    return caught.value


def test_create_and_list_over_several_pages(emulator: Emulator, connect: Connect) -> None:
    emulator.configure(page_size=2)

    async def scenario() -> list[str]:
        async with connect() as client:
            await asyncio.gather(*(create(client, f"任务{number}") for number in range(5)))
            found = await names(client)
            assert client.stats.calls == 8
            return found

    assert asyncio.run(scenario()) == [f"任务{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("access_key", "secret", "remedy"),
    [
        ("ALTAKnobody", EMBEDDED_SECRET_KEY, "Check QIANFAN_ACCESS_KEY"),
        (EMBEDDED_ACCESS_KEY, "wrong", "Check QIANFAN_SECRET_KEY"),
    ],
)
def test_wrong_keys_name_the_key(connect: Connect, access_key: str, secret: str, remedy: str) -> None:
    error = refused(connect(Credentials(access_key, Secret(secret))))
    assert error.error_class is ErrorClass.REFUSED
    assert error.remedy.startswith(remedy)


def test_a_wrong_clock_is_named(connect: Connect) -> None:
    error = refused(connect(clock=lambda: time.time() - 7200))
    assert (error.error_class, error.code) == (ErrorClass.REFUSED, "RequestExpired")
    assert "clock" in error.remedy


@pytest.mark.parametrize(
    "kind", ["reset", "cut", "nonjson", "nonjson:502", "status:500", "error:InternalError"]
)
def test_faults_on_reads_are_outlived(emulator: Emulator, connect: Connect, kind: str) -> None:
    emulator.configure(faults=[{"kind": kind, "times": 2}])

    async def scenario() -> None:
        async with connect() as client:
            assert await names(client) == []
            assert client.stats.retries == 2

    asyncio.run(scenario())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "cut", "nonjson", "status:500"])
def test_faults_on_a_create_leave_its_outcome_unknown(
    emulator: Emulator, connect: Connect, kind: str, when: str
) -> None:
    emulator.configure(faults=[{"kind": kind, "when": when, "action": "CreateFineTuningJob"}])

    async def scenario() -> list[str]:
        async with connect() as client:
            with pytest.raises(ApiError) as caught:
                await create(client, "once")
            assert caught.value.error_class is ErrorClass.UNKNOWN_OUTCOME
            return await names(client)

    assert asyncio.run(scenario()) == (["once"] if when == "after" else [])


def test_throttling_is_outlived(emulator: Emulator, connect: Connect) -> None:
    emulator.configure(faults=[{"kind": "error:TooManyRequests", "times": 3}])

    async def scenario() -> None:
        async with connect() as client:
            assert await names(client) == []
            assert client.stats.retries == 3

    asyncio.run(scenario())


def test_an_unknown_object_is_missing_and_a_key_that_may_not_is_denied(
    emulator: Emulator, connect: Connect
) -> None:
    error = refused(connect(), "DescribeFineTuningTask", {"taskId": "task-000000000000"})
    assert error.missing
    access, secret = emulator.add_key(emulator.add_account("team"), actions=["CreateFineTuningJob"])
    error = refused(connect(Credentials(access, Secret(secret))))
    assert (error.status, error.code, error.missing) == (403, "AccessDenied", False)
    assert "QianfanModelTuningReadAccessPolicy" in error.remedy
