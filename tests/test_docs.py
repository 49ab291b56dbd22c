"""`docs/architecture.md` agrees with the tree and with the layer test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_layers import INNER, LIKE_THINGS, MAY_IMPORT, ROOT
from tests.unit.objects.test_answers import ROWS

DOCS = ROOT.parent / "docs"
TEXT = (DOCS / "architecture.md").read_text(encoding="utf-8")
ROOM = re.compile(r"^\*\*`qfops/([a-z_/]+)`\*\* (.+)  \nMay import (.+)\.  \nNever (.+)\.$", re.MULTILINE)
PATH = re.compile(r"`((?:qfops|schemas|tests|docs|examples)/[\w./]*)`")
FOUND_BY_NAME = {
    "an attribute's three sides are compared": "qfops/planning/diff/attribute.py",
    "a replacement is decided": "qfops/planning/actions/replacement.py",
    "a lost call is looked up": "qfops/reconcile/lost_calls/look_up.py",
    "a mutating call is sent": "qfops/reconcile/apply/calls.py",
    "a kind is defined": "qfops/kinds/v2/",
    "an object is read": "qfops/objects/objects.py",
    "the words of a plan are chosen": "qfops/render/story/",
    "a plan's lines are laid out": "qfops/render/text/",
}


def rooms(text: str) -> dict[str, tuple[str, ...]]:
    """The rooms that a page describes, each with what it says that may be imported."""
    return {name: tuple(re.findall(r"`(\w+)`", allowed)) for name, _, allowed, _ in ROOM.findall(text)}


def allowed(name: str) -> tuple[str, ...]:
    """What the layer test lets a room import: other packages, or what stands lower in its own."""
    package, _, room = name.partition("/")
    if not room:
        return tuple(sorted(MAY_IMPORT[package]))
    lower: list[str] = []
    for tier in INNER[package]:
        if room in tier:
            return tuple(sorted(lower))
        lower += tier
    raise KeyError(name)


def places(text: str) -> set[str]:
    """Every path that a page names."""
    return set(PATH.findall(text))


def test_every_room_stands_in_the_page_and_only_rooms() -> None:
    """A room is a package, or a folder of a package in which like things are not only collected."""
    folders = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.rglob("__init__.py")}
    assert rooms(TEXT).keys() == folders - LIKE_THINGS - {"."} | {"cli/commands"}


def test_the_page_and_the_layer_test_allow_the_same() -> None:
    """What a reader is told may be imported is what the test lets pass."""
    assert rooms(TEXT) == {name: allowed(name) for name in rooms(TEXT)}


def test_every_path_exists() -> None:
    """A page that names a module which moved is worse than none."""
    missing = [path for path in sorted(places(TEXT)) if not (ROOT.parent / path).exists()]
    assert missing == []


@pytest.mark.parametrize(("question", "place"), FOUND_BY_NAME.items())
def test_the_page_says_where_things_are(question: str, place: str) -> None:
    """The eight questions of a new reader have their row."""
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {question} |"))
    assert place in places(row)


def test_what_is_wrong_is_found() -> None:
    """A room that may import more, a room that is gone, a path that is gone."""
    wrong = TEXT.replace("May import `core`, `kinds`.", "May import `core`, `kinds`, `cli`.")
    assert rooms(wrong) != {name: allowed(name) for name in rooms(wrong)}
    assert "planning/diff" not in rooms(TEXT.replace("**`qfops/planning/diff`**", "**diff**"))
    assert "qfops/gone.py" in places(f"{TEXT}\n`qfops/gone.py`")


def test_the_table_of_answers_is_the_one_that_is_played() -> None:
    """Row by row: who asks, what the door says, what it means."""
    rows = [f"| {row.caller} | {row.answer} | {row.meaning} |" for row in ROWS]
    table = TEXT[TEXT.index("| caller | answer | meaning |") :].splitlines()
    assert table[2 : 2 + len(rows)] == rows
    assert len(table) == 2 + len(rows)


def test_links_lead_somewhere() -> None:
    """Links between the pages of `docs/` and from the files beside it."""
    pages = [*DOCS.rglob("*.md"), ROOT.parent / "README.md", ROOT.parent / "CONTRIBUTING.md"]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / Path(target)).exists()
    ]
    assert broken == []
