"""The layout of state.json: the checksum covers every byte, and is found only where it stands."""

import hashlib
import json

import pytest

from qfops.core.values import JSON
from qfops.state.format.layout import is_intact, sealed

LINE = '\n  "checksum": "' + 64 * "0" + '",'
DOCUMENT: dict[str, JSON] = {
    "account": LINE,
    "approved": {"checksum": 64 * "0", LINE: [LINE], "entries": {"a": 1}},
    "entries": {"Dataset/faq": {"attributes": {"问": "答", "checksum": [LINE, {}]}, "id": "ds-1"}},
    "intents": [{"checksum": 64 * "0", "seq": 1}],
}
DATA = sealed(DOCUMENT)


def test_the_document_comes_back_with_the_hash_of_everything_else() -> None:
    document = json.loads(DATA)
    line = f'  "checksum": "{document["checksum"]}",\n'.encode()
    assert DATA.count(line) == 1
    assert document.pop("checksum") == hashlib.sha256(DATA.replace(line, b"")).hexdigest()
    assert document == DOCUMENT
    assert is_intact(DATA)


def test_every_changed_byte_is_noticed() -> None:
    for place in range(len(DATA)):
        data = bytearray(DATA)
        data[place] ^= 1
        assert not is_intact(bytes(data)), place


@pytest.mark.parametrize(
    "data",
    [
        b"",
        DATA[:-1],
        DATA + b"\n",
        DATA.replace(b"\n", b"\r\n"),
        DATA.replace(b"  ", b" "),
        b"\n".join(line for line in DATA.split(b"\n") if not line.startswith(b'  "checksum"')),
    ],
)
def test_what_is_not_as_written_is_not_intact(data: bytes) -> None:
    assert not is_intact(data)
