"""The prepared consoles of this folder: each case's is filled once, and every test works on a copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.worlds import CASES, Case
from tests.support.bench import Bench

Prepared = Callable[[Case], Bench]


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bench]:
    made: dict[str, Bench] = {}
    for case in CASES:
        made[case.name] = bench = Bench(tmp_path_factory.mktemp("prepared"))
        case.prepare(bench)
        bench.close()
    return made


@pytest.fixture
def prepared(_filled: dict[str, Bench], tmp_path: Path) -> Prepared:
    """`prepared(case)`: a fresh copy of the case's console and state, with its manifests edited."""

    def copy(case: Case) -> Bench:
        bench = _filled[case.name].copy(tmp_path / case.name)
        case.declare(bench)
        return bench

    return copy
