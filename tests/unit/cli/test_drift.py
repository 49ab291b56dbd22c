"""`drift`: the report's exit codes and formats, and an edit accepted in the manifest or not at all."""

import errno
import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qfops.cli.commands import _manifest_change
from qfops.cli.invocation import Invocation
from qfops.cli.project import Project, open_project
from qfops.emulator import Emulator
from tests.unit.render.schemas import complaints

from .conftest import ADDRESS, PROMPT, Call, edit

PATH = "hyperParameters.temperature"
UNTIL = ("--until", "2099-12-31", "--why", "试验")
ACCEPT = ("drift", "--accept", f"{ADDRESS}.{PATH}", *UNTIL)
ITEM = f'{{path: {PATH}, reason: "试验", until: 2099-12-31, value: 0.9}}'


def console(folder: Path) -> Emulator:
    return Emulator(folder / ".qfops/emulator.db")


def edit_console(
    folder: Path, qfops: Call, value: Any = 0.9, path: str = PATH, address: str = ADDRESS
) -> None:
    shown = console(folder)
    shown.edit(_id(qfops, address), path, value)
    shown.close()


def _id(qfops: Call, address: str = ADDRESS) -> str:
    entries = qfops("state", "pull").json()["entries"]
    return str(entries[address]["id"])


@pytest.fixture
def edited(qfops: Call, folder: Path) -> Path:
    """The project applied, and one attribute edited in the console since."""
    assert qfops("apply", "--auto-approve").code == 0
    assert qfops("drift").code == 0
    edit_console(folder, qfops)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder but what the emulator writes on every request."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "emulator.db" not in path.name
    }


def test_drift_is_2_until_it_is_accepted_and_again_for_another_value(qfops: Call, edited: Path) -> None:
    assert qfops("drift").code == 2
    done = qfops(*ACCEPT)
    assert done.code == 0
    assert f"+      - {ITEM}\n" in done.out
    assert "0.9 is accepted until the end of 2099-12-31 (UTC)" in done.err
    assert qfops("drift").code == 0
    again = qfops(*ACCEPT)
    assert (again.code, again.out) == (0, "")
    assert "accepted already; nothing was written" in again.err
    edit_console(edited, qfops, 0.1)
    other = qfops("drift")
    assert other.code == 2
    assert "accepted is another value: 0.9" in other.out
    assert qfops(*ACCEPT).code == 0
    text = (edited / "manifests/prompts.yaml").read_text(encoding="utf-8")
    assert ITEM.replace("0.9", "0.1") in text
    assert text.count("path:") == 1
    assert qfops("drift").code == 0


def test_after_accepting_plan_and_drift_agree(qfops: Call, edited: Path) -> None:
    """Before and after an apply that takes the lifecycle into state; the accepted value survives in it."""
    qfops(*ACCEPT)
    for _ in range(2):
        planned = qfops("plan", "--format", "json").json()["drift"]
        found = qfops("drift", "--format", "json").json()["drift"]
        for item in (*planned, *found):
            assert (item["path"], item["prior"], item["live"], item["desired"]) == (PATH, 0.3, 0.9, 0.3)
        assert [item["ignored"] for item in planned] == [True]
        assert [item["concern"] for item in found] == ["ignored"]
        assert qfops("apply", "--auto-approve").code == 0
    kept = qfops("state", "pull").json()["entries"][ADDRESS]["lifecycle"]["ignore"]
    assert kept == [{"path": PATH, "reason": "试验", "until": "2099-12-31", "value": 0.9}]
    edit_console(edited, qfops, 0.1)
    assert [item["ignored"] for item in qfops("plan", "--format", "json").json()["drift"]] == [False]
    assert qfops("drift").code == 2


def test_an_edit_is_reported_whatever_the_manifest_says(qfops: Call, edited: Path) -> None:
    edit(edited, "0.3", "0.5")
    done = qfops("drift")
    assert done.code == 2
    assert "applied 0.3 │ console 0.9 │ manifest 0.5" in done.out
    assert "undo:" not in done.out
    accepted = qfops(*ACCEPT)
    assert accepted.code == 0
    assert "an apply would still put its value over the console's" in accepted.err
    assert qfops("drift").code == 0
    other = PROMPT.replace("answer", "other").replace("客服", "其他")
    (edited / "manifests/prompts.yaml").write_text(other, encoding="utf-8")
    done = qfops("drift")
    assert done.code == 2
    assert "no manifest declares the object any more" in done.out
    refused = qfops(*ACCEPT)
    assert refused.code == 64
    assert "no manifest declares it any more, so there is none to write to" in refused.err


