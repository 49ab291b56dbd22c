"""The documentation keeps its word: the worked example is a sound kind, every command is described."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qfops.kinds.base import Kind
from qfops.kinds.check import problems, target_problems
from qfops.kinds.registry import load

ROOT = Path(__file__).parent.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_the_worked_example_is_a_sound_kind() -> None:
    """The descriptor and the schema of "How to add a kind" pass the registry's own check."""
    schema = json.loads(fenced(CONTRIBUTING, "json")[0])
    names: dict[str, object] = {}
    exec(compile(fenced(CONTRIBUTING, "python")[0], "CONTRIBUTING.md", "exec"), names)
    kind = names["KIND"]
    assert isinstance(kind, Kind)
    assert problems(kind, schema) == []
    assert target_problems(kind, {**load().kinds, kind.key: kind}) == []


def test_the_worked_example_would_be_refused_with_a_mistake() -> None:
    """The check that the page promises finds a path without a rule."""
    schema = json.loads(fenced(CONTRIBUTING, "json")[0])
    names: dict[str, object] = {}
    broken = fenced(CONTRIBUTING, "python")[0].replace('        immutable("modelId", why=_RUN),\n', "")
    exec(compile(broken, "CONTRIBUTING.md", "exec"), names)
    kind = names["KIND"]
    assert isinstance(kind, Kind)
    assert any("modelId" in problem for problem in problems(kind, schema))


def test_quick_start_has_exactly_two_shell_blocks() -> None:
    """The first runs the main job, the second passes the tests."""
    part = README.split("## Quick start", 1)[1].split("\n## ", 1)[0]
    blocks = fenced(part, "sh")
    assert len(blocks) == 2
    assert "apply --auto-approve" in blocks[0]
    assert "pytest" in blocks[1]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/emulator.md", "CHANGELOG.md"])
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link of a page names a file that exists."""
    page = ROOT / name
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
