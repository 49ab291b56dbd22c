"""Fixtures of the suites that drive a whole project: every console must be left without a complaint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bench import Bench, trouble
from tests.support.project import assistant


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: what outlives a crash is a question for other suites."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An empty project on an empty console."""
    yield from closing(Bench(tmp_path / "bench"))


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The assistant project, applied once; tests get copies."""
    made = Bench(tmp_path_factory.mktemp("applied"))
    made.declare(*assistant())
    assert trouble(made.apply()) == []
    made.close()
    return made


@pytest.fixture
def assisted(applied: Bench, tmp_path: Path) -> Iterator[Bench]:
    """The assistant project on a console where all of it exists."""
    yield from closing(applied.copy(tmp_path / "bench"))


def closing(bench: Bench) -> Iterator[Bench]:
    """Hand a bench out; afterwards its console must have nothing to complain about."""
    yield bench
    complaints = bench.emulator.complaints()
    bench.close()
    assert complaints == []
