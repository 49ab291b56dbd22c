"""An emulated Qianfan console: the management API on one SQLite file, in the process or on a socket.

It models the console and knows nothing of the rest of qfops. `EMBEDDED_ACCESS_KEY` and
`EMBEDDED_SECRET_KEY` are public constants of its built-in account; they open nothing anywhere else.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from qfops.emulator.emulator import READ_ONLY, Emulator
from qfops.emulator.seeds import EMBEDDED_ACCESS_KEY, EMBEDDED_ACCOUNT, EMBEDDED_SECRET_KEY
from qfops.emulator.vocabulary.faults import ConnectionCut, Fault
from qfops.emulator.world.store import Request

__all__ = [
    "EMBEDDED_ACCESS_KEY",
    "EMBEDDED_ACCOUNT",
    "EMBEDDED_SECRET_KEY",
    "READ_ONLY",
    "ConnectionCut",
    "Emulator",
    "Fault",
    "Request",
    "running",
    "serve",
]


def serve(
    emulator: Emulator,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted; `on_ready` gets the base URL once the socket listens. Needs uvicorn."""
    from qfops.emulator import server

    server.serve(emulator, host, port, on_ready)


def running(emulator: Emulator, *, port: int = 0) -> AbstractContextManager[str]:
    """Serve on loopback from a background thread; the context value is the base URL. Needs uvicorn."""
    from qfops.emulator import server

    return server.running(emulator, port=port)
