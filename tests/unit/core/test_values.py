"""Values: equality by kind and value, references and unknowns inside, paths and canonical bytes."""

from __future__ import annotations

import pytest

from qfops.core.address import Address, Location
from qfops.core.canonical import digest, encode
from qfops.core.paths import ancestors, get, join, parse, pattern, put, top
from qfops.core.resource import Origin, Resource
from qfops.core.values import (
    ABSENT,
    UNOBSERVED,
    Reference,
    Slot,
    Unknown,
    Value,
    child,
    has_unknown,
    plain,
    references_in,
    same,
)

REFERENCE = Reference(Address("Model", "a"), "modelId")


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (10, 10.0, True),
        (1, True, False),
        (0, False, False),
        (True, True, True),
        (None, ABSENT, False),
        (ABSENT, UNOBSERVED, False),
        (None, None, True),
        ("1", 1, False),
        ([1, {"a": 2.0}], [1.0, {"a": 2}], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ({"a": None}, {}, False),
        ({"a": True}, {"a": 1}, False),
        (REFERENCE, Reference(Address("Model", "a"), "modelId"), True),
        (Unknown(REFERENCE), REFERENCE, False),
    ],
)
def test_values_are_equal_by_what_they_mean(left: Slot, right: Slot, equal: bool) -> None:
    """Numbers by value, switches only with switches, and each absence for itself."""
    assert same(left, right) is equal
    assert same(right, left) is equal


NESTED: dict[str, Value] = {"a": [{"id": REFERENCE}], "b.c": REFERENCE, "d": Unknown(REFERENCE)}


def test_references_are_found_with_their_paths() -> None:
    """In the order written; keys with dots in brackets."""
    assert list(references_in(NESTED)) == [("a[0].id", REFERENCE), ('["b.c"]', REFERENCE)]


def test_unknowns_are_found_anywhere() -> None:
    """One is enough."""
    assert has_unknown(NESTED)
    assert not has_unknown({"a": [REFERENCE]})


def test_plain_json_passes_and_nothing_else() -> None:
    """What has no value yet cannot be sent or stored."""
    assert plain({"a": [1, None, True, "x"]}) == {"a": [1, None, True, "x"]}
    for value in (REFERENCE, [Unknown(REFERENCE)]):
        with pytest.raises(ValueError, match="no value yet"):
            plain(value)


@pytest.mark.parametrize("path", ["a", "a.b", "a[0].b", '["a.b"].c', 'x["[0]"]', 'a["say \\"no\\""]'])
def test_a_path_is_written_as_it_was_read(path: str) -> None:
    """Also with keys that hold dots, brackets and quotes."""
    assert join(parse(path)) == path


@pytest.mark.parametrize("path", ["a..b", "a[", "a[x]", "[1", "a]"])
def test_what_is_no_path_is_refused(path: str) -> None:
    """With the place where it stops being one."""
    with pytest.raises(ValueError, match="is not a path: unexpected"):
        parse(path)


def test_getting_and_putting() -> None:
    """Objects are made on the way; what is not there is ABSENT."""
    value: dict[str, Value] = {"a": [{"b": 1}]}
    assert get(value, "a[0].b") == 1
    for path in ("a[1]", "a[0].c", "b.c", "a.b"):
        assert get(value, path) is ABSENT
    put(value, "x.y.z", 2)
    put(value, "a[0].b", 3)
    assert value == {"a": [{"b": 3}], "x": {"y": {"z": 2}}}
    with pytest.raises(ValueError, match="no list"):
        put(value, "x[0].y", 1)


def test_parts_of_paths() -> None:
    """Its attribute, its pattern, and everything above it."""
    assert top("a.b[0]") == "a"
    assert pattern("a[0].b[12].c") == "a[*].b[*].c"
    assert ancestors("a.b[0]") == ["a.b[0]", "a.b", "a"]
    assert child("a", "b.c") == 'a["b.c"]'


def test_canonical_json_is_the_same_everywhere() -> None:
    """Sorted, compact, UTF-8, whole floats as integers; nothing that is no JSON."""
    assert encode({"b": 10.0, "a": ["文", 0.5]}) == '{"a":["文",0.5],"b":10}'.encode()
    assert digest({"a": 1, "b": 2}) == digest({"b": 2.0, "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})
    with pytest.raises(ValueError, match="JSON"):
        encode(float("nan"))


def test_the_origin_of_a_value_is_that_of_the_nearest_that_is_known() -> None:
    """An item of a list that was written as one line points at that line."""
    place, first = Origin(Location("a.yaml", 7)), Location("a.yaml", 1)
    item = Resource(Address("Model", "a"), {}, first, origins={"spec.a.b": place})
    assert item.origin("a.b[0].c") == place
    assert item.origin("z") == Origin(first)
