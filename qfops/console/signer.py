"""bce-auth-v1: the Authorization value of one request.

Pure: time, keys and headers are arguments, nothing is kept. The body is no part of the signature, and the
secret key is read in one place, straight into the HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from qfops.core.settings import Credentials

_DEFAULT_HEADERS = frozenset({"host", "content-length", "content-type", "content-md5"})
_OWN_PREFIX = "x-bce-"
_BLANK = " \t\r\n\v\f"  # what the algorithm trims from a header, unlike str.strip without arguments


def sign(
    *,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    credentials: Credentials,
    timestamp: int,
    expiry: int,
    signed: Collection[str] | None,
) -> str:
    """The Authorization value of a request.

    `path` and `query` are plain text, not percent-encoded. `timestamp` is seconds since 1970 UTC, `expiry`
    the validity in seconds. `signed` names the headers to sign, in any case and order; None (or empty) stands
    for the default set: host, content-length, content-type, content-md5 and every `x-bce-*`.
    """
    names = sorted({name.strip(_BLANK).lower() for name in signed or ()})
    prefix = f"bce-auth-v1/{credentials.access_key}/{utc(timestamp)}/{expiry}"
    chosen = {name: value for name, value in _lowered(headers).items() if _is_signed(name, names)}
    request = canonical_request(method, path, query, chosen)
    # The 64 hex characters themselves are the key of the second HMAC, not the digest they stand for.
    key = hmac.new(credentials.secret_key.reveal().encode(), prefix.encode(), hashlib.sha256).hexdigest()
    signature = hmac.new(key.encode(), request.encode(), hashlib.sha256).hexdigest()
    return f"{prefix}/{';'.join(names)}/{signature}"


def canonical_request(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The text that is signed: method, path, sorted query, sorted headers; empty headers are left out."""
    parameters = sorted(
        f"{encode(name)}={encode(value)}" for name, value in query.items() if name.lower() != "authorization"
    )
    values = ((encode(name.lower()), encode(value.strip(_BLANK))) for name, value in headers.items())
    lines = sorted(f"{name}:{value}" for name, value in values if value)
    return "\n".join((method.upper(), quote(path or "/", safe="/~"), "&".join(parameters), "\n".join(lines)))


def encode(text: str) -> str:
    """Percent-encode every UTF-8 byte except letters, digits and `-_.~`, with upper-case hex."""
    return quote(text, safe="~")


def utc(timestamp: int) -> str:
    """`timestamp` as the console writes times: `2025-01-01T00:00:00Z`."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.strip(_BLANK).lower(): value for name, value in headers.items()}


def _is_signed(name: str, names: Collection[str]) -> bool:
    if names:
        return name in names
    return name in _DEFAULT_HEADERS or name.startswith(_OWN_PREFIX)
