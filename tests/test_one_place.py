"""What happens in one place of the program only: reading the console, changing it, references, stored types.

Walks the syntax trees of `qfops` (without the emulator, which is another program). Each rule has a crossing
planted in a copy, so that it is known to see what it is there to see.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.test_layers import ROOT

Rule = Callable[[str, ast.AST], Iterator[int]]
"""A module's place below `qfops` and a node of its tree → the lines that cross the rule."""

CONSOLES = {"console", "_console", "client", "_client"}
SENDER = "reconcile/apply/calls.py"
LOOKS_AT_REFERENCES = {
    "core/values.py": "finds them",
    "core/resolve.py": "replaces them",
    "kinds/flatten.py": "names the items of a list after them",
    "manifests/project_checks/crosschecks.py": "knows that a value is one",
    "manifests/project_checks/project_resources.py": "follows them, for the rules of descriptors",
    "planning/diff/differences.py": "prints them",
    "planning/order/digest.py": "prints them",
    "render/plan_json.py": "prints them",
    "render/values.py": "prints them",
    "state/format/resources.py": "writes them down",
}


class Codec(NamedTuple):
    """Where a type is written and read: module, writer, reader; the rest of a room builds on these."""

    place: str
    writer: str
    reader: str


STORED = {
    "Snapshot": Codec("state/format/snapshot.py", "write_snapshot", "read_snapshot"),
    "Entry": Codec("state/format/entries.py", "write_entry", "read_entry"),
    "Retired": Codec("state/format/entries.py", "_write_retired", "_read_retired"),
    "Lifecycle": Codec("state/format/entries.py", "write_lifecycle", "read_lifecycle"),
    "Ignore": Codec("state/format/entries.py", "_write_ignore", "_read_ignore"),
    "Resource": Codec("state/format/resources.py", "write_resource", "read_resource"),
    "ApprovedPlan": Codec("state/format/approved.py", "write_approved", "read_approved"),
    "OwedChange": Codec("state/format/approved.py", "_write_change", "_read_change"),
    "Record": Codec("state/format/records.py", "write_record", "read_record"),
    "Header": Codec("state/format/records.py", "_write_header", "_read_header"),
    "PlanOptions": Codec("core/plan_options.py", "to_json", "read_options"),
}
NO_CODEC = {
    "state/format/snapshot.py:_read": "the second half of `read_snapshot`, behind the checks of the file",
    "render/plan_json.py:plan_json": "takes the options beside the plan and writes them by `to_json`",
    "render/plan_json.py:plan_file": "takes the options beside the plan and writes them by `to_json`",
    "render/saved_plan.py:_options": "chooses between the values of format 2 and the words of format 1",
    "planning/actions/present.py:_without_failed_items": "answers attributes, which are JSON",
    "reconcile/effects.py:_as_wanted": "takes attributes, which are JSON",
    "manifests/resources/metadata.py:_lifecycle": "reads what a manifest says, in words of its own",
}
DOCUMENTS = {
    "object",
    "Object",
    "JSON",
    "bytes",
    "Mapping[str, JSON]",
    "Mapping[str, object]",
    "dict[str, JSON]",
}


def dotted(node: ast.expr) -> str:
    """The last name of an expression such as `self.run.world.console`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def reads_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """Reading calls of the console, and the decoding of what it says, outside the door."""
    if not place.startswith(("objects/", "console/", "kinds/")) and _reads(node):
        yield getattr(node, "lineno", 0)


def _reads(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names} if node.module == "qfops.kinds" else set()
        return node.module == "qfops.kinds.decoding" or "decoding" in names
    if isinstance(node, ast.Import):
        return any(alias.name == "qfops.kinds.decoding" for alias in node.names)
    if isinstance(node, ast.Attribute):
        return node.attr == "pages" or (node.attr == "read" and dotted(node.value) in CONSOLES)
    return False


def sends_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """The mutating call outside its module."""
    if place.startswith("console/") or place == SENDER:
        return
    if isinstance(node, ast.Attribute) and node.attr == "send":
        yield node.lineno


def replaces_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """Telling references from other values, where no reason is known for it."""
    if place in LOOKS_AT_REFERENCES:
        return
    told: list[ast.expr] = []
    if isinstance(node, ast.Call) and dotted(node.func) == "isinstance":
        told = [name for item in node.args[1:] for name in ast.walk(item) if isinstance(name, ast.expr)]
    elif isinstance(node, ast.MatchClass):
        told = [node.cls]
    elif isinstance(node, ast.Compare) and any(dotted(item) == "type" for item in _called(node.left)):
        told = list(node.comparators)
    if any(dotted(item) == "Reference" for item in told):
        yield getattr(node, "lineno", 0)


def _called(node: ast.expr) -> list[ast.expr]:
    return [node.func] if isinstance(node, ast.Call) else []


def codes_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """A function between a stored type and a document that is not the type's writer or reader."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.returns is None:
        return
    if f"{place}:{node.name}" in NO_CODEC:
        return
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    taken = {ast.unparse(item.annotation) for item in arguments if item.annotation is not None}
    given = ast.unparse(node.returns)
    for name, codec in STORED.items():
        writes = given in DOCUMENTS and name in taken and (place, node.name) != (codec.place, codec.writer)
        reads = given == name and taken & DOCUMENTS and (place, node.name) != (codec.place, codec.reader)
        if writes or reads:
            yield node.lineno


