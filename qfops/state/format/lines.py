"""JSON lines, each with a checksum of its own: what the journal is made of.

The sum covers the bytes before it, so that any flipped bit of a line is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from qfops.state.format.problems import FormatError
from qfops.state.format.strict import Object

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_DIGITS = 16
_TAIL = len(b',"sum":""}') + _DIGITS


def compact(value: object) -> bytes:
    """Canonical JSON: sorted keys, no white space, UTF-8 (a lone surrogate of user data passes)."""
    return _CANONICAL.encode(value).encode("utf-8", "surrogatepass")


def encode_line(document: Mapping[str, object]) -> bytes:
    """One line with its sum and its newline; `document` is not empty and has no key "sum"."""
    head = compact(document)[:-1]
    return b'%b,"sum":"%b"}\n' % (head, _sum(head))


def decode_lines(data: bytes) -> Iterator[tuple[int, Object]]:
    """The lines of a file with their numbers, without their sums.

    A last line without its newline that does not verify was torn by a crash and is left out; FormatError for
    any other line that does not verify.
    """
    lines = data.split(b"\n")
    last = lines.pop()
    for number, line in enumerate(lines, 1):
        document = _decode(line)
        if document is None:
            raise FormatError(f"line {number} does not fit its checksum")
        yield number, document
    document = _decode(last)
    if document is not None:
        yield len(lines) + 1, document


def _decode(line: bytes) -> Object | None:
    head, tail = line[:-_TAIL], line[-_TAIL:]
    if tail != b',"sum":"%b"}' % _sum(head):
        return None
    try:
        document = json.loads(head + b"}")
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _sum(head: bytes) -> bytes:
    return hashlib.sha256(head).hexdigest()[:_DIGITS].encode()
