"""Reading back together: who waits for whom before a list is read, and who never does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from qfops.core.address import KindKey
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.reconcile.apply.read_back import ReadBacks
from tests.unit.objects.scripted import idle, in_a_loop

LISTED, OWN = (load().kinds[KindKey("v2", name)] for name in ("FineTuningJob", "PromptTemplate"))


class Room:
    """Changes under way, and those that wait for their turn to be read back."""

    def __init__(self) -> None:
        self.read_backs = ReadBacks()

    def begin(self, kind: Kind) -> AbstractContextManager[None]:
        """A change that is under way until its block is left."""
        block = self.read_backs.under_way(kind)
        block.__enter__()
        return block

    async def waits(self, kind: Kind, wanted: asyncio.Event | None = None) -> asyncio.Task[None]:
        """Somebody who wants to read back, and has had time to."""
        task = asyncio.ensure_future(self.read_backs.turn(kind, wanted or asyncio.Event()))
        await idle()
        return task


def at_once(turn: Coroutine[Any, Any, None]) -> bool:
    """Whether a turn comes without letting anybody else go on first."""
    try:
        turn.send(None)
    except StopIteration:
        return True
    turn.close()
    return False


def end(block: AbstractContextManager[None]) -> None:
    block.__exit__(None, None, None)


def test_the_examples_are_what_they_say() -> None:
    """One kind is read by lists only, the other one has a read of its own."""
    assert LISTED.read is None
    assert OWN.read is not None


@in_a_loop
async def test_a_turn_waits_until_nothing_of_the_kind_is_under_way() -> None:
    """All who wait go on together: so one list serves them all."""
    room = Room()
    first, second = room.begin(LISTED), room.begin(LISTED)
    turns = [await room.waits(LISTED) for _ in range(2)]
    end(first)
    await idle()
    assert not any(turn.done() for turn in turns)
    end(second)
    await idle()
    assert all(turn.done() for turn in turns)


@in_a_loop
async def test_a_turn_comes_at_once_when_nothing_is_under_way() -> None:
    """Before any change, and after the last one."""
    room = Room()
    assert at_once(room.read_backs.turn(LISTED, asyncio.Event()))
    end(room.begin(LISTED))
    assert at_once(room.read_backs.turn(LISTED, asyncio.Event()))


@in_a_loop
async def test_what_begins_later_is_waited_for_anew() -> None:
    """A turn that has come does not come again for the next one."""
    room = Room()
    end(room.begin(LISTED))
    block = room.begin(LISTED)
    turn = await room.waits(LISTED)
    assert not turn.done()
    end(block)
    await idle()
    assert turn.done()
    again = room.begin(LISTED)
    assert not (await room.waits(LISTED)).done()
    end(again)


@in_a_loop
async def test_who_is_wanted_reads_back_at_once() -> None:
    """A dependent waits for this object: whether it was wanted before, or is from now on."""
    room, wanted = Room(), asyncio.Event()
    block = room.begin(LISTED)
    turn, other = await room.waits(LISTED, wanted), await room.waits(LISTED)
    assert not turn.done()
    wanted.set()
    await idle()
    assert turn.done()
    assert at_once(room.read_backs.turn(LISTED, wanted))
    assert not other.done()
    end(block)
    await idle()
    assert other.done()


@in_a_loop
async def test_a_change_that_fails_is_not_under_way_any_more() -> None:
    """Nobody waits for what will not come."""
    room = Room()
    block = room.begin(LISTED)
    turn = await room.waits(LISTED)
    failed = ValueError("broke")
    assert not block.__exit__(ValueError, failed, None)
    await idle()
    assert turn.done()


@in_a_loop
async def test_kinds_with_a_read_of_their_own_never_wait() -> None:
    """Neither for their own kind nor for any other; each is one request anyhow."""
    room = Room()
    own, listed = room.begin(OWN), room.begin(LISTED)
    assert at_once(room.read_backs.turn(OWN, asyncio.Event()))
    end(listed)
    assert at_once(
        room.read_backs.turn(LISTED, asyncio.Event())
    )  # what has a read of its own keeps nobody waiting
    end(own)


@in_a_loop
async def test_kinds_do_not_wait_for_each_other() -> None:
    """Another kind is another list."""
    room = Room()
    other = room.begin(replace(LISTED, name="OtherJob"))
    assert at_once(room.read_backs.turn(LISTED, asyncio.Event()))
    end(other)


@in_a_loop
async def test_who_stops_waiting_leaves_nothing_behind() -> None:
    """No task stays that waits for a turn nobody takes."""
    room = Room()
    block = room.begin(LISTED)
    before = asyncio.all_tasks()
    turn = await room.waits(LISTED)
    turn.cancel()
    await idle()
    assert asyncio.all_tasks() == before
    end(block)