RULES: dict[str, Rule] = {
    "the console is read, and its answers decoded, in objects/": reads_elsewhere,
    "the mutating call is sent in one module": sends_elsewhere,
    "references are replaced in core/resolve": replaces_elsewhere,
    "a stored type has one writer and one reader": codes_elsewhere,
}


def crossings(root: Path, rule: Rule) -> list[str]:
    """The modules below `root` that cross a rule, with the line."""
    return [
        f"{place}:{line}"
        for path in sorted(root.rglob("*.py"))
        if not (place := path.relative_to(root).as_posix()).startswith("emulator/")
        for node in ast.walk(ast.parse(path.read_bytes()))
        for line in rule(place, node)
    ]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_it_happens_in_one_place(rule: Rule) -> None:
    """Nobody does it elsewhere."""
    assert crossings(ROOT, rule) == []


def test_the_one_place_exists() -> None:
    """A rule about something that nobody does any more would hold nothing."""
    sender = ast.walk(ast.parse((ROOT / SENDER).read_bytes()))
    assert sum(isinstance(node, ast.Attribute) and node.attr == "send" for node in sender) == 1
    for name, codec in STORED.items():
        tree = ast.walk(ast.parse((ROOT / codec.place).read_bytes()))
        functions = {node.name: node for node in tree if isinstance(node, ast.FunctionDef)}
        assert {codec.writer, codec.reader} <= functions.keys(), name
        returns = functions[codec.reader].returns
        assert returns is not None
        assert ast.unparse(returns) == name


@pytest.mark.parametrize("place", LOOKS_AT_REFERENCES)
def test_a_reason_is_still_needed(place: str) -> None:
    """A module that no longer looks at references is taken out of the table."""
    nodes = ast.walk(ast.parse((ROOT / place).read_bytes()))
    assert any(list(replaces_elsewhere("planted.py", node)) for node in nodes)


@pytest.mark.parametrize("function", NO_CODEC)
def test_an_exception_is_still_needed(function: str) -> None:
    """An exception whose function is gone, or needs none, is taken out of the table."""
    place, _, name = function.partition(":")
    nodes = ast.walk(ast.parse((ROOT / place).read_bytes()))
    found = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]
    assert any(list(codes_elsewhere("planted.py", node)) for node in found)


PLANTED = {
    "waiting decodes": (
        reads_elsewhere,
        "reconcile/apply/waiting.py",
        "from qfops.kinds.decoding import decode",
    ),
    "a command decodes": (reads_elsewhere, "cli/commands/plan.py", "from qfops.kinds import decoding"),
    "settlement reads": (
        reads_elsewhere,
        "reconcile/lost_calls/settlement.py",
        "async def planted(self):\n    return await self.world.console.read('', '', {})",
    ),
    "refresh lists": (
        reads_elsewhere,
        "reconcile/refresh.py",
        "async def planted(source):\n    return await source.pages('', '', {}, items='x')",
    ),
    "waiting sends": (
        sends_elsewhere,
        "reconcile/apply/waiting.py",
        "async def planted(console):\n    await console.send('', '', {}, valid_until=0.0)",
    ),
    "the door sends": (sends_elsewhere, "objects/objects.py", "async def planted(it):\n    await it.send()"),
    "an effect replaces references": (
        replaces_elsewhere,
        "reconcile/effects.py",
        "def planted(value):\n    return '' if isinstance(value, (int, Reference)) else value",
    ),
    "a body matches references": (
        replaces_elsewhere,
        "kinds/bodies.py",
        "def planted(value):\n    match value:\n        case Reference():\n            return ''",
    ),
    "a body asks for the type": (
        replaces_elsewhere,
        "kinds/bodies.py",
        "def planted(value):\n    return type(value) is Reference",
    ),
    "the journal reads an entry": (
        codes_elsewhere,
        "reconcile/journal.py",
        "def planted(document: JSON, address: Address) -> Entry:\n    raise NotImplementedError",
    ),
    "the command line writes an entry": (
        codes_elsewhere,
        "cli/outcome.py",
        "def planted(entry: Entry) -> dict[str, JSON]:\n    return {}",
    ),
    "a second reader of approvals": (
        codes_elsewhere,
        "state/format/approved.py",
        "def planted(value: object) -> ApprovedPlan:\n    raise NotImplementedError",
    ),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program to plant crossings in."""
    root = tmp_path_factory.mktemp("copy") / "qfops"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("__pycache__", "schemas"))
    return root


@pytest.mark.parametrize(("rule", "place", "code"), PLANTED.values(), ids=PLANTED)
def test_a_planted_crossing_is_found(copied: Path, rule: Rule, place: str, code: str) -> None:
    """The rule names the module, and only it."""
    before = (copied / place).read_text(encoding="utf-8")
    (copied / place).write_text(f"{before}\n\n{code}\n", encoding="utf-8")
    found = crossings(copied, rule)
    (copied / place).write_text(before, encoding="utf-8")
    assert [text.partition(":")[0] for text in found] == [place]


def test_every_rule_has_a_planted_crossing() -> None:
    """A rule that nobody has tried is not known to hold anything."""
    assert {rule for rule, _, _ in PLANTED.values()} == {*RULES.values()}
