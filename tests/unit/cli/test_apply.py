"""`apply`: approval, events, locks, interruptions, and a person at a terminal."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qfops.emulator import Emulator
from qfops.kinds.registry import load
from qfops.state import FileStore, Owner

from .conftest import ADDRESS, PROMPT, Call, edit
from .test_plan import published

Process = Callable[..., "subprocess.Popen[str]"]
RUN = """\
apiVersion: qianfan/v2
kind: Dataset
metadata: {name: questions}
spec:
  datasetName: questions
  dataFormat: PromptResponse
  storageType: sysStorage
  import:
    - files: ["bos:/bucket/questions.jsonl"]
  publish: true
"""


@contextmanager
def emulator(folder: Path) -> Iterator[Emulator]:
    opened = Emulator(folder / ".qfops/emulator.db")
    yield opened
    opened.close()


def writes(folder: Path) -> list[str]:
    with emulator(folder) as console:
        return [request.action for request in console.requests(writes_only=True)]


def test_nothing_is_sent_without_an_approval(qfops: Call, folder: Path) -> None:
    for command in ("apply", "destroy", "prune"):
        done = qfops(command)
        assert done.code == 3
        assert "--expect-digest" in done.err
    assert not (folder / ".qfops").exists()


def test_allow_implies_auto_approve(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--allow", "delete").code == 0
    assert writes(folder) == ["CreatePromptTemplate"]


def test_a_digest_approves_exactly_that_plan(qfops: Call, folder: Path) -> None:
    digest = qfops("plan", "--format", "json").json()["digest"]
    edit(folder, "0.3", "0.7")
    stale = qfops("apply", "--expect-digest", digest)
    assert stale.code == 5
    edit(folder, "0.7", "0.3")
    assert qfops("apply", "--expect-digest", digest).code == 0


def test_events_are_the_published_format(qfops: Call) -> None:
    done = qfops("apply", "--auto-approve", "--format", "json")
    events = done.events()
    for event in events:
        jsonschema.validate(event, published("event.json"))
    assert [event["type"] for event in events] == ["plan", "start", "progress", "done", "summary"]
    assert events[0]["digest"]
    assert events[-1]["applied"] == [{"address": ADDRESS, "text": "created"}]
    assert done.err == ""


def test_destroy_ends_everything_once_it_is_approved(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    assert qfops("destroy", "--auto-approve").code == 0
    assert writes(folder) == ["CreatePromptTemplate", "DeletePromptTemplate"]


def test_what_takes_something_away_says_how_to_allow_it(qfops: Call, folder: Path) -> None:
    another = PROMPT.replace("answer", "other").replace("客服", "其他")
    (folder / "manifests/other.yaml").write_text(another, encoding="utf-8")
    assert qfops("apply", "--auto-approve").code == 0
    (folder / "manifests/prompts.yaml").unlink()
    done = qfops("apply", "--auto-approve")
    assert done.code == 3
    assert "apply --allow delete" in done.out
    assert qfops("apply", "--allow", "delete").code == 0


def test_another_run_holds_the_state(qfops: Call, folder: Path) -> None:
    import asyncio

    async def beside() -> Any:
        session = await FileStore(folder, "shop", "", load()).begin(
            Owner("li", "apply", host="elsewhere", pid=1), timeout=0, notify=print
        )
        done = await asyncio.to_thread(subprocess_apply, folder)
        await session.release()
        return done

    done = asyncio.run(beside())
    assert done.returncode == 6
    assert "locked by li" in done.stderr


def subprocess_apply(folder: Path) -> "subprocess.CompletedProcess[str]":
    import sys

    code = "from qfops.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "apply", "--auto-approve"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_lease_is_given_back_after_a_refusal(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--expect-digest", "0").code == 5
    lease = json.loads((folder / ".qfops/default/lease.json").read_text())
    assert lease["released"] is True


# --- interruptions ------------------------------------------------------------------------------------------


def long_import(folder: Path) -> None:
    (folder / "manifests/prompts.yaml").write_text(RUN, encoding="utf-8")
    with emulator(folder) as console:
        console.configure(durations={"import": 3600})


def until(running: "subprocess.Popen[str]", words: str) -> str:
    """Read standard error until it says `words`."""
    assert running.stderr is not None
    said = ""
    for line in running.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(f"{words!r} was never said:\n{said}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_finishes_what_is_in_flight(
    qfops: Call, folder: Path, process: Process, number: signal.Signals
) -> None:
    long_import(folder)
    running = process("apply", "--auto-approve")
    until(running, "import[0].ready")
    running.send_signal(number)
    shown, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "press again to leave at once" in said
    assert "apply --resume" in shown
    assert json.loads((folder / ".qfops/default/lease.json").read_text())["released"] is True
    with emulator(folder) as console:
        console.configure(durations={"import": 0})
        console.reset()
    state = qfops("state", "pull").json()
    assert list(state["entries"]) == ["Dataset/questions"]
    assert state["approved"] is not None


def test_nohup_is_heeded(folder: Path, process: Process) -> None:
    """A terminal that goes away ends nothing that was begun to outlive it."""
    long_import(folder)
    running = process(
        "apply", "--auto-approve", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    until(running, "import[0].ready")
    running.send_signal(signal.SIGHUP)
    with emulator(folder) as console:
        console.configure(durations={"import": 0})
        console.reset()
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert said.count("press again to leave at once") == 1


def test_the_second_signal_leaves_at_once(qfops: Call, folder: Path, process: Process) -> None:
    assert qfops("plan").code == 0
    with emulator(folder) as console:
        console.configure(faults=[{"kind": "hang", "action": "CreatePromptTemplate"}])
    running = process("apply", "--auto-approve")
    while running.poll() is None and not writes(folder):
        time.sleep(0.05)  # until the request is on its way: it has no other effect that could be waited for
    running.send_signal(signal.SIGINT)
    until(running, "press again")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=10)
    assert running.returncode == 130
    state = qfops("state", "pull").json()
    assert [intent["operation"] for intent in state["intents"]] == ["CreatePromptTemplate"]
    assert state["approved"] is not None


# --- at a terminal ------------------------------------------------------------------------------------------


def at_terminal(process: Process, *arguments: str, answer: bytes | signal.Signals) -> tuple[int, str]:
    """The exit code and everything shown to a person who types `answer`, or sends it, when asked."""
    ours, theirs = pty.openpty()
    running = process(*arguments, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 4096)
    if isinstance(answer, bytes):
        os.write(ours, answer)
    else:
        running.send_signal(answer)
    with contextlib.suppress(OSError):  # the other end closes its terminal
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    return running.wait(), shown.decode("utf-8")


ANSWERS = [
    (b"y\n", 0),
    (b"YES\n", 0),
    (b"n\n", 3),
    (b"\n", 3),
    (b"\x04", 3),
    (signal.SIGINT, 130),
    (signal.SIGTERM, 130),
    (signal.SIGHUP, 130),
]


@pytest.mark.parametrize(("answer", "code"), ANSWERS)
def test_a_person_sees_the_plan_and_is_asked(
    folder: Path, process: Process, answer: bytes | signal.Signals, code: int
) -> None:
    ended, shown = at_terminal(process, "apply", answer=answer)
    assert ended == code, shown
    assert shown.index(ADDRESS) < shown.index("Do this? [y/N]")
    assert writes(folder) == (["CreatePromptTemplate"] if code == 0 else [])
    assert "Traceback" not in shown
    lease = json.loads((folder / ".qfops/default/lease.json").read_text())
    assert lease["released"] is True