def test_what_is_deleted_is_reported_and_cannot_be_accepted(qfops: Call, edited: Path) -> None:
    shown = console(edited)
    shown.delete(_id(qfops))
    shown.close()
    done = qfops("drift")
    assert done.code == 2
    assert "is gone from the console" in done.out
    assert "1 of 1 objects in state are gone" in done.out
    data = qfops("drift", "--format", "json").json()
    assert [(item["what"], item["concern"]) for item in data["drift"]] == [("deleted", "open")]
    refused = qfops(*ACCEPT)
    assert refused.code == 64
    assert "which cannot be accepted" in refused.err


def test_the_json_fits_its_schema_and_says_the_exit_code(qfops: Call, edited: Path) -> None:
    for code, command in (
        (2, ("drift", "--format", "json")),
        (0, ACCEPT),
        (0, ("drift", "--format", "json")),
    ):
        done = qfops(*command)
        assert done.code == code
        if command is not ACCEPT:
            data = done.json()
            assert complaints("drift", data) == []
            assert data["exitCode"] == code
    empty = edited / "empty"
    empty.mkdir()
    (empty / "qfops.yaml").write_text("name: shop\nconsole: {endpoint: emulator}\nmanifests: []\n")
    done = qfops("-C", str(empty), "drift", "--format", "json")
    assert complaints("drift", done.json()) == []
    assert done.json()["summary"]["checked"] == 0


