"""YAML texts as documents: values, positions, and every way a file can be wrong."""

from __future__ import annotations

import pytest
import yaml

from qfops.core.values import JSON
from qfops.manifests.positions import location_of
from qfops.manifests.yaml import events
from qfops.manifests.yaml.builder import COPY_LIMIT, DEPTH_LIMIT
from qfops.manifests.yaml.document import Parsed, read_documents
from tests.unit.manifests.fakes import line


def read(text: str) -> Parsed:
    return read_documents("m.yaml", text, {})


def value(text: str) -> JSON:
    documents, found, complete = read(text)
    assert found == []
    assert complete
    return documents[0].value


def problems(text: str) -> list[str]:
    return [line(item).removeprefix("m.yaml:") for item in read(text)[1]]


def places(text: str) -> dict[str, str]:
    (document,) = read(text)[0]
    return {path: str(location_of("", mark))[1:] for path, mark in document.marks.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: x y\nc:\n", {"a": 1, "b": "x y", "c": None}),
        (
            "a: '1'\nb: \"true\"\nc: |\n  3\nd: >\n  null\n",
            {"a": "1", "b": "true", "c": "3\n", "d": "null\n"},
        ),
        ("{a: [1, {b: null}], c: {}}", {"a": [1, {"b": None}], "c": {}}),
        ("- a\n- - b\n", ["a", ["b"]]),
        ("'1': a\n\"true\": b\n'<<': c\n", {"1": "a", "true": "b", "<<": "c"}),
        ("a: &x {p: [1]}\nb: *x\n", {"a": {"p": [1]}, "b": {"p": [1]}}),
        ("模型: 千帆 \U0001f600\n", {"模型": "千帆 \U0001f600"}),
        ("a: one\n two\n", {"a": "one two"}),
        ("no: yes\n", {"no": "yes"}),
    ],
)
def test_values(text: str, expected: JSON) -> None:
    assert value(text) == expected


def test_an_alias_is_a_copy() -> None:
    found = value("a: &x {p: 1}\nb: *x\n")
    assert isinstance(found, dict)
    assert found["a"] is not found["b"]


def test_positions_are_those_of_keys_and_items() -> None:
    text = "# top\na: 1\nb:\n  c: [x,\n    {d: 2}]\n  e: |\n    long\n    text\n  f: 3\n"
    assert places(text) == {
        "": "2:1",
        "a": "2:1",
        "b": "3:1",
        "b.c": "4:3",
        "b.c[0]": "4:7",
        "b.c[1]": "5:5",
        "b.c[1].d": "5:6",
        "b.e": "6:3",
        "b.f": "9:3",
    }


def test_columns_count_characters_and_odd_keys_are_quoted() -> None:
    assert places("{千: 1, a.b: 2}") == {"": "1:1", "千": "1:2", '["a.b"]': "1:8"}


def test_what_is_inside_an_alias_keeps_its_place() -> None:
    found = places("a: &x\n  p: 1\nb: *x\n")
    assert (found["b"], found["b.p"]) == ("3:1", "2:3")


def test_documents_without_content_are_none() -> None:
    documents, found, complete = read("# nothing\n---\n---\na: 1\n---\nnull\n...\n")
    assert [document.value for document in documents] == [{"a": 1}]
    assert (found, complete) == ([], True)
    assert str(documents[0].start) == "m.yaml:4:1"


def test_a_document_knows_whether_it_holds_a_substitution() -> None:
    documents, _, _ = read("a: $x\n---\na: ['${var.x}']\n---\na: ${var.x}\n---\na: &x ${var.x}\n")
    assert [document.templated for document in documents] == [False, True, True, True]


