"""The root command: what it loads, how it ends, and that every command explains itself."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qfops import __version__
from qfops.cli.main import COMMANDS

from .conftest import Call

SUBCOMMANDS = [
    *(f"state {name}" for name in ("list", "show", "mv", "rm", "pull", "settle")),
    *(f"emulator {name}" for name in ("serve", "edit", "reset")),
]


def test_version(qfops: Call) -> None:
    assert qfops("--version").out == f"qfops {__version__}\n"


def test_the_root_loads_click_and_little_else() -> None:
    """`qfops --version` has 60 ms; a heavy import would not be noticed otherwise."""
    code = "import sys, qfops.cli.main; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    ours = {name for name in loaded.split() if name.startswith("qfops")}
    assert ours == {"qfops", "qfops.cli", "qfops.cli.main", "qfops.cli.ui", "qfops.cli.ui.terminal"}
    heavy = {"yaml", "jsonschema", "jsonschema_rs", "httpx", "deepdiff", "rich", "asyncio", "sqlite3"}
    assert not heavy.intersection(loaded.split())


@pytest.mark.parametrize("command", [*COMMANDS, *SUBCOMMANDS])
def test_every_command_has_help(qfops: Call, command: str) -> None:
    done = qfops(*command.split(), "--help")
    assert done.code == 0
    assert f"Usage: qfops {command}" in done.out


def test_the_help_names_every_command_by_group(qfops: Call) -> None:
    shown = qfops("--help").out
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    assert "Look at the console (reads only):" in shown


@pytest.mark.parametrize("arguments", [("state",), ("emulator",)])
def test_without_a_command_the_help_is_shown_as_a_usage_error(
    qfops: Call, arguments: tuple[str, ...]
) -> None:
    done = qfops(*arguments)
    assert done.code == 64
    assert done.err.startswith("Usage: ")
    assert "Commands:" in done.err
    assert "error:" not in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("aply",), "There is no command 'aply'. Did you mean \"apply\"?"),
        (("plan", "--env", "prod"), "--env stands before the command"),
        (("plan", "--frmat", "json"), "--format"),
        (("plan", "--format", "yaml"), "text"),
        (("--var", "novalue", "plan"), "NAME=VALUE"),
        (("--var", "a=1", "--var", "a=2", "plan"), "a is given twice"),
        (("show", "nonsense"), "write Kind/name"),
    ],
)
def test_usage_errors_are_64(qfops: Call, arguments: tuple[str, ...], said: str) -> None:
    done = qfops(*arguments)
    assert done.code == 64
    assert said in done.err
    assert done.out == ""


def test_a_folder_without_a_project_says_how_to_begin(qfops: Call, tmp_path: Path) -> None:
    done = qfops("-C", str(tmp_path / "nowhere"), "plan")
    assert done.code == 1
    assert "qfops init" in done.err


def test_a_bug_shows_its_traceback_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    from qfops.cli import main, project

    def broken(*_: object, **__: object) -> None:
        raise KeyError("nothing a user can cause")

    monkeypatch.setattr(project, "open_project", broken)
    assert main.run(["-C", str(folder), "plan"]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "This is a bug in qfops" in shown


def test_a_reader_that_goes_away_is_no_error(process: Callable[..., "subprocess.Popen[str]"]) -> None:
    running = process("schema")
    assert running.stdout is not None
    running.stdout.close()
    _, said = running.communicate()
    assert (running.returncode, said) == (0, "")


def test_output_that_cannot_be_written_is_an_error(
    process: Callable[..., "subprocess.Popen[str]"], folder: Path
) -> None:
    with (folder / "qfops.yaml").open() as read_only:
        running = process("explain", "Dataset", stdout=read_only)
        _, said = running.communicate()
    assert running.returncode == 1
    assert "cannot be written" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments", [("--help",), ("plan", "--help"), ("--version",), ("schema",)], ids=" ".join
)
def test_help_that_cannot_be_written_is_an_error_too(
    process: Callable[..., "subprocess.Popen[str]"], folder: Path, arguments: tuple[str, ...]
) -> None:
    """Click writes it, not we."""
    with (folder / "qfops.yaml").open() as read_only:
        running = process(*arguments, stdout=read_only)
        _, said = running.communicate()
    assert running.returncode == 1
    assert said.startswith("error: standard output cannot be written")
    assert "Traceback" not in said


@pytest.mark.skipif(not hasattr(os, "dup2"), reason="closed streams are POSIX")
@pytest.mark.parametrize("arguments", ["explain Dataset", "--help", "--version", "nonsense", "validate"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_stream_that_is_closed_is_no_bug(folder: Path, arguments: str, closed: str) -> None:
    """A result that goes nowhere is an error; what else cannot be heard is not."""
    command = (
        f"exec {shlex.quote(sys.executable)} -c 'from qfops.cli.entry import start; start()' {arguments}"
    )
    done = subprocess.run(
        ["sh", "-c", f"{command} {closed}"], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    wanted = 64 if arguments == "nonsense" else 1 if closed.startswith(">") else 0
    assert done.returncode == wanted
    assert "Traceback" not in done.stderr


def test_chinese_text_survives_an_ascii_locale(
    process: Callable[..., "subprocess.Popen[str]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    monkeypatch.setenv("PYTHONUTF8", "0")
    running = process("show", "PromptTemplate/answer")
    shown, _ = running.communicate()
    assert running.returncode == 0
    assert "客服回答" in shown
