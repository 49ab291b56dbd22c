"""Shared lists, on a console that answers when the test says so: who shares a request, and who must not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from qfops.core.errors import ApiError
from qfops.core.values import JSON
from qfops.objects.answers import Moment
from qfops.objects.lists import ListCall, Reading, SharedLists
from tests.unit.objects.scripted import FakeClock, Items, error, idle, in_a_loop

CALL = ListCall("/v2/x", "DescribeThings", {"type": "Custom", "jobId": "job-1"}, "things")
FIRST: Items = [{"id": "a"}]
SECOND: Items = [{"id": "a"}, {"id": "b"}]
KEEP = 60.0


class HeldConsole:
    """A console whose lists wait for their answer; `requests` are the answers owed, in order."""

    def __init__(self) -> None:
        self.requests: list[asyncio.Future[Items]] = []

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        raise AssertionError("a list is no read")

    async def pages(self, route: str, action: str, body: Mapping[str, JSON], *, items: str) -> Items:
        answer: asyncio.Future[Items] = asyncio.get_running_loop().create_future()
        self.requests.append(answer)
        return await answer


class Room:
    """Shared lists, and the moments that their readers name."""

    def __init__(self) -> None:
        self.console, self.clock, self._order = HeldConsole(), FakeClock(), 0
        self.lists = SharedLists(self.console, self.moment, KEEP)

    def moment(self) -> Moment:
        self._order += 1
        return Moment(self.clock.now(), self._order)

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return len(self.console.requests)

    async def reader(self, since: Moment, call: ListCall = CALL) -> asyncio.Task[Reading]:
        """Somebody who waits for a list by now."""
        task = asyncio.ensure_future(self.lists.read(call, since))
        await idle()
        return task

    async def kept(self, items: Items = FIRST) -> Reading:
        """A list that was read to its end."""
        reader = await self.reader(self.moment())
        self.console.requests[-1].set_result(items)
        return await reader


@in_a_loop
async def test_a_list_in_flight_serves_all_whom_it_is_new_enough_for() -> None:
    """Also those who come while it is read, as long as they do not ask for a later one."""
    room = Room()
    since = room.moment()
    readers = [await room.reader(since) for _ in range(3)]
    assert room.asked == 1
    room.console.requests[0].set_result(FIRST)
    found = await asyncio.gather(*readers)
    assert [reading.items.result() for reading in found] == [FIRST] * 3
    assert {reading.began for reading in found} == {found[0].began}
    assert found[0].began > since


@pytest.mark.parametrize(
    ("before", "passed", "asked"),
    [
        (1, 0.0, 1),  # the moment before its beginning
        (0, 0.0, 1),  # its beginning itself
        (-1, 0.0, 2),  # the moment after
        (1, KEEP, 1),  # as old as a list may be
        (1, KEEP + 0.1, 2),  # older, whatever the reader says
    ],
)
@in_a_loop
async def test_a_kept_list_serves_whom_it_is_new_enough_for(before: int, passed: float, asked: int) -> None:
    """It must have begun at the moment that the reader names or later, and not be kept for too long."""
    room = Room()
    kept = await room.kept()
    room.clock.time += passed
    since = Moment(kept.began.time, kept.began.order - before)
    reader = await room.reader(since)
    assert room.asked == asked
    if asked == 1:
        assert await reader is kept
    else:
        room.console.requests[-1].set_result(SECOND)
        assert (await reader).items.result() == SECOND


@in_a_loop
async def test_those_who_need_a_newer_list_than_the_one_in_flight_share_the_next() -> None:
    """They wait for the one in flight to end; it serves none of them, and one request serves them all."""
    room = Room()
    first = await room.reader(room.moment())
    later = [await room.reader(room.moment()) for _ in range(3)]
    assert room.asked == 1
    room.console.requests[0].set_result(FIRST)
    await idle()
    assert (await first).items.result() == FIRST
    assert not any(reader.done() for reader in later)
    assert room.asked == 2
    last = await room.reader(room.moment())  # later than the beginning of the second
    room.console.requests[1].set_result(SECOND)
    assert [(await reader).items.result() for reader in later] == [SECOND] * 3
    await idle()
    assert not last.done()
    assert room.asked == 3
    room.console.requests[2].set_result([])
    assert (await last).items.result() == []
    assert room.asked == 3


@pytest.mark.parametrize(
    "other",
    [
        replace(CALL, body={"type": "Custom", "jobId": "job-2"}),
        replace(CALL, body={"jobId": "job-1"}),
        replace(CALL, route="/v2/y"),
        replace(CALL, action="DescribeOthers"),
        replace(CALL, items="others"),
    ],
    ids=["scope", "body", "route", "action", "items"],
)
@in_a_loop
async def test_lists_are_different_when_anything_that_is_sent_is(other: ListCall) -> None:
    """The list of one container says nothing about another."""
    room = Room()
    since = room.moment()
    ours, theirs = await room.reader(since), await room.reader(since, other)
    assert room.asked == 2
    for request, items in zip(room.console.requests, (FIRST, SECOND), strict=True):
        request.set_result(items)
    assert (await ours).items.result() == FIRST
    assert (await theirs).items.result() == SECOND


@in_a_loop
async def test_the_order_of_keys_makes_no_list_different() -> None:
    """A body is a set of fields."""
    room = Room()
    since = room.moment()
    await room.kept()
    await room.reader(since, replace(CALL, body=dict(reversed([*CALL.body.items()]))))
    assert room.asked == 1


@in_a_loop
async def test_a_failed_list_is_told_to_its_waiters_and_serves_nobody_else() -> None:
    """Who needed a newer one, and who comes after it, reads again."""
    room = Room()
    since = room.moment()
    waiters = [await room.reader(since) for _ in range(2)]
    newer = await room.reader(room.moment())
    failure = error(status=500)
    room.console.requests[0].set_exception(failure)
    await idle()
    for waiter in waiters:
        with pytest.raises(ApiError) as raised:
            await waiter
        assert raised.value is failure
    assert not newer.done()
    after = await room.reader(since)
    assert room.asked == 2
    room.console.requests[1].set_result(FIRST)
    assert (await newer).items.result() == (await after).items.result() == FIRST


@in_a_loop
async def test_a_failed_list_that_nobody_waited_out_serves_nobody() -> None:
    """Its only waiter has gone; the next reader hears nothing of it."""
    room = Room()
    waiter = await room.reader(room.moment())
    waiter.cancel()
    await idle()
    room.console.requests[0].set_exception(error(status=500))
    await idle()
    after = await room.reader(Moment(0.0))
    assert room.asked == 2
    room.console.requests[1].set_result(FIRST)
    assert (await after).items.result() == FIRST


@in_a_loop
async def test_a_reader_who_goes_takes_nothing_from_the_others() -> None:
    """The request goes on for those who still wait."""
    room = Room()
    since = room.moment()
    gone, stays = await room.reader(since), await room.reader(since)
    gone.cancel()
    await idle()
    assert not room.console.requests[0].cancelled()
    room.console.requests[0].set_result(FIRST)
    assert (await stays).items.result() == FIRST
    assert room.asked == 1


@in_a_loop
async def test_closing_ends_what_is_in_flight_and_keeps_what_has_ended() -> None:
    """Nobody is left to answer, and nobody waits for ever."""
    room = Room()
    kept = await room.kept()
    flying = await room.reader(room.moment(), replace(CALL, route="/v2/y"))
    await room.lists.close()
    assert room.console.requests[1].cancelled()
    await idle()
    assert flying.cancelled()
    assert kept.items.result() == FIRST


@in_a_loop
async def test_who_waits_for_the_next_list_asks_for_none_once_it_is_closed() -> None:
    """The console may be closed as well by then."""
    room = Room()
    first = await room.reader(room.moment())
    later = await room.reader(room.moment())
    await room.lists.close()
    await idle()
    assert (first.cancelled(), later.cancelled()) == (True, True)
    assert room.asked == 1