def test_what_could_not_be_told_is_1_and_never_no_drift(
    qfops: Call, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qfops.objects.answers import CannotTell
    from qfops.objects.objects import Objects

    async def blind(self: Objects, *_: object, **__: object) -> CannotTell:
        return CannotTell("403 on the list", None, None)  # type: ignore[arg-type]

    monkeypatch.setattr(Objects, "list", blind)
    monkeypatch.setattr(Objects, "read", blind)
    done = qfops("drift")
    assert done.code == 1
    assert "No drift" not in done.out
    assert "could not be told: 403 on the list" in done.out
    data = qfops("drift", "--format", "json").json()
    assert complaints("drift", data) == []
    assert (data["exitCode"], len(data["unknown"]), data["drift"]) == (1, 1, [])
    refused = qfops(*ACCEPT)
    assert refused.code == 1
    assert "403 on the list" in refused.err


def test_drift_writes_nothing(qfops: Call, edited: Path) -> None:
    """No state, no journal, no lease."""
    before = files(edited)
    for command in (("drift",), ("drift", "--all"), ("drift", "--format", "json")):
        assert qfops(*command).code == 2
    assert files(edited) == before


def test_ignored_and_uneditable_differences_are_counted_and_shown_on_request(
    qfops: Call, folder: Path
) -> None:
    (folder / "manifests/job.yaml").write_text(
        "apiVersion: qianfan/v2\nkind: FineTuningJob\nmetadata: {name: faq}\n"
        "spec: {name: faq_speed, model: ERNIE-Speed-8K, trainMode: SFT, description: ours}\n"
    )
    edit(folder, "  labels: {team: support}", f"  lifecycle: {{ignore: [{{path: {PATH}, reason: tries}}]}}")
    assert qfops("apply", "--auto-approve").code == 0
    edit_console(folder, qfops)
    edit_console(folder, qfops, "hacked", "description", "FineTuningJob/faq")
    short = qfops("drift")
    assert short.code == 0
    assert "2 console edits not told (1 accepted or ignored, 1 that nothing follows from)" in short.out
    assert "hacked" not in short.out
    whole = qfops("drift", "--all").out
    assert "applied ours │ console hacked" in whole
    assert "applied 0.3 │ console 0.9" in whole
    assert "ignored for good: tries" in whole
    refused = qfops("drift", "--accept", "FineTuningJob/faq.description", *UNTIL)
    assert refused.code == 64
    assert "nothing follows from this difference" in refused.err
    ignored = qfops(*ACCEPT)
    assert (ignored.code, ignored.out) == (0, "")
    assert "is ignored already, for good" in ignored.err


def test_days_are_utc_wherever_somebody_sits(
    qfops: Call, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """East and west of it, today is today: what is accepted until then is not open at once."""
    moment = time.time()  # stands still, so that no midnight comes between
    today, yesterday = (time.strftime("%Y-%m-%d", time.gmtime(moment - ago)) for ago in (0, 86400))
    accept = ("drift", "--accept", f"{ADDRESS}.{PATH}", "--why", "x", "--until")
    before = (edited / "manifests/prompts.yaml").read_bytes()
    try:
        for zone in ("Etc/GMT+12", "Etc/GMT-14", "UTC"):
            with monkeypatch.context() as patch:
                patch.setattr(time, "time", lambda: moment)
                patch.setenv("TZ", zone)
                time.tzset()
                over = qfops(*accept, yesterday)
                assert over.code == 64
                assert f"it is {today} in UTC" in over.err
                assert qfops(*accept, today).code == 0
                assert qfops("drift").code == 0
            (edited / "manifests/prompts.yaml").write_bytes(before)
    finally:
        time.tzset()


STYLES = {
    "two documents": lambda text: text.replace("answer", "other").replace("客服", "其他") + "---\n" + text,
    "flow metadata": lambda text: text.replace(
        "metadata:\n  name: answer\n  labels: {team: support}\n",
        "metadata: {name: answer, labels: {team: support}}\n",
    ),
    "flow lifecycle": lambda text: text.replace("spec:", "  lifecycle: {protect: true} # kept\nspec:"),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "no newline at the end": lambda text: text.rstrip("\n"),
    "an anchor": lambda text: text.replace("labels: {team", "labels: &l {team").replace(
        "metadata:", "metadata: &m"
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_file_is_written(qfops: Call, folder: Path, style: str) -> None:
    path = folder / "manifests/prompts.yaml"
    path.write_bytes(STYLES[style](PROMPT).encode())
    assert qfops("apply", "--auto-approve").code == 0
    edit_console(folder, qfops)
    before = path.read_bytes().decode()
    done = qfops(*ACCEPT)
    assert done.code == 0, done.err
    after = path.read_bytes().decode()
    assert after.count(ITEM) == 1
    assert after.count("\n") - before.count("\n") in (0, 3)
    assert after.startswith("\ufeff") is before.startswith("\ufeff")
    assert ("\r\n" in after) is ("\r\n" in before)
    assert after.replace("\r\n", "").count("\n") == before.replace("\r\n", "").count("\n") + (
        0 if "\r\n" in after else after.count("\n") - before.count("\n")
    )
    assert qfops("drift").code == 0
    assert qfops("validate").code == 0


def test_an_item_for_all_keys_of_for_each_is_left_to_people(qfops: Call, folder: Path) -> None:
    """What is written for one would hold for the others too, and that is said."""
    path = folder / "manifests/prompts.yaml"
    text = PROMPT.replace("name: answer", 'name: "answer-${each.key}"\n  forEach: {a: {}, b: {}}')
    path.write_text(text.replace("客服回答", "${each.key}-客服"), encoding="utf-8")
    assert qfops("apply", "--auto-approve").code == 0
    edit_console(folder, qfops, address="PromptTemplate/answer-a")
    accept = ("drift", "--accept", f"PromptTemplate/answer-a.{PATH}", *UNTIL)
    before = path.read_bytes()
    done = qfops(*accept)
    assert done.code == 1
    assert "manifests/prompts.yaml:1 was left as it is" in done.err
    assert "also that of PromptTemplate/answer-b, for which it would hold too" in done.err
    assert done.out == f"metadata:\n  lifecycle:\n    ignore:\n      - {ITEM}\n"
    assert path.read_bytes() == before
    edit(
        folder,
        "labels: {team: support}\n",
        f"labels: {{team: support}}\n  lifecycle:\n    ignore:\n      - {ITEM}\n",
    )
    assert qfops("drift").code == 0
    edit(folder, f"  lifecycle:\n    ignore:\n      - {ITEM}\n", "")
    edit(folder, "{a: {}, b: {}}", "{a: {}}")
    assert qfops(*accept).code == 0


def test_a_list_of_defaults_is_taken_along(qfops: Call, folder: Path) -> None:
    """The list of a manifest takes the place of the one in defaults: nothing of that may be lost."""
    ignore = "[{path: labels, reason: theirs}]"
    with (folder / "qfops.yaml").open("a", encoding="utf-8") as file:
        file.write(f"defaults: [{{kind: PromptTemplate, metadata: {{lifecycle: {{ignore: {ignore}}}}}}}]\n")
    assert qfops("apply", "--auto-approve").code == 0
    edit_console(folder, qfops)
    done = qfops(*ACCEPT)
    assert done.code == 0
    assert f'+      - {ITEM}\n+      - {{path: labels, reason: "theirs"}}\n' in done.out
    assert qfops("drift").code == 0


def test_a_lifecycle_from_a_variable_is_left_to_people(qfops: Call, folder: Path) -> None:
    with (folder / "qfops.yaml").open("a", encoding="utf-8") as file:
        file.write("vars: {ignore: [{path: labels}]}\n")
    edit(
        folder,
        "labels: {team: support}\n",
        'labels: {team: support}\n  lifecycle: {ignore: "${var.ignore}"}\n',
    )
    assert qfops("apply", "--auto-approve").code == 0
    edit_console(folder, qfops)
    done = qfops(*ACCEPT)
    assert done.code == 1
    assert "ignore is not written as a list" in done.err
    assert done.out.endswith(f"      - {ITEM}\n      - {{path: labels}}\n")


ENVIRONMENTS = """\
name: shop
console: {endpoint: emulator}
wait: {initial: 20ms, max: 50ms, signature: 5s, visibility: 1s}
environments:
  dev: {vars: {keys: {a: {}}}}
  prod: {vars: {keys: KEYS}}
"""


@pytest.mark.parametrize(("keys", "code"), [("{a: {}}", 0), ("{a: {}, b: {}}", 1)])
def test_other_environments_are_looked_at(qfops: Call, folder: Path, keys: str, code: int) -> None:
    """A manifest that serves several is written where only the same resource changes, and that is said."""
    (folder / "qfops.yaml").write_text(ENVIRONMENTS.replace("KEYS", keys), encoding="utf-8")
    path = folder / "manifests/prompts.yaml"
    each = 'name: "answer-${each.key}"\n  forEach: "${var.keys}"'
    text = PROMPT.replace("name: answer", each).replace("客服回答", "${qfops.environment}-${each.key}")
    path.write_text(text, encoding="utf-8")
    assert qfops("--env", "dev", "apply", "--auto-approve").code == 0
    entries = qfops("--env", "dev", "state", "pull").json()["entries"]
    shown = console(folder)
    shown.edit(entries["PromptTemplate/answer-a"]["id"], PATH, 0.9)
    shown.close()
    done = qfops("--env", "dev", "drift", "--accept", f"PromptTemplate/answer-a.{PATH}", *UNTIL)
    assert done.code == code
    if code:
        assert "PromptTemplate/answer-b in environment prod" in done.err
        assert path.read_text(encoding="utf-8") == text
    else:
        assert "The manifest serves prod too: the same is accepted there." in done.err
        assert qfops("--env", "dev", "drift").code == 0


def test_an_edit_that_would_change_anything_else_is_never_written(
    qfops: Call, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = edited / "manifests/prompts.yaml"
    before, status = path.read_bytes(), path.stat()
    text = path.read_text(encoding="utf-8")
    for bad, why in (
        ("kind: [", "could not be read any more"),
        (text.replace("0.3", "0.4"), "would not say what is meant"),
        (text.replace("name: answer", "name: other"), "PromptTemplate/other"),
    ):
        monkeypatch.setattr(_manifest_change, "with_ignore", lambda *_, bad=bad: bad)
        done = qfops(*ACCEPT)
        assert done.code == 1
        assert why in done.err
        assert "lifecycle:\n    ignore:\n" in done.out
        assert path.read_bytes() == before
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    assert sorted(item.name for item in path.parent.iterdir()) == ["prompts.yaml"]


def test_the_file_is_as_it_was_until_the_edit_is_known_to_be_right(
    qfops: Call, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = edited / "manifests/prompts.yaml"
    path.chmod(0o640)
    before, opened = path.read_bytes(), []

    def watched(invocation: Invocation, overlay: Mapping[str, str] | None = None) -> Project:
        project = open_project(invocation, overlay=overlay)
        opened.append((sorted(overlay or ()), path.read_bytes() == before))
        return project

    monkeypatch.setattr(_manifest_change, "open_project", watched)
    assert qfops(*ACCEPT).code == 0
    assert opened == [(["manifests/prompts.yaml"], True)]
    assert path.read_bytes() != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(item.name for item in path.parent.iterdir()) == ["prompts.yaml"]


def test_a_link_stays_one(qfops: Call, folder: Path) -> None:
    """What is written is the file that it leads to."""
    (folder / "shared").mkdir()
    real, link = folder / "shared/prompts.yaml", folder / "manifests/prompts.yaml"
    link.rename(real)
    link.symlink_to("../shared/prompts.yaml")
    assert qfops("apply", "--auto-approve").code == 0
    edit_console(folder, qfops)
    done = qfops(*ACCEPT)
    assert done.code == 0, done.err
    assert link.is_symlink()
    assert ITEM in real.read_text(encoding="utf-8")


def _read_only(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing can be made in a folder, or taken away, as on a file system that is mounted so."""
    for name in ("open", "unlink"):
        working = getattr(Path, name)

        def refused(self: Path, *given: Any, working: Any = working, **more: Any) -> Any:
            if self.parent == folder and self.name.startswith("."):
                raise OSError(errno.EROFS, "Read-only file system")
            return working(self, *given, **more)

        monkeypatch.setattr(Path, name, refused)


@pytest.mark.parametrize("broken", ["a full disk", "a read-only folder", "a file that is closed"])
def test_a_file_that_cannot_be_written_is_one_line_and_as_it_was(
    qfops: Call, edited: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Taking away the half-written part may be refused for the same reason."""
    path = edited / "manifests/prompts.yaml"
    before = path.read_bytes()
    if broken == "a full disk":

        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
    elif broken == "a read-only folder":
        _read_only(monkeypatch, path.parent)
    else:
        monkeypatch.setattr(os, "access", lambda *_: False)
    done = qfops(*ACCEPT)
    monkeypatch.undo()
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert "cannot be written" in done.err
    assert path.read_bytes() == before
    assert sorted(item.name for item in path.parent.iterdir()) == ["prompts.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--accept", ADDRESS, *UNTIL),
        ("--accept", f"{ADDRESS}.description"),
        ("--accept", f"{ADDRESS}.description", "--until", "2099-12-31"),
        ("--accept", f"{ADDRESS}.description", "--until", "31.12.2099", "--why", "x"),
        ("--accept", f"{ADDRESS}.description", "--until", "2001-01-01", "--why", "x"),
        ("--until", "2099-12-31"),
        ("--accept", "PromptTemplate/anser.description", *UNTIL),
        ("--accept", f"{ADDRESS}.{PATH}", *UNTIL, "--format", "json"),
        ("--accept", f"{ADDRESS}.{PATH}", *UNTIL, "--all"),
    ],
)
def test_what_accept_needs(qfops: Call, arguments: tuple[str, ...]) -> None:
    done = qfops("drift", *arguments)
    assert done.code == 64
    assert done.out == ""


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("nonsense", "PromptTemplate has no such attribute. Edited are hyperParameters.temperature."),
        ("sceneTyp", 'no such attribute. Did you mean "sceneType"? Edited are'),
        ("templateContent", "the console holds what was applied, so there is nothing to accept. Edited are"),
        ("hyperParameters", "nothing to accept. Edited are hyperParameters.temperature."),
        ("hyperParameters.topP", "nothing to accept."),
        ("a[", "has no such attribute."),
    ],
)
def test_only_what_was_edited_can_be_accepted(qfops: Call, edited: Path, path: str, why: str) -> None:
    before = files(edited)
    done = qfops("drift", "--accept", f"{ADDRESS}.{path}", *UNTIL)
    assert (done.code, done.out) == (64, "")
    assert why in done.err
    assert files(edited) == before
