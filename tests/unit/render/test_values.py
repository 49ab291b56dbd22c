from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.values import ABSENT, UNOBSERVED, Reference, Sensitive, Slot, Unknown
from qfops.render.values import about, duration, fits, leaves, short_id, show, transition

MODEL = Reference(Address("Model", "faq"), "modelId")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (ABSENT, "absent"),
        (UNOBSERVED, "not shown"),
        (None, "null"),
        (True, "true"),
        (10.0, "10"),
        (0.0001, "0.0001"),
        (3e-5, "3e-5"),
        (1e22, "1e22"),
        (Unknown(MODEL), "known after apply"),
        (Sensitive("ab12cd34ef"), "secret ab12cd34…"),
        (MODEL, "ref Model/faq.modelId"),
        (["客服", 1, {"a b": "x,y"}], '[客服, 1, {a b: "x,y"}]'),
        ({}, "{}"),
        ("plain text: yes", "plain text: yes"),
        ("svco-7hq2mzk0x1ba", "svco-7hq2…"),
        ("am-4k2x9w7q1m3z/amv-1p3o5i7u9ytr", "am-4k2x…/amv-1p3o…"),
    ],
)
def test_values_on_one_line(value: Slot, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize(
    "text",
    ["", "true", "null", "absent", "known after apply", "12", "3e-5", " x", "x ", "[a]", "{}", "a → b"],
)
def test_texts_that_could_be_misread_are_quoted(text: str) -> None:
    assert show(text) == f'"{text}"'


@pytest.mark.parametrize(
    "name", ["ERNIE-Speed-8K", "faq-customer2service", "deepseek-r1distill32b", "no", "012"]
)
def test_names_are_neither_quoted_nor_shortened(name: str) -> None:
    assert show(name) == name


def test_control_characters_are_escaped() -> None:
    assert show("a\x1b[2Jb\n\u202e") == '"a\\u001b[2Jb\\n\\u202e"'
    assert show("a\\n") == "a\\n"


def test_long_values_are_shortened_and_not_read_to_their_end() -> None:
    assert show("x" * 1000, 10) == "xxxxxxxxx…"
    assert show(list(range(10**6)), 12) == "[0, 1, 2, 3…"
    assert show(["a"] * 40, 0).count("a") == 40


def test_different_values_never_look_the_same() -> None:
    assert transition("amv-1p3o5i7u9ytr", "amv-1p3oxxxx9999") == "amv-1p3o5i7u9ytr → amv-1p3oxxxx9999"
    assert transition("x" * 60 + "a", "x" * 60 + "b").endswith("b")
    assert transition("1", 1) == '"1" → 1'
    assert transition(None, "null") == 'null → "null"'


def test_coming_and_going_is_said_in_words() -> None:
    assert transition(0.5, ABSENT) == "0.5 → removed"
    assert transition(ABSENT, 0.5) == "absent → 0.5"
    assert transition(ABSENT, ["a"]) == "added: [a]"


def test_short_ids_leave_other_texts_alone() -> None:
    assert short_id("pt-3fa94c0e7b12d685") == "pt-3fa9…"
    assert short_id("faq") == "faq"


def test_what_fits_one_line() -> None:
    assert all(fits(value) for value in ("short", 1, ABSENT, [1, 2], "ds-" + "1a" * 30))
    assert not any(fits(value) for value in ("two\nlines", "客" * 30, ["x" * 50]))


def test_leaves_are_the_innermost_differences() -> None:
    before: Slot = {"a": 1, "b": {"c": [1, 2]}, "gone": 1}
    after: Slot = {"a": 1.0, "b": {"c": [1, 3]}, "x.y": 2}
    assert list(leaves(before, after, "spec")) == [
        ("spec.b.c[1]", 2, 3),
        ("spec.gone", 1, ABSENT),
        ('spec["x.y"]', ABSENT, 2),
    ]


def test_an_item_put_in_front_is_one_difference() -> None:
    assert list(leaves([1, 2, 3], [0, 1, 2, 3], "p")) == [("p[0]", ABSENT, 0)]
    assert list(leaves([1, 2, 3], [1, 3], "p")) == [("p[1]", 2, ABSENT)]
    assert list(leaves([1], {"a": 1}, "p")) == [("p", [1], {"a": 1})]


@pytest.mark.parametrize(
    ("seconds", "text", "forecast"),
    [
        (0, "0 s", "~1 s"),
        (43, "43 s", "~43 s"),
        (3119, "52 min", "~52 min"),
        (3600, "1 h", "~1 h"),
        (8 * 3600 + 52 * 60, "8 h 52 min", "~9 h"),
        (51 * 3600, "2 d 3 h", "~2 d"),
    ],
)
def test_durations(seconds: float, text: str, forecast: str) -> None:
    assert duration(seconds) == text
    assert about(seconds) == forecast
