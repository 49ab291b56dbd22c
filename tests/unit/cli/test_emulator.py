"""`emulator`: served, edited behind everyone's back, emptied."""

import json
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import ADDRESS, Call

Process = Callable[..., "subprocess.Popen[str]"]


def test_serve_prints_where_and_stops_at_ctrl_c(folder: Path, process: Process) -> None:
    running = process("emulator", "serve", "--latency", "1s", "--training", "10m")
    assert running.stdout is not None
    url = running.stdout.readline().strip()
    with urllib.request.urlopen(f"{url}/_emulator/knobs") as answer:
        knobs = answer.read().decode()
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert (running.returncode, "Traceback" in said) == (0, False)
    assert '"latency": 1.0' in knobs
    assert '"training": 600.0' in knobs
    assert "QIANFAN_ACCESS_KEY=" in said


def test_a_port_that_is_taken(folder: Path, process: Process) -> None:
    first = process("emulator", "serve")
    assert first.stdout is not None
    port = first.stdout.readline().strip().rpartition(":")[2]
    second = process("emulator", "serve", "--port", port)
    _, said = second.communicate(timeout=20)
    first.terminate()
    first.communicate(timeout=20)
    assert second.returncode == 1
    assert f"port {port} cannot be used" in said
    assert "Traceback" not in said


VALUES = [("0.1", 0.1), ("true", True), ("True", "True"), ('"1"', "1"), ("", None), ("012", "012")]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values_are_read_as_in_a_manifest(qfops: Call, text: str, value: object) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    object_id = qfops("state", "pull").json()["entries"][ADDRESS]["id"]
    done = qfops("emulator", "edit", object_id, "hyperParameters.temperature", text)
    assert done.code == 0
    assert done.out.endswith(f"= {json.dumps(value)}\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nobody", "x", "1"), 1, "there is no object"),
        (("nobody", "x", "{broken"), 64, "cannot be read"),
    ],
)
def test_edits_that_cannot_be(qfops: Call, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = qfops("emulator", "edit", *arguments)
    assert done.code == code
    assert said in done.err


def test_reset_empties_it_and_says_what_stays(qfops: Call) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    done = qfops("emulator", "reset")
    assert done.code == 0
    assert "state" in done.err
    assert qfops("plan").code == 3


def test_a_file_that_cannot_be_used_is_named(qfops: Call, folder: Path) -> None:
    (folder / ".qfops").write_text("in the way")
    done = qfops("plan")
    assert done.code == 1
    assert ".qfops" in done.err
