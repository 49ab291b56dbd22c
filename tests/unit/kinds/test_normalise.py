"""Values are brought to one form whichever way they are written or shown, and nothing fails on the way."""

import pytest

from qfops.core.address import Address, KindKey
from qfops.core.canonical import encode
from qfops.core.values import ABSENT, Reference, Slot, Unknown, Value
from qfops.kinds.normalise import NORMALISERS, default_at, forms, implied, label_names
from qfops.kinds.registry import load


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


FORM = forms(
    {"data.parts[*].rate": 1, "data.parts[*].tags": []},
    {"data.parts": "name", "data.parts[*].tags": "", "words": ""},
).fields
PARTS = FORM["data"].fields["parts"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]),
        ([{"name": "a", "rate": 1}], [{"name": "a"}]),
        ([{"name": "a", "rate": 1.0}], [{"name": "a", "rate": None}]),
        ([{"name": "a", "rate": 2}, {"name": "b"}], [{"rate": 1, "name": "b"}, {"rate": 2.0, "name": "a"}]),
        ([{"name": "a", "rate": 1e-4}], [{"name": "a", "rate": 0.0001}]),
        ([{"name": "a", "rate": -0.0}], [{"name": "a", "rate": 0}]),
        ([{"name": "a", "tags": ["x", "y"]}], [{"name": "a", "tags": ["y", "x"]}]),
        ([{"name": "a", "tags": []}], [{"name": "a"}]),
        ([{"path": "2"}, {"path": "1"}], [{"path": "1"}, {"path": "2"}]),
    ],
)
def test_two_ways_of_writing_give_one_form(one: Value, other: Value) -> None:
    """To the byte, as it goes into a key."""
    assert encode(PARTS.of(one)) == encode(PARTS.of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"name": "a", "rate": 2}, {"name": "b"}], [{"name": "a"}, {"name": "b", "rate": 2}]),
        ([{"name": "a"}, {"name": "a"}], [{"name": "a"}]),
        ([{"name": "a", "rate": True}], [{"name": "a"}]),
        ([{"name": "a", "rate": "1"}], [{"name": "a", "rate": 1}]),
        ([{"name": "a", "more": ["x", "y"]}], [{"name": "a", "more": ["y", "x"]}]),
        ([{"name": "a", "more": 1}], [{"name": "a"}]),
        ([], [{"name": "a"}]),
    ],
)
def test_what_is_different_keeps_its_difference(one: Value, other: Value) -> None:
    """An item twice, a rate at another item, true for 1, a text for a number, a list with an order."""
    assert encode(PARTS.of(one)) != encode(PARTS.of(other))


@pytest.mark.parametrize("value", [None, "text", 3, {"name": "a"}, [["nested"]], [None, {"name": []}]])
def test_what_does_not_fit_is_no_failure(value: Value) -> None:
    """Console and old states may hold anything."""
    assert encode(PARTS.of(PARTS.of(value))) == encode(PARTS.of(value))


def test_values_that_are_not_known_yet_have_a_place() -> None:
    """By what they name, so that a plan of a first apply is one plan."""
    first, second = (Reference(Address.parse(f"Dataset/{name}"), "versionId") for name in ("a", "b"))
    for one, other in ((first, second), (Unknown(first), Unknown(second))):
        assert PARTS.of([{"name": other}, {"name": one}]) == [{"name": one}, {"name": other}]


@pytest.mark.parametrize(
    ("value", "default", "found"),
    [
        (None, ABSENT, True),
        (1.0, 1, True),
        ([], [], True),
        (True, 1, False),
        (False, ABSENT, False),
        (0, False, False),
        ("", ABSENT, False),
        ([], ABSENT, False),
    ],
)
def test_only_the_default_and_null_are_silence(value: Value, default: Slot, found: bool) -> None:
    """An empty text or list is one only where the console says so."""
    assert implied(value, default) is found


@pytest.mark.parametrize(
    ("path", "default"),
    [
        ("datasetConfig.versions[3].samplingRate", 1),
        ("datasetConfig.splitRatio", 20),
        ("hyperParameterConfig.epoch", ABSENT),
        ('extra["a.b"].c', ABSENT),
        ("datasetConfig", ABSENT),
    ],
)
def test_a_default_is_found_by_its_path(path: str, default: Slot) -> None:
    """Whatever the index; most paths have none."""
    assert default_at(load().kinds[KindKey("v2", "FineTuningTask")].form, path) == default
