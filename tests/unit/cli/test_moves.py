"""Moves from the command line: the lines as they are printed, in one environment and in several."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qfops.core.address import Address

from .conftest import PROMPT, Call, edit

PRINTED = re.compile(r"add to (qfops\.yaml[^:]*):  (moved: \{.*?\})")


@pytest.fixture
def environments(folder: Path) -> Path:
    """Two environments; one prompt is named alike in both, the other by a variable of each."""
    path = folder / "qfops.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        f"{text}vars: {{who: staff}}\nenvironments:\n  dev: {{}}\n  prod:\n    vars: {{who: guests}}\n",
        encoding="utf-8",
    )
    second = PROMPT.replace("name: answer", "name: for-${var.who}").replace("客服", "二")
    third = PROMPT.replace("客服回答", "${qfops.environment}")
    (folder / "manifests/prompts.yaml").write_text(f"{third}---\n{second}", encoding="utf-8")
    return folder


def test_a_line_goes_where_it_belongs_and_works_as_it_is_printed(qfops: Call, environments: Path) -> None:
    """All environments declare the new `reply`; only dev declares the new `for-all`."""
    for name in ("dev", "prod"):
        assert qfops("--env", name, "apply", "--auto-approve").code in (0, 3)
    edit(environments, "name: answer", "name: reply")
    path = environments / "qfops.yaml"
    path.write_text(path.read_text().replace("  dev: {}", "  dev:\n    vars: {who: all}"), encoding="utf-8")
    done = qfops("--env", "dev", "plan")
    assert done.code == 0
    shown = PRINTED.findall(done.out)
    assert [place for place, _ in shown] == ["qfops.yaml", "qfops.yaml under environments.dev"]
    (_, everywhere), (_, here) = shown
    assert everywhere == 'moved: {"PromptTemplate/answer": "PromptTemplate/reply"}'
    assert here == 'moved: {"PromptTemplate/for-staff": "PromptTemplate/for-all"}'
    text = path.read_text().replace("  dev:\n", f"  dev:\n    {here}\n")
    path.write_text(f"{text}{everywhere}\n", encoding="utf-8")
    checked = qfops("validate")
    assert (checked.code, "warning" in checked.out + checked.err) == (0, False)
    moved = qfops("--env", "dev", "apply", "--auto-approve", "--format", "json")
    assert moved.code == 0
    assert {item["text"] for item in moved.events()[-1]["applied"]} == {"moved"}
    note = qfops("--env", "dev", "plan")
    assert "No changes." in note.out
    assert "2 of the `moved` lines are carried out in dev" in note.out


def test_the_other_environments_are_not_read_for_a_plan_without_renames(
    qfops: Call, environments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would load the whole project once more for each."""
    from qfops.manifests.load import _Loading

    asked: list[str] = []
    declared = _Loading.declared

    def counted(self: _Loading, name: str) -> frozenset[Address]:
        asked.append(name)
        return declared(self, name)

    monkeypatch.setattr(_Loading, "declared", counted)
    assert qfops("--env", "dev", "apply", "--auto-approve").code == 0
    assert qfops("--env", "dev", "plan").code == 0
    assert asked == []
    edit(environments, "name: answer", "name: reply")
    assert qfops("--env", "dev", "plan").code == 0
    assert asked == ["prod"]


def test_a_line_for_another_environment_is_a_warning(qfops: Call, environments: Path) -> None:
    path = environments / "qfops.yaml"
    line = "moved: {PromptTemplate/old: PromptTemplate/for-staff}"
    path.write_text(f"{path.read_text()}{line}\n", encoding="utf-8")
    done = qfops("validate", "--format", "json")
    assert done.code == 0
    assert "no manifest declares PromptTemplate/for-staff" in done.out
    assert "Only in prod." in done.out
    assert qfops("--env", "prod", "plan").code == 0


def test_a_move_to_a_place_that_is_taken_refuses_plan_and_apply(qfops: Call, folder: Path) -> None:
    """Both addresses are named, and the printed command unblocks."""
    path = folder / "manifests/prompts.yaml"
    second = PROMPT.replace("name: answer", "name: second").replace("客服", "二")
    path.write_text(f"{PROMPT}---\n{second}", encoding="utf-8")
    assert qfops("apply", "--auto-approve").code == 0
    project = folder / "qfops.yaml"
    line = "moved: {PromptTemplate/answer: PromptTemplate/second}"
    project.write_text(f"{project.read_text()}{line}\n", encoding="utf-8")
    path.write_text(second, encoding="utf-8")
    state = (folder / ".qfops/default/state.json").read_bytes()
    for command in (("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve")):
        done = qfops(*command)
        assert done.code == 3
        assert "PromptTemplate/answer (" in done.err
        assert "cannot become PromptTemplate/second" in done.err
    entries = json.loads((folder / ".qfops/default/state.json").read_bytes())["entries"]
    assert entries == json.loads(state)["entries"]
    words = re.search(r"qfops (state rm \S+)", done.err)
    assert words is not None
    assert qfops(*words[1].split()).code == 0
    assert qfops("plan").code == 0
