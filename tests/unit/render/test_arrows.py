"""The one-way order within render: helpers, story, text, reports. The story knows no page.

A boundary exists when a test fails on crossing it, so crossings are planted too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import qfops.render

ROOT = Path(qfops.render.__file__).parent
# The rooms, the lowest first; helpers lie flat and import no room.
ORDER = ("helpers", "story", "text", "reports")
HELPERS = ("layout", "values", "textdiff")
# What a story may take from layout: making words harmless and counting things, but nothing of a page.
WORDS = {"ELLIPSIS", "clean", "plural"}


def room(module: str) -> str:
    """The room of `story.plan`, `layout`, …; "" for what lies flat above the rooms."""
    top = module.partition(".")[0]
    return top if top in ORDER else "helpers" if top in HELPERS else ""


def imports(source: str) -> Iterator[tuple[str, str]]:
    """What a module takes from render: (module, name)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield "relative", ""
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qfops.render"):
            module = (node.module or "").removeprefix("qfops.render").removeprefix(".")
            yield from ((module or alias.name, alias.name if module else "") for alias in node.names)
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names if alias.name.startswith("qfops.render."))
            yield from ((name.removeprefix("qfops.render."), "") for name in names)


def crossings(place: str, source: str) -> list[str]:
    """The imports of a module (`story.plan`) that run against the order, or that give a story a page."""
    here = room(place)
    if not here:
        return []
    return [f"{module}.{name}" for module, name in imports(source) if _crosses(here, module, name)]


def _crosses(here: str, module: str, name: str) -> bool:
    target = room(module)
    if not target or ORDER.index(target) > ORDER.index(here):
        return True
    whole_module = not name
    return here == "story" and (whole_module or (module == "layout" and name not in WORDS))


def modules() -> dict[str, str]:
    found = sorted(ROOT.rglob("*.py"))
    return {
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path.read_text(encoding="utf-8")
        for path in found
    }


def test_no_room_looks_up_and_no_story_knows_a_page() -> None:
    assert {place: found for place, source in modules().items() if (found := crossings(place, source))} == {}


def test_every_room_is_in_the_order_and_holds_at_least_four_modules() -> None:
    rooms = [path for path in ROOT.iterdir() if (path / "__init__.py").exists()]
    assert {path.name for path in rooms} == set(ORDER) - {"helpers"}
    assert all(len(list(path.glob("*.py"))) - 1 >= 4 for path in rooms)
    assert len(list(ROOT.glob("*.py"))) <= 15


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("story.title", "from qfops.render.layout import Page"),
        ("story.title", "from qfops.render.layout import clean, wrap"),
        ("story.title", "def lazy():\n    from qfops.render.layout import Style"),
        ("story.title", "import qfops.render.layout"),
        ("story.title", "from qfops.render import layout"),
        ("story.title", "from ..layout import Page"),
        ("story.title", "from qfops.render.text.marked import marked_lines"),
        ("story.title", "from qfops.render.plan_json import plan_json"),
        ("text.plan", "from qfops.render.reports.drift import drift_text"),
        ("values", "from qfops.render.story.parts import Phrase"),
    ],
)
def test_a_planted_crossing_is_found(place: str, source: str) -> None:
    assert len(crossings(place, f"{modules()[place]}\n{source}\n")) == 1
