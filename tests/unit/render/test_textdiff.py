from __future__ import annotations

import pytest

from qfops.render.layout import Page, cells
from qfops.render.text.marked import MAX_LINES, marked_lines
from qfops.render.textdiff import changed_lines

PAGE = Page(width=88)


def diff_text(before: str, after: str, page: Page, limit: int = MAX_LINES) -> list[str]:
    return marked_lines(list(changed_lines(before, after)), page, limit)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("same", "same", []),
        ("at most 120 words.", "at most 80 words.", ["1 | at most [-120-]{+80+} words."]),
        ("a\nb\nc", "a\nc", ["- | [-b-]"]),
        ("a\nc", "a\nb\nc", ["2 | {+b+}"]),
        ("", "new", ["1 | {+new+}"]),
        ("old", "", ["- | [-old-]"]),
        ("请用不超过120个字回答", "请用不超过80个字回答", ["1 | 请用不超过[-120-]{+80+}个字回答"]),
        ("语气要友好。", "语气要专业、友好。", ["1 | 语气要{+专业、+}友好。"]),
        ("trailing", "trailing ", ["1 | trailing{+ +}"]),
        ("tab\there", "tab here", ["1 | tab[-\\t-]{+ +}here"]),
        ("one two three", "nothing in common", ["- | [-one two three-]", "1 | {+nothing in common+}"]),
    ],
)
def test_changed_words_are_marked(before: str, after: str, lines: list[str]) -> None:
    assert diff_text(before, after, PAGE) == lines


def test_changes_close_to_each_other_are_one_change() -> None:
    assert diff_text("the cat sat on it quietly", "the dog ran on it quietly", PAGE) == [
        "1 | the [-cat sat-]{+dog ran+} on it quietly"
    ]


def test_line_numbers_are_those_of_the_new_text() -> None:
    before = "\n".join(f"line {number} stays" for number in range(12))
    after = "first\n" + before.replace("line 9 stays", "line 9 stays put")
    assert diff_text(before, after, PAGE) == [" 1 | {+first+}", "11 | line 9 stays{+ put+}"]


def test_a_long_line_is_cut_around_its_change() -> None:
    before = "start " + "word " * 200 + "old" + " word" * 200
    (line,) = diff_text(before, before.replace("old", "new"), PAGE)
    assert "[-old-]{+new+}" in line
    assert (line[:5], line[-1]) == ("1 | …", "…")
    assert cells(line) <= PAGE.width


def test_a_long_insertion_says_how_much_is_not_shown() -> None:
    (line,) = diff_text("a b c d e f " * 60, "a b c d e f " * 60 + "x" * 500, PAGE)
    assert "(341 more characters)+}" in line


def test_many_changed_lines_are_counted() -> None:
    lines = diff_text("\n".join("ab" for _ in range(60)), "\n".join("xy" for _ in range(60)), PAGE, limit=4)
    assert lines[-1] == "… 116 more changed lines; --format json shows both texts"
    assert len(lines) == 5


def test_huge_texts_are_compared_coarsely_and_in_full() -> None:
    lines = [f"line {number}" for number in range(1000)]
    after = ["first", *lines[1:500], "inserted", *lines[500:-1], "last"]
    found = list(changed_lines("\n".join(lines), "\n".join(after)))
    assert [line.number for line in found if line.number] == [1, *range(501, 1002)]


def test_nothing_is_lost_between_the_two_texts() -> None:
    before = "请回答。\nAnswer  politely,\nin at most 120 words.\nend"
    after = "请礼貌地回答。\nAnswer politely,\nnever in more than 80 words.\nand\nend"
    removed, added = before.split("\n"), after.split("\n")
    for line in changed_lines(before, after):
        old = "".join(piece.text for piece in line.pieces if piece.mark != "+")
        new = "".join(piece.text for piece in line.pieces if piece.mark != "-")
        assert line.number is None or new == added[line.number - 1]
        assert old in removed or not old


def test_colour_is_only_paint() -> None:
    painted = diff_text("a b c", "a x c", Page(88, color=True))
    assert painted == ["1 | a \x1b[1;31m[-b-]\x1b[0m\x1b[32m{+x+}\x1b[0m c"]
