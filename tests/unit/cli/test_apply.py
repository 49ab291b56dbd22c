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


def test_off_a_terminal_allow_implies_auto_approve(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--allow", "delete").code == 0
    assert writes(folder) == ["CreatePromptTemplate"]


def test_a_digest_approves_exactly_that_plan(qfops: Call, folder: Path) -> None:
    digest = qfops("plan", "--format", "json").json()["digest"]
    edit(folder, "0.3", "0.7")
    stale = qfops("apply", "--expect-digest", digest)
    assert stale.code == 5
    assert f"and {digest} was expected" in stale.err
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
    assert qfops("apply", "--expect-digest", "0" * 64).code == 5
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


def at_terminal(
    process: Process, *arguments: str, answer: bytes | signal.Signals | None, before: bytes = b""
) -> tuple[int, str]:
    """The exit code and everything shown to a person who types `before` at once, and `answer` when asked.

    A signal is sent; None: nobody answers, and a question ends the process.
    """
    ours, theirs = pty.openpty()
    os.write(ours, before)
    running = process(*arguments, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the other end closes its terminal
        while answer is not None and b"[y/N]" not in shown and (piece := os.read(ours, 4096)):
            shown += piece
        if isinstance(answer, bytes):
            os.write(ours, answer)
        elif answer is not None:
            running.send_signal(answer)
        while piece := os.read(ours, 4096):
            shown += piece
            if answer is None and b"[y/N]" in shown:
                running.kill()
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
    assert shown.index(ADDRESS) < shown.index("Do this (emulator)? [y/N]")
    assert shown.count("[y/N]") == 1
    assert writes(folder) == (["CreatePromptTemplate"] if code == 0 else [])
    assert "Traceback" not in shown
    lease = json.loads((folder / ".qfops/default/lease.json").read_text())
    assert lease["released"] is True


@pytest.mark.parametrize("typed", [b"y\n", b"yes\ny\n", b"y"])
def test_what_was_typed_before_the_question_answers_nothing(
    folder: Path, process: Process, typed: bytes
) -> None:
    """The plan was not seen when it was typed."""
    ended, shown = at_terminal(process, "apply", before=typed, answer=b"n\n")
    assert ended == 3, shown
    assert writes(folder) == []


def test_at_a_terminal_allow_is_no_approval(qfops: Call, folder: Path, process: Process) -> None:
    """It says what may be done if the plan is agreed to; the question is asked all the same."""
    kept = (folder / "manifests/prompts.yaml").read_text()
    other = kept.replace("name: answer", "name: other").replace("客服回答", "客服问题")
    (folder / "manifests/other.yaml").write_text(other)
    assert qfops("apply", "--auto-approve").code == 0
    (folder / "manifests/other.yaml").unlink()
    ended, shown = at_terminal(process, "apply", "--allow", "delete", answer=b"n\n")
    assert ended == 3, shown
    assert "DeletePromptTemplate" not in writes(folder)
    ended, shown = at_terminal(process, "apply", "--allow", "delete", answer=b"y\n")
    assert ended == 0, shown
    assert writes(folder)[-1] == "DeletePromptTemplate"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--no-input",), 3),
        (("--no-input", "--allow", "delete"), 3),
        (("--no-input", "--auto-approve"), 0),
        (("--auto-approve",), 0),
        (("--allow", "delete", "--format", "json"), 0),
        (("--format", "json"), 3),
    ],
)
def test_at_a_terminal_where_nothing_is_asked(
    folder: Path, process: Process, arguments: tuple[str, ...], code: int
) -> None:
    """With a word of its own, or because nobody is to be asked: then it is refused before any request."""
    ended, shown = at_terminal(process, "apply", *arguments, answer=None)
    assert ended == code, shown
    assert "[y/N]" not in shown
    assert (folder / ".qfops").exists() is (code == 0)


def test_a_digest_or_a_plan_asks_nothing_at_a_terminal(qfops: Call, folder: Path, process: Process) -> None:
    assert qfops("plan", "--out", "plan.json").code == 0
    assert at_terminal(process, "apply", "--plan", "plan.json", answer=None)[0] == 0
    edit(folder, "0.3", "0.7")
    digest = qfops("plan", "--format", "json").json()["digest"]
    assert at_terminal(process, "apply", "--expect-digest", digest, answer=None)[0] == 0
    assert at_terminal(process, "apply", "--resume", answer=None)[0] == 0


def test_nothing_to_do_is_nothing_to_ask(qfops: Call, process: Process) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    ended, shown = at_terminal(process, "apply", answer=None)
    assert ended == 0, shown
    assert "[y/N]" not in shown


# --- a job that is run again -----------------------------------------------------------------------------


def refuse(folder: Path, *actions: str) -> None:
    """Let the console refuse each of these actions once."""
    with emulator(folder) as console:
        console.configure(faults=[{"kind": "error:AccessDenied", "action": action} for action in actions])


