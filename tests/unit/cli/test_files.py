"""The commands that look at files only: init, validate, show, graph, explain, schema."""

import errno
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import ADDRESS, Call, edit


def test_init_makes_a_project_that_validates_plans_and_applies(qfops: Call, tmp_path: Path) -> None:
    new = str(tmp_path / "Frequently Asked 问题")
    assert qfops("-C", new, "init").code == 0
    assert qfops("-C", new, "validate").out == "No errors.\n"
    assert qfops("-C", new, "apply", "--auto-approve").code == 0
    assert qfops("-C", new, "plan", "--detailed-exitcode").code == 0
    assert (Path(new) / "qfops.yaml").read_text(encoding="utf-8").count("name: frequently-asked\n") == 1


def test_init_overwrites_nothing(qfops: Call, folder: Path) -> None:
    before = (folder / "qfops.yaml").read_bytes()
    done = qfops("init")
    assert done.code == 3
    assert "qfops.yaml exists already" in done.err
    assert (folder / "qfops.yaml").read_bytes() == before
    assert not (folder / ".gitignore").exists()


def test_init_leaves_a_gitignore_alone_and_says_what_it_lacks(qfops: Call, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / ".gitignore").write_text("*.log\n")
    done = qfops("-C", str(new), "init")
    assert done.code == 0
    assert ".qfops/ .env" in done.err
    assert (new / ".gitignore").read_text() == "*.log\n"


