"""The one textual edit of a manifest, and what it leaves alone."""

from datetime import date

import pytest

from qfops.core.resource import Ignore
from qfops.manifests.manifest_edit import item_text, lines_to_add, with_ignore

ITEM = Ignore("description", "support", date(2027, 1, 31))
LINE = '- {path: description, reason: "support", until: 2027-01-31}'
TAIL = "spec:\n  name: a\n"


def metadata(*lines: str) -> str:
    return "\n".join(["kind: X", "metadata:", *lines, ""]) + TAIL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["  name: a"], ["  name: a", "  lifecycle:", "    ignore:", f"      {LINE}"]),
        (
            ["  name: a   # 名字", "  labels:", "    a: b", ""],
            [
                "  name: a   # 名字",
                "  labels:",
                "    a: b",
                "  lifecycle:",
                "    ignore:",
                f"      {LINE}",
                "",
            ],
        ),
        (
            ["    lifecycle:", "        protect: true", "    name: a"],
            [
                "    lifecycle:",
                "        ignore:",
                f"          {LINE}",
                "        protect: true",
                "    name: a",
            ],
        ),
        (
            ["  lifecycle:", "    ignore:", "      - {path: b}", "    protect: true", "  name: a"],
            [
                "  lifecycle:",
                "    ignore:",
                f"      {LINE}",
                "      - {path: b}",
                "    protect: true",
                "  name: a",
            ],
        ),
        (
            ["  lifecycle:", "    ignore:", "    - path: b", "      reason: c", "  name: a"],
            ["  lifecycle:", "    ignore:", f"    {LINE}", "    - path: b", "      reason: c", "  name: a"],
        ),
    ],
)
def test_the_item_is_put_where_it_belongs(before: list[str], after: list[str]) -> None:
    assert with_ignore(metadata(*before), ITEM) == metadata(*after)


@pytest.mark.parametrize(
    "text",
    [
        "kind: X\nmetadata: {name: a}\n" + TAIL,
        metadata("  name: a", "  forEach: {b: {}}"),
        metadata("  name: a", "  lifecycle: {protect: true}"),
        metadata("  name: a", "  lifecycle:", "    ignore: []"),
        metadata("  name: a", "  lifecycle:"),
        metadata("\tname: a"),
        metadata("  name: a") + "---\n" + metadata("  name: b"),
        "",
    ],
)
def test_anything_else_is_left_alone(text: str) -> None:
    assert with_ignore(text, ITEM) is None


def test_a_marker_in_front_is_no_second_document() -> None:
    edited = with_ignore("# a comment\n---\n" + metadata("  name: a"), ITEM)
    assert edited is not None
    assert edited.startswith("# a comment\n---\nkind: X\n")


def test_line_ends_stay_as_they_are() -> None:
    edited = with_ignore(metadata("  name: a").replace("\n", "\r\n"), ITEM)
    assert edited is not None
    assert edited.count("\n") == edited.count("\r\n")


def test_metadata_may_end_the_file_without_a_newline() -> None:
    edited = with_ignore("kind: X\nspec: {}\nmetadata:\n  name: a", ITEM)
    assert edited == f"kind: X\nspec: {{}}\nmetadata:\n  name: a\n  lifecycle:\n    ignore:\n      {LINE}\n"


def test_texts_are_written_so_that_they_are_read_back() -> None:
    item = Ignore('a["x.y"]', 'he said "${var.x}": {yes}')
    assert item_text(item) == '{path: "a[\\"x.y\\"]", reason: "he said \\"$${var.x}\\": {yes}"}'
    assert lines_to_add(ITEM).endswith(f"      {LINE}\n")
