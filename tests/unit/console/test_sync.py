"""The face for library users: the same answers, without async, also where a loop is running."""

import asyncio
import signal
import sys
import threading
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from types import FrameType

import httpx
import pytest

from qfops.console.client import Answer, Client
from qfops.console.sync import SyncClient
from qfops.core.errors import ApiError
from qfops.core.plan.plan import Stats

from .support import CREDENTIALS, ROUTE, START, answer, ok, refusal, scripted

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


def waits(thread: int) -> bool:
    """Whether a thread waits for a result."""
    frame: FrameType | None = sys._current_frames()[thread]
    while frame is not None and frame.f_code is not Future.result.__code__:
        frame = frame.f_back
    return frame is not None


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals to a thread are POSIX")
def test_an_interrupted_call_is_cancelled() -> None:
    started, cancelled = threading.Event(), threading.Event()

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                raise
            raise AssertionError("nobody sets the event")

    def interrupt() -> None:
        started.wait()
        main = threading.main_thread().ident or 0
        while not waits(main):
            time.sleep(0.001)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with SyncClient(Client("http://h.test", CREDENTIALS, transport=Hanging)) as client:
        with pytest.raises(KeyboardInterrupt):
            client.read(ROUTE, "A", {})
        assert cancelled.wait(5)


def test_closing_cancels_what_others_wait_for() -> None:
    started = threading.Event()

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            started.set()
            await asyncio.Event().wait()
            raise AssertionError("nobody sets the event")

    client = SyncClient(Client("http://h.test", CREDENTIALS, transport=Hanging))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.read, ROUTE, "A", {})
        started.wait()
        client.close()
        with pytest.raises(CancelledError):
            waiting.result()


def test_closing_ends_its_thread_and_may_be_repeated() -> None:
    before = threading.active_count()
    client = SyncClient(scripted(answer(200, {"requestId": "r", "result": 1}))[0])
    assert threading.active_count() == before + 1
    client.close()
    client.close()
    assert threading.active_count() == before
