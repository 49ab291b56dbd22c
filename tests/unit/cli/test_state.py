"""`state`: looked at and edited whatever the manifests say; lost calls settled by a person."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qfops.emulator import Emulator

from .conftest import ADDRESS, Call, edit

Process = Callable[..., "subprocess.Popen[str]"]
ANOTHER = ADDRESS.replace("answer", "reply")


@contextmanager
def emulator(folder: Path) -> Iterator[Emulator]:
    opened = Emulator(folder / ".qfops/emulator.db")
    yield opened
    opened.close()


def state(qfops: Call) -> Any:
    return qfops("state", "pull").json()


def test_the_state_can_be_looked_at_whatever_the_manifests_say(qfops: Call, folder: Path) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    edit(folder, "kind: PromptTemplate", "kind: Nonsense")
    assert ADDRESS in qfops("state", "list").out
    assert "客服回答" in qfops("state", "show", ADDRESS).out
    assert state(qfops)["entries"][ADDRESS]["attributes"]["hyperParameters"] == {"temperature": 0.3}


def test_but_not_with_a_broken_project_file(qfops: Call, folder: Path) -> None:
    (folder / "qfops.yaml").write_text("name: shop\nwait: {initial: soon}\n")
    done = qfops("state", "list")
    assert done.code == 1
    assert "qfops.yaml:2" in done.err


def test_an_object_keeps_what_is_known_of_it_when_it_moves(qfops: Call, folder: Path) -> None:
    edit(folder, "  labels: {team: support}\n", "")
    path = folder / "manifests/prompts.yaml"
    first = path.read_text(encoding="utf-8")
    second = first.replace("name: answer", f"name: second\n  dependsOn: [{ADDRESS}]").replace("客服", "二")
    path.write_text(f"{first}---\n{second}", encoding="utf-8")
    assert qfops("apply", "--auto-approve").code == 0
    before = state(qfops)
    assert qfops("state", "mv", ADDRESS, ANOTHER).code == 0
    after = state(qfops)
    assert after["entries"][ANOTHER] == before["entries"][ADDRESS]
    assert ADDRESS not in after["entries"]
    assert after["entries"]["PromptTemplate/second"]["dependencies"] == [ANOTHER]
    assert after["serial"] == before["serial"] + 1


def test_a_line_that_was_carried_out_by_hand_is_remembered(qfops: Call, folder: Path) -> None:
    """As after an apply: it does not act on what gets the old address later."""
    assert qfops("apply", "--auto-approve").code == 0
    assert qfops("state", "mv", ADDRESS, ANOTHER).code == 0
    assert "moved" not in state(qfops)
    assert qfops("state", "mv", ANOTHER, ADDRESS).code == 0
    path = folder / "qfops.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}moved: {{{ADDRESS}: {ANOTHER}}}\n", encoding="utf-8")
    assert qfops("state", "mv", ADDRESS, ANOTHER).code == 0
    assert state(qfops)["moved"] == {ADDRESS: ANOTHER}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mv", ADDRESS, ADDRESS), "stands in the state already"),
        (("mv", ADDRESS, "Dataset/answer"), "keeps its kind"),
        (("mv", "PromptTemplate/anser", ANOTHER), f'Did you mean "{ADDRESS}"?'),
        (("rm", "PromptTemplate/anser"), f'Did you mean "{ADDRESS}"?'),
        (("settle", ADDRESS), "Say one of --id ID, --done and --none."),
        (("settle", ADDRESS, "--done", "--none"), "Say one of"),
    ],
)
def test_what_cannot_be_is_a_usage_error(qfops: Call, arguments: tuple[str, ...], said: str) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    before = state(qfops)
    done = qfops("state", *arguments)
    assert done.code == 64
    assert said in done.err
    assert state(qfops) == before


def lose_the_answer(folder: Path, process: Process, action: str, when: str) -> None:
    """A call whose process ended while it was under way."""
    with emulator(folder) as console:
        console.configure(faults=[{"kind": "hang", "action": action, "when": when}])
    running = process("apply", "--auto-approve")
    while running.poll() is None:
        with emulator(folder) as console:
            if any(request.action == action for request in console.requests(writes_only=True)):
                break
    running.kill()
    running.communicate()
    with emulator(folder) as console:
        console.configure(faults=[])


def test_a_lost_create_is_settled_by_naming_the_object(qfops: Call, folder: Path, process: Process) -> None:
    lose_the_answer(folder, process, "CreatePromptTemplate", "after")
    assert len(state(qfops)["intents"]) == 1
    assert "--id ID" in qfops("state", "settle", ADDRESS, "--done").err
    assert "no PromptTemplate" in qfops("state", "settle", ADDRESS, "--id", "pt-nobody000000").err
    assert "settle it first" in qfops("state", "rm", ADDRESS).err.lower()
    with emulator(folder) as console:
        object_id = next(item["id"] for item in console.objects() if item["account"])
    done = qfops("state", "settle", ADDRESS, "--id", str(object_id))
    assert (done.code, done.out) == (0, f"{ADDRESS} is {object_id}.\n")
    after = state(qfops)
    assert after["intents"] == []
    assert after["entries"][ADDRESS]["id"] == object_id
    assert qfops("plan", "--detailed-exitcode").code == 0


def test_a_call_without_an_effect_is_settled_as_none(qfops: Call, folder: Path, process: Process) -> None:
    lose_the_answer(folder, process, "CreatePromptTemplate", "before")
    assert qfops("state", "settle", ADDRESS, "--none").code == 0
    after = state(qfops)
    assert (after["intents"], after["entries"]) == ([], {})
    assert qfops("state", "settle", ADDRESS, "--none").code == 1
    assert qfops("apply", "--auto-approve").code == 0


def test_a_lost_edit_is_settled_as_done(qfops: Call, folder: Path, process: Process) -> None:
    assert qfops("apply", "--auto-approve").code == 0
    edit(folder, "0.3", "0.6")
    lose_the_answer(folder, process, "ModifyPromptTemplate", "after")
    assert "--done or --none" in qfops("state", "settle", ADDRESS, "--id", "pt-1").err
    assert qfops("state", "settle", ADDRESS, "--done").code == 0
    after = state(qfops)
    assert after["entries"][ADDRESS]["attributes"]["hyperParameters"] == {"temperature": 0.6}
    assert qfops("plan", "--detailed-exitcode").code == 0


def test_who_did_it_stands_in_the_history(qfops: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "li")
    assert qfops("apply", "--auto-approve").code == 0
    assert qfops("state", "rm", ADDRESS).code == 0
    lines = (folder / ".qfops/default/history.jsonl").read_text(encoding="utf-8").splitlines()
    last = json.loads(lines[-1])
    assert (last["by"], last["command"]) == ("li", f"state rm {ADDRESS}")
