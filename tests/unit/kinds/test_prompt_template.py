"""Variables of a prompt are found as the console finds them."""

from __future__ import annotations

import pytest

from qfops.kinds.v2.prompt_template import KIND, variables


@pytest.mark.parametrize(
    ("content", "identifier", "expected"),
    [
        ("Ten dishes of {city}, {tone} tone", "{}", ["city", "tone"]),
        ("{city} and {city} again", "{}", ["city"]),
        ("{{city}} and {tone}", "{{}}", ["city"]),
        ("[city] of [[land]]", "[]", ["city", "[land"]),
        ("[[city]]", "[[]]", ["city"]),
        ("(city)", "()", ["city"]),
        ("((city)) (tone)", "(())", ["city"]),
        ("{a}b}", "{}", ["a"]),
        ("{over\nlines} {city}", "{}", ["city"]),
        ("nothing", "{}", []),
        ("{}", "{}", [""]),
    ],
)
def test_variables_stand_between_the_marks_on_one_line(
    content: str, identifier: str, expected: list[str]
) -> None:
    assert variables(content, identifier) == expected


def test_the_variables_are_derived_from_the_text() -> None:
    derive = KIND.derive["templateVariables"]
    assert derive({"templateContent": "{city} {tone}", "variableIdentifier": "{}"}) == ["city", "tone"]
    assert derive({"templateContent": "{city}"}) == []
