"""The rooms of the program: who may import whom, where a package may stand, who may touch the world.

The same inside a package: inner rooms and flat modules stand in tiers, and imports go down only. Walks the
syntax trees of `qfops` without importing anything. A boundary exists when a test fails on crossing it, so the
last tests plant a crossing of each sort in a copy of the program and see it found.
"""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterable, Iterator
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
    "objects": {"core", "kinds"},
    "reconcile": {"core", "kinds", "objects", "planning", "state"},
    "render": {"core", "kinds"},
    "cli": {
        *("core", "kinds", "manifests", "planning", "state", "console", "reconcile", "render"),
        "emulator",
    },
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

# The inner rooms and flat modules of a package, lower tiers first. Imports go down: nobody imports its own
# tier (but its own room), a higher one, or the package itself. The rest of a package is found by the tests.
INNER: dict[str, tuple[tuple[str, ...], ...]] = {
    "core": (
        ("address", "canonical", "durations", "exit_codes", "graph"),
        ("diagnostics", "settings", "values"),
        ("errors", "merging", "observation", "paths", "plan_options"),
        ("resolve", "resource"),
        ("state",),
        ("plan",),
    ),
    "objects": (
        ("answers", "matching", "ports"),
        ("lists",),
        ("objects",),
    ),
    "planning": (
        ("policy",),
        ("context",),
        ("diff", "order"),
        ("actions",),
        ("ends",),
        ("drift", "followers"),
        ("moves",),
        ("planner",),
    ),
    "reconcile": (
        ("concurrency", "effects", "ports", "refresh_targets"),
        ("outcome", "refresh", "world"),
        ("journal",),
        ("run",),
        ("approved", "lost_calls"),
        ("rest",),
        ("apply", "drift", "fresh_plan", "state_edits"),
        ("workflow",),
    ),
    "render": (
        ("layout", "saved_plan", "textdiff"),
        ("events", "summary", "values"),
        ("story",),
        ("text",),
        ("reports",),
        ("plan_json", "question"),
        ("drift_json",),
    ),
    "manifests": (
        ("codes", "gitignore", "positions", "scalars"),
        ("files", "problem"),
        ("private_files", "reporter"),
        ("yaml",),
        ("schema",),
        ("variables",),
        ("resources",),
        ("project",),
        ("project_checks",),
        ("explain", "load", "manifest_edit", "siblings"),
    ),
    "emulator": (
        ("vocabulary",),
        ("world",),
        ("areas",),
        ("catalogue", "control", "seeds", "signature"),
        ("choices", "console", "editing"),
        ("asgi",),
        ("emulator",),
        ("server",),
    ),
    "state": (
        ("format",),
        ("live_state", "owner"),
        ("lease", "store"),
        ("file",),
    ),
    "cli": (
        ("invocation", "outcome", "ui"),
        ("options", "project"),
        ("access", "approve", "plan_output"),
        ("change",),
        ("commands",),
        ("main",),
        ("entry",),
    ),
}

# An inner room that is not worth a folder, and a folder in which nothing is found any more.
LEAST_IN_A_ROOM = 4
MOST_FLAT = 15
LIKE_THINGS = {"kinds/v1", "kinds/v2", "cli/commands", "emulator/areas/v2"}

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

    @property
    def inner(self) -> str:
        """The inner room or flat module that the module is; "" for the package's own `__init__`."""
        return self.place.split("/")[1].removesuffix(".py").replace("__init__", "") if self.package else ""

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
    if use.imported and _runs_back(use):
        return f"{use.package}/{use.inner} may not import it"
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


def _runs_back(use: Use) -> bool:
    """Whether an import inside a package goes up, or to a neighbour of the same tier."""
    parts = use.name.split(".")
    if use.package not in INNER or use.inner == "" or parts[:2] != ["qfops", use.package]:
        return False
    height = {name: number for number, tier in enumerate(INNER[use.package]) for name in tier}
    target = parts[2] if len(parts) > 2 else ""
    if target == use.inner:
        return False
    return target not in height or height[target] >= height.get(use.inner, 0)


