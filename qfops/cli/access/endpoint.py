"""Which endpoints may be spoken to: a project file alone cannot send the keys of its reader anywhere.

Known hosts and this machine are trusted; any other endpoint must be named in QFOPS_ALLOW_ENDPOINT, in the
real environment (`.env` is not asked).
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from qfops.core.errors import Refused

EMULATOR = "emulator"
ALLOW = "QFOPS_ALLOW_ENDPOINT"
KNOWN_HOSTS = frozenset({"qianfan.baidubce.com"})


def check(endpoint: str) -> None:
    """Refused unless the endpoint is known, on this machine, the emulator, or allowed by the environment.

    What is no endpoint at all is left to the client, which says so.
    """
    if endpoint == EMULATOR:
        return
    parts = _split(endpoint)
    if parts is None or not parts.hostname or _trusted(parts) or _plain(endpoint) in _allowed():
        return
    known = f"https://{min(KNOWN_HOSTS)}"
    raise Refused(
        f"{_plain(endpoint)} is not an endpoint that keys may be used with",
        f"qfops.yaml names it; known are {known}, this machine and {EMULATOR!r}.",
        f"If it is right, set {ALLOW}={_plain(endpoint)} in your environment (not in .env).",
    )


def on_this_machine(endpoint: str) -> bool:
    """Whether an endpoint is served by this machine."""
    parts = _split(endpoint)
    return parts is not None and _is_loopback(parts.hostname or "")


def _trusted(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host in KNOWN_HOSTS:
        return parts.scheme == "https" and parts.port in (None, 443)
    return _is_loopback(host)


def _split(endpoint: str) -> SplitResult | None:
    try:
        parts = urlsplit(endpoint)
        parts.port  # noqa: B018 (a ValueError where it is no number)
    except ValueError:
        return None
    return parts


def _plain(endpoint: str) -> str:
    """The endpoint without a trailing slash and in lower case: scheme and host have no case."""
    return endpoint.strip().rstrip("/").lower()


def _allowed() -> set[str]:
    return {_plain(text) for text in os.environ.get(ALLOW, "").split(",") if text.strip()}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
