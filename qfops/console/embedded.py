"""A console inside the process: an ASGI application in place of the network, as a transport.

An error that the application raises reaches the client as a lost connection, as from a socket.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import httpx

from qfops.console.transport import TransportFactory

Message: TypeAlias = MutableMapping[str, Any]  # as the ASGI specification types its events
Application: TypeAlias = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


def embedded(application: Application) -> TransportFactory:
    """Transports that hand every request to `application`."""
    return lambda: httpx.ASGITransport(application)
