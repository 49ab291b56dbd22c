"""JSON lines with sums: a torn last line is dropped, everything else that does not fit is refused."""

import pytest

from qfops.state.format.lines import compact, decode_lines, encode_line
from qfops.state.format.problems import FormatError

DOCUMENTS: list[dict[str, object]] = [{"seq": 1, "text": "问答\n"}, {"seq": 2, "x": [1.5, None]}, {"seq": 3}]
LINES = [encode_line(document) for document in DOCUMENTS]


def test_lines_come_back_with_their_numbers() -> None:
    assert list(decode_lines(b"".join(LINES))) == list(enumerate(DOCUMENTS, 1))


def test_a_line_is_canonical_and_ends_with_its_sum() -> None:
    assert LINES[0].startswith('{"seq":1,"text":"问答\\n","sum":"'.encode())
    assert LINES[0].endswith(b'"}\n')
    assert compact({"b": 1, "a": "\ud83d"}) == b'{"a":"\xed\xa0\xbd","b":1}'


@pytest.mark.parametrize("size", range(len(LINES[2])))
def test_a_last_line_torn_at_any_byte_is_dropped(size: int) -> None:
    data = b"".join(LINES[:2]) + LINES[2][:size]
    expected = DOCUMENTS if size == len(LINES[2]) - 1 else DOCUMENTS[:2]
    assert [document for _, document in decode_lines(data)] == expected


@pytest.mark.parametrize("place", range(len(LINES[0])))
def test_a_flipped_bit_elsewhere_is_refused(place: int) -> None:
    data = bytearray(b"".join(LINES))
    data[place] ^= 1
    with pytest.raises(FormatError, match=r"line [12] does not fit its checksum"):
        list(decode_lines(bytes(data)))


def test_a_last_line_with_its_newline_is_not_torn() -> None:
    data = b"".join(LINES[:2]) + LINES[2][:-4] + b"\n"
    with pytest.raises(FormatError, match="line 3"):
        list(decode_lines(data))


def test_an_empty_line_and_one_without_a_sum_are_refused() -> None:
    for line in (b"\n", b'{"seq":1}\n', b"[]\n"):
        with pytest.raises(FormatError):
            list(decode_lines(line + LINES[0]))
