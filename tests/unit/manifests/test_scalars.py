"""Plain scalars by JSON's grammar."""

from __future__ import annotations

import pytest

from qfops.core.values import JSON
from qfops.manifests.scalars import (
    boolean_hint,
    described,
    literal,
    null_hint,
    number_hint,
    scalar,
    text_hint,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-3", -3),
        ("10.0", 10.0),
        ("3e-5", 3e-5),
        ("1E+2", 100.0),
        ("9223372036854775807", 2**63 - 1),
        ("~", "~"),
        ("NO", "NO"),
        ("True", "True"),
        ("Null", "Null"),
        ("012", "012"),
        ("+1", "+1"),
        (".5", ".5"),
        ("5.", "5."),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("2024-01-01", "2024-01-01"),
        (".inf", ".inf"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-", "-"),
        ("１", "１"),
    ],
)
def test_only_jsons_grammar_makes_a_value(text: str, value: JSON) -> None:
    found = scalar(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "9223372036854775808", "1" * 5000])
def test_a_number_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is too large"):
        scalar(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3", "Write 3 without quotes."),
        ("012", "Write 12: numbers follow JSON's grammar."),
        ("+5", "Write 5: numbers follow JSON's grammar."),
        (".5", "Write 0.5: numbers follow JSON's grammar."),
        ("5.", "Write 5: numbers follow JSON's grammar."),
        ("1_000", "Write 1000: numbers follow JSON's grammar."),
        ("1,000", "Write 1000: numbers follow JSON's grammar."),
        ("0x1F", "Write 31: numbers follow JSON's grammar."),
        ("-007", "Write -7: numbers follow JSON's grammar."),
        ("three", ""),
        ("1:30", ""),
        ("", ""),
    ],
)
def test_how_to_write_a_number(text: str, hint: str) -> None:
    assert number_hint(text) == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("True", "Write true: only true and false are booleans."),
        ("yes", "Write true: only true and false are booleans."),
        ("OFF", "Write false: only true and false are booleans."),
        ("true", "Write true without quotes."),
        ("maybe", ""),
    ],
)
def test_how_to_write_a_boolean(text: str, hint: str) -> None:
    assert boolean_hint(text) == hint


def test_how_to_write_null() -> None:
    assert null_hint("~") == "Write null."
    assert null_hint("nothing") == ""


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (10, 'Put it in quotes: "10".'),
        (True, 'Put it in quotes: "true".'),
        ({}, 'Put it in quotes: "{}".'),
        ({"input": None}, 'Put it in quotes: "{input}".'),
        (["a"], "Put it in quotes if the brackets are part of the text."),
        ({"a": 1}, ""),
        (None, ""),
    ],
)
def test_how_to_write_a_text(value: JSON, hint: str) -> None:
    assert text_hint(value) == hint


def test_values_in_messages_are_short_and_keep_their_script() -> None:
    assert literal("千帆") == '"千帆"'
    assert literal("x" * 100) == f'"{"x" * 58}…'
    values: list[JSON] = [None, True, 3, "a", [], {}]
    assert [described(item) for item in values] == [
        "nothing",
        "true",
        "the number 3",
        'the text "a"',
        "a list",
        "a mapping",
    ]


def test_scalars_inside_a_text() -> None:
    values: list[JSON] = ["a", 3, 0.0003, True, None, [1], {}]
    assert [text_of(item) for item in values] == ["a", "3", "0.0003", "true", None, None, None]
