"""The values of options, and options that contradict each other."""

from pathlib import Path

import click
import pytest

from qfops.cli import options
from qfops.core.plan.actions import ALLOWABLE

from .conftest import Call


@pytest.mark.parametrize(("text", "seconds"), [("500ms", 0.5), ("90s", 90), ("1.5h", 5400), ("3d", 259200)])
def test_durations(text: str, seconds: float) -> None:
    assert options.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "s", "-5m", "1h30m", "forever", "1 h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter, match="90s, 15m, 72h"):
        options.duration(text)


def test_words_of_allow() -> None:
    assert options.allowed("delete, replace") == {"delete", "replace"}
    assert options.allowed(",".join(ALLOWABLE)) == set(ALLOWABLE)
    assert options.allowed("") == frozenset()
    with pytest.raises(click.BadParameter, match='Did you mean "replace"'):
        options.allowed("delete,repalce")


def test_labels() -> None:
    assert options.label("team=a=b") == ("team", "a=b")
    for text in ("team", "=a"):
        with pytest.raises(click.BadParameter):
            options.label(text)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--detach", "--wait", "5m", "--auto-approve"),
        ("--plan", "p", "--expect-digest", "ab" * 32),
        ("--plan", "p", "--target", "PromptTemplate/answer"),
        ("--plan", "p", "--resume"),
        ("--resume", "manifests"),
        ("--resume", "--allow", "delete"),
        ("--resume", "--expect-digest", "ab" * 32),
    ],
)
def test_contradictions_are_refused_early(qfops: Call, folder: Path, arguments: tuple[str, ...]) -> None:
    done = qfops("apply", *arguments)
    assert done.code == 64
    assert "cannot be used together" in done.err
    assert not (folder / ".qfops").exists()


@pytest.mark.parametrize(
    "text", ["", " ", "0", "ab" * 31, "ab" * 33, "xy" * 32, f" {'ab' * 32}", f"{'ab' * 32}\n"]
)
def test_a_digest_is_whole_or_a_usage_error(qfops: Call, folder: Path, text: str) -> None:
    """Above all an empty one, as a variable of CI that was not set makes it: nothing is looked at."""
    for command in ("apply", "destroy", "prune"):
        done = qfops(command, "--auto-approve", "--expect-digest", text)
        assert done.code == 64
        assert "a digest has 64 digits" in done.err
    assert qfops("adopt", "PromptTemplate/answer", "pt-1", "--expect-digest", text).code == 64
    assert not (folder / ".qfops").exists()


def test_an_empty_name_of_a_plan_is_wrong_usage(qfops: Call, folder: Path) -> None:
    done = qfops("apply", "--plan", "")
    assert (done.code, "names no file" in done.err) == (64, True)
    assert not (folder / ".qfops").exists()


def test_a_digest_may_be_in_capitals() -> None:
    assert options.digest("AB" * 32) == "ab" * 32
