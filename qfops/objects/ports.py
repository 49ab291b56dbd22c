"""What the door needs from outside: reads of the console. Small and easy to fake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from qfops.core.values import JSON


class Reader(Protocol):
    """The reading half of the console API; `qfops.console.client.Client` is the real one."""

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        """The result of a call that changes nothing. Raises ApiError."""

    async def pages(
        self, route: str, action: str, body: Mapping[str, JSON], *, items: str
    ) -> list[dict[str, JSON]]:
        """Every item of a list, read to its end. Raises ApiError."""
