"""Two environments, and two projects that this machine can see, never own one object."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from qfops.cli.access.neighbours import read_neighbours
from qfops.cli.invocation import Invocation
from qfops.cli.project import open_project
from qfops.core.address import KindKey
from qfops.core.errors import StateError
from qfops.core.state.neighbours import Neighbours
from qfops.core.values import JSON
from qfops.emulator import Emulator

from .conftest import ADDRESS, PROJECT, PROMPT, Call, edit
from .test_state import lose_the_answer

ENVIRONMENTS = "environments: {dev: {}, prod: {}}\nenvironment: dev\n"
REAL = PROJECT.replace("emulator", "https://qianfan.baidubce.com")
KIND = KindKey("v2", "PromptTemplate")


@pytest.fixture
def two(folder: Path, qfops: Call) -> str:
    """A project with two environments, applied in dev; the id of its object."""
    (folder / "qfops.yaml").write_text(PROJECT + ENVIRONMENTS)
    assert qfops("apply", "--auto-approve").code == 0
    return owned(qfops)


def owned(qfops: Call, *options: str) -> str:
    entries = qfops(*options, "state", "pull").json()["entries"]
    return str(entries[ADDRESS]["id"]) if ADDRESS in entries else ""


def test_adopt_in_another_environment_is_refused(qfops: Call, two: str) -> None:
    done = qfops("--env", "prod", "adopt", ADDRESS, two, "--auto-approve")
    assert done.code == 3
    assert f"{two} belongs to {ADDRESS} of environment dev" in " ".join(done.out.split())
    assert f"--env dev state rm {ADDRESS}" in done.out
    assert owned(qfops, "--env", "prod") == ""


def test_adopt_in_qfops_yaml_is_refused(qfops: Call, folder: Path, two: str) -> None:
    (folder / "qfops.yaml").write_text(f"{PROJECT}{ENVIRONMENTS}adopt: {{{ADDRESS}: {two}}}\n")
    assert qfops("plan").code == 0
    assert qfops("--env", "prod", "apply", "--auto-approve").code == 3
    assert owned(qfops, "--env", "prod") == ""


def test_what_was_found_names_its_owner(qfops: Call, two: str) -> None:
    text = " ".join(qfops("--env", "prod", "plan").out.split())
    assert f"{two} has the same templateName and belongs to {ADDRESS} of environment dev" in text
    assert "qfops adopt" not in text


def test_once_it_is_let_go_it_may_be_adopted(qfops: Call, two: str) -> None:
    assert qfops("--env", "dev", "state", "rm", ADDRESS).code == 0
    assert qfops("--env", "prod", "adopt", ADDRESS, two, "--auto-approve").code == 0
    assert owned(qfops, "--env", "prod") == two


def test_an_object_with_two_owners_is_not_deleted(
    qfops: Call, folder: Path, two: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an earlier version adopted it."""
    with monkeypatch.context() as blind:
        blind.setattr("qfops.cli.access.connect.read_neighbours", lambda _: Neighbours())
        assert qfops("--env", "prod", "adopt", ADDRESS, two, "--auto-approve").code == 0
    (folder / "manifests/prompts.yaml").write_text("# nothing\n")
    done = qfops("--env", "prod", "apply", "--allow", "delete", "--allow-large-change")
    assert done.code == 3
    assert f"belongs to {ADDRESS} of environment dev as well" in " ".join(done.out.split())
    with closing(Emulator(folder / ".qfops/emulator.db")) as console:
        assert two in [item["id"] for item in console.objects()]


def test_settle_takes_no_object_of_another_environment(
    qfops: Call, folder: Path, process: Callable[..., subprocess.Popen[str]]
) -> None:
    (folder / "qfops.yaml").write_text(PROJECT + ENVIRONMENTS)
    lose_the_answer(folder, process, "CreatePromptTemplate", "before")
    edit(folder, "客服回答", "另一个")
    assert qfops("--env", "prod", "apply", "--auto-approve").code == 0
    theirs = owned(qfops, "--env", "prod")
    done = qfops("state", "settle", ADDRESS, "--id", theirs)
    assert done.code == 3
    assert f"{theirs} belongs to {ADDRESS} of environment prod" in done.err
    assert f"--env prod state rm {ADDRESS}" in done.err
    assert len(qfops("state", "pull").json()["intents"]) == 1


