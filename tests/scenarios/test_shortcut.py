"""The short way of the comparison says what the long way says."""

from __future__ import annotations

import pytest

from qfops.planning.actions import present
from qfops.planning.diff import resource_diff
from tests.support.bench import Bench
from tests.support.project import run


def test_the_short_way_changes_no_plan(assisted: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unchanged, edited and edited behind our back: the same plan, to the digest, with and without it."""
    worlds = []

    def look() -> None:
        worlds.append((assisted.plan().digest, assisted.plan().changes))

    def every_state() -> None:
        look()
        assisted.declare(run("a", 0.0009))
        look()
        assisted.declare(run("a", 0.0003))

    every_state()
    assisted.emulator.edit(assisted.id("PromptTemplate/faq-answer"), "hyperParameters.temperature", 0.1)
    every_state()
    short, worlds = worlds, []
    assisted.emulator.edit(assisted.id("PromptTemplate/faq-answer"), "hyperParameters.temperature", 0.3)
    monkeypatch.setattr(resource_diff, "_agrees", lambda *_: False)
    monkeypatch.setattr(present, "_as_applied", lambda *_: False)
    every_state()
    assisted.emulator.edit(assisted.id("PromptTemplate/faq-answer"), "hyperParameters.temperature", 0.1)
    every_state()
    assert worlds == short
