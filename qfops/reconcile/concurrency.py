"""Small ways of doing several things at once that the standard library has no word for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable


async def together(work: Iterable[Coroutine[object, object, None]]) -> None:
    """Do all of it at once; the first error ends the rest and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for item in work:
                group.create_task(item)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def interruptible(waiting: Awaitable[None], stop: asyncio.Event) -> None:
    """Wait for `waiting` or for `stop`, whichever comes first."""
    sleeping = asyncio.ensure_future(waiting)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sleeping, stopping):
            task.cancel()
