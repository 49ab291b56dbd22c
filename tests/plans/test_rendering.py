"""What people and programs see of a plan: one folder a case, to be read by a reviewer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import qfops
from qfops.render.layout import cells
from qfops.render.plan_json import plan_file, plan_json
from qfops.render.text.plan import plan_text

from .cases import CASES

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE.parents[1] / "schemas" / "plan.json").read_text(encoding="utf-8"))
Golden = Callable[[Path, str], None]
# What this release has; a plan must not send its reader to anything else.
COMMANDS = {
    *("init", "validate", "show", "plan", "apply", "destroy", "prune", "drift", "adopt", "state"),
    *("graph", "explain", "schema", "emulator"),
}
# Ten thousand changes are one screen of text, but three megabytes of JSON that nobody would review.
REVIEWED = sorted(CASES.keys() - {"ten-thousand"})


@pytest.mark.parametrize("case", CASES)
def test_text_is_as_reviewed(case: str, golden: Golden) -> None:
    width = 124 if case == "the-picture" else 100
    golden(HERE / case / "plan.txt", plan_text(CASES[case](), command="qfops --env dev", width=width))


@pytest.mark.parametrize("case", REVIEWED)
def test_json_is_as_reviewed(case: str, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qfops.render.plan_json.__version__", "0.0.0")
    data = plan_json(CASES[case](), ["--target", "Service/faq"] if case == "blocked-and-unknown" else [])
    golden(HERE / case / "plan.json", json.dumps(data, ensure_ascii=False, indent=2) + "\n")


@pytest.mark.parametrize("case", REVIEWED)
def test_json_fits_the_published_schema(case: str) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for data in (plan_json(CASES[case]()), plan_file(CASES[case]())):
        as_read = json.loads(json.dumps(data))
        assert [error.message for error in validator.iter_errors(as_read)] == []
    assert as_read["tool"]["version"] == qfops.__version__


@pytest.mark.parametrize("case", REVIEWED)
def test_colour_changes_no_character(case: str) -> None:
    colored = plan_text(CASES[case](), color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plan_text(CASES[case]())
    assert ("\x1b[" in colored) == (case != "no-changes")


@pytest.mark.parametrize("case", REVIEWED)
@pytest.mark.parametrize("width", [80, 100, 160])
def test_lines_fit_the_page_but_for_what_is_copied(case: str, width: int) -> None:
    copied = ("APPROVE  qfops", "way on: ", "until a date: qfops")
    for line in plan_text(CASES[case](), width=width).splitlines():
        assert cells(line) <= width or line.strip().startswith(copied)


@pytest.mark.parametrize("case", REVIEWED)
def test_only_commands_that_exist_are_named(case: str) -> None:
    named = re.findall(r"qfops --env dev ([a-z]+)", plan_text(CASES[case](), command="qfops --env dev"))
    assert set(named) <= COMMANDS
    assert named or case == "no-changes"


def test_ten_thousand_creates_stay_on_one_screen() -> None:
    assert len(plan_text(CASES["ten-thousand"]()).splitlines()) < 20
