"""Who runs this, as CI systems and machines say it."""

import pytest

from qfops.cli.access import identity


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("GITHUB_ACTOR", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SHA")
    for name in (*names, "GITLAB_USER_LOGIN", "CI_JOB_URL", "CI_COMMIT_SHA", "BUILD_URL", "BUILD_USER_ID"):
        monkeypatch.delenv(name, raising=False)


def test_at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "zhang")
    assert identity.who().startswith("zhang@")
    assert (identity.run_url(), identity.commit()) == ("", "")


def test_in_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "li")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "team/faq")
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    monkeypatch.setenv("GITHUB_SHA", "c0ffee")
    assert identity.who() == "li"
    assert identity.run_url() == "https://git.example/team/faq/actions/runs/7"
    assert identity.commit() == "c0ffee"


def test_in_gitlab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_USER_LOGIN", "wang")
    monkeypatch.setenv("CI_JOB_URL", "https://git.example/jobs/9")
    monkeypatch.setenv("CI_COMMIT_SHA", "beef")
    assert (identity.who(), identity.run_url(), identity.commit()) == (
        "wang",
        "https://git.example/jobs/9",
        "beef",
    )


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise OSError("no entry")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert identity.who().split("@")[0].isdigit()
