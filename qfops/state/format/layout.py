"""The bytes of state.json: sorted JSON with a line for each field of an entry, sealed by a checksum.

The checksum covers every byte of the file but its own line, so that checking it costs one hash and nothing is
written a second time. Nothing here knows what the document means.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial

from qfops.core.values import JSON
from qfops.state.format.strict import Object

_EXPANDED = {"": 1, "entries": 2, "intents": 1}
"""How many levels below a key of the document stand on lines of their own; deeper values share one."""

_CHECKSUM = re.compile(rb'\n  "checksum": "[0-9a-f]{64}",')
_AFTER_CHECKSUM = b'\n  "entries": '
"""A line break and two spaces start no other key than one of the document itself."""


def sealed(document: Object) -> bytes:
    """The file that holds `document`, which has the key "entries" and no "checksum"."""
    body = _pretty(document)
    place = body.index(_AFTER_CHECKSUM)
    return body[:place] + _checksum_line(body) + body[place:]


def is_intact(data: bytes) -> bool:
    """Whether `data` is, to the byte, what `sealed` made."""
    found = _CHECKSUM.search(data)
    return found is not None and found[0] == _checksum_line(data[: found.start()] + data[found.end() :])


def _checksum_line(body: bytes) -> bytes:
    return b'\n  "checksum": "%b",' % hashlib.sha256(body).hexdigest().encode()


def _pretty(document: Object) -> bytes:
    members = (
        f"  {_text(key)}: {_expanded(value, _EXPANDED.get(key, 1 if value else 0), '  ')}"
        for key, value in sorted(document.items())
    )
    return ("{\n" + ",\n".join(members) + "\n}\n").encode("utf-8", "surrogatepass")


def _expanded(value: JSON, levels: int, indent: str) -> str:
    if levels == 0 or not isinstance(value, (dict, list)) or not value:
        return _text(value)
    inner = indent + "  "
    write = _text if levels == 1 else partial(_expanded, levels=levels - 1, indent=inner)
    if isinstance(value, list):
        lines = [f"{inner}{write(item)}" for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    lines = [f"{inner}{_text(key)}: {write(value[key])}" for key in sorted(value)]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False, check_circular=False).encode
"""Without the search for circles, which takes as long as the writing: state is a tree, it came from JSON."""
