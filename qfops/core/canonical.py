"""Canonical JSON and its SHA-256: the same value gives the same bytes on every machine."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

_DIGEST = re.compile(r"[0-9a-f]{64}")


def canonical(value: object) -> object:
    """`value` with whole floats as integers (10.0 is 10), ready for sorted, compact JSON."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [canonical(item) for item in value]
    return value


def encode(value: object) -> bytes:
    """UTF-8 JSON with sorted keys and no white space; TypeError for what is not JSON."""
    return json.dumps(
        canonical(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: object) -> str:
    """The SHA-256 of the canonical JSON, 64 lower-case hex digits."""
    return hashlib.sha256(encode(value)).hexdigest()


def is_digest(text: str) -> bool:
    """Whether a text has the form of a digest; nothing else can name what was approved."""
    return _DIGEST.fullmatch(text) is not None
