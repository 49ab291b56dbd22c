"""Verification of bce-auth-v1 signatures, written from the published algorithm.

It checks what the client signed, never what it should have sent besides. Secrets and signatures are compared
here and nowhere kept.
"""

import hashlib
import hmac
from calendar import timegm
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import strptime
from urllib.parse import quote

from qfops.emulator.vocabulary.errors import ApiError

_DEFAULT_HEADERS = ("host", "content-length", "content-type", "content-md5")
CLOCK_SKEW = 15 * 60
LONGEST_EXPIRY = 604_800


@dataclass(frozen=True, slots=True)
class Claim:
    """The parts of an Authorization header."""

    access_key: str
    timestamp: str
    moment: float
    expiry: int
    signed: tuple[str, ...]
    signature: str

    @property
    def prefix(self) -> str:
        """The signed statement of who, when and for how long."""
        return f"bce-auth-v1/{self.access_key}/{self.timestamp}/{self.expiry}"


def parse(header: str) -> Claim:
    """Split an Authorization header into its parts."""
    parts = header.split("/")
    if len(parts) != 6 or parts[0] != "bce-auth-v1" or not parts[1]:
        raise ApiError("InvalidHTTPAuthHeader")
    try:
        moment = timegm(strptime(parts[2], "%Y-%m-%dT%H:%M:%SZ"))
        expiry = int(parts[3])
    except ValueError:
        raise ApiError("InvalidHTTPAuthHeader") from None
    if not 1 <= expiry <= LONGEST_EXPIRY:
        raise ApiError("InvalidHTTPAuthHeader", "expiry must be 1 to 604800 seconds")
    signed = tuple(name for name in parts[4].lower().split(";") if name)
    return Claim(parts[1], parts[2], float(moment), expiry, signed, parts[5])


def verify(
    claim: Claim,
    secret: str,
    now: float,
    method: str,
    path: str,
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
) -> None:
    """Raise unless the claim was made with `secret` for this request and still holds."""
    names = claim.signed or _defaults(headers)
    if "host" not in names or "x-bce-date" not in names:
        raise ApiError("InvalidHTTPAuthHeader", "host and x-bce-date must be signed")
    hosts = [headers.get("host", "")]
    hosts += [hosts[0].rpartition(":")[0]] if ":" in hosts[0] else []  # some SDKs sign the host without port
    if not any(
        hmac.compare_digest(
            sign(secret, claim.prefix, method, path, query, {**_chosen(headers, names), "host": host}),
            claim.signature,
        )
        for host in hosts
    ):
        raise ApiError("SignatureDoesNotMatch")
    if not claim.moment - CLOCK_SKEW <= now <= claim.moment + claim.expiry + CLOCK_SKEW:
        raise ApiError("RequestExpired")


def sign(
    secret: str,
    prefix: str,
    method: str,
    path: str,
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
) -> str:
    """Return the signature of a request whose signed headers are exactly `headers`."""
    key = _hmac_hex(secret, prefix)
    return _hmac_hex(key, canonical_request(method, path, query, headers))


def canonical_request(
    method: str, path: str, query: Sequence[tuple[str, str]], headers: Mapping[str, str]
) -> str:
    """Return the text that is signed; the body is no part of it."""
    query_line = "&".join(sorted(f"{_encode(name)}={_encode(value)}" for name, value in query))
    header_lines = "\n".join(
        sorted(
            f"{_encode(name.lower())}:{_encode(value.strip())}"
            for name, value in headers.items()
            if value.strip()
        )
    )
    return f"{method.upper()}\n{quote(path or '/', safe='/-_.~')}\n{query_line}\n{header_lines}"


def _hmac_hex(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def _encode(value: str) -> str:
    return quote(value, safe="-_.~")


def _chosen(headers: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: headers.get(name, "") for name in names}


def _defaults(headers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in headers if name in _DEFAULT_HEADERS or name.startswith("x-bce-"))
