"""Where the keys come from: a pair from one place, never from elsewhere, never shown."""

from pathlib import Path

import pytest

from qfops.cli.access.credentials import find
from qfops.core.errors import UsageError

from .conftest import ADDRESS, Call, edit


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for prefix in ("QIANFAN", "QIANFAN_PROD"):
        monkeypatch.delenv(f"{prefix}_ACCESS_KEY", raising=False)
        monkeypatch.delenv(f"{prefix}_SECRET_KEY", raising=False)


def write(folder: Path, text: str) -> None:
    (folder / ".env").write_text(text, encoding="utf-8")


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "QIANFAN_ACCESS_KEY=file\nQIANFAN_SECRET_KEY=file-secret\n")
    assert find(tmp_path, "QIANFAN").access_key == "file"
    monkeypatch.setenv("QIANFAN_ACCESS_KEY", "real")
    monkeypatch.setenv("QIANFAN_SECRET_KEY", "real-secret")
    found = find(tmp_path, "QIANFAN")
    assert (found.access_key, found.secret_key.reveal()) == ("real", "real-secret")


def test_half_a_pair_is_never_completed_from_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "QIANFAN_ACCESS_KEY=file\nQIANFAN_SECRET_KEY=file-secret\n")
    monkeypatch.setenv("QIANFAN_ACCESS_KEY", "real")
    with pytest.raises(UsageError) as caught:
        find(tmp_path, "QIANFAN")
    assert caught.value.summary == "QIANFAN_SECRET_KEY is missing"
    assert "secret" not in str(caught.value).replace("SECRET", "").replace("Secret Key", "")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("QIANFAN_SECRET_KEY=abc", "abc"),
        ("export QIANFAN_SECRET_KEY=abc", "abc"),
        ('QIANFAN_SECRET_KEY="a b#c"', "a b#c"),
        ("QIANFAN_SECRET_KEY='abc'", "abc"),
        ("  QIANFAN_SECRET_KEY = abc  # of the team\r", "abc"),
        ("QIANFAN_SECRET_KEY=a=b", "a=b"),
    ],
)
def test_lines_of_an_env_file(tmp_path: Path, line: str, value: str) -> None:
    write(tmp_path, f"\ufeff# keys\nQIANFAN_ACCESS_KEY=id\n#QIANFAN_SECRET_KEY=old\n{line}\n")
    assert find(tmp_path, "QIANFAN").secret_key.reveal() == value


def test_another_prefix_names_its_own_variables(tmp_path: Path) -> None:
    write(tmp_path, "QIANFAN_ACCESS_KEY=id\nQIANFAN_SECRET_KEY=secret\n")
    with pytest.raises(UsageError) as caught:
        find(tmp_path, "QIANFAN_PROD")
    assert "QIANFAN_PROD_ACCESS_KEY" in caught.value.summary
    assert "QIANFAN_PROD_SECRET_KEY" in caught.value.summary
    assert "emulator" in caught.value.remedy


@pytest.mark.parametrize("prefix", ["AWS", "PROD", "QIANFANX", ""])
def test_a_project_file_may_point_at_no_other_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    monkeypatch.setenv(f"{prefix}_ACCESS_KEY", "id")
    monkeypatch.setenv(f"{prefix}_SECRET_KEY", "secret")
    with pytest.raises(UsageError):
        find(tmp_path, prefix)


def test_an_env_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        find(tmp_path, "QIANFAN")


SECRET = "00112233445566778899aabbccddeeff"


@pytest.mark.parametrize(
    "name",
    [
        "QIANFAN_SECRET_KEY",
        "QIANFAN_ACCESS_KEY",
        "QIANFAN_PROD_SECRET_KEY",
        "QIANFAN_SK",
        "BCE_SECRET_ACCESS_KEY",
    ],
)
@pytest.mark.parametrize("stored", [False, True])
def test_a_key_is_masked_in_all_that_is_printed(
    folder: Path, qfops: Call, monkeypatch: pytest.MonkeyPatch, name: str, stored: bool
) -> None:
    """Results as text and JSON, findings, usage errors: wherever somebody pasted it."""
    if stored:
        write(folder, f"{name}={SECRET}\n")
    else:
        monkeypatch.setenv(name, SECRET)
    edit(folder, "请简短回答", f"请简短回答 {SECRET} ")
    edit(folder, "labels: {team: support}", f"labels: {{team: {SECRET}}}")
    calls = [
        ("plan",),
        ("plan", "--format", "json"),
        ("show", ADDRESS),
        ("apply", "--auto-approve", "--format", "json"),
        ("state", "show", ADDRESS),
        ("--env", SECRET, "plan"),
        ("--var", SECRET, "plan"),
        ("--var", f"x={SECRET}", "plan"),
        (SECRET,),
        ("plan", f"--{SECRET}"),
    ]
    for call in calls:
        done = qfops(*call)
        assert SECRET not in done.out + done.err, call
    edit(folder, "kind: PromptTemplate", f"kind: {SECRET}")
    for call in (("validate",), ("validate", "--format", "json"), ("plan",)):
        done = qfops(*call)
        assert done.code != 0
        assert SECRET not in done.out + done.err, call


def test_nor_in_a_traceback(folder: Path, qfops: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIANFAN_SECRET_KEY", SECRET)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"with {SECRET}")

    monkeypatch.setattr("qfops.cli.project.open_project", fail)
    terminal_notes: list[str] = []
    monkeypatch.setattr("qfops.cli.ui.terminal._write", lambda _, text: terminal_notes.append(text))
    from qfops.cli.main import run

    assert run(["-C", str(folder), "plan"]) == 1
    text = "".join(terminal_notes)
    assert "RuntimeError: with ***" in text
    assert SECRET not in text


def test_exchanged_keys_against_a_console(folder: Path, qfops: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused before a request: as an access key, the secret would travel with every one."""
    (folder / "qfops.yaml").write_text("name: shop\nconsole: {endpoint: http://127.0.0.1:9}\n")
    monkeypatch.setenv("QIANFAN_ACCESS_KEY", SECRET)
    monkeypatch.setenv("QIANFAN_SECRET_KEY", "ALTAKexampleAccessKey001")
    done = qfops("plan")
    assert done.code == 64
    assert "the two keys look exchanged" in done.err
    assert SECRET not in done.out + done.err


def test_the_emulator_says_its_public_keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where they are set already."""
    from qfops.cli.ui import terminal
    from qfops.emulator import EMBEDDED_SECRET_KEY

    said: list[str] = []
    monkeypatch.setattr("qfops.emulator.serve", lambda *_, on_ready, **__: on_ready("http://127.0.0.1:1"))
    monkeypatch.setattr(terminal, "_write", lambda _, text: said.append(text))
    monkeypatch.setenv("QIANFAN_SECRET_KEY", EMBEDDED_SECRET_KEY)
    from qfops.cli.main import run

    assert run(["-C", str(folder), "emulator", "serve"]) == 0
    assert EMBEDDED_SECRET_KEY in "".join(said)


def test_a_key_in_place_of_the_prefix_is_not_shown(folder: Path, qfops: Call) -> None:
    """No variable holds it, so no mask knows it."""
    (folder / "qfops.yaml").write_text(f"name: shop\nconsole: {{endpoint: emulator, keys: {SECRET}}}\n")
    for call in (("plan",), ("validate",), ("validate", "--format", "json")):
        done = qfops(*call)
        assert done.code == 1
        assert "it may be a key" in done.out + done.err
        assert SECRET not in done.out + done.err
