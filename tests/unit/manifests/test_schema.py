"""Two validators and one verdict: the fast one decides, the slow one finds the words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qfops.core.values import JSON
from qfops.kinds.check import Schema
from qfops.manifests.schema.schema import Checker
from tests.unit.manifests.fakes import BOX_SCHEMA


def problems(schema: Schema, value: JSON) -> list[str]:
    found = Checker(schema).problems(value)
    return [
        " | ".join(
            part
            for part in (f"{item.code} {item.path or '-'}: {item.summary}", item.detail, item.remedy)
            if part
        )
        for item in found
    ]


def of(keyword: str, limit: JSON, value: JSON, **more: JSON) -> str:
    """The problem of one property x with one keyword."""
    (found,) = problems({"properties": {"x": {keyword: limit, **more}}}, {"x": value})
    return found


def test_a_valid_value_has_no_problems() -> None:
    assert problems(BOX_SCHEMA, {"boxName": "bb", "size": 3, "config": {"mode": "fast"}}) == []


@pytest.mark.parametrize(
    ("keyword", "limit", "value", "expected"),
    [
        (
            "type",
            "string",
            3,
            'wrong-type x: a text is wanted here, not the number 3 | Put it in quotes: "3".',
        ),
        (
            "type",
            "string",
            None,
            "wrong-type x: a text is wanted here, not nothing | Give a value, or remove the key.",
        ),
        (
            "type",
            "string",
            {},
            'wrong-type x: a text is wanted here, not a mapping | Put it in quotes: "{}".',
        ),
        (
            "type",
            "integer",
            "012",
            'wrong-type x: a whole number is wanted here, not the text "012"'
            " | Write 12: numbers follow JSON's grammar.",
        ),
        ("type", "integer", 1.5, "wrong-type x: a whole number is wanted here, not the number 1.5"),
        (
            "type",
            "boolean",
            "True",
            'wrong-type x: true or false is wanted here, not the text "True"'
            " | Write true: only true and false are booleans.",
        ),
        (
            "type",
            "array",
            "a",
            'wrong-type x: a list is wanted here, not the text "a" | Write it as a list: [a].',
        ),
        (
            "type",
            ["number", "null"],
            "~",
            'wrong-type x: a number or null is wanted here, not the text "~" | Write null.',
        ),
        (
            "enum",
            ["fast", "slow"],
            "fats",
            'wrong-value x: "fats" is not allowed here | Allowed: "fast", "slow". | Did you mean "fast"?',
        ),
        (
            "enum",
            ["True", "False"],
            True,
            'wrong-value x: true is not allowed here | Allowed: "True", "False". | Put it in quotes: "True".',
        ),
        (
            "enum",
            [1, 2],
            "02",
            'wrong-value x: "02" is not allowed here | Allowed: 1, 2.'
            " | Write 2: numbers follow JSON's grammar.",
        ),
        (
            "enum",
            [True, "auto"],
            "Yes",
            'wrong-value x: "Yes" is not allowed here | Allowed: true, "auto".'
            " | Write true: only true and false are booleans.",
        ),
        ("const", "a", "b", 'wrong-value x: "b" is not allowed here | Write "a".'),
        ("minLength", 2, "x", 'wrong-value x: "x" has 1 character; wanted are at least 2'),
        ("minLength", 1, "", "wrong-value x: the text is empty; wanted are at least 1"),
        ("maxLength", 2, "千帆平", 'wrong-value x: "千帆平" has 3 characters; wanted are at most 2'),
        ("minimum", 1, 0, "wrong-value x: 0 is out of range; wanted is at least 1"),
        ("maximum", 9, 10, "wrong-value x: 10 is out of range; wanted is at most 9"),
        ("exclusiveMinimum", 0, 0, "wrong-value x: 0 is out of range; wanted is more than 0"),
        ("exclusiveMaximum", 1, 1, "wrong-value x: 1 is out of range; wanted is less than 1"),
        ("multipleOf", 2, 3, "wrong-value x: 3 is out of range; wanted is a multiple of 2"),
        ("minItems", 1, [], "wrong-value x: no items here; wanted are at least 1"),
        ("maxItems", 1, [1, 2], "wrong-value x: 2 items here; wanted are at most 1"),
        ("minProperties", 2, {"a": 1}, "wrong-value x: 1 key here; wanted are at least 2"),
        (
            "pattern",
            "^[a-z]+$(?!\\n)",
            "A b",
            'wrong-value x: "A b" does not have the right form | It must match ^[a-z]+$.',
        ),
        (
            "uniqueItems",
            True,
            ["a", "a"],
            'wrong-value x: "a" stands twice in the list | Remove one of them.',
        ),
        (
            "not",
            {"const": 3},
            3,
            "wrong-value x: 3 should not be valid under {'const': 3}",
        ),
    ],
)
def test_each_keyword_in_words(keyword: str, limit: JSON, value: JSON, expected: str) -> None:
    assert of(keyword, limit, value) == expected


def test_both_bounds_are_named() -> None:
    assert of("minLength", 2, "x", maxLength=20) == 'wrong-value x: "x" has 1 character; wanted are 2 to 20'
    assert of("maximum", 9, 10, minimum=1) == "wrong-value x: 10 is out of range; wanted is 1 to 9"
    assert of("minItems", 2, [1], maxItems=2) == "wrong-value x: 1 item here; wanted are exactly 2"


def test_the_description_says_what_is_allowed() -> None:
    found = of("pattern", "^a", "b", description="Begins with a.")
    assert found == 'wrong-value x: "b" does not have the right form | Begins with a.'


def test_a_number_is_put_in_quotes_only_if_that_would_be_right() -> None:
    assert (
        of("type", "string", 10, pattern="^[0-9]+s$")
        == "wrong-type x: a text is wanted here, not the number 10"
    )
    assert of("type", "string", 10, pattern="^[0-9]+$").endswith('Put it in quotes: "10".')


def test_unknown_and_missing_keys_each_have_a_path_of_their_own() -> None:
    assert problems(BOX_SCHEMA, {"boxname": "bb", "zzz": 1, "config": {"rat": 1}}) == [
        'unknown-key boxname: unknown key "boxname"'
        ' | Also allowed here: boxName, free, note, open, size, tags. | Did you mean "boxName"?',
        'unknown-key zzz: unknown key "zzz" | Also allowed here: boxName, free, note, open, size, tags.'
        " | Remove it.",
        "missing-key boxName: boxName is missing | Name, 2 to 20 characters. | Add boxName.",
        'unknown-key config.rat: unknown key "rat" | Also allowed here: mode, rate. | Did you mean "rate"?',
    ]


def test_a_condition_names_what_it_wants_with_the_description_of_the_path() -> None:
    schema: Schema = {
        "properties": {"a": {"type": "integer"}, "b": {"type": "string", "description": "The b."}},
        "if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
        "then": {"required": ["b"]},
        "dependentRequired": {"b": ["a"]},
    }
    assert problems(schema, {"a": 1}) == ["missing-key b: b is missing | The b. | Add b."]
    assert problems(schema, {"b": "x"}) == ["missing-key a: a is missing: b needs it | Add a."]


def test_a_wrong_type_is_the_only_problem_of_its_path() -> None:
    schema: Schema = {"type": "string", "minLength": 2, "enum": ["aa"], "pattern": "^a"}
    assert problems(schema, 3) == ["wrong-type -: a text is wanted here, not the number 3"]
    assert len(problems(schema, "b")) == 1


def test_of_alternatives_the_nearest_one_speaks() -> None:
    schema: Schema = {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        ]
    }
    assert problems(schema, {"a": "01"}) == [
        'wrong-type a: a whole number is wanted here, not the text "01"'
        " | Write 1: numbers follow JSON's grammar."
    ]
    assert problems(schema, 3) == [
        'wrong-type -: a text or a mapping is wanted here, not the number 3 | Put it in quotes: "3".'
    ]


def test_two_alternatives_at_once_are_told_in_the_validators_words() -> None:
    (found,) = problems({"oneOf": [{"type": "integer"}, {"minimum": 2}]}, 5)
    assert "5 is valid under each of" in found


def test_a_no_of_the_fast_validator_stands_even_if_the_slow_one_has_no_words_for_it() -> None:
    """Python's `$` matches before a final newline."""
    assert problems({"properties": {"x": {"pattern": "^a$"}}}, {"x": "a\n"}) == [
        'wrong-value x: "a\\n" does not match "^a$"'
    ]


def test_jsonschema_is_loaded_only_after_a_no() -> None:
    """It costs a third of a whole command's start."""
    code = (
        "import sys; from qfops.manifests.schema.schema import Checker; c = Checker({'type': 'string'});"
        "assert not c.problems('a') and 'jsonschema' not in sys.modules;"
        "assert c.problems(3) and 'jsonschema' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