def thin_rooms(root: Path) -> list[str]:
    """The inner rooms with too few modules to be worth a folder; folders inside them count."""
    return [
        name
        for name, folder in _folders(root).items()
        if "/" in name and len(list(_modules(folder.rglob("*.py")))) < LEAST_IN_A_ROOM
    ]


def crowded_folders(root: Path) -> list[str]:
    """The folders in which more modules lie than somebody can look over."""
    return [
        name
        for name, folder in _folders(root).items()
        if name not in LIKE_THINGS and len(list(_modules(folder.glob("*.py")))) > MOST_FLAT
    ]


def _folders(root: Path) -> dict[str, Path]:
    """Every package below `root` by its name, at whatever depth."""
    folders = sorted(path.parent for path in root.rglob("__init__.py") if path.parent != root)
    return {folder.relative_to(root).as_posix(): folder for folder in folders}


def _modules(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.name != "__init__.py")


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


def test_inside_a_package_everything_stands_in_one_tier() -> None:
    """A new inner room or flat module must be given its height, and one that is gone gives it up."""
    for package, tiers in INNER.items():
        paths = [path for path in (ROOT / package).iterdir() if path.suffix == ".py" or _is_package(path)]
        names = sorted(path.stem for path in paths if path.name != "__init__.py")
        assert sorted(name for tier in tiers for name in tier) == names, package


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def test_inner_rooms_are_worth_a_folder() -> None:
    """A folder of three modules hides more than it orders."""
    assert thin_rooms(ROOT) == []


def test_few_modules_lie_flat() -> None:
    """A folder is cut into rooms before nobody can look it over."""
    assert crowded_folders(ROOT) == []


PLANTED = {
    "core imports a kind": ("core/paths.py", "import qfops.kinds.base"),
    "planning imports state": ("planning/order/sequence.py", "from qfops.state import store"),
    "render imports planning": ("render/text/plan.py", "from qfops.planning.policy import Approval"),
    "state imports a kind": ("state/format/lines.py", "from qfops import kinds"),
    "console imports reconcile, relatively": ("console/paging.py", "from ..reconcile import ports"),
    "the emulator imports a noun": ("emulator/vocabulary/ids.py", "from qfops.core.values import JSON"),
    "reconcile imports the emulator": ("reconcile/ports.py", "from qfops.emulator import Emulator"),
    "reconcile imports httpx": ("reconcile/ports.py", "import httpx"),
    "kinds import yaml in a function": ("kinds/bodies.py", "def planted():\n    import yaml"),
    "planning asks the clock": ("planning/diff/resource_diff.py", "import time"),
    "planning asks for today": (
        "planning/diff/resource_diff.py",
        "from datetime import date\nTODAY = date.today()",
    ),
    "render reads a file": ("render/text/plan.py", "TEXT = open('text').read()"),
    "core reads the disk": ("core/values.py", "from pathlib import Path"),
    "reconcile prints": ("reconcile/apply/executor.py", "print('hello')"),
    "manifests end the process": ("manifests/codes.py", "import sys\nsys.exit(1)"),
    "console reads the environment": ("console/client.py", "import os\nos.environ.get('KEY')"),
}

