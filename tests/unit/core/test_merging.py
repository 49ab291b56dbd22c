"""Maps laid over maps, and the maps that stand for one value."""

import pytest

from qfops.core.merging import laid_over
from qfops.core.values import JSON


@pytest.mark.parametrize(
    ("under", "over", "expected"),
    [
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 3}, "e": 4}, {"a": 1, "b": {"c": 1, "d": 3}, "e": 4}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": {"one": 1}}, {"a": {"b": 1}}, {"a": {"one": 1, "b": 1}}),
    ],
)
def test_maps_merge_and_everything_else_is_replaced(
    under: dict[str, JSON], over: dict[str, JSON], expected: dict[str, JSON]
) -> None:
    before = repr((under, over))
    assert laid_over(under, over) == expected
    assert repr((under, over)) == before


@pytest.mark.parametrize(("under", "over"), [({"one": 1}, {"b": 1}), ({"b": 1}, {"one": 1})])
def test_a_map_that_stands_for_one_value_is_replaced(under: dict[str, JSON], over: dict[str, JSON]) -> None:
    assert laid_over({"a": {"x": under}}, {"a": {"x": over}}, single=frozenset({"one"})) == {"a": {"x": over}}
