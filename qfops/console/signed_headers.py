"""The headers of requests, with their signature.

The body is no part of a signature: requests of one call in one second have the same headers, so these are
made once for all of them. Lists of hundreds of containers are hundreds of requests in a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from qfops import __version__
from qfops.console.errors import ApiCall
from qfops.console.signer import encode, sign, utc
from qfops.core.settings import Credentials

Headers = TypeVar("Headers")

_SIGNED = ("content-type", "host", "x-bce-date")


class SignedHeaders(Generic[Headers]):
    """The headers of POST requests to one host, with one pair of keys.

    `made` gives them the form that the transport takes.
    """

    def __init__(
        self, host: str, credentials: Credentials, made: Callable[[Mapping[str, str]], Headers]
    ) -> None:
        self._host, self._credentials, self._made = host, credentials, made
        self._second = 0
        self._of_second: dict[tuple[ApiCall, int], Headers] = {}

    def of(self, call: ApiCall, timestamp: int, expiry: int) -> Headers:
        """The headers of a request at `timestamp` (seconds since 1970) that is valid for `expiry` seconds."""
        if timestamp != self._second:
            self._second = timestamp
            self._of_second.clear()
        found = self._of_second.get((call, expiry))
        if found is None:
            found = self._of_second[(call, expiry)] = self._made(self._signed(call, timestamp, expiry))
        return found

    def _signed(self, call: ApiCall, timestamp: int, expiry: int) -> Mapping[str, str]:
        headers = {
            "Host": self._host,
            "User-Agent": f"qfops/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "x-bce-date": utc(timestamp),
        }
        headers["Authorization"] = sign(
            method="POST",
            path=call.route,
            query={"Action": call.action} if call.action else {},
            headers=headers,
            credentials=self._credentials,
            timestamp=timestamp,
            expiry=expiry,
            signed=_SIGNED,
        )
        return headers


def target_of(call: ApiCall) -> str:
    """The path and query of a call, percent-encoded."""
    return f"{call.route}?Action={encode(call.action)}" if call.action else call.route
