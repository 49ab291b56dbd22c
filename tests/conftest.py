"""What all tests share: golden files, how properties are searched, and a plain machine.

Goldens are compared byte for byte and rewritten by `pytest --update-goldens`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A machine may be busy, and how long an example takes says nothing about whether the property holds.
settings.register_profile("qfops", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("qfops")

Golden = Callable[[Path, str], None]
OURS = ("QFOPS_", "QIANFAN_")
OF_CI_SYSTEMS = ("BUILD_", "CI_", "CIRCLE_", "GITHUB_", "GITLAB_", "GIT_COMMIT")


def pytest_configure() -> None:
    """Forget what this machine or its owner has set for qfops; a test sets what it is about."""
    for name in list(os.environ):
        if name.startswith((*OURS, *OF_CI_SYSTEMS)) or name.upper().endswith("_PROXY"):
            del os.environ[name]
    # A shell starts what runs in its background with Ctrl-C ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens", action="store_true", help="rewrite golden files instead of comparing"
    )


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """A folder with nothing beside it: the projects of other tests are no neighbours."""
    alone = tmp_path / "alone"
    alone.mkdir()
    return alone


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
