"""One word for one thing: class names are unique, the glossary is true, the index of decisions is whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "qfops"
WORDS = ROOT / "docs" / "words.md"
DECISIONS = ROOT / "docs" / "decisions"
DECISION_NAME = re.compile(r"[0-9]{4}(?:-[a-z0-9]+)+\.md")


def class_places(program: Path) -> dict[str, list[str]]:
    """The modules that define a public class of each name, wherever it stands in them.

    Without the emulator: it models another program, whose words (action, call, answer) are its own.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(program.rglob("*.py")):
        module = path.relative_to(program).as_posix()
        if module.startswith("emulator/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(module)
    return found


def doubles(places: Mapping[str, list[str]]) -> list[str]:
    """Names that stand for two things."""
    return [f"{name}: {', '.join(found)}" for name, found in sorted(places.items()) if len(found) > 1]


def glossary(text: str) -> Iterator[list[str]]:
    """The cells of each row of the table."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for row in rows[2:]:
        yield [cell.strip() for cell in row.strip("|").split("|")]


def glossary_problems(rows: Iterable[list[str]], root: Path) -> list[str]:
    """What is wrong with the table, a line for each mistake."""
    found: list[str] = []
    terms: list[str] = []
    for row in rows:
        if len(row) != 3 or not all(row):
            found.append(f"{row[0]}: a row is a term, a meaning and a module")
            continue
        term, _, module = row
        terms.append(term.casefold())
        named = re.fullmatch(r"`(qfops/[a-z0-9_/]+\.py)`", module)
        if named is None:
            found.append(f"{term}: {module} is not exactly one module")
        elif not (root / named[1]).is_file():
            found.append(f"{term}: {named[1]} does not exist")
    found += [f"{term}: stands twice" for term in sorted({term for term in terms if terms.count(term) > 1})]
    found += [f"{after}: stands after {before}" for before, after in pairwise(terms) if after < before]
    return found


def index_problems(folder: Path) -> list[str]:
    """Decisions that the index does not name exactly once, in order, and names that lead nowhere."""
    named = re.findall(r"\]\(([^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    there = sorted(path.name for path in folder.iterdir() if path.name != "README.md")
    found = [f"{name}: is not named as a decision is" for name in there if not DECISION_NAME.fullmatch(name)]
    found += [f"{name}: is not in the index" for name in there if name not in named]
    found += [f"{name}: is in the index and does not exist" for name in named if name not in there]
    if named != sorted(set(named)):
        found.append("the index is not sorted, or names a decision twice")
    numbers = [name[:4] for name in there]
    return found + [
        f"{number}: two decisions" for number in sorted(set(numbers)) if numbers.count(number) > 1
    ]


def test_one_class_has_one_name() -> None:
    """A reader who meets a class in a review knows which one it is."""
    assert doubles(class_places(PROGRAM)) == []


def test_a_planted_double_is_found(tmp_path: Path) -> None:
    """Two classes of one name are found, also inside a function; private ones and the emulator's may."""
    for name, code in {
        "core/plan.py": "class Plan: ...\nclass _Inner: ...\nclass Page: ...",
        "cli/plan.py": "def made():\n    class Plan: ...\nclass _Inner: ...",
        "emulator/store.py": "class Page: ...",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(code, encoding="utf-8")
    assert doubles(class_places(tmp_path)) == ["Plan: cli/plan.py, core/plan.py"]


def test_the_glossary_is_true() -> None:
    """Each term stands once, in order, and names one module that exists."""
    rows = list(glossary(WORDS.read_text(encoding="utf-8")))
    assert len(rows) > 50
    assert glossary_problems(rows, ROOT) == []


def test_mistakes_in_a_glossary_are_found() -> None:
    """Each rule of the table finds what breaks it."""
    table = """
| term | meaning | module |
|---|---|---|
| plan | what is done | `qfops/core/plan/plan.py` |
| lease | who may write | `qfops/state/lease.py`, `qfops/state/owner.py` |
| step | one call | `qfops/core/gone.py` |
| Step | again | `qfops/core/plan/steps.py` |
| word | no module |
"""
    assert glossary_problems(glossary(table), ROOT) == [
        "lease: `qfops/state/lease.py`, `qfops/state/owner.py` is not exactly one module",
        "step: qfops/core/gone.py does not exist",
        "word: a row is a term, a meaning and a module",
        "step: stands twice",
        "lease: stands after plan",
    ]


def test_every_decision_is_in_the_index() -> None:
    """The index names each file once, in order, and nothing else."""
    assert index_problems(DECISIONS) == []


def test_mistakes_in_an_index_are_found(tmp_path: Path) -> None:
    """A file that is missing on either side, a wrong name, a double number."""
    for name in ("0001-one.md", "0001-two.md", "draft.md"):
        (tmp_path / name).touch()
    (tmp_path / "README.md").write_text("[b](0002-gone.md)\n[a](0001-one.md)\n", encoding="utf-8")
    assert index_problems(tmp_path) == [
        "draft.md: is not named as a decision is",
        "0001-two.md: is not in the index",
        "draft.md: is not in the index",
        "0002-gone.md: is in the index and does not exist",
        "the index is not sorted, or names a decision twice",
        "0001: two decisions",
    ]
