"""Where the keys come from: a pair from one place, never from elsewhere, never shown."""

from pathlib import Path

import pytest

from qfops.cli.access.credentials import find
from qfops.core.errors import UsageError


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
