"""One apply of the assistant project in a process of its own, against a console on a socket; to be killed.

Run as `python -m tests.crash.child URL FOLDER`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from qfops.console.client import Client
from qfops.core.settings import Credentials, Secret, Settings
from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY
from qfops.kinds.registry import load
from qfops.reconcile.ports import SystemClock
from qfops.reconcile.workflow import ApplyOptions, begun, carry_out, prepare
from qfops.reconcile.world import Desired, World
from qfops.state import FileStore, Owner
from tests.support.bench import WHOLE
from tests.support.project import assistant


async def main(url: str, folder: Path) -> None:
    """Plan, approve and apply."""
    settings = Settings("demo")
    store = FileStore(folder, settings.project, settings.environment, load())
    session = await store.begin(Owner.of_this_process("child", "apply"), timeout=0, notify=print)
    keys = Credentials(EMBEDDED_ACCESS_KEY, Secret(EMBEDDED_SECRET_KEY))
    async with Client(url, keys) as client:
        world = World(client, load(), SystemClock(), settings)
        desired = Desired({item.address: item for item in assistant()})
        options, stop = ApplyOptions(), asyncio.Event()
        async with begun(world, session, options, lambda _event: None, stop) as started:
            await carry_out(started, await prepare(started, desired, options), WHOLE, options)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
