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
RESOLVER = "core/resolve.py"
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
PARSES = {
    "cli/approve.py": "a saved plan, for `read_plan`",
    "cli/commands/emulator.py": "a value that the user typed",
    "console/envelope.py": "the answers of the console",
    "kinds/registry.py": "the schemas of the kinds",
    "manifests/files.py": "the schema of manifests",
    "state/file/folder.py": "the mark of the newest serial, which is its own",
    "state/file/lease_file.py": "the lease, which is its own",
    "state/format/lines.py": "a line of the journal",
    "state/format/snapshot.py": "state.json",
}
PRINTS = {
    "state/format/lines.py": "a line of the journal",
    "state/format/layout.py": "state.json",
}
"""Who makes JSON text in `state`; elsewhere JSON is printed for people and programs, and never read again."""


class Codec(NamedTuple):
    """Where a type is written and read: module, writer, reader; "" where none is about it alone."""

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
    "Edge": Codec("state/format/resources.py", "", "_read_reference"),
    "Record": Codec("state/format/records.py", "write_record", "read_record"),
    "Intent": Codec("state/format/records.py", "_body", "_read_intent"),
    "Outcome": Codec("state/format/records.py", "_body", ""),
    "Failure": Codec("state/format/records.py", "_body", ""),
    "Approved": Codec("state/format/records.py", "", "_read_approval"),
    "Strike": Codec("state/format/records.py", "_body", ""),
    "Moved": Codec("state/format/records.py", "_body", "_read_moved"),
    "Counters": Codec("state/format/records.py", "_write_before", ""),
    "Before": Codec("state/format/records.py", "", "_read_before"),
    "Header": Codec("state/format/records.py", "_write_header", "_read_header"),
    "PlanOptions": Codec("core/plan_options.py", "to_json", "read_options"),
    "Plan": Codec("render/plan_json.py", "plan_json", ""),
    "PlanFile": Codec("render/saved_plan.py", "", "read_plan"),
    "State": Codec("state/format/snapshot.py", "", ""),
    "Lease": Codec("state/file/lease_file.py", "_encode", "_decode"),
}
NO_CODEC = {
    "state/format/snapshot.py:_read": "the second half of `read_snapshot`, behind the checks of the file",
    "state/format/records.py:read_intent": "is `read_record`, for a place where nothing else may stand",
    "state/format/records.py:_read_entries": "calls `read_entry` for each",
    "state/format/records.py:_write_entries": "calls `write_entry` for each",
    "render/saved_plan.py:_identity": "the second half of `read_plan`, behind the checks of the file",
    "render/plan_json.py:plan_json": "takes the options beside the plan and writes them by `to_json`",
    "render/plan_json.py:plan_file": "takes the options beside the plan and writes them by `to_json`",
    "render/saved_plan.py:_options": "chooses between the values of format 2 and the words of format 1",
    "planning/actions/present.py:_without_failed_items": "answers attributes, which are JSON",
    "reconcile/effects.py:_as_wanted": "takes attributes, which are JSON",
    "reconcile/journal.py:succeeded": "takes outputs, which are JSON",
    "reconcile/outcome.py:outcome": "takes outputs, which are JSON",
    "manifests/project_checks/crosschecks.py:_identity": "answers a key to compare, no document",
    "manifests/resources/metadata.py:_lifecycle": "reads what a manifest says, in words of its own",
}
DOCUMENTS = {"object", "Object", "JSON", "bytes"}
"""What a document is called in annotations, alone or inside others such as `Mapping[str, JSON]`."""