def neighbours(folder: Path, environment: str | None = None) -> Neighbours:
    return read_neighbours(open_project(Invocation(folder, environment)))


def beside(folder: Path, name: str, text: str, home: str = ".") -> Path:
    """Another project, whose state is a copy of that of the first one, with another lineage."""
    other = folder.parent / home / name
    (other / ".qfops").mkdir(parents=True)
    (other / "manifests").mkdir()
    (other / "qfops.yaml").write_text(text)
    for path in (folder / ".qfops").glob("*/state.json"):
        state = json.loads(path.read_bytes())
        (other / ".qfops" / path.parent.name).mkdir()
        _sealed(other / ".qfops" / path.parent.name / "state.json", {**state, "lineage": "f" * 32})
    return other


def _sealed(path: Path, state: dict[str, JSON]) -> None:
    from qfops.state.format.layout import sealed

    path.write_bytes(sealed({key: value for key, value in state.items() if key != "checksum"}))


@pytest.fixture
def inner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with room beside it."""
    folder = tmp_path / "room" / "shop"
    (folder / "manifests").mkdir(parents=True)
    (folder / "qfops.yaml").write_text(PROJECT)
    (folder / "manifests/prompts.yaml").write_text(PROMPT)
    return folder


@pytest.fixture
def applied(inner: Path) -> Path:
    """The same, applied."""
    from qfops.cli.main import run

    assert run(["-C", str(inner), "apply", "--auto-approve"]) == 0
    return inner


def its_id(folder: Path) -> str:
    return str(json.loads((folder / ".qfops/default/state.json").read_bytes())["entries"][ADDRESS]["id"])


def test_a_project_beside_this_one_owns_its_objects(applied: Path) -> None:
    other = beside(applied, "other", REAL)
    (applied / "qfops.yaml").write_text(REAL)
    owner = neighbours(applied).owner(KIND, its_id(applied))
    assert owner is not None
    assert owner.place == "project shop in ../other"
    assert owner.command.endswith("/other")
    assert neighbours(other).owner(KIND, its_id(applied)) is not None


@pytest.mark.parametrize(
    ("mine", "theirs", "counts"),
    [
        ("https://qianfan.baidubce.com", "https://QIANFAN.baidubce.com:443/", True),
        ("https://qianfan.baidubce.com", "https://other.example", False),
        ("https://qianfan.baidubce.com", "emulator", False),
        ("emulator", "emulator", False),
        ("emulator", "http://127.0.0.1:8080", True),
        ("http://localhost:8080", "http://localhost:8081", False),
    ],
)
def test_objects_of_another_console_are_others(applied: Path, mine: str, theirs: str, counts: bool) -> None:
    """Each project has an emulator of its own; one that is served may be anybody's."""
    beside(applied, "other", PROJECT.replace("emulator", theirs))
    (applied / "qfops.yaml").write_text(PROJECT.replace("emulator", mine))
    assert (neighbours(applied).owner(KIND, its_id(applied)) is not None) is counts


def test_objects_of_another_account_are_others(applied: Path) -> None:
    other = beside(applied, "other", REAL)
    (applied / "qfops.yaml").write_text(REAL)
    path = other / ".qfops/default/state.json"
    for account, counts in (("a", True), ("b", False), ("", True)):
        _sealed(path, {**json.loads(path.read_bytes()), "account": account})
        own = applied / ".qfops/default/state.json"
        _sealed(own, {**json.loads(own.read_bytes()), "account": "a"})
        assert (neighbours(applied).owner(KIND, its_id(applied)) is not None) is counts


