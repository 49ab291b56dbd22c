"""The console on a socket: uvicorn around the same application, and real cut connections.

The only module that needs uvicorn; it is imported when somebody serves.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from qfops.emulator.asgi import Receive, Scope, Send
from qfops.emulator.emulator import Emulator
from qfops.emulator.vocabulary.faults import ConnectionCut

_START_SECONDS = 10.0


class _CuttingProtocol(H11Protocol):
    """HTTP/1.1 that closes the socket without a byte when the application says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        application = self.app

        async def cutting(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await application(scope, receive, send)
            except ConnectionCut:
                self.transport.abort()
                while (await receive())["type"] != "http.disconnect":
                    pass

        self.app = cutting


class _Server(uvicorn.Server):
    """A uvicorn server that tells where it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._on_ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")


def _server(emulator: Emulator, host: str, port: int, on_ready: Callable[[str], None]) -> _Server:
    config = uvicorn.Config(
        emulator.app,
        host=host,
        port=port,
        http=_CuttingProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return _Server(config, on_ready)


def serve(
    emulator: Emulator,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted; `on_ready` gets the base URL once the socket listens."""
    _server(emulator, host, port, on_ready or (lambda _url: None)).run()


@contextmanager
def running(emulator: Emulator, *, port: int = 0) -> Iterator[str]:
    """Serve on loopback from a background thread, yield the base URL, and stop at the end."""
    ready = threading.Event()
    urls: list[str] = []

    def tell(url: str) -> None:
        urls.append(url)
        ready.set()

    server = _server(emulator, "127.0.0.1", port, tell)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), name="emulator", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise RuntimeError("the emulator's server did not start")
        yield urls[0]
    finally:
        server.should_exit = True
        thread.join(_START_SECONDS)
