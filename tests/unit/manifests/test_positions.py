"""Origins: three layers, read as one mapping."""

from __future__ import annotations

import pytest

from qfops.core.address import Location
from qfops.core.resource import Origin
from qfops.manifests.positions import COLUMN_BITS, Origins, attribute_path, location_of, nearest_origin

SUPPLIED = Origin(Location("vars.yaml", 1, 1), "var", "x")
BELOW = Origin(Location("qfops.yaml", 9, 9))
MARKS = {"": 0, "spec": 4 << COLUMN_BITS, "spec.a": 5 << COLUMN_BITS | 2, "spec.b": 6 << COLUMN_BITS}
ORIGINS = Origins("m.yaml", MARKS, {"spec.b": SUPPLIED}, {"spec.a": BELOW, "spec.c": BELOW})


def test_the_first_layer_that_knows_a_path_answers() -> None:
    assert ORIGINS["spec.a"] == Origin(Location("m.yaml", 6, 3))
    assert ORIGINS["spec.b"] == SUPPLIED
    assert ORIGINS["spec.c"] == BELOW
    assert ORIGINS.get("spec.d") is None
    assert ORIGINS.get("spec.d", BELOW) == BELOW
    with pytest.raises(KeyError):
        ORIGINS["spec.d"]


def test_it_is_a_mapping() -> None:
    assert sorted(ORIGINS) == ["", "spec", "spec.a", "spec.b", "spec.c"]
    assert len(ORIGINS) == 5
    assert dict(ORIGINS)["spec.b"] == SUPPLIED


def test_the_nearest_above_answers_for_what_is_not_known() -> None:
    assert nearest_origin(ORIGINS, "spec.a.x[0].y") == ORIGINS["spec.a"]
    assert nearest_origin(ORIGINS, "other") is None
    assert nearest_origin(ORIGINS, "") == ORIGINS[""]


def test_where_a_path_is_written_whoever_supplied_the_value() -> None:
    assert ORIGINS.written("spec.b.x") == Location("m.yaml", 7, 1)
    assert ORIGINS.written("other") is None


def test_marks_hold_large_places() -> None:
    assert location_of("m", 8_000_000 << COLUMN_BITS | 8_000_000) == Location("m", 8_000_001, 8_000_001)


def test_paths_below_the_spec() -> None:
    assert [attribute_path(path) for path in ("spec.a.b", 'spec["a.b"]', "spec")] == ["a.b", '["a.b"]', ""]


def test_more_values_that_were_put_in_leave_the_others_alone() -> None:
    more = ORIGINS.with_supplied({"spec.a": SUPPLIED})
    assert (more["spec.a"], more["spec.b"]) == (SUPPLIED, SUPPLIED)
    assert ORIGINS["spec.a"] == Origin(Location("m.yaml", 6, 3))
    assert more.written("spec.a") == Location("m.yaml", 6, 3)
    assert ORIGINS.with_supplied({}) is ORIGINS


def test_what_has_no_origin_comes_from_the_start_of_the_document() -> None:
    assert Origins("m.yaml", {"": 2 << COLUMN_BITS}).nearest("a.b") == Origin(Location("m.yaml", 3, 1))
    assert Origins("m.yaml", {}).start == Location("m.yaml", 1, 1)
