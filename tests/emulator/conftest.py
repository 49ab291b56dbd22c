from collections.abc import Iterator
from pathlib import Path

import pytest

from qfops.emulator import Emulator

from .speaking import Api, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(tmp_path: Path, clock: Clock) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path / "console" / "emulator.db", clock=clock)
    yield emulator
    emulator.close()


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    api = Api(emulator)
    yield api
    api.close()
