"""Problems at their places: whose value it is, where it stands, and which variable supplied it."""

from __future__ import annotations

from qfops.core.address import Address, Location
from qfops.core.resource import Origin
from qfops.manifests.positions import COLUMN_BITS, Origins
from qfops.manifests.problem import Problem
from qfops.manifests.reporter import Reporter, located
from tests.unit.manifests.fakes import line

VARIABLE = Origin(Location("vars.yaml", 1, 2), "var", "x")
ORIGINS = Origins("m.yaml", {"": 0, "spec": 4 << COLUMN_BITS, "spec.a": 5 << COLUMN_BITS | 2})
SUPPLIED = ORIGINS.with_supplied({"spec.a": VARIABLE})


def test_a_problem_stands_where_its_value_comes_from() -> None:
    problem = Problem("code", "summary", "spec.a.b", detail="Detail.", remedy="Remedy.")
    address = Address("Box", "b")
    assert line(located(problem, ORIGINS, address)) == (
        "m.yaml:6:3 code Box/b spec.a.b: summary | Detail. | Remedy."
    )
    assert line(located(problem, SUPPLIED, address)) == (
        "vars.yaml:1:2 code Box/b spec.a.b: summary"
        " | Detail. The value comes from the variable x, used at m.yaml:6:3. | Remedy."
    )
    assert line(located(problem, SUPPLIED, written=True)) == (
        "m.yaml:6:3 code - spec.a.b: summary | Detail. | Remedy."
    )


def test_what_is_at_no_known_path_stands_at_the_start() -> None:
    assert line(located(Problem("code", "summary", "other"), ORIGINS)) == "m.yaml:1:1 code - other: summary"


def test_a_reporter_shows_what_it_has_learnt_so_far() -> None:
    reporter = Reporter(ORIGINS)
    reporter.error("code", "first", "spec.a")
    reporter.supply({"spec.a": VARIABLE})
    reporter.address = Address("Box", "b")
    reporter.warn("code", "second", "spec.a")
    assert [line(item) for item in reporter.diagnostics] == [
        "m.yaml:6:3 code - spec.a: first",
        "vars.yaml:1:2 warning code Box/b spec.a: second",
    ]


def test_one_error_for_each_path_of_a_value() -> None:
    reporter = Reporter(ORIGINS)
    reporter.warn("code", "warned", "spec.b")
    assert (reporter.report([], "spec"), reporter.failed) == (False, False)
    problems = [Problem("code", "one", "a"), Problem("code", "two", "a"), Problem("code", "three", "[0]")]
    assert (reporter.report(problems, "spec"), reporter.failed) == (True, True)
    assert [(item.path, item.summary) for item in reporter.diagnostics[1:]] == [
        ("spec.a", "one"),
        ("spec[0]", "three"),
    ]
