"""`drift` for every kind: every edit that a read shows, every object that is gone, whatever manifests say.

The edits are those of `test_console_edits.py`, taken from the descriptors' rules; the projects those of
`cases.py`. Nothing here asks the planner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from qfops.core.address import Address
from qfops.core.plan.drift import Concern, DriftReport, Fate
from qfops.core.resource import Ignore, Lifecycle
from qfops.core.values import Marker
from qfops.kinds.registry import load
from qfops.kinds.rules import RuleType
from qfops.render.drift_json import drift_json
from tests.invariants.cases import CASES, Case
from tests.invariants.test_console_edits import EDITS, Edit, _echoed
from tests.support.bench import AUTO, Bench, trouble
from tests.unit.render.schemas import complaints

EDITABLE = _echoed(RuleType.UPDATABLE, RuleType.IMMUTABLE, RuleType.ONE_WAY)


def unchanged(_bench: Bench, _edit: Edit) -> None:
    """The manifests say what was applied."""


def removed(bench: Bench, edit: Edit) -> None:
    """The manifest of the edited object, and of all that refers to it, is gone."""
    bench.resources.clear()
    assert edit.resources


def edited_too(bench: Bench, edit: Edit) -> None:
    """The manifest says something else by now, at every attribute that is a text or a number."""
    item = bench.resources[Address.parse(edit.subject)]
    changed = {
        key: f"{value} new" if isinstance(value, str) else value for key, value in item.attributes.items()
    }
    bench.declare(replace(item, attributes=changed))


def found(report: DriftReport) -> list[tuple[str, str, Concern]]:
    return [(str(item.address), item.path, item.concern) for item in report.differences]


def as_edited(bench: Bench, attribute: tuple[str, str]) -> tuple[Edit, str]:
    """The project applied, and the console edited since; the edit and the path that shows it."""
    edit = EDITS[attribute]
    bench.declare(*edit.resources)
    assert trouble(bench.apply(AUTO)) == []
    assert found(bench.drift()) == []
    value = edit.value
    if isinstance(value, str) and value.startswith("="):
        value = bench.id(value[1:])
    entry = bench.state().entries[Address.parse(edit.subject)]
    bench.emulator.edit(
        str(entry.outputs[edit.part]) if edit.part else bench.id(edit.subject), edit.field, value
    )
    return edit, edit.path or attribute[1]


@pytest.mark.parametrize("manifest", [unchanged, removed, edited_too], ids=lambda f: f.__name__)
@pytest.mark.parametrize("attribute", EDITABLE, ids="-".join)
def test_an_edit_is_drift_whatever_the_manifest_says(
    attribute: tuple[str, str], manifest: Callable[[Bench, Edit], None], bench: Bench
) -> None:
    """Also where it was edited too, or is gone; the state and the console are only read."""
    edit, path = as_edited(bench, attribute)
    manifest(bench, edit)
    state, writes = bench.state(), bench.writes()
    report = bench.drift()
    assert found(report) == [(edit.subject, path, Concern.OPEN)]
    assert report.untold == ()
    assert complaints("drift", drift_json(report, 2)) == []
    assert (bench.state(), bench.writes()) == (state, writes)


@pytest.mark.parametrize("attribute", EDITABLE, ids="-".join)
def test_an_accepted_value_is_quiet_and_another_one_is_not(attribute: tuple[str, str], bench: Bench) -> None:
    """Plan and drift agree on both, and on the day after the last."""
    edit, path = as_edited(bench, attribute)
    live = bench.drift().differences[0].live
    today = datetime.fromtimestamp(bench.clock.now(), UTC).date()
    accepted = None if isinstance(live, Marker) else live
    for ignore, quiet in (
        (Ignore(path, "tried", today, accepted), True),
        (Ignore(path, "tried", today, "something else"), False),
        (Ignore(path, "tried", today - timedelta(1), accepted), False),
        (Ignore(path, "tried", today), True),
    ):
        bench.configure(edit.subject, lifecycle=Lifecycle(ignore=(ignore,)))
        assert found(bench.drift()) == [(edit.subject, path, Concern.IGNORED if quiet else Concern.OPEN)]
        assert [item.ignored for item in bench.plan().held_back] == [quiet]
    assert trouble(bench.apply(AUTO)) == []
    kept = bench.state().entries[Address.parse(edit.subject)].lifecycle.ignore
    assert kept == (Ignore(path, "tried", today),)


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "removed"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_object_that_is_gone_is_drift(case: Case, declared: bool, bench: Bench) -> None:
    """Of every kind that a list or a read can show to be gone, declared or not."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    assert found(bench.drift()) == []
    bench.pass_time()
    bench.emulator.delete(bench.id(case.subject))
    if not declared:
        bench.resources.clear()
    report = bench.drift()
    gone = [(str(item.address), item.fate) for item in report.differences if item.attribute is None]
    assert (case.subject, Fate.DELETED) in gone
    assert all(item.concern is Concern.OPEN for item in report.differences)
    assert report.untold == ()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_could_not_be_looked_at_is_never_called_the_same(case: Case, bench: Bench) -> None:
    """A key that may read nothing: every object is unknown, none is gone, none is as applied."""
    case.declare(bench)
    assert trouble(bench.apply(AUTO)) == []
    bench.limit_key("NothingAtAll")
    report = bench.drift()
    assert report.differences == ()
    assert {item.address for item in report.untold} == bench.state().entries.keys()
    assert all(item.reason for item in report.untold)


def test_every_kind_has_a_case() -> None:
    """A new kind is drifted too."""
    assert {case.kind for case in CASES} == load().kinds.keys()
