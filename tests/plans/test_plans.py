"""What people and programs see of a plan: one folder a case, to be read by a reviewer (see `world.py`)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import jsonschema
import pytest

import qfops
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan_options import PlanOptions
from qfops.render.layout import cells
from qfops.render.plan_json import plan_file, plan_json
from qfops.render.text.plan import plan_text

from .cases import CASES
from .world import Planned, planned

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE.parents[1] / "schemas" / "plan.json").read_text(encoding="utf-8"))
Golden = Callable[[Path, str], None]
# What this release has; a plan must not send its reader to anything else.
COMMANDS = {
    *("init", "validate", "show", "plan", "apply", "destroy", "prune", "drift", "adopt", "state"),
    *("graph", "explain", "schema", "emulator"),
}
WORLDS = sorted(file.parent.name for file in HERE.glob("*/qfops.yaml"))
# Ten thousand changes are one screen of text, but three megabytes of JSON that nobody would review.
REVIEWED = [*WORLDS, "widest-mix"]
NOTHING_TO_TYPE = {"no-changes", "cannot-be-done"}


@cache
def made(case: str) -> Planned:
    return Planned(CASES[case](), PlanOptions()) if case in CASES else planned(HERE / case)


def text_of(case: str, *, color: bool = False, width: int = 100) -> str:
    found = made(case)
    return plan_text(
        found.plan, command="qfops --env dev", flags=found.options.text, color=color, width=width
    )


@pytest.mark.parametrize("case", [*WORLDS, *CASES])
def test_text_is_as_reviewed(case: str, golden: Golden) -> None:
    golden(HERE / case / "plan.txt", text_of(case))


@pytest.mark.parametrize("case", REVIEWED)
def test_json_is_as_reviewed(case: str, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qfops.render.plan_json.__version__", "0.0.0")
    data = plan_json(made(case).plan, made(case).options)
    golden(HERE / case / "plan.json", json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def test_every_action_and_every_verdict_is_shown_by_some_world() -> None:
    changes = [change for case in WORLDS for change in made(case).plan.changes]
    assert {change.action for change in changes} == set(Action)
    # Equal values are not shown.
    assert {vote.verdict for change in changes for vote in change.attributes} >= set(Verdict) - {Verdict.SAME}


@pytest.mark.parametrize("case", WORLDS)
def test_the_same_files_give_the_same_plan(case: str) -> None:
    assert planned(HERE / case).plan == made(case).plan


@pytest.mark.parametrize("case", REVIEWED)
def test_json_fits_the_published_schema(case: str) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for data in (plan_json(made(case).plan), plan_file(made(case).plan)):
        as_read = json.loads(json.dumps(data))
        assert [error.message for error in validator.iter_errors(as_read)] == []
    assert as_read["tool"]["version"] == qfops.__version__


@pytest.mark.parametrize("case", REVIEWED)
def test_colour_changes_no_character(case: str) -> None:
    colored = text_of(case, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text_of(case)
    assert ("\x1b[" in colored) == (case != "no-changes")


# What is opened or typed is never broken, and neither are names: the hand-made ones need a wide page.
COPIED = ("APPROVE  qfops", "way on: ", "until a date: qfops", "edit: ", "manifests/")
TOO_WIDE = {
    (80, "overwriting-edit"): "a marked line of a text that starts with … is cut too late",
    (80, "replacements"): "what refers to another edit is not wrapped",
}
PAGES = [(width, case) for width in (80, 100, 160) for case in WORLDS] + [(160, "widest-mix")]


@pytest.mark.parametrize(
    ("width", "case"),
    [
        pytest.param(*page, marks=pytest.mark.xfail(reason=TOO_WIDE[page], strict=True))
        if page in TOO_WIDE
        else page
        for page in PAGES
    ],
)
def test_lines_fit_the_page_but_for_what_is_copied(width: int, case: str) -> None:
    for line in text_of(case, width=width).splitlines():
        assert cells(line) <= width or line.strip().startswith(COPIED)


@pytest.mark.parametrize("case", REVIEWED)
def test_only_commands_that_exist_are_named(case: str) -> None:
    named = re.findall(r"qfops --env dev ([a-z]+)", text_of(case))
    assert set(named) <= COMMANDS
    assert bool(named) == (case not in NOTHING_TO_TYPE)


def test_ten_thousand_creates_stay_on_one_screen() -> None:
    assert len(text_of("ten-thousand").splitlines()) < 20
