"""The rooms of the program: who may import whom, where a package may stand, who may touch the world.

Walks the syntax trees of `qfops` without importing anything. A boundary exists when a test fails on crossing
it, so the last tests plant a crossing of each sort in a copy of the program and see it found.
"""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1] / "qfops"

MAY_IMPORT = {
    "core": set(),
    "kinds": {"core"},
    "manifests": {"core", "kinds"},
    "planning": {"core", "kinds"},
    "state": {"core"},
    "console": {"core", "kinds"},
    "reconcile": {"core", "kinds", "manifests", "planning", "state", "console"},
    "render": {"core", "kinds"},
    "cli": {"core", "kinds", "manifests", "planning", "state", "console", "reconcile", "render", "emulator"},
    "emulator": set(),
}

AT_HOME = {
    "yaml": "manifests",
    "ruamel": "manifests",
    "jsonschema": "manifests",
    "jsonschema_rs": "manifests",
    "deepdiff": "planning",
    "httpx": "console",
    "click": "cli",
    "rich": "cli",
    "starlette": "emulator",
    "uvicorn": "emulator",
    "psycopg": "state",
}

# What touches disk, network, clock, environment or chance; and who may touch nothing of the kind.
PURE = ("core", "kinds", "planning", "render")
WORLD = {
    *("asyncio", "io", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3", "ssl"),
    *("subprocess", "tempfile", "threading", "time", "urllib.request", "uuid"),
}
WORLD_CALLS = {"open", "input", "date.today", "datetime.now", "datetime.utcnow", "datetime.today"}
TOUCHES = {
    "kinds/registry.py": "reads the schemas that belong to the kinds, once",
}

# Only the command line prints, reads the environment or ends the process.
SPEAKS = {"print", "sys.exit", "exit", "quit", "os._exit", "sys.stdout", "sys.stderr", "sys.argv"}
READS = {"os.environ", "os.getenv", "os.environb"}
SPEAKERS = {"cli": "is the command line"}
READERS = {
    "cli": "is the command line",
    "console/transport.py": "httpx itself reads the proxy variables of the environment",
}


class Use(NamedTuple):
    """A name that a module of the program imports or mentions: `place` is the module's file below `qfops`."""

    place: str
    line: int
    name: str
    imported: bool

    @property
    def package(self) -> str:
        """The room that the module is in; "" for what lies beside the rooms."""
        return self.place.partition("/")[0] if "/" in self.place else ""

    @property
    def top(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        return f"qfops/{self.place}:{self.line} {self.name}"


def uses(root: Path) -> list[Use]:
    """Everything that the modules below `root` import or mention."""
    return [use for path in sorted(root.rglob("*.py")) for use in uses_of(*_read(path, root))]


def _read(path: Path, root: Path) -> tuple[str, bytes]:
    return path.relative_to(root).as_posix(), path.read_bytes()


@cache
def uses_of(place: str, source: bytes) -> list[Use]:
    """What one module uses: imports, also those inside functions, and every name and dotted name."""
    return [
        Use(place, line, name, imported)
        for node in ast.walk(ast.parse(source))
        for line, name, imported in _named(node, place)
    ]


def _named(node: ast.AST, place: str) -> Iterator[tuple[int, str, bool]]:
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name, True) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = ["qfops", *place.split("/")[: -node.level]] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        yield from ((node.lineno, f"{base}.{alias.name}", True) for alias in node.names)
    elif isinstance(node, ast.Name):
        yield node.lineno, node.id, False
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield node.lineno, f"{node.value.id}.{node.attr}", False


def crossings(found: list[Use]) -> list[str]:
    """Every use that the tables above do not allow."""
    return [f"{use}: {reason}" for use in found if (reason := forbidden(use))]


def forbidden(use: Use) -> str:
    """Why a use is not allowed, or ""."""
    if use.imported and _crosses(use):
        return f"{use.package} may not import it"
    if use.imported and AT_HOME.get(use.top, use.package) != use.package:
        return f"stands only in {AT_HOME[use.top]}"
    if _touches_the_world(use) and use.place not in TOUCHES:
        return f"{use.package} touches nothing outside"
    if use.name in SPEAKS and not {use.package, use.place} & SPEAKERS.keys():
        return "only cli speaks and ends"
    if use.name in READS and not {use.package, use.place} & READERS.keys():
        return "only cli reads the environment"
    return ""


def _crosses(use: Use) -> bool:
    if use.top != "qfops" or use.package == "" or "." not in use.name:
        return False
    target = use.name.split(".")[1]
    return target in MAY_IMPORT and target not in (use.package, *MAY_IMPORT[use.package])


def _touches_the_world(use: Use) -> bool:
    if use.package not in PURE:
        return False
    if use.imported:
        return any(use.name == name or use.name.startswith(f"{name}.") for name in WORLD)
    return use.name in WORLD_CALLS


def test_nobody_crosses_a_border() -> None:
    """Every import and every touch of the world is one that the design allows."""
    assert crossings(uses(ROOT)) == []


def test_every_package_is_a_room() -> None:
    """A new package must be given its place in the table."""
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == MAY_IMPORT.keys()


def test_every_dependency_has_a_home() -> None:
    """A third-party package that no table names would be imported anywhere."""
    known = sys.stdlib_module_names | AT_HOME.keys() | {"qfops", "__future__"}
    assert [str(use) for use in uses(ROOT) if use.imported and use.top not in known] == []


def test_the_exceptions_are_needed() -> None:
    """An exception that nobody uses any more is taken out of its table."""
    touching = {use.place for use in uses(ROOT) if _touches_the_world(use)}
    assert touching == TOUCHES.keys()
    assert all((ROOT / place).is_file() for place in READERS if "/" in place)


PLANTED = {
    "core imports a kind": ("core/paths.py", "import qfops.kinds.base"),
    "planning imports state": ("planning/order.py", "from qfops.state import store"),
    "render imports planning": ("render/text.py", "from qfops.planning.policy import Approval"),
    "state imports a kind": ("state/format/lines.py", "from qfops import kinds"),
    "console imports reconcile, relatively": ("console/paging.py", "from ..reconcile import ports"),
    "the emulator imports a noun": ("emulator/vocabulary/ids.py", "from qfops.core.values import JSON"),
    "reconcile imports the emulator": ("reconcile/ports.py", "from qfops.emulator import Emulator"),
    "reconcile imports httpx": ("reconcile/ports.py", "import httpx"),
    "kinds import yaml in a function": ("kinds/wire.py", "def planted():\n    import yaml"),
    "planning asks the clock": ("planning/votes.py", "import time"),
    "planning asks for today": ("planning/votes.py", "from datetime import date\nTODAY = date.today()"),
    "render reads a file": ("render/text.py", "TEXT = open('text').read()"),
    "core reads the disk": ("core/values.py", "from pathlib import Path"),
    "reconcile prints": ("reconcile/execute.py", "print('hello')"),
    "manifests end the process": ("manifests/codes.py", "import sys\nsys.exit(1)"),
    "console reads the environment": ("console/client.py", "import os\nos.environ.get('KEY')"),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program to plant crossings in."""
    root = tmp_path_factory.mktemp("copy") / "qfops"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("__pycache__", "schemas"))
    return root


@pytest.mark.parametrize(("place", "code"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_crossing_is_found(copied: Path, place: str, code: str) -> None:
    """The check sees what it is there to see, and names the file."""
    before = (copied / place).read_text(encoding="utf-8")
    (copied / place).write_text(f"{before}\n{code}\n", encoding="utf-8")
    found = crossings(uses(copied))
    (copied / place).write_text(before, encoding="utf-8")
    assert [text.partition(":")[0] for text in found] == [f"qfops/{place}"]
