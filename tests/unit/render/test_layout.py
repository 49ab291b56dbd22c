from __future__ import annotations

import pytest

from qfops.render.layout import Page, Style, cells, clean, clip, clip_start, gap, pad, plural, wrap


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("客服", 4), ("é", 1), ("e\u0301", 1), ("▶ run", 5), ("", 0)]
)
def test_width_is_counted_in_cells(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("客服 ok", "客服 ok"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("safe\u202eevil", "safe\\u202eevil"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_text_of_others_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "start", "end"),
    [
        ("abcdef", 6, "abcdef", "abcdef"),
        ("abcdef", 4, "abc…", "…def"),
        ("客服助手", 5, "客服…", "…助手"),
        ("客服助手", 4, "客…", "…手"),
    ],
)
def test_clipping_keeps_whole_characters(text: str, width: int, start: str, end: str) -> None:
    assert clip(text, width) == start
    assert clip_start(text, width) == end


def test_padding_aligns_wide_characters() -> None:
    assert pad("客服", 6) == "客服  "
    assert pad("longer", 3) == "longer"
    assert gap("客服", "x", 10) == " " * 5
    assert gap("far too long", "x", 3) == "  "


def test_wrapping_never_breaks_a_word() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("one two three four", 3, 10) == ["one", "two three", "four"]
    assert wrap("a very-long-identifier b", 6) == ["a", "very-long-identifier", "b"]
    assert wrap("  indented", 40) == ["  indented"]
    assert wrap("", 10) == []


def test_wrapping_breaks_chinese_between_characters_but_not_before_a_full_stop() -> None:
    assert wrap("客服助手很好。", 8) == ["客服助手", "很好。"]
    assert wrap("客服助手。", 8) == ["客服助手。"]


def test_nothing_is_lost_in_wrapping() -> None:
    text = "客服 answers in 80 words，and 不 more than that; ids like amv-1p3o5i7u9ytr stay whole"
    for width in range(4, 60):
        assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


def test_colour_wraps_the_text_and_nothing_else() -> None:
    assert Page(color=True).paint("x", Style.DANGER) == "\x1b[1;31mx\x1b[0m"
    assert Page(color=True).paint("", Style.DANGER) == ""
    assert Page(color=False).paint("x", Style.DANGER) == "x"


def test_counts_read_naturally() -> None:
    assert [plural(1, "edit"), plural(12345, "edit"), plural(2, "entry", "entries")] == [
        "1 edit",
        "12,345 edits",
        "2 entries",
    ]
