"""The console of a project: the real one with the user's keys, or the emulator inside this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qfops.cli.access import credentials, endpoint
from qfops.cli.access.neighbours import read_neighbours
from qfops.core.errors import QfopsError
from qfops.core.settings import Credentials, Secret, Settings

if TYPE_CHECKING:
    from qfops.cli.project import Project
    from qfops.console.client import Client
    from qfops.emulator import Emulator
    from qfops.reconcile.world import World

_EMULATED = "http://emulator"


@asynccontextmanager
async def connected(project: Project, concurrency: int = 10) -> AsyncIterator[World]:
    """The world that workflows touch, until the block ends; nothing is sent by opening it."""
    from qfops.reconcile.ports import SystemClock
    from qfops.reconcile.world import World

    async with _client(project.root, project.settings, concurrency) as client:
        neighbours = partial(read_neighbours, project)
        yield World(client, project.registry, SystemClock(), project.settings, neighbours=neighbours)


@asynccontextmanager
async def _client(root: Path, settings: Settings, concurrency: int) -> AsyncIterator[Client]:
    from qfops.console.client import Client

    if settings.endpoint != endpoint.EMULATOR:
        endpoint.check(settings.endpoint)
        keys = credentials.find(root, settings.keys)
        async with Client(
            settings.endpoint,
            keys,
            concurrency=concurrency,
            signature=settings.wait.signature,
            keys=settings.keys,
        ) as client:
            yield client
        return
    from qfops.console.embedded import embedded
    from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY

    emulator = open_emulator(root)
    try:
        keys = Credentials(EMBEDDED_ACCESS_KEY, Secret(EMBEDDED_SECRET_KEY))
        async with Client(
            _EMULATED,
            keys,
            concurrency=concurrency,
            transport=embedded(emulator.app),
            signature=settings.wait.signature,
        ) as client:
            yield client
    finally:
        emulator.close()


def open_emulator(root: Path) -> Emulator:
    """The emulated console of a project folder; QfopsError where its file cannot be used."""
    import sqlite3

    from qfops.emulator import Emulator

    path = root / ".qfops" / "emulator.db"
    try:
        return Emulator(path)
    except (OSError, sqlite3.Error) as error:
        raise QfopsError(
            f"the emulator cannot use {path}: {error}",
            remedy="Give this user the right to write there; if the file is damaged, remove it.",
        ) from None
