"""The generic graph: order, cycles, closure."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qfops.core import graph


def test_targets_come_first_and_ties_are_sorted() -> None:
    """Unknown targets do not count."""
    assert graph.order({"c": ["b"], "b": ["a"], "a": ["nowhere"], "z": []}) == ["a", "b", "c", "z"]
    assert graph.order({"b": [], "a": ["b"], "c": []}) == ["b", "a", "c"]


def test_a_cycle_is_an_error_and_is_shown() -> None:
    """As a path that comes back to where it began."""
    edges = {"a": ["b"], "b": ["c"], "c": ["b"], "d": []}
    with pytest.raises(ValueError, match="cycle"):
        graph.order(edges)
    assert graph.find_cycle(edges) == ["b", "c", "b"]
    assert graph.find_cycle({"a": ["b"], "b": []}) == []
    assert graph.find_cycle({"a": ["a"]}) == ["a", "a"]


def test_closure() -> None:
    """All that can be reached."""
    edges = {"a": ["b"], "b": ["c"], "x": ["c"]}
    assert graph.closure(edges, ["a"]) == {"a", "b", "c"}


@settings(derandomize=True, max_examples=60)
@given(st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4)))
def test_there_is_an_order_exactly_where_there_is_no_cycle(edges: dict[int, list[int]]) -> None:
    """And in it every node stands after its targets."""
    cycle = graph.find_cycle(edges)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(after in edges[before] for before, after in pairwise(cycle))
        with pytest.raises(ValueError, match="cycle"):
            graph.order(edges)
        return
    place = {node: index for index, node in enumerate(graph.order(edges))}
    assert place.keys() == edges.keys()
    assert all(place[t] < place[n] for n, targets in edges.items() for t in targets if t in edges)
