"""A small project in a folder of its own, and ways to call qfops in it: in this process, or as a process."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qfops.cli.main import run
from qfops.cli.ui import terminal

PROJECT = """\
name: shop
console: {endpoint: emulator}
wait: {initial: 20ms, max: 50ms, signature: 5s, visibility: 1s}
"""
PROMPT = """\
apiVersion: qianfan/v2
kind: PromptTemplate
metadata:
  name: answer
  labels: {team: support}
spec:
  templateName: 客服回答
  templateContent: "请简短回答:{question}"
  variableIdentifier: "{}"
  hyperParameters: {temperature: 0.3}
"""
ADDRESS = "PromptTemplate/answer"


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def events(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Call = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project's folder."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "qfops.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "manifests/prompts.yaml").write_text(PROMPT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def qfops(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """`qfops("plan", "--stats")` in the project, in this process."""

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        code = terminal.finish(run(["-C", str(folder), *arguments]))
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err, shown.err
        return Done(code, shown.out, shown.err)

    return call


@pytest.fixture
def process(folder: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """`process("apply")`: qfops as a process of its own in the project, with pipes; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **more: Any) -> "subprocess.Popen[str]":
        pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        running = subprocess.Popen(
            [sys.executable, "-c", "from qfops.cli.main import main; main()", *arguments],
            cwd=folder,
            encoding="utf-8",
            **{**pipes, "stderr": subprocess.PIPE, **more},
        )
        started.append(running)
        return running

    yield start
    for running in started:
        if running.poll() is None:
            running.kill()
            running.communicate()


def edit(folder: Path, before: str, after: str) -> None:
    """Replace a text in the manifest."""
    path = folder / "manifests/prompts.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
