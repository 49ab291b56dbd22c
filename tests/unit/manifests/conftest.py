"""A project folder for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.manifests.fakes import Folder, registry


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty project named demo, with the fake kinds."""
    (tmp_path / "project").mkdir()
    return Folder(tmp_path / "project", registry(tmp_path / "schemas"))
