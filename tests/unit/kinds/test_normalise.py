"""Normalisers bring what is sent and what is shown to one form, and never fail."""

import pytest

from qfops.core.values import Value
from qfops.kinds.normalise import NORMALISERS, label_names


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["food", "旅行"], ["food", "旅行"]),
        ([{"labelId": "pl-1", "labelName": "food", "color": ""}], ["food"]),
        ([{"labelName": "food"}, "travel"], ["food", "travel"]),
        ([{"labelId": "pl-1"}], [{"labelId": "pl-1"}]),
        ([], []),
        (None, None),
        ("food", "food"),
    ],
)
def test_labels_are_compared_by_name(value: Value, expected: Value) -> None:
    assert label_names(value) == expected


@pytest.mark.parametrize("name", NORMALISERS)
def test_what_is_normal_stays_so(name: str) -> None:
    normalise = NORMALISERS[name]
    once = normalise([{"labelName": "food"}])
    assert normalise(once) == once