def dotted(node: ast.expr) -> str:
    """The last name of an expression such as `self.run.world.console`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def reads_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """Reading calls of the console, and the decoding of what it says, outside the door."""
    if not place.startswith(("objects/", "console/", "kinds/")) and _reads(node):
        yield getattr(node, "lineno", 0)


def _reads(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names} if f".{node.module}".endswith(".kinds") else set()
        return f".{node.module}".endswith(".kinds.decoding") or "decoding" in names
    if isinstance(node, ast.Import):
        return any(alias.name == "qfops.kinds.decoding" for alias in node.names)
    if isinstance(node, ast.Call):
        return dotted(node.func) == "LiveObject"
    if isinstance(node, ast.Attribute):
        of_kind = node.attr == "decode" and dotted(node.value) in ("kind", "_kind")
        return of_kind or node.attr == "pages" or (node.attr == "read" and dotted(node.value) in CONSOLES)
    return False


def sends_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """The mutating call outside its module, and in the door a write of a kind, which a read could carry."""
    if place.startswith("console/") or place == SENDER:
        return
    writes = {"send", "operations", "create"} if place.startswith("objects/") else {"send"}
    if isinstance(node, ast.Attribute) and node.attr in writes:
        yield node.lineno


def replaces_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """Telling references from other values where no reason is known, and asking what stands for one."""
    if place != RESOLVER and isinstance(node, ast.Call) and dotted(node.func) == "output":
        yield node.lineno
    if place not in LOOKS_AT_REFERENCES and _looks_at_references(node):
        yield getattr(node, "lineno", 0)


def _looks_at_references(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "Reference" and alias.asname for alias in node.names)
    told: list[ast.expr] = []
    if isinstance(node, ast.Call) and dotted(node.func) == "references_in":
        return True
    if isinstance(node, ast.Call) and dotted(node.func) == "isinstance":
        told = [name for item in node.args[1:] for name in ast.walk(item) if isinstance(name, ast.expr)]
    elif isinstance(node, ast.MatchClass):
        told = [node.cls]
    elif isinstance(node, ast.Compare) and any(dotted(item) == "type" for item in _called(node.left)):
        told = list(node.comparators)
    return any(dotted(item) == "Reference" for item in told)


def _called(node: ast.expr) -> list[ast.expr]:
    return [node.func] if isinstance(node, ast.Call) else []


def codes_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """A function between a stored type and a document that is not the type's writer or reader."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.returns is None:
        return
    if f"{place}:{node.name}" in NO_CODEC:
        return
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    taken = {name for item in arguments if item.annotation for name in _names(item.annotation)}
    given = _names(node.returns)
    for name, codec in STORED.items():
        writes = given & DOCUMENTS and name in taken and (place, node.name) != (codec.place, codec.writer)
        reads = name in given and taken & DOCUMENTS and (place, node.name) != (codec.place, codec.reader)
        if writes or reads:
            yield node.lineno


def _names(annotation: ast.expr) -> set[str]:
    """Every name in an annotation: `dict[Address, Entry | None]` is about entries."""
    return {dotted(node) for node in ast.walk(annotation) if isinstance(node, (ast.Name, ast.Attribute))}


def parses_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """JSON text parsed where no reason is known for it, or made in another part of state than its format."""
    if isinstance(node, ast.ImportFrom) and node.module == "json":
        names = {alias.name for alias in node.names}
    elif isinstance(node, ast.Attribute) and dotted(node.value) == "json":
        names = {node.attr}
    else:
        return
    parsing = names & {"load", "loads", "JSONDecoder"} and place not in PARSES
    printing = names & {"dump", "dumps", "JSONEncoder"} and place not in PRINTS
    if parsing or (printing and place.startswith("state/")):
        yield getattr(node, "lineno", 0)


PROOFS = {
    "Searched": "objects/answers.py",
    "NothingThere": "planning/actions/absence.py",
}
"""What says that nothing is there, and the one module that may say so."""


def proves_elsewhere(place: str, node: ast.AST) -> Iterator[int]:
    """A proof of absence that no list, and no judgement of the one module, has given."""
    if isinstance(node, ast.Call) and PROOFS.get(dotted(node.func), place) != place:
        yield node.lineno


