"""What all tests share: golden files, and how properties are searched.

Goldens are compared byte for byte and rewritten by `pytest --update-goldens`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A machine may be busy, and how long an example takes says nothing about whether the property holds.
settings.register_profile("qfops", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("qfops")

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens", action="store_true", help="rewrite golden files instead of comparing"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(path, text)` fails unless the file at `path` holds `text`."""
    update: bool = request.config.getoption("--update-goldens")

    def check(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden file {path.name}; make it with --update-goldens"
        assert text == path.read_text(encoding="utf-8")

    return check