def test_a_copy_of_our_own_state_is_no_neighbour(applied: Path) -> None:
    other = beside(applied, "other", REAL)
    (other / ".qfops/default/state.json").write_bytes((applied / ".qfops/default/state.json").read_bytes())
    (applied / "qfops.yaml").write_text(REAL)
    assert neighbours(applied) == Neighbours()


def test_within_a_repository_all_of_it_is_looked_through(applied: Path) -> None:
    """Not only what stands beside, but not what stands outside."""
    (applied / "qfops.yaml").write_text(REAL)
    far = beside(applied, "far", REAL, "a/b/c")
    assert neighbours(applied) == Neighbours()
    (applied.parent / ".git").mkdir()
    owner = neighbours(applied).owner(KIND, its_id(applied))
    assert owner is not None
    assert owner.place == "project shop in ../a/b/c/far"
    (applied / ".git").mkdir()
    assert neighbours(applied) == Neighbours()
    assert far.is_dir()


def test_a_state_that_cannot_be_read_is_named(applied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = beside(applied, "other", REAL)
    (applied / "qfops.yaml").write_text(REAL)
    (other / ".qfops/default/state.json").write_text("{")
    (applied / ".qfops/old").mkdir()
    (applied / ".qfops/old/journal-1.jsonl").write_text("nonsense\n")
    found = [item.summary for item in neighbours(applied).unread]
    assert len(found) == 2
    assert all(item.startswith("a neighbouring state was not looked at: ") for item in found)
    assert "/old/journal-1.jsonl" in found[0]
    assert "/other/.qfops/default/state.json" in found[1]
    assert all(item.severity == "warning" and item.remedy for item in neighbours(applied).unread)


def test_a_plan_shows_that_warning(qfops: Call, folder: Path) -> None:
    (folder / ".qfops/old").mkdir(parents=True)
    (folder / ".qfops/old/state.json").write_text("{")
    assert "warning: a neighbouring state was not looked at: " in qfops("plan").out
    found = qfops("plan", "--format", "json").json()["diagnostics"]
    assert [item["code"] for item in found] == ["neighbour-not-read"]


def test_a_journal_alone_is_a_state(qfops: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was killed leaves no snapshot, and owns what it made."""
    (folder / "qfops.yaml").write_text(PROJECT + ENVIRONMENTS)
    with monkeypatch.context() as killed:
        killed.setattr("qfops.state.file.session.FileSession.commit", _killed)
        assert qfops("apply", "--auto-approve").code == 1
    assert not (folder / ".qfops/dev/state.json").exists()
    owner = neighbours(folder, "prod").owner(KIND, owned(qfops))
    assert owner is not None
    assert owner.place == "environment dev"


async def _killed(*_: object, **__: object) -> None:
    raise StateError("killed")


def test_what_is_known_of_a_broken_project_counts(applied: Path) -> None:
    """Where its console cannot be told, an equal id is taken for the same object."""
    beside(applied, "other", "name: [")
    assert neighbours(applied).owner(KIND, its_id(applied)) is None  # our own emulator is nobody else's
    (applied / "qfops.yaml").write_text(REAL)
    owner = neighbours(applied).owner(KIND, its_id(applied))
    assert owner is not None
    assert owner.place == "project other in ../other"


def test_too_many_folders_are_told(applied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qfops.manifests.siblings.FOLDER_LIMIT", 2)
    (applied.parent / ".git").mkdir()
    for name in "abc":
        (applied.parent / name).mkdir()
    (warning,) = neighbours(applied).unread
    assert "only the first 2 folders were looked through" in warning.summary


def test_a_plan_that_finds_all_it_wants_reads_no_neighbour(
    qfops: Call, two: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: object) -> Neighbours:
        raise AssertionError("read for nothing")

    monkeypatch.setattr("qfops.cli.access.connect.read_neighbours", read)
    assert qfops("plan", "--detailed-exitcode").code == 0
