"""`drift`: the report's exit codes, and an edit accepted in the manifest or not at all."""

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from qfops.cli.commands import _accept
from qfops.cli.invocation import Invocation
from qfops.cli.project import Project, open_project
from qfops.emulator import Emulator

from .conftest import ADDRESS, Call

PATH = "hyperParameters.temperature"
ACCEPT = ("drift", "--accept", f"{ADDRESS}.{PATH}", "--until", "2099-12-31", "--why", "试验")


def edit_console(folder: Path, qfops: Call) -> None:
    object_id = qfops("state", "pull").json()["entries"][ADDRESS]["id"]
    console = Emulator(folder / ".qfops/emulator.db")
    console.edit(object_id, PATH, 0.9)
    console.close()


def test_drift_is_2_until_it_is_accepted(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    assert qfops("drift").code == 0
    edit_console(folder, qfops)
    assert qfops("drift").code == 2
    done = qfops(*ACCEPT)
    assert done.code == 0
    assert f'+      - {{path: {PATH}, reason: "试验", until: 2099-12-31}}' in done.out
    assert qfops("drift").code == 0
    again = qfops(*ACCEPT)
    assert again.code == 1
    assert "already" in again.err


def test_an_edit_that_would_change_anything_else_is_never_written(
    qfops: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "manifests/prompts.yaml"
    before, status = path.read_bytes(), path.stat()
    for bad in ("kind: [", None):
        text = path.read_text(encoding="utf-8")
        edited = bad or text.replace("0.3", "0.4")
        monkeypatch.setattr(_accept, "with_ignore", lambda _text, _item, edited=edited: edited)
        done = qfops(*ACCEPT)
        assert done.code == 1
        assert "cannot be edited safely" in done.err
        assert "lifecycle:\n    ignore:\n" in done.out
        assert path.read_bytes() == before
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    assert sorted(item.name for item in path.parent.iterdir()) == ["prompts.yaml"]


def test_the_file_is_as_it_was_until_the_edit_is_known_to_be_right(
    qfops: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "manifests/prompts.yaml"
    path.chmod(0o640)
    before, opened = path.read_bytes(), []

    def watched(invocation: Invocation, overlay: Mapping[str, str] | None = None) -> Project:
        project = open_project(invocation, overlay=overlay)
        opened.append((sorted(overlay or ()), path.read_bytes() == before))
        return project

    monkeypatch.setattr(_accept, "open_project", watched)
    assert qfops(*ACCEPT).code == 0
    assert opened == [([], True), (["manifests/prompts.yaml"], True)]
    assert path.read_bytes() != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(item.name for item in path.parent.iterdir()) == ["prompts.yaml"]


def test_a_file_that_cannot_be_written_is_as_it_was(
    qfops: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = folder / "manifests/prompts.yaml"
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    done = qfops(*ACCEPT)
    assert done.code == 1
    assert "No space left on device" in done.err
    assert path.read_bytes() == before
    assert sorted(item.name for item in path.parent.iterdir()) == ["prompts.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--accept", ADDRESS, "--until", "2099-12-31", "--why", "x"),
        ("--accept", f"{ADDRESS}.description"),
        ("--accept", f"{ADDRESS}.description", "--until", "2099-12-31"),
        ("--accept", f"{ADDRESS}.description", "--until", "31.12.2099", "--why", "x"),
        ("--accept", f"{ADDRESS}.description", "--until", "2001-01-01", "--why", "x"),
        ("--until", "2099-12-31"),
        ("--accept", "PromptTemplate/anser.description", "--until", "2099-12-31", "--why", "x"),
    ],
)
def test_what_accept_needs(qfops: Call, arguments: tuple[str, ...]) -> None:
    done = qfops("drift", *arguments)
    assert done.code == 64
    assert done.out == ""
