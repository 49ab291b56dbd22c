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
        ("--plan", "p", "--expect-digest", "d"),
        ("--plan", "p", "--target", "PromptTemplate/answer"),
        ("--plan", "p", "--resume"),
        ("--resume", "manifests"),
        ("--resume", "--allow", "delete"),
        ("--resume", "--expect-digest", "d"),
    ],
)
def test_contradictions_are_refused_early(qfops: Call, folder: Path, arguments: tuple[str, ...]) -> None:
    done = qfops("apply", *arguments)
    assert done.code == 64
    assert "cannot be used together" in done.err
    assert not (folder / ".qfops").exists()