def test_init_where_nothing_can_be_written(qfops: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = qfops("-C", str(tmp_path / "file"), "init")
    assert done.code == 1
    assert "cannot be written" in done.err


def test_validate_needs_no_keys_and_knows_four_formats(qfops: Call, folder: Path) -> None:
    assert qfops("validate").code == 0
    edit(folder, "variableIdentifier", "variableIdentifer")
    assert qfops("validate").code == 1
    assert qfops("validate", "--format", "json").json()["errors"] == 2
    assert qfops("validate", "--format", "github").out.startswith("::error ")
    sarif = qfops("validate", "--format", "sarif").json()
    assert sarif["version"] == "2.1.0"
    assert len(sarif["runs"][0]["results"]) == 2


def test_validate_reports_what_was_named(qfops: Call, folder: Path) -> None:
    edit(folder, "variableIdentifier", "variableIdentifer")
    (folder / "manifests/other.yaml").write_text("# nothing\n")
    assert qfops("validate", "manifests/other.yaml").code == 0
    assert qfops("validate", "manifests/prompts.yaml").code == 1


def test_show_names_the_place_of_every_value(qfops: Call, folder: Path) -> None:
    path = folder / "qfops.yaml"
    path.write_text(path.read_text() + "vars: {warmth: 0.5}\n")
    edit(folder, "0.3", '"${var.warmth}"')
    shown = qfops("show", "PromptTemplate/answer").out
    assert "manifests/prompts.yaml:7" in shown
    line = next(line for line in shown.splitlines() if "temperature" in line)
    assert "0.5" in line
    assert "(variable warmth)" in line


def test_show_knows_the_nearest_name(qfops: Call) -> None:
    done = qfops("show", "PromptTemplate/anser")
    assert done.code == 64
    assert 'Did you mean "PromptTemplate/answer"?' in done.err


def test_graph(qfops: Call) -> None:
    assert qfops("graph").out.startswith("flowchart LR\n")
    assert qfops("graph", "--format", "dot").out.startswith("digraph qfops {\n")


def test_explain_and_schema_need_no_project(qfops: Call, folder: Path) -> None:
    (folder / "qfops.yaml").unlink()
    assert "variableIdentifier" in qfops("explain", "PromptTemplate").out
    assert "on change" in qfops("explain", "PromptTemplate.templateName").out
    assert json.loads(qfops("schema").out)["title"] == "qfops manifest"
    assert json.loads(qfops("schema", "Service").out)["title"] == "qianfan/v2 Service"
    for done in (qfops("explain", "PromptTemplat"), qfops("schema", "PromptTemplat")):
        assert done.code == 1
        assert 'Did you mean "PromptTemplate"?' in done.err


@pytest.mark.parametrize("how", ["emptied", "commented", "renamed", "moved"])
def test_no_manifest_over_a_state_with_objects_is_refused(qfops: Call, folder: Path, how: str) -> None:
    """It is likelier a wrong folder than the wish to end everything: that is what destroy is for."""
    assert qfops("apply", "--auto-approve").code == 0
    path = folder / "manifests/prompts.yaml"
    text = path.read_text(encoding="utf-8")
    if how in ("renamed", "moved"):
        path.rename(folder / ("manifests/prompts.YAML" if how == "renamed" else "prompts.yaml"))
    else:
        path.write_text("" if how == "emptied" else text.replace("\n", "\n# ").join(("# ", "")))
    calls = [
        ("plan",),
        ("plan", "--prune"),
        ("plan", "--target", ADDRESS),
        ("apply", "--auto-approve"),
        ("apply", "--allow", "delete"),
        ("apply", "--allow", "delete", "--format", "json"),
    ]
    for call in calls:
        done = qfops(*call)
        assert done.code == 3, call
        assert "no manifest declares anything, and the state holds 1 resource" in done.err
        assert "to end it all: qfops -C" in done.err
        if how != "moved":
            assert (
                f"manifests/prompts.{'YAML is not read' if how == 'renamed' else 'yaml declares'}" in done.err
            )
    assert ADDRESS in qfops("state", "list").out
    assert qfops("plan", "--destroy").code == 0
    assert qfops("destroy", "--auto-approve").code == 0
    assert ADDRESS not in qfops("state", "list").out
    assert qfops("plan").code == 0


def test_a_large_change_may_be_meant(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    (folder / "manifests/prompts.yaml").write_text("")
    assert qfops("apply", "--allow", "delete", "--allow-large-change").code == 0
    assert ADDRESS not in qfops("state", "list").out


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("qfops.yaml/plan.json", "Not a directory"),
        ("nowhere/plan.json", "No such file or directory"),
        ("manifests", "it is a folder"),
        ("pipe", "it is not a regular file"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_plan_that_cannot_be_saved_is_one_line(qfops: Call, folder: Path, out: str, why: str) -> None:
    """Where nothing can be written, clearing up cannot work either; and a device is never replaced."""
    os.mkfifo(folder / "pipe")
    before = sorted(folder.iterdir())
    done = qfops("plan", "--out", out)
    assert done.code == 1
    assert done.err == f"error: {folder / out} cannot be written: {why}\n  Choose another place with --out.\n"
    assert [path for path in sorted(folder.iterdir()) if path.name != ".qfops"] == before
    assert (folder / "pipe").is_fifo()


def test_a_folder_that_may_only_be_read(qfops: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, **_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    monkeypatch.setattr(Path, "touch", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    done = qfops("plan", "--out", "plan.json")
    assert done.code == 1
    assert done.err.startswith(f"error: {folder / 'plan.json'} cannot be written: Read-only file system\n")


@pytest.mark.parametrize("arguments", [("plan",), ("plan", "--format", "json"), ("validate",), ("--help",)])
@pytest.mark.parametrize("closed", [True, False])
def test_results_that_nobody_can_get_are_one_line(
    folder: Path, process: Callable[..., subprocess.Popen[str]], arguments: tuple[str, ...], closed: bool
) -> None:
    """`>&-`, and a full device."""
    with Path("/dev/full").open("w") as full:
        more = {"preexec_fn": lambda: os.close(1)} if closed else {"stdout": full}
        running = process(*arguments, **more)
        said = running.communicate(timeout=60)[1]
    assert running.returncode == 1
    assert [line for line in said.splitlines() if line] == [
        "error: standard output cannot be written: " + os.strerror(errno.EBADF if closed else errno.ENOSPC)
    ]
