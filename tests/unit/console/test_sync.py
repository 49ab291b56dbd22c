"""The face for library users: the same answers, without async, also where a loop is running."""

import asyncio
import threading

import pytest

from qfops.console.client import Answer
from qfops.console.sync import SyncClient
from qfops.core.errors import ApiError
from qfops.core.plan import Stats

from .support import ROUTE, START, answer, ok, refusal, scripted

PAGE = {"jobList": [{"jobId": "a"}], "pageInfo": {"isTruncated": False}}


def test_the_same_calls() -> None:
    async_client, _, _ = scripted(ok({"userId": 7}), ok(PAGE), ok("am-1", "r-3"), refusal(409, "X"))
    with SyncClient(async_client) as client:
        assert client.read(ROUTE, "A", {}) == {"userId": 7}
        assert client.pages(ROUTE, "B", {}, items="jobList") == [{"jobId": "a"}]
        client.turn()
        assert client.send(ROUTE, "C", {}, valid_until=START + 9) == Answer("am-1", "r-3")
        with pytest.raises(ApiError) as caught:
            client.send(ROUTE, "D", {}, valid_until=START + 9)
        assert client.backoff(1, caught.value) == 0.2
        assert client.stats == Stats(4, 0, 0.0)
        assert client.account == "7"


def test_it_works_where_a_loop_is_running() -> None:
    async def notebook() -> object:
        with SyncClient(scripted(ok(1))[0]) as client:
            return client.read(ROUTE, "A", {})

    assert asyncio.run(notebook()) == 1


def test_threads_may_share_it() -> None:
    async_client, script, _ = scripted(ok(1))
    results: list[object] = []
    with SyncClient(async_client) as client:
        threads = [
            threading.Thread(target=lambda: results.append(client.read(ROUTE, "A", {}))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [1] * 8
    assert len(script.requests) == 8


def test_closing_ends_its_thread_and_may_be_repeated() -> None:
    before = threading.active_count()
    client = SyncClient(scripted(answer(200, {"requestId": "r", "result": 1}))[0])
    assert threading.active_count() == before + 1
    client.close()
    client.close()
    assert threading.active_count() == before
