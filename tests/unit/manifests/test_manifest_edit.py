"""The one edit of a manifest: in every style that people write, and nothing but the item changes."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator
from datetime import date
from typing import cast

import pytest

from qfops.core.resource import Ignore
from qfops.core.values import JSON
from qfops.manifests.manifest_edit import item_text, lines_to_add, with_ignore
from qfops.manifests.yaml.document import read_documents
from qfops.manifests.yaml.splice import CannotEdit

ITEM = Ignore("description", "support", date(2027, 1, 31), 0.5)
LINE = '{path: description, reason: "support", until: 2027-01-31, value: 0.5}'
AS_READ: dict[str, JSON] = {"path": "description", "reason": "support", "until": "2027-01-31", "value": 0.5}
TAIL = "spec:\n  name: a\n"


def metadata(*lines: str) -> str:
    return "\n".join(["kind: X", "metadata:", *lines, ""]) + TAIL


def values(text: str) -> list[JSON]:
    parsed = read_documents("a.yaml", text.removeprefix("\ufeff"), {})
    assert parsed.diagnostics == []
    return [document.value for document in parsed.documents]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["  name: a"], ["  name: a", "  lifecycle:", "    ignore:", f"      - {LINE}"]),
        (
            ["  name: a   # 名字", "  labels:", "    a: b", ""],
            [
                "  name: a   # 名字",
                "  labels:",
                "    a: b",
                "  lifecycle:",
                "    ignore:",
                f"      - {LINE}",
                "",
            ],
        ),
        (
            ["    lifecycle:", "        protect: true", "    # the name", "    name: a"],
            [
                "    lifecycle:",
                "        protect: true",
                "        ignore:",
                f"          - {LINE}",
                "    # the name",
                "    name: a",
            ],
        ),
        (
            ["  lifecycle:", "    ignore:", "      - {path: b}", "    protect: true", "  name: a"],
            [
                "  lifecycle:",
                "    ignore:",
                f"      - {LINE}",
                "      - {path: b}",
                "    protect: true",
                "  name: a",
            ],
        ),
        (
            ["  lifecycle:", "    ignore:", "    - path: b", "      reason: c", "  name: a"],
            ["  lifecycle:", "    ignore:", f"    - {LINE}", "    - path: b", "      reason: c", "  name: a"],
        ),
        (
            ["  name: a", "  labels:", "    a: |", "      # no comment", "", "  # a comment"],
            [
                "  name: a",
                "  labels:",
                "    a: |",
                "      # no comment",
                "",
                "  lifecycle:",
                "    ignore:",
                f"      - {LINE}",
                "  # a comment",
            ],
        ),
        (
            ["  name: a", "  lifecycle: {protect: true}   # kept"],
            ["  name: a", f"  lifecycle: {{protect: true, ignore: [{LINE}]}}   # kept"],
        ),
        (["  name: a", "  lifecycle: {}"], ["  name: a", f"  lifecycle: {{ignore: [{LINE}]}}"]),
        (
            ["  name: a", "  lifecycle: {ignore: []}"],
            ["  name: a", f"  lifecycle: {{ignore: [{LINE}]}}"],
        ),
        (
            ["  name: a", "  lifecycle:", "    ignore: [{path: b}, {path: c}]  # two"],
            ["  name: a", "  lifecycle:", f"    ignore: [{LINE}, {{path: b}}, {{path: c}}]  # two"],
        ),
        (
            ["  name: a", "  lifecycle:", "    ignore: [", "      {path: b},", "    ]"],
            ["  name: a", "  lifecycle:", f"    ignore: [{LINE}, ", "      {path: b},", "    ]"],
        ),
    ],
)
def test_the_item_is_put_where_it_belongs(before: list[str], after: list[str]) -> None:
    assert with_ignore(metadata(*before), 1, [ITEM]) == metadata(*after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{path: description}", LINE),
        ("{until: 2026-01-31, path: description}", "{until: 2027-01-31, path: description, REASON, VALUE}"),
        ("{path: description, value: {a: [1]}}  #", "{path: description, value: 0.5, REASON, UNTIL}  #"),
        (
            "path: description   # why\n        reason: 'old'",
            'path: description   # why\n        reason: "support"\n        UNTIL\n        VALUE',
        ),
    ],
)  # fmt: skip
def test_an_item_for_the_same_path_is_written_anew(before: str, after: str) -> None:
    for word, text in (
        ("REASON", 'reason: "support"'),
        ("UNTIL", "until: 2027-01-31"),
        ("VALUE", "value: 0.5"),
    ):
        after = after.replace(word, text)
    around = ["  name: a", "  lifecycle:", "    ignore:", "      - {path: b}"]
    old, new = (metadata(*around, *f"      - {text}".split("\n"), "  labels: {}") for text in (before, after))
    assert with_ignore(old, 1, [ITEM], again=1) == new


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (metadata("  name: a", '  lifecycle: "${var.life}"'), "lifecycle is not written as a mapping"),
        (metadata("  name: a", '  lifecycle: {ignore: "${var.ignore}"}'), "ignore is not written as a list"),
        ("x: &m {name: a}\nkind: X\nmetadata: *m\n" + TAIL, "metadata is an alias"),
        (metadata("  labels: &l {}", "  name: a", "  lifecycle: *l"), "lifecycle is an alias"),
        (
            metadata("  lifecycle:", "    ignore: &i", "      - {path: b}", "  name: a"),
            "begins with something else",
        ),
        ("kind: X\n" + TAIL, "it has no metadata"),
        ("[a]\n", "no document begins on line 1"),
        ("# only a comment\n", "no document begins on line 1"),
        ("a: [\n", "only read, not edited"),
    ],
)  # fmt: skip
def test_what_cannot_be_edited_says_why(text: str, why: str) -> None:
    with pytest.raises(CannotEdit, match=why.replace("(", r"\(")):
        with_ignore(text, 1, [ITEM])


@pytest.mark.parametrize(
    "old",
    [
        "path: description\n        value: |\n          long",
        "path: description\n        value:\n          - 1",
    ],
)
def test_a_value_over_several_lines_is_left_to_people(old: str) -> None:
    text = metadata("  name: a", "  lifecycle:", "    ignore:", f"      - {old}")
    with pytest.raises(CannotEdit, match="value is written over several lines"):
        with_ignore(text, 1, [ITEM], again=0)


def test_an_item_that_is_an_alias_is_left_to_people() -> None:
    text = metadata("  name: a", "  lifecycle:", "    ignore: [&i {path: b}, *i]")
    with pytest.raises(CannotEdit, match="not written there"):
        with_ignore(text, 1, [ITEM], again=1)
    with pytest.raises(CannotEdit, match="not written there"):
        with_ignore(text, 1, [ITEM], again=2)


def test_a_list_of_defaults_is_written_out() -> None:
    """The list of a manifest takes its place, so nothing of it may be missing."""
    edited = with_ignore(metadata("  name: a"), 1, [ITEM, Ignore("b", "from defaults")])
    assert f'      - {LINE}\n      - {{path: b, reason: "from defaults"}}\n' in edited
    flow = with_ignore("kind: X\nmetadata: {name: a}\n" + TAIL, 1, [ITEM, Ignore("b")])
    assert f"metadata: {{name: a, lifecycle: {{ignore: [{LINE}, {{path: b}}]}}}}\n" in flow


def test_an_alias_at_the_end_stays_in_front_of_what_is_added() -> None:
    for labels in ("*l   # same", "\n    *l"):
        text = f"x: &l {{a: b}}\nkind: X\nmetadata:\n  name: a\n  labels: {labels}\n{TAIL}"
        edited = with_ignore(text, 1, [ITEM])
        assert edited.startswith(text.removesuffix(TAIL) + "  lifecycle:\n")
    flow = with_ignore(f"x: &l {{a: b}}\nkind: X\nmetadata: {{name: a, labels: *l }}\n{TAIL}", 1, [ITEM])
    assert f"labels: *l, lifecycle: {{ignore: [{LINE}]}} }}" in flow


# --- every style of every part, in any place of a stream, with any line ends

HEADS = (
    "",
    "# a comment\n---\n",
    "---   # first\n",
    "kind: Y\nmetadata: {name: other}\n---\n# second\n",
    "\n\n",
)
# Each with the indent of its keys; "" in flow style.
METADATA = (
    ("metadata:\n  name: a\nLIFE", "  "),
    ("metadata:   # ours\n    name: a   # name\nLIFE    labels: {a: b}\n\n    # behind\n", "    "),
    ('"metadata": {"name": "a"LIFE}\n', ""),
    ("metadata: {\n  name: aLIFE   # in flow\n}\n", ""),
)
# In block style and in flow style.
LIVES = (
    ("", ""),
    ("lifecycle: {protect: true}", "lifecycle: {protect: true}"),
    ("lifecycle:\n  protect: true # p", "lifecycle: {}"),
    ("lifecycle:\n  ignore: [{path: b}]\n  protect: false", "lifecycle: {ignore: [{path: b}]}"),
    ("lifecycle:\n  ignore:\n  - {path: b}\n\n  # c\n  - path: c\n    reason: c", "lifecycle: {ignore: []}"),
)
TAILS = (
    "spec: {}\n",
    "spec:\n  text: |\n    metadata:\n      name: a\n",
    "spec: {}\n---\nkind: Z\n",
    "spec: {}",
)


def texts() -> Iterator[tuple[str, int]]:
    """Every file, and the line on which its manifest begins."""
    for head, (about, indent), (block, flow), tail in itertools.product(HEADS, METADATA, LIVES, TAILS):
        if indent:
            life = "".join(f"{indent}{line}".rstrip() + "\n" for line in block.split("\n")) if block else ""
        else:
            life = f", {flow}" if flow else ""
        yield f"{head}kind: X\n{about.replace('LIFE', life)}{tail}", head.count("\n") + 1


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "bom"])
def test_in_every_style_only_the_item_changes(ending: str, mark: str) -> None:
    """What is read afterwards is what was read before with the item in front; no line but one is lost."""
    files = list(texts())
    for plain, line in files:
        text = mark + plain.replace("\n", ending)
        edited = with_ignore(text, line, [ITEM])
        before, after = values(text), values(edited)
        changed = next(cast("dict[str, dict[str, JSON]]", item) for item in before if _kind(item) == "X")
        life = cast("dict[str, JSON]", changed["metadata"].setdefault("lifecycle", {}))
        life["ignore"] = [AS_READ, *cast("list[JSON]", life.get("ignore", []))]
        assert after == before, edited
        assert edited.count("\n") == edited.count(ending)
        assert edited.startswith(mark)
        lost = [item for item in difflib.ndiff(text.split("\n"), edited.split("\n")) if item.startswith("- ")]
        assert len(lost) <= 1, edited
    assert len(files) == 400


def _kind(value: JSON) -> JSON:
    return value["kind"] if isinstance(value, dict) else None


def test_metadata_may_end_the_file_without_a_newline() -> None:
    edited = with_ignore("kind: X\nspec: {}\nmetadata:\n  name: a", 1, [ITEM])
    assert edited == f"kind: X\nspec: {{}}\nmetadata:\n  name: a\n  lifecycle:\n    ignore:\n      - {LINE}\n"


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, 10, 0.1, 3e-5, 1e22, "", "no", "0.1", "1e3", "2027-01-31", "x: y", "a # b",
        "- a", "${var.x} $${y}", 'he said "yes"\n\ttwice', "\\ / {a}", "*x", "&x",
        "试验\u2028\u0085\u00a0\ufeff\x00\x7f\U000e0001😀",
        ["b", 1, None, {"a.b": "${c}"}], {"a": {"b": [1.5, "x"]}, "c": []},
    ],
)  # fmt: skip
def test_a_value_is_read_back_as_it_was(value: JSON) -> None:
    """Nothing in it is taken for YAML, a substitution (`$${` stands for `${`), or the end of a line."""
    for item in (Ignore("a", value=value), Ignore("a", reason=str(value)[:9] or "x", value=value)):
        edited = with_ignore(metadata("  name: a"), 1, [item])
        (read,) = values(edited)
        found = cast("dict[str, dict[str, dict[str, list[dict[str, JSON]]]]]", read)["metadata"]["lifecycle"][
            "ignore"
        ]
        assert found[0]["value"] == _escaped(value)
        assert type(found[0]["value"]) is type(value)
        assert edited.isprintable() or edited.replace("\n", "").isprintable()


def _escaped(value: JSON) -> JSON:
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return {key: _escaped(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_texts_are_written_so_that_they_are_read_back() -> None:
    item = Ignore('a["x.y"]', 'he said "${var.x}": {yes}')
    assert item_text(item) == '{path: "a[\\"x.y\\"]", reason: "he said \\"$${var.x}\\": {yes}"}'
    assert lines_to_add([ITEM, Ignore("b")]).endswith(f"      - {LINE}\n      - {{path: b}}\n")
