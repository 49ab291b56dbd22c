"""The emulator in another process, so that its work is not counted as ours."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

INSTANT = dict.fromkeys(
    ("import", "publish", "queue", "training", "model", "service", "update", "deactivate", "unit"), 0.0
)


def _serve(path: Path, latency: float, out: Connection) -> None:
    from qfops.emulator import Emulator, serve

    emulator = Emulator(path)
    emulator.configure(durations=INSTANT, latency=latency, record_requests=False)
    serve(emulator, on_ready=out.send)


@contextmanager
def console(path: Path, *, latency: float = 0.0) -> Iterator[str]:
    """A console on loopback while the context lasts; its base URL. `latency` is seconds a request."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(path, latency, theirs), daemon=True)
    process.start()
    try:
        yield str(ours.recv())
    finally:
        process.terminate()
        process.join()