PLANTED_INSIDE = {
    "core's plan imports its package": ("core/plan/steps.py", "from qfops.core import Plan"),
    "core's state imports its plan": ("core/state/entry.py", "from qfops.core.plan.plan import Plan"),
    "a value imports the plan": ("core/values.py", "from qfops.core.plan import steps"),
    "answers import the lists": ("objects/answers.py", "from qfops.objects.lists import SharedLists"),
    "a difference imports an action": (
        "planning/diff/differences.py",
        "from qfops.planning.ends import planned_ends",
    ),
    "an order imports a difference": ("planning/order/steps.py", "from qfops.planning.diff import causes"),
    "an action imports an end": ("planning/actions/present.py", "from qfops.planning.ends import guards"),
    "an end imports the planner": (
        "planning/ends/planned_ends.py",
        "from qfops.planning.planner import make_plan",
    ),
    "looking up imports applying": (
        "reconcile/lost_calls/ruling.py",
        "from qfops.reconcile.apply import calls",
    ),
    "applying imports the workflow": ("reconcile/apply/checks.py", "from qfops.reconcile import workflow"),
    "a story imports its printer": ("render/story/order.py", "from qfops.render.text import plan"),
    "text imports a report": ("render/text/plan.py", "from qfops.render.reports import state"),
    "a report imports the plan as JSON": ("render/reports/graph.py", "import qfops.render.plan_json"),
    "yaml imports variables": ("manifests/yaml/events.py", "import qfops.manifests.variables.merging"),
    "schema imports resources": ("manifests/schema/schema.py", "from qfops.manifests.resources import extra"),
    "variables import resources": ("manifests/variables/defaults.py", "from ..resources import metadata"),
    "resources import the project": ("manifests/resources/extra.py", "from qfops.manifests import project"),
    "the project imports its checks": (
        "manifests/project/settings.py",
        "def planted():\n    from qfops.manifests.project_checks.repeats import without_repeats",
    ),
    "project checks import load": (
        "manifests/project_checks/project_resources.py",
        "from qfops.manifests import Loaded",
    ),
    "a flat module imports its neighbour": (
        "manifests/codes.py",
        "from qfops.manifests.positions import Origins",
    ),
    "the vocabulary imports the world": (
        "emulator/vocabulary/ids.py",
        "from qfops.emulator.world.world import World",
    ),
    "the world imports an area": ("emulator/world/paging.py", "from qfops.emulator.areas.v2 import labels"),
    "an area imports the catalogue": ("emulator/areas/v2/labels.py", "from qfops.emulator import catalogue"),
    "the format imports the store": ("state/format/lines.py", "from qfops.state.store import Store"),
    "the files import their package": ("state/file/lease_file.py", "from qfops.state import FileStore"),
    "ui imports a project": ("cli/ui/terminal.py", "from qfops.cli.project import Project"),
    "access imports a command": ("cli/access/identity.py", "from qfops.cli.commands import plan"),
    "a command imports main": ("cli/commands/plan.py", "import qfops.cli.main"),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program to plant crossings in."""
    root = tmp_path_factory.mktemp("copy") / "qfops"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("__pycache__", "schemas"))
    return root


@pytest.mark.parametrize(
    ("place", "code"), [*PLANTED.values(), *PLANTED_INSIDE.values()], ids=[*PLANTED, *PLANTED_INSIDE]
)
def test_a_planted_crossing_is_found(copied: Path, place: str, code: str) -> None:
    """The check sees what it is there to see, and names the file."""
    before = (copied / place).read_text(encoding="utf-8")
    (copied / place).write_text(f"{before}\n{code}\n", encoding="utf-8")
    found = crossings(uses(copied))
    (copied / place).write_text(before, encoding="utf-8")
    assert [text.partition(":")[0] for text in found] == [f"qfops/{place}"]


def test_a_crossing_is_planted_in_every_inner_room() -> None:
    """A room whose border nobody has tried is not known to have one."""
    planted = {place.split("/")[0] + "/" + place.split("/")[1] for place, _ in PLANTED_INSIDE.values()}
    rooms = {name for name in _folders(ROOT) if name.partition("/")[0] in INNER and name.count("/") == 1}
    assert rooms - planted == set()


def test_a_room_that_is_too_thin_or_too_crowded_is_found(copied: Path) -> None:
    """The limits are counted, and `__init__` is not."""
    room = copied / "console" / "planted"
    room.mkdir()
    for name in ("__init__", "one", "two", "three"):
        (room / f"{name}.py").touch()
    assert thin_rooms(copied) == ["console/planted"]
    for number in range(MOST_FLAT - 2):
        (room / f"more{number}.py").touch()
    found = thin_rooms(copied), crowded_folders(copied)
    shutil.rmtree(room)
    assert found == ([], ["console/planted"])