RULES: dict[str, Rule] = {
    "the console is read, and its answers decoded, in objects/": reads_elsewhere,
    "the mutating call is sent in one module": sends_elsewhere,
    "references are replaced in core/resolve": replaces_elsewhere,
    "a stored type has one writer and one reader": codes_elsewhere,
    "a stored file is parsed and printed by its format": parses_elsewhere,
    "only a list that was read to its end proves that nothing is there": proves_elsewhere,
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
        assert {codec.writer, codec.reader} - {""} <= functions.keys(), name
        if codec.reader:
            returns = functions[codec.reader].returns
            assert returns is not None
            assert ast.unparse(returns) == name


def test_the_door_knows_no_write() -> None:
    """What it may not touch are the operations of a kind: by name, and the one that has a name of its own."""
    tree = ast.walk(ast.parse((ROOT / "kinds/base.py").read_bytes()))
    kind = next(node for node in tree if isinstance(node, ast.ClassDef) and node.name == "Kind")
    fields = [node for node in kind.body if isinstance(node, ast.AnnAssign)]
    found = {dotted(node.target) for node in fields if "Operation" in _names(node.annotation)}
    methods = [node for node in kind.body if isinstance(node, ast.FunctionDef) and node.returns]
    found |= {node.name for node in methods if node.returns and "Operation" in _names(node.returns)}
    assert found == {"operations", "create"}


@pytest.mark.parametrize("place", LOOKS_AT_REFERENCES)
def test_a_reason_is_still_needed(place: str) -> None:
    """A module that no longer looks at references is taken out of the table."""
    nodes = ast.walk(ast.parse((ROOT / place).read_bytes()))
    assert any(_looks_at_references(node) for node in nodes)


@pytest.mark.parametrize("place", PARSES | PRINTS)
def test_a_parser_still_parses(place: str) -> None:
    """A module that has nothing to do with JSON text any more is taken out of its table."""
    nodes = ast.walk(ast.parse((ROOT / place).read_bytes()))
    assert any(list(parses_elsewhere("state/planted.py", node)) for node in nodes)


@pytest.mark.parametrize("function", NO_CODEC)
def test_an_exception_is_still_needed(function: str) -> None:
    """An exception whose function is gone, or needs none, is taken out of the table."""
    place, _, name = function.partition(":")
    nodes = ast.walk(ast.parse((ROOT / place).read_bytes()))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in nodes if isinstance(node, kinds) and node.name == name]
    assert any(list(codes_elsewhere("planted.py", node)) for node in found)


PLANTED = {
    "the refresh makes a proof of its own": (
        proves_elsewhere,
        "reconcile/refresh.py",
        "def planted():\n    return Searched()",
    ),
    "a verdict makes a proof of its own": (
        proves_elsewhere,
        "planning/actions/absent.py",
        "def planted(absence):\n    return absence.NothingThere()",
    ),
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
    "waiting makes an object of its own": (
        reads_elsewhere,
        "reconcile/apply/waiting.py",
        "def planted(raw):\n    return LiveObject('', raw)",
    ),
    "refresh asks the kind's own decoding": (
        reads_elsewhere,
        "reconcile/refresh.py",
        "def planted(item, raw):\n    return item.kind.decode(raw)",
    ),
    "an edit decodes, relatively": (
        reads_elsewhere,
        "reconcile/state_edits.py",
        "from ..kinds import decoding",
    ),
    "the door reads by a write": (
        sends_elsewhere,
        "objects/objects.py",
        "async def planted(it, kind):\n    await it.read(kind.route, kind.operations['stop'].action, {})",
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
    "a decision looks references up": (
        replaces_elsewhere,
        "planning/actions/decisions.py",
        "def planted(lookup, value):\n    return lookup.output(value)",
    ),
    "an effect finds references": (
        replaces_elsewhere,
        "reconcile/effects.py",
        "def planted(value):\n    return {path: '' for path, _ in references_in(value)}",
    ),
    "a body knows references by another name": (
        replaces_elsewhere,
        "kinds/bodies.py",
        "from qfops.core.values import Reference as Ref",
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
    "a report reads entries by address": (
        codes_elsewhere,
        "render/reports/state.py",
        "def planted(found: Mapping[str, JSON]) -> dict[Address, Entry | None]:\n    return {}",
    ),
    "a second writer of state": (
        codes_elsewhere,
        "cli/commands/state.py",
        "def planted(state: State | None) -> bytes:\n    return b''",
    ),
    "a second writer of plans": (
        codes_elsewhere,
        "cli/plan_output.py",
        "def planted(plan: Plan) -> list[JSON]:\n    return []",
    ),
    "a command parses state": (
        parses_elsewhere,
        "cli/commands/state.py",
        "import json\ndef planted(text):\n    return json.loads(text)",
    ),
    "the session prints a line of its own": (
        parses_elsewhere,
        "state/file/session.py",
        "from json import dumps",
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