@pytest.mark.parametrize("by", ["digest", "plan"])
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_job_that_is_run_again_goes_on_and_then_has_nothing_to_do(
    qfops: Call, folder: Path, by: str, output: str
) -> None:
    """Its first try is refused, the second carries it out, and the third says when that was: exit 0."""
    assert qfops("plan", "--out", "plan.json").code == 0
    digest = json.loads((folder / "plan.json").read_text())["digest"]
    how = ("--plan", "plan.json") if by == "plan" else ("--expect-digest", digest)
    refuse(folder, "CreatePromptTemplate")
    assert qfops("apply", *how, "--format", output).code == 1
    again = qfops("apply", *how, "--format", output)
    assert again.code == 0, again.err
    assert writes(folder) == ["CreatePromptTemplate", "CreatePromptTemplate"]
    done = qfops("apply", *how, "--format", output)
    assert done.code == 0, done.err
    if output == "json":
        (event,) = done.events()
        jsonschema.validate(event, published("event.json"))
        assert (event["type"], event["exitCode"]) == ("summary", 0)
        assert "was applied at " in event["message"]
    else:
        assert f"Plan {digest} was applied at " in done.out
    assert len(writes(folder)) == 2
    edit(folder, "0.3", "0.9")
    assert qfops("apply", *how).code == 0  # what was approved is done; the edit is another plan
    assert len(writes(folder)) == 2


def test_the_plan_says_what_is_stored_and_what_going_on_would_do(qfops: Call, folder: Path) -> None:
    refuse(folder, "CreatePromptTemplate")
    assert qfops("apply", "--auto-approve").code == 1
    before = qfops("plan").out
    assert "left to do: create PromptTemplate/answer" in before
    assert "way on: qfops -C" in before
    (folder / "manifests/prompts.yaml").write_text("# reverted\n")
    shown = qfops("plan")
    assert "will be dropped: create PromptTemplate/answer: no manifest asks for it any more" in shown.out
    data = qfops("plan", "--format", "json").json()
    jsonschema.validate(data, published("plan.json"))
    assert data["stored"]["owed"] == [
        {
            "address": ADDRESS,
            "object": "current",
            "action": "create",
            "alike": False,
            "dropped": "no manifest asks for it any more",
        }
    ]
    done = qfops("apply", "--resume")
    assert done.code == 5
    assert "its approval is dropped: no manifest asks for it any more" in " ".join(done.out.split())
    assert len(writes(folder)) == 1
    assert "stored" not in qfops("plan", "--format", "json").json()


@pytest.mark.parametrize("how", ["resume", "digest"])
def test_with_manifests_that_do_not_load_nothing_is_gone_on_with(qfops: Call, folder: Path, how: str) -> None:
    """What they ask for cannot be told: exit 64, nothing is sent, and the approval stays."""
    digest = qfops("plan", "--format", "json").json()["digest"]
    refuse(folder, "CreatePromptTemplate")
    assert qfops("apply", "--expect-digest", digest).code == 1
    (folder / "manifests/broken.yaml").write_text("kind: nonsense\n")
    words = ("--resume",) if how == "resume" else ("--expect-digest", digest)
    done = qfops("apply", *words)
    assert done.code == 64
    assert "manifests/broken.yaml" in done.err
    assert len(writes(folder)) == 1
    assert qfops("apply", "--expect-digest", "0" * 64).code == 1
    (folder / "manifests/broken.yaml").unlink()
    assert qfops("apply", *words).code == 0


def test_resume_shows_what_it_does(qfops: Call, folder: Path) -> None:
    refuse(folder, "CreatePromptTemplate")
    assert qfops("apply", "--auto-approve").code == 1
    done = qfops("apply", "--resume", "--format", "json")
    assert done.code == 0, done.err
    plan = done.events()[0]
    jsonschema.validate(plan, published("event.json"))
    assert [change["action"] for change in plan["changes"]] == ["create"]
    assert plan["console"] == {"endpoint": "emulator"}


def test_a_saved_plan_without_a_whole_digest_is_refused_before_anything(qfops: Call, folder: Path) -> None:
    assert qfops("plan", "--out", "plan.json").code == 0
    path = folder / "plan.json"
    saved = json.loads(path.read_text())
    for wrong in ("", saved["digest"][:12], None):
        path.write_text(json.dumps({**saved, "digest": wrong}))
        done = qfops("apply", "--plan", "plan.json")
        assert done.code == 64
        assert "no whole digest" in done.err
    assert writes(folder) == []


def test_a_saved_plan_of_another_console_is_refused(qfops: Call, folder: Path) -> None:
    assert qfops("plan", "--out", "plan.json").code == 0
    path = folder / "qfops.yaml"
    path.write_text(path.read_text().replace("emulator", "https://qianfan.baidubce.com"))
    done = qfops("apply", "--plan", "plan.json")
    assert done.code == 64
    assert "The plan is for the console emulator; this is https://qianfan.baidubce.com" in done.err