FEATURES = [
    (
        "a: 1\na: 2\n",
        '2:1 duplicate-key - -: the key "a" stands twice, first on line 1 | Remove one of them.',
    ),
    ("a: !!str 1\n", "1:4 yaml-feature - -: the tag tag:yaml.org,2002:str is not supported | Remove it."),
    ("a: !env x\n", "1:4 yaml-feature - -: the tag !env is not supported | Remove it."),
    (
        "<<: {a: 1}\n",
        "1:1 yaml-feature - -: the merge key << is not supported | Write the keys out, or use `defaults`.",
    ),
    ("1: a\n", '1:1 bad-key - -: the key 1 is not a text | Put it in quotes: "1".'),
    ("true: a\n", '1:1 bad-key - -: the key true is not a text | Put it in quotes: "true".'),
    ("?\n: a\n", '1:2 bad-key - -: the key (empty) is not a text | Put it in quotes: "".'),
    (
        "${var.a}: 1\n",
        '1:1 bad-key - -: the key "${var.a}" holds a substitution | Keys are never substituted.',
    ),
    (
        "? [a]\n: 1\n",
        "1:3 bad-key - -: a list or mapping cannot be a key | Put it in quotes if it is a text.",
    ),
    (
        "a: &x b\n*x : 1\n",
        "2:1 bad-key - -: the alias *x cannot be a key | Put it in quotes if it is a text.",
    ),
    ("&x a: 1\n", "1:1 bad-key - -: a key cannot have a tag or an anchor | Remove it."),
    ("a: *x\n", "1:4 yaml-feature - -: the alias *x has no anchor &x | Put it in quotes if it is a text."),
    (
        "a: &x [*x]\n",
        "1:8 yaml-feature - -: the alias *x stands inside its own anchor | Write the value out.",
    ),
    (
        "a: 1e999\n",
        '1:4 bad-number - -: "1e999" is too large for a number | Put it in quotes if it is a text.',
    ),
]


