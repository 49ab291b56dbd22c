"""What is measured, each in a process of its own: `python -m benchmarks.work TASK FOLDER [CONCURRENCY]`.

Prints one JSON object: seconds of wall clock and of own CPU, requests, memory.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def load(folder: Path) -> dict[str, float]:
    """Load and validate a project, positions included."""
    from qfops.kinds.registry import load as registry
    from qfops.manifests import load_project

    kinds = registry()
    _warm()
    began = time.process_time()
    loaded = load_project(folder, environment=None, variables={}, env_variables={}, registry=kinds)
    return {"cpu": time.process_time() - began, "resources": len(loaded.resources)}


def plan(folder: Path) -> dict[str, float]:
    """A whole plan: load, read the state, refresh, compare, seal."""
    from qfops.reconcile.fresh_plan import plan_project

    imports = time.process_time()
    _warm()
    began = time.process_time()
    world, desired, store, client = _open(folder, 10)
    loaded = time.process_time()
    state = store.read()
    read = time.process_time()

    async def run() -> dict[str, float]:
        async with client:
            fresh = await plan_project(world, state, desired)
        stats = fresh.plan.stats
        changes = sum(change.acts for change in fresh.plan.changes)
        return {"calls": stats.calls, "changes": changes, "resources": len(desired.resources)}

    result = asyncio.run(run())
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        **result, "cpu": done - began, "load": loaded - began, "state": read - loaded,
        "refresh_and_compare": done - read, "megabytes": peak, "imports": began - imports,
    }  # fmt: skip


def apply(folder: Path, concurrency: int = 50) -> dict[str, float]:
    """A whole apply."""
    from qfops.planning.policy import Approval
    from qfops.reconcile.apply.result import How
    from qfops.reconcile.workflow import ApplyOptions, begun, carry_out, prepare
    from qfops.state import Owner

    world, desired, store, client = _open(folder, concurrency)
    began, cpu = time.perf_counter(), time.process_time()

    async def run() -> dict[str, float]:
        async with client:
            owner = Owner.of_this_process("benchmark", "apply")
            session = await store.begin(owner, timeout=1, notify=print)
            options, stop = ApplyOptions(allow_large_change=True), asyncio.Event()
            async with begun(world, session, options, lambda _: None, stop) as started:
                prepared = await prepare(started, desired, options)
                result = await carry_out(started, prepared, Approval(whole=True), options)
            serial = session.state.serial
            await session.commit()
            await session.release()
            calls = client.stats.calls
        failed = len(result.of(How.FAILED)) + len(result.of(How.BLOCKED_BY))
        return {"applied": len(result.of(How.APPLIED)), "failed": failed, "calls": calls, "records": serial}

    result = asyncio.run(run())
    return {**result, "wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}


def requests(folder: Path) -> dict[str, float]:
    """Many small reads: what one console request costs us."""
    count = 2000
    _, _, _, client = _open(folder, 10)

    async def run() -> dict[str, float]:
        async with client:
            await client.read("/v2/model", "DescribeCustomModelSets", {"maxKeys": 1})
            began, cpu = time.perf_counter(), time.process_time()

            async def some() -> None:
                for _ in range(count // 10):
                    await client.read("/v2/model", "DescribeCustomModelSets", {"maxKeys": 1})

            await asyncio.gather(*(some() for _ in range(10)))
            return {"requests": count, "wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}

    return asyncio.run(run())


def _open(folder: Path, concurrency: int):  # type: ignore[no-untyped-def]
    from qfops.console.client import Client
    from qfops.core.settings import Credentials, Secret
    from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY
    from qfops.kinds.registry import load as registry
    from qfops.manifests import load_project
    from qfops.reconcile.ports import SystemClock
    from qfops.reconcile.world import Desired, World
    from qfops.state import FileStore

    loaded = load_project(folder, environment=None, variables={}, env_variables={}, registry=registry())
    settings = loaded.settings
    keys = Credentials(EMBEDDED_ACCESS_KEY, Secret(EMBEDDED_SECRET_KEY))
    client = Client(settings.endpoint, keys, concurrency=concurrency)
    world = World(client, registry(), SystemClock(), settings)
    return world, Desired(loaded.resources), FileStore(folder, settings.project, "", registry()), client


def _warm() -> None:
    """Import what a plan needs: the start of a process is measured by itself."""
    import httpx  # noqa: F401
    import jsonschema_rs  # noqa: F401
    import yaml  # noqa: F401

    from qfops.kinds.registry import load as registry

    registry()


TASKS: dict[str, Callable[..., dict[str, float]]] = {
    "load": load,
    "plan": plan,
    "apply": apply,
    "requests": requests,
}

if __name__ == "__main__":
    gc.disable()  # as the command does
    task, place, *rest = sys.argv[1:]
    print(json.dumps(TASKS[task](Path(place), *map(int, rest))))
