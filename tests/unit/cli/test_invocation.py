"""The global options: what they mean and how they are typed again."""

from pathlib import Path

import pytest

from qfops.cli.invocation import Invocation, process_variables

from .conftest import Call


def test_the_prefix_repeats_what_was_given() -> None:
    assert Invocation().prefix == "qfops"
    given = Invocation(Path("my project"), "prod", {"bucket": "a b", "n": "1"})
    assert given.prefix == "qfops -C 'my project' --env prod --var 'bucket=a b' --var n=1"


def test_only_variables_of_our_own_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QFOPS_VAR_bucket", "b")
    monkeypatch.setenv("QFOPS_VAR_", "nameless")
    found = process_variables()
    assert found["bucket"] == "b"
    assert "" not in found
    assert not any("PATH" in name for name in found)


def test_variables_reach_the_manifests_and_the_command_to_type(
    qfops: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "manifests/prompts.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("客服回答", "${var.title}"), encoding="utf-8")
    monkeypatch.setenv("QFOPS_VAR_title", "from the process")
    assert "from the process" in qfops("show", "PromptTemplate/answer").out
    given = qfops("--var", "title=given", "show", "PromptTemplate/answer")
    assert "given" in given.out
    assert "from the process" not in given.out
    assert "--var title=given apply --expect-digest" in qfops("--var", "title=given", "plan").out


def test_paths_are_seen_from_the_project_folder(qfops: Call, folder: Path) -> None:
    assert qfops("plan", "manifests/prompts.yaml", "--out", "plan.json").code == 0
    assert (folder / "plan.json").exists()