@pytest.mark.parametrize(("text", "expected"), FEATURES)
def test_what_is_left_out_of_yaml(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_the_rest_of_a_document_is_read_after_such_an_error() -> None:
    text = "a: 1\na: {b: 1, b: 2}\n1: x\nc: !t y\nd: 5\n"
    documents, found, complete = read(text)
    assert [item.location.line for item in found if item.location] == [2, 2, 3, 4]
    assert documents[0].value == {"a": 1, "1": "x", "c": "y", "d": 5}
    assert complete


ADVICE = "Check the indentation, brackets and quotes here and on the line above."
SYNTAX = [
    (
        "{lr: ${var.x}}",
        "1:7 yaml-syntax - -: a substitution inside { } or [ ] must stand in quotes"
        ' | While parsing a flow mapping from line 1 on. | Put it in quotes: "${var.x}".',
    ),
    (
        "a: [1,\n  ${var.list}]",
        "2:4 yaml-syntax - -: a substitution inside { } or [ ] must stand in quotes"
        ' | While parsing a flow sequence from line 1 on. | Put it in quotes: "${var.list}".',
    ),
    (
        "a: b: c\n",
        "1:5 yaml-syntax - -: a second `: ` on one line, or a wrong indentation"
        " | Put a text that holds `: ` in quotes.",
    ),
    (
        "a:\n\tb: 1\n",
        "2:1 yaml-syntax - -: a tab where YAML wants spaces"
        " | While scanning for the next token from line 2 on. | Indent with spaces.",
    ),
    (
        "a: @x\n",
        "1:4 yaml-syntax - -: a text cannot begin with @ unless it is quoted"
        " | While scanning for the next token from line 1 on. | Put the text in quotes.",
    ),
    (
        "a: **bold**\n",
        "1:5 yaml-syntax - -: a text cannot begin with * or & unless it is quoted"
        " | While scanning an alias from line 1 on. | Put the text in quotes.",
    ),
    ("a: 'x\nb: 1\n", f"1:4 yaml-syntax - -: the quote that opens here is never closed | {ADVICE}"),
    (
        'a: "x\\q"\n',
        "1:6 yaml-syntax - -: found unknown escape character: \\ begins an escape in double quotes"
        " | While parsing a quoted scalar from line 1 on. | Use single quotes, or write \\\\.",
    ),
    (
        "a: [1\nb: 2\n",
        f"2:2 yaml-syntax - -: did not find expected ',' or ']'"
        f" | While parsing a flow sequence from line 1 on. | {ADVICE}",
    ),
    (
        "千: \x01\n",
        "1:4 yaml-syntax - -: the character U+0001 is not allowed in YAML"
        ' | Remove it, or write it as an escape in double quotes, for example "\\u0001".',
    ),
]


@pytest.mark.parametrize(("text", "expected"), SYNTAX)
def test_syntax_errors_say_what_to_do(text: str, expected: str) -> None:
    assert problems(text) == [expected]
    assert not read(text)[2]


def test_the_next_document_is_read_after_a_syntax_error() -> None:
    text = "a: 1\n---\nb: [\n---\nc: 3\n---\nd: 'x\n---\ne: !t 5\n"
    documents, found, complete = read(text)
    assert [(document.value, document.start.line) for document in documents] == [
        ({"a": 1}, 1),
        ({"c": 3}, 5),
        ({"e": 5}, 9),
    ]
    assert [(item.code, item.location.line) for item in found if item.location] == [
        ("yaml-syntax", 4),
        ("yaml-syntax", 7),
        ("yaml-feature", 9),
    ]
    assert not complete


def test_a_character_that_yaml_cannot_hold_is_reported_once() -> None:
    _, found, complete = read("a: 1\n---\nb: \x01\n---\nc: 3\n")
    assert [str(item.location) for item in found] == ["m.yaml:3:4"]
    assert not complete


def test_a_file_of_nothing_but_errors_ends() -> None:
    _, found, complete = read("---\n]\n" * 1000)
    assert (len(found), complete) == (20, False)


@pytest.mark.parametrize("level", ["[", "- ", "{a: ", "[\n"])
def test_deep_nesting_is_an_error_and_not_a_crash(level: str) -> None:
    (found,) = problems(level * 200_000)
    line, column = (DEPTH_LIMIT + 1, 1) if "\n" in level else (1, DEPTH_LIMIT * len(level) + 1)
    assert found.startswith(f"{line}:{column} too-big-value")
    assert f"more than {DEPTH_LIMIT} levels of nesting" in found


def test_the_deepest_nesting_allowed() -> None:
    assert problems("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT) == []


WORDS_FOR_TOO_DEEP = [
    "exceeded maximum nesting depth",
    "Maximum nesting level reached, set with yaml_set_max_nest_level())",
]


def limit_the_parser(monkeypatch: pytest.MonkeyPatch, limit: int, words: str) -> None:
    """Give the fast parser a limit of its own for brackets, met while it looks ahead, as libyaml has one."""

    class Limited(yaml.SafeLoader):
        def fetch_flow_collection_start(self, token: type[yaml.Token]) -> None:
            if self.flow_level == limit:
                mark = self.get_mark()
                raise yaml.scanner.ScannerError("while increasing flow level", mark, words, mark)
            super().fetch_flow_collection_start(token)

    monkeypatch.setattr(events, "Parser", Limited)


@pytest.mark.parametrize("words", WORDS_FOR_TOO_DEEP)
@pytest.mark.parametrize("limit", [DEPTH_LIMIT // 2, DEPTH_LIMIT])
def test_the_limit_is_ours_whatever_the_parser_has(
    limit: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_the_parser(monkeypatch, limit, words)
    first, deepest = "a: !t 1\n---\n", "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT
    documents, found, complete = read(f"{first}{deepest}\n---\nz: 1\n")
    assert ([document.start.line for document in documents], len(found), complete) == ([1, 3, 5], 1, True)
    documents, found, complete = read(f"{first}[{deepest}]")
    assert ([document.start.line for document in documents], complete) == ([1], False)
    assert [(item.code, str(item.location)) for item in found] == [
        ("yaml-feature", "m.yaml:1:4"),
        ("too-big-value", f"m.yaml:3:{DEPTH_LIMIT + 1}"),
    ]


def test_an_alias_bomb_is_an_error() -> None:
    lines = ["k0: &a0 x"]
    lines += [f"k{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    (found,) = problems("\n".join(lines))
    assert f"aliases make more than {COPY_LIMIT} values | Write fewer aliases." in found


def test_a_chain_of_aliases_is_too_deep() -> None:
    lines = ["k0: &a0 x", *(f"k{i}: &a{i} [*a{i - 1}]" for i in range(1, 3000))]
    (found,) = problems("\n".join(lines))
    assert "levels of nesting" in found


@pytest.mark.parametrize("text", [text for text, _ in FEATURES])
def test_the_parser_in_python_gives_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML may be built without libyaml."""
    expected = problems(text)
    monkeypatch.setattr(events, "Parser", yaml.SafeLoader)
    assert problems(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in SYNTAX])
def test_the_parser_in_python_finds_the_same_syntax_errors(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "Parser", yaml.SafeLoader)
    (found,) = read(text)[1]
    assert found.code == "yaml-syntax"
