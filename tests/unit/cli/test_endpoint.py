"""Which endpoints a project file may send keys to."""

import socket
from pathlib import Path

import pytest

from qfops.cli.access.endpoint import check
from qfops.core.errors import Refused

from .conftest import Call


@pytest.mark.parametrize(
    "endpoint",
    [
        "emulator",
        "https://qianfan.baidubce.com",
        "https://QIANFAN.baidubce.com/",
        "https://qianfan.baidubce.com:443",
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
    ],
)
def test_known_and_local_endpoints_need_no_permission(endpoint: str) -> None:
    check(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://example.com",
        "http://qianfan.baidubce.com",
        "https://qianfan.baidubce.com:8443",
        "https://qianfan.baidubce.com.example.com",
        "https://qianfan.baidubce.com@example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
    ],
)
def test_others_are_refused_until_the_environment_allows_them(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused) as caught:
        check(endpoint)
    assert f"QFOPS_ALLOW_ENDPOINT={endpoint}" in caught.value.remedy
    monkeypatch.setenv("QFOPS_ALLOW_ENDPOINT", f"https://other.example.com, {endpoint.upper()}/")
    check(endpoint)


def test_permission_for_one_is_none_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QFOPS_ALLOW_ENDPOINT", "https://example.com")
    for other in ("http://example.com", "https://example.com:444", "https://example.com.evil.com"):
        with pytest.raises(Refused):
            check(other)


def test_an_env_file_allows_nothing(qfops: Call, folder: Path) -> None:
    (folder / "qfops.yaml").write_text("name: shop\nconsole: {endpoint: 'https://example.com'}\n")
    (folder / ".env").write_text(
        "QFOPS_ALLOW_ENDPOINT=https://example.com\nQIANFAN_ACCESS_KEY=id\nQIANFAN_SECRET_KEY=hidden\n"
    )
    done = qfops("plan")
    assert done.code == 3
    assert "QFOPS_ALLOW_ENDPOINT" in done.err
    assert "hidden" not in done.err


def test_a_console_that_is_away_is_an_error_with_a_remedy(qfops: Call, folder: Path) -> None:
    (folder / ".env").write_text("QIANFAN_ACCESS_KEY=id\nQIANFAN_SECRET_KEY=hidden\n")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen: nobody answers at this port
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (folder / "qfops.yaml").write_text(f"name: shop\nconsole: {{endpoint: '{endpoint}'}}\n")
        done = qfops("plan")
    assert done.code == 1
    assert "console.endpoint" in done.err
    assert "hidden" not in done.err
