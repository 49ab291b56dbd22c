"""`plan`: formats, exit codes, and the file that apply takes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions, Scope, read_arguments, read_options

from .conftest import ADDRESS, Call, edit

SCHEMAS = Path(__file__).parents[3] / "schemas"


def published(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def test_a_plan_writes_nothing_but_the_emulator(qfops: Call, folder: Path) -> None:
    before = {path for path in folder.rglob("*") if path.is_file()}
    assert qfops("plan").code == 0
    made = {path for path in folder.rglob("*") if path.is_file()} - before
    assert all(path.name.startswith("emulator.db") for path in made)


def test_json_is_the_published_format(qfops: Call) -> None:
    done = qfops("plan", "--format", "json")
    plan = done.json()
    jsonschema.validate(plan, published("plan.json"))
    assert plan["summary"]["create"] == 1
    assert plan["project"] == "shop"


def test_the_detailed_exit_code_counts_everything_but_no_op(qfops: Call, folder: Path) -> None:
    assert qfops("plan", "--detailed-exitcode").code == 2
    assert qfops("plan").code == 0
    assert qfops("apply", "--auto-approve").code == 0
    assert qfops("plan", "--detailed-exitcode").code == 0
    edit(folder, "name: answer", "name: reply")  # blocked: it looks like a rename
    assert qfops("plan").code == 0
    assert qfops("plan", "--detailed-exitcode").code == 2


def test_statistics_go_to_standard_error(qfops: Call) -> None:
    done = qfops("plan", "--stats")
    assert " calls, " in done.err
    assert " calls, " not in done.out.splitlines()[-1]


def test_options_come_back_from_their_words_and_from_their_values() -> None:
    chosen = PlanOptions(
        paths=("a b.yaml",),
        targets=(Address("Service", "faq"), Address("Dataset", "x", "v1")),
        labels=(("team", "a=b"),),
        retry_failed=True,
        prune=True,
        revert_drift=True,
    )
    assert read_arguments(chosen.arguments(), destroy=False) == chosen
    assert read_arguments([], destroy=True) == PlanOptions(scope=Scope.DESTROY)
    assert read_options(chosen.to_json()) == chosen
    assert chosen.text.endswith("'a b.yaml'")


@pytest.mark.parametrize("words", [["--target"], ["--target", "x"], ["--everything"], ["--allow", "delete"]])
def test_words_that_no_saved_plan_has_are_refused(words: list[str]) -> None:
    with pytest.raises(ValueError):
        read_arguments(words, destroy=False)


def test_a_saved_plan_is_private_whole_and_checked(qfops: Call, folder: Path) -> None:
    assert qfops("plan", "--out", "plan.json").code == 0
    path = folder / "plan.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob(".plan.json*"))
    saved = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**saved, "project": "other"}), encoding="utf-8")
    done = qfops("apply", "--plan", "plan.json")
    assert done.code == 1
    assert "changed after it was written" in done.err


@pytest.mark.parametrize("content", ["", "[]", "{", '{"formatVersion": 99}', '{"a": 1}'])
def test_what_is_no_saved_plan(qfops: Call, folder: Path, content: str) -> None:
    (folder / "plan.json").write_text(content)
    done = qfops("apply", "--plan", "plan.json")
    assert done.code == 1
    assert "plan" in done.err


def test_a_plan_that_cannot_be_written_or_read_is_named(qfops: Call, folder: Path) -> None:
    assert "missing/plan.json cannot be written" in qfops("plan", "--out", "missing/plan.json").err
    assert "absent.json cannot be read" in qfops("apply", "--plan", "absent.json").err


def test_a_plan_of_another_environment_is_refused(qfops: Call, folder: Path) -> None:
    path = folder / "qfops.yaml"
    path.write_text(path.read_text() + "environments: {dev: {}, prod: {}}\n")
    assert qfops("--env", "dev", "plan", "--out", "plan.json").code == 0
    done = qfops("--env", "prod", "apply", "--plan", "plan.json")
    assert done.code == 64
    assert "--env dev" in done.err
    assert qfops("--env", "dev", "apply", "--plan", "plan.json").code == 0


def test_a_plan_from_another_state_is_stale(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    edit(folder, "0.3", "0.4")
    assert qfops("plan", "--out", "plan.json").code == 0
    (folder / ".qfops/default").rename(folder / ".qfops/aside")
    done = qfops("apply", "--plan", "plan.json")
    assert done.code == 5
    assert "another state" in done.err


def test_targets_that_nobody_knows_are_named(qfops: Call) -> None:
    done = qfops("plan", "--target", "PromptTemplate/anser")
    assert done.code == 64
    assert f'Did you mean "{ADDRESS}"?' in done.err


def test_labels_narrow_the_plan(qfops: Call) -> None:
    assert qfops("plan", "-l", "team=support", "--format", "json").json()["summary"]["create"] == 1
    assert qfops("plan", "-l", "team=other", "--format", "json").json()["summary"]["create"] == 0
