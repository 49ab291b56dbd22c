"""Refuses nonsense in a descriptor when it is loaded, before any manifest is read.

Pure: a kind and its schema go in, sentences come out. Linear in the size of the schema, because every command
pays for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import TypeAlias

from qfops.core.address import KindKey
from qfops.core.values import ABSENT, JSON, child, same
from qfops.kinds.base import Kind, Ref
from qfops.kinds.normalise import NORMALISERS
from qfops.kinds.operations import Buys, Listing
from qfops.kinds.rules import Rule, RuleType

Schema: TypeAlias = "dict[str, JSON]"
Paths: TypeAlias = "Mapping[str, Schema]"
_FIXED = frozenset({"create", "stop", "delete", "deactivate", "release"})
_NARROWING = ("enum", "const", "pattern", "format", "maxLength")
_CARRIED_OUT = frozenset({RuleType.UPDATABLE, RuleType.APPEND_ONLY, RuleType.ONE_WAY})


def problems(kind: Kind, schema: Schema) -> list[str]:
    """What is wrong with a kind, each as a sentence that names the kind; an empty list when nothing is."""
    paths = schema_paths(schema)
    found = [
        *_rules(kind, paths),
        *_uncovered(kind, paths),
        *_forms(kind, paths),
        *_operations(kind, paths),
        *_end(kind),
        *_names(kind, paths),
        *_outputs(kind),
        *_references(kind, paths),
    ]
    return [f"{kind.version}/{kind.name}: {problem}" for problem in found]


def target_problems(kind: Kind, kinds: Mapping[KindKey, Kind]) -> list[str]:
    """References whose target kind, output or container attribute does not exist."""
    found: list[str] = []
    for ref in kind.references:
        for key, output in ref.targets().items():
            target = kinds.get(key)
            label = "/".join(key)
            if target is None:
                found.append(f"{ref.path} refers to {label}, which is no kind")
            elif output not in {item.name for item in target.outputs}:
                found.append(f"{ref.path} takes {label}.{output}, which is no output")
            elif ref.relation == "container":
                known = target.rules_by_path
                found += [
                    f"container input {name} is no attribute of {label}"
                    for name in kind.container_inputs
                    if name not in known
                ]
    return [f"{kind.version}/{kind.name}: {problem}" for problem in found]


def schema_paths(schema: Schema) -> dict[str, Schema]:
    """Every path that the schema describes, lists as `[*]`, parents before their children."""
    found: dict[str, Schema] = {}
    _collect("", schema, found)
    return found


def _collect(path: str, schema: Schema, found: dict[str, Schema]) -> None:
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for key, inner in properties.items():
            if isinstance(inner, dict):
                found[child(path, key)] = inner
                _collect(child(path, key), inner, found)
    items = schema.get("items")
    if isinstance(items, dict):
        found[f"{path}[*]"] = items
        _collect(f"{path}[*]", items, found)


def _rules(kind: Kind, paths: Paths) -> Iterator[str]:
    counts = Counter(rule.path for rule in kind.rules)
    yield from (f"{path} has {count} rules" for path, count in counts.items() if count > 1)
    for rule in kind.rules:
        if not rule.why.strip():
            yield f"the rule for {rule.path} gives no reason"
        if rule.type is RuleType.COMPUTED:
            if rule.path in paths:
                yield f"{rule.path} is computed and yet in the schema"
        elif rule.path not in paths:
            yield f"the rule for {rule.path} has no such path in the schema"
        else:
            yield from _rule(kind, rule, paths)


def _rule(kind: Kind, rule: Rule, paths: Paths) -> Iterator[str]:
    if rule.type in _CARRIED_OUT and (rule.by in _FIXED or rule.by not in kind.operations):
        yield f"{rule.path} is {rule.type} by {rule.by!r}, which is no operation for changes"
    if rule.type is RuleType.UPDATABLE and (rule.reset is ABSENT) != bool(rule.no_reset):
        yield f"{rule.path} needs either a reset value or a reason why there is none"
    if rule.type is RuleType.APPEND_ONLY and paths[rule.path].get("type") != "array":
        yield f"{rule.path} is append_only and no array"
    if rule.normalise and rule.normalise not in NORMALISERS:
        yield f"{rule.path} names {rule.normalise!r}, which is no normaliser"
    if rule.set_of is not None:
        item = f"{rule.path}[*].{rule.set_of}" if rule.set_of else f"{rule.path}[*]"
        if item not in paths:
            yield f"{rule.path} is a set of {item}, which the schema lacks"


def _uncovered(kind: Kind, paths: Paths) -> Iterator[str]:
    """Leaves without a rule, own or inherited, and rules inside lists that are one value."""
    rules = kind.rules_by_path
    governing: dict[str, Rule | None] = {}
    closed: set[str] = set()
    for path, schema in paths.items():
        parent = path.removesuffix("[*]") if path.endswith("[*]") else path.rpartition(".")[0]
        rule = rules.get(path, governing.get(parent))
        governing[path] = rule
        if parent in closed or (path.endswith("[*]") and not (rule and rule.path == parent and rule.set_of)):
            closed.add(path)
            if path in rules:
                yield f"the rule for {path} is never reached: the list above it is one value"
        if rule is None and "properties" not in schema:
            yield f"{path} has no rule"


def _forms(kind: Kind, paths: Paths) -> Iterator[str]:
    """Defaults and lists without order that the schema does not know, or knows otherwise."""
    stated = {path: schema["default"] for path, schema in paths.items() if "default" in schema}
    for path in sorted(stated.keys() | kind.defaults.keys()):
        ours, theirs = kind.defaults.get(path, ABSENT), stated.get(path, ABSENT)
        if not same(ours, theirs):
            yield f"the default of {path} is {ours!r} in the descriptor and {theirs!r} in the schema"
        rule = kind.rules_by_path.get(path)
        if rule is not None and rule.reset is not ABSENT and not same(rule.reset, ours):
            yield f"{path} is reset to {rule.reset!r}, and its default is {ours!r}"
    for path, key in kind.any_order.items():
        item = f"{path}[*].{key}" if key else f"{path}[*]"
        if item not in paths:
            yield f"{path} has no order of {item}, which the schema lacks"
        rule = kind.rules_by_path.get(path)
        if rule is not None and (rule.set_of is not None or rule.type is RuleType.APPEND_ONLY):
            yield f"{path} has no order, and its rule says how its items are compared"
    yield from (
        f"{path} is always sent and has no default" for path in kind.always_sent if path not in stated
    )


def _operations(kind: Kind, paths: Paths) -> Iterator[str]:
    if "create" not in kind.operations:
        yield "there is no operation create"
    used = {rule.by for rule in kind.rules if rule.by}
    outputs = {output.name for output in kind.outputs}
    kept = outputs | set(kind.handles)
    words = {status.key: {*status.ready, *status.stopped, *status.failed} for status in kind.readiness.fields}
    for name, operation in kind.operations.items():
        if name not in _FIXED and name not in used:
            yield f"no rule uses the operation {name}"
        yield from (
            f"{name} sends {wire} from {output}, which is no output"
            for wire, output in operation.keys.items()
            if output not in outputs
        )
        yield from (
            f"{name} names {output}, which is no output"
            for output in operation.counters
            if output not in outputs
        )
        if operation.result and operation.result not in (outputs if name == "create" else kept):
            yield f"{name} names {operation.result}, which is no output"
        yield from (
            f"{name} requires {path}, which the schema lacks"
            for path in operation.requires
            if path not in paths
        )
        if operation.buys is not None:
            yield from _purchase(name, operation.buys, paths, outputs)
        if operation.also and operation.also not in outputs:
            yield f"{name} names {operation.also}, which is no output"
        if operation.when is not None and operation.when[0] not in paths:
            yield f"{name} depends on {operation.when[0]}, which the schema lacks"
        yield from (
            f"{name} waits for {key} to be {', '.join(ends)}, which readiness does not know as an end"
            for key, ends in operation.until.items()
            if not words.get(key, set()).issuperset(ends)
        )
    for status in kind.readiness.fields:
        needed = status.proof.keys.values() if status.proof is not None else ()
        yield from (
            f"{status.key} is proven by {item}, which nothing keeps" for item in needed if item not in kept
        )


def _purchase(name: str, buys: Buys, paths: Paths, outputs: Container[str]) -> Iterator[str]:
    named = (buys.amount, buys.unit, buys.timing, buys.term, buys.unless[0])
    yield from (f"{name} buys by {path}, which the schema lacks" for path in named if path not in paths)
    if buys.learns and buys.learns not in outputs:
        yield f"{name} learns {buys.learns}, which is no output"


def _end(kind: Kind) -> Iterator[str]:
    if kind.end != "forget" and kind.end not in kind.operations:
        yield f"there is no operation {kind.end}: declare how the object ends (delete, deactivate or forget)"
    if kind.end != "delete" and "delete" in kind.operations:
        yield f"it has a delete and yet ends with {kind.end}"
    if "release" in kind.operations and kind.end != "deactivate":
        yield "release without deactivate"
    if kind.end != "delete" and not kind.left:
        yield f"it ends with {kind.end} and does not say what is left"


def _names(kind: Kind, paths: Paths) -> Iterator[str]:
    rules = kind.rules_by_path
    named = [("search", path) for path in kind.search.match]
    named += [("echo", path) for path in kind.echo]
    if kind.search.scope:
        named.append(("search", kind.search.scope))
    if kind.listing is not None and kind.listing.scope:
        named.append(("listing", kind.listing.scope))
    for identity in kind.identities:
        named += [("identity", path) for path in (*identity.attributes, *identity.optional)]
        if not identity.why.strip():
            yield "identity gives no reason"
    if kind.part:
        named += [("part", path) for path in kind.part.owned_when]
    if kind.leaves:
        named.append(("leaves", kind.leaves))
    yield from (f"{what} names {path}, which the schema lacks" for what, path in named if path not in paths)
    yield from (
        f"search matches {path}, which is never shown"
        for path in kind.search.match
        if path in rules and rules[path].write_only
    )
    yield from (
        f"{path} is derived and not declared computed"
        for path in kind.derive
        if path not in rules or rules[path].type is not RuleType.COMPUTED
    )
    if kind.container_inputs and kind.container is None:
        yield "container inputs without a container"


def _outputs(kind: Kind) -> Iterator[str]:
    outputs = {output.name for output in kind.outputs}
    if not kind.id:
        yield "it has no id"
    wanted = [("id", name) for name in kind.id]
    if kind.read:
        wanted += [("read", name) for name in kind.read.keys.values()]
    if kind.part:
        wanted.append(("part", kind.part.key))
        wanted.append(("part", kind.part.listing.scope))
    yield from (f"{what} names {name}, which is no output" for what, name in wanted if name not in outputs)
    if kind.listing is not None:
        yield from _listing(kind.listing)


def _listing(listing: Listing) -> Iterator[str]:
    if not listing.items:
        yield f"{listing.action} does not say which key holds the items"
    if listing.carry and not listing.each:
        yield f"{listing.action} carries keys of items that list no others"


def _references(kind: Kind, paths: Paths) -> Iterator[str]:
    if sum(ref.relation == "container" for ref in kind.references) > 1:
        yield "it lives in more than one container"
    for ref in kind.references:
        if ref.path not in paths:
            yield f"the reference {ref.path} has no such path in the schema"
        elif not _takes_placeholder(paths[ref.path]):
            yield f"{ref.path} takes references, so its schema must accept any string that is not empty"
        yield from _targets(ref)


def _targets(ref: Ref) -> Iterator[str]:
    if not ref.to:
        yield f"the reference {ref.path} accepts no kind"
    yield from (
        f"the reference {ref.path} accepts {item!r}: write Kind.output" for item in ref.to if "." not in item
    )


def _takes_placeholder(schema: Schema) -> bool:
    shortest = schema.get("minLength", 0)
    return (
        schema.get("type") == "string"
        and not any(word in schema for word in _NARROWING)
        and isinstance(shortest, int)
        and shortest <= 1
    )
