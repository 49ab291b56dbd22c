"""Each finding once."""

from __future__ import annotations

from qfops.core.address import Address, Location
from qfops.core.diagnostics import Diagnostic
from qfops.manifests.project_checks.repeats import across_environments, without_repeats

ONE = Diagnostic("wrong-type", "it is wrong", detail="So it is.", path="spec.a", location=Location("a", 1))
TWO = Diagnostic("wrong-type", "it is wrong", path="spec.a", location=Location("a", 2))


def at(name: str) -> Diagnostic:
    return Diagnostic(
        ONE.code, ONE.summary, ONE.detail, ONE.remedy, Address("Box", name), ONE.path, ONE.location
    )


def test_findings_that_differ_in_their_address_become_one() -> None:
    (found,) = without_repeats([at("c"), at("a"), at("b")])
    assert (str(found.address), found.detail) == ("Box/a", "So it is. The same in Box/b, Box/c.")


def test_others_stay_apart_and_are_sorted() -> None:
    assert without_repeats([TWO, at("a"), TWO]) == [at("a"), TWO]


def test_a_finding_of_some_environments_names_them() -> None:
    found = across_environments({"dev": [ONE, TWO], "prod": [ONE], "test": [ONE, TWO]})
    assert [item.detail for item in found] == ["So it is.", "Only in dev, test."]


def test_a_finding_of_the_only_environment_does_not() -> None:
    assert across_environments({"": [ONE]}) == [ONE]
