"""The vocabulary of descriptors: kinds, operations, references, readiness, identity, search.

A descriptor is data that the engine reads; nothing outside `kinds/` names a kind. Pure hooks (`encode`,
`decode`, `checks`, `derive`) are the exception, for shapes that no rule can say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeGuard

from qfops.core.address import DEFAULT_VERSION, Address, KindKey
from qfops.core.observation import Phase
from qfops.core.paths import get, parse, pattern, top
from qfops.core.plan.change import Milestone
from qfops.core.resource import Resource
from qfops.core.values import JSON, Slot, Value
from qfops.kinds.findings import Finding
from qfops.kinds.normalise import Form, forms
from qfops.kinds.operations import Listing, Operation, Part, Read
from qfops.kinds.rules import Rule, RuleType, immutable


@dataclass(frozen=True, slots=True)
class Ref:
    """A path that takes the output of another resource.

    `path` is a pattern (`versions[*].versionId`). `to` are the outputs it accepts, `Kind.output` or
    `v1/Kind.output`. `waits_for` is how far the target must have come. `relation` is "input" (decides what
    comes out of a run), "container" (where the object lives; never an input of a run) or "holds" (the target
    cannot be deleted while this object uses it).
    """

    path: str
    to: tuple[str, ...]
    waits_for: Milestone = "done"
    relation: Literal["input", "container", "holds"] = "input"

    def targets(self) -> dict[KindKey, str]:
        """The accepted outputs by kind."""
        named = (item.rpartition(".") for item in self.to)
        return {KindKey.parse(kind): output for kind, _, output in named}


@dataclass(frozen=True, slots=True)
class IdForm:
    """How the console forms the ids of a kind: a prefix, and so many lower-case letters and digits after it.

    Both only where its pages, or recorded answers, say so. Whatever the form, an id is a plain word.
    """

    prefix: str = ""
    length: int = 0

    def fits(self, value: JSON) -> bool:
        """Whether a value of an answer can be such an id."""
        if not (is_plain_id(value) and value.startswith(self.prefix)):
            return False
        rest = value[len(self.prefix) :]
        return bool(rest) if self.length == 0 else len(rest) == self.length and _WORD.issuperset(rest)


_WORD = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
_NO_IDS = frozenset({"true", "false", "null", "none", "undefined"})


def is_plain_id(value: JSON) -> TypeGuard[str]:
    """Whether a value could be an id at all: a printable word, and none that means "yes" or "nothing"."""
    return (
        isinstance(value, str)
        and value.isprintable()
        and value.split() == [value]
        and "/" not in value
        and value.lower() not in _NO_IDS
    )


@dataclass(frozen=True, slots=True)
class Output:
    """A value that the console makes; `form` where it is the id of an object."""

    name: str
    description: str
    form: IdForm | None = None


@dataclass(frozen=True, slots=True)
class StatusField:
    """One status key of the wire and what its words mean; `final` words never change by themselves.

    `otherwise` is what words mean that nobody declared: UNREADABLE, unless the API names some only. `proof`
    is another read that shows the field, for answers about the object that do not.
    """

    key: str
    ready: tuple[str, ...]
    going: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    otherwise: Phase = Phase.UNREADABLE
    proof: Read | None = None

    def phase(self, word: str) -> Phase:
        """The meaning of a status word."""
        for words, phase in (
            (self.ready, Phase.READY),
            (self.going, Phase.GOING),
            (self.failed, Phase.FAILED),
            (self.stopped, Phase.STOPPED),
        ):
            if word in words:
                return phase
        return self.otherwise


@dataclass(frozen=True, slots=True)
class Readiness:
    """How the engine tells ready, failed, still going; `reason` is the wire key of a failure's reason.

    `limit` is the longest wait in seconds before "in progress" (wait.limit of the project caps it).
    """

    fields: tuple[StatusField, ...] = ()
    reason: str = ""
    limit: float = 3600.0


@dataclass(frozen=True, slots=True)
class Identity:
    """The attributes that name an object, and who enforces that; objects in `released` words do not count.

    Those of the attributes that are `optional` are a part of the name also where they are left out.
    """

    attributes: tuple[str, ...]
    enforced_by: Literal["console", "us"]
    why: str
    released: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Where a lost create is looked for: `scope` "" is the account, else the container attribute; `match`
    are the echoed attributes that must equal the planned ones."""

    scope: str
    match: tuple[str, ...]


class ProjectView(Protocol):
    """What a check may look at: the resources of the project."""

    def follow(self, value: Slot) -> Resource | None:
        """The resource that a reference (or a literal managed id) points to, if it is in the project."""

    def users_of(self, address: Address) -> Iterable[Resource]:
        """The resources that refer to the one at `address`, by address."""


ShownAs = Literal["as is", "folded", "hidden"]
Check = Callable[[Resource, ProjectView], Iterable[Finding]]
Derive = Callable[[Mapping[str, Value]], JSON]
Decode = Callable[[Mapping[str, JSON]], Mapping[str, JSON]]


EXTRA = "extra"
"""The attribute of every kind for wire fields that its schema does not know."""
_EXTRA_RULE = immutable(EXTRA, why="extra fields are sent at creation and not echoed", write_only=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of resource: everything the engine needs to know of it.

    `id` are the outputs whose values, joined by "/", are the object's id. `operations` are the writes by
    name: `create` always; `stop`, `delete`, `deactivate`, `release` where they exist; others as the rules
    name them. `end` is what "delete" means. `left` says what stays, and what stays billed, after the end.
    `echo` maps attribute paths to the wire paths that show them where the names differ. `run` marks one-shot
    objects; `container_inputs` are attributes of the container that decide a run's result. `keep_on_replace`
    is the default of lifecycle.onReplace. `missing_codes` are console codes that mean "does not exist".
    `listing` None: the API has no list of such objects, so whether one is there cannot be looked up.
    `echoed` are the top-level attributes that answers may show, `shown_as` says how, where that is the same
    for all of an attribute: as it was sent, in another form or order, or not at all. `leaves` is an
    attribute whose items the console makes into objects that nobody owns (labels).
    `handles` name what calls answer besides, to be asked for later (an import's id): kept with the outputs,
    offered to nobody.
    `derive` maps computed attributes to pure functions of the spec, for what a reader wants to see of them.
    `defaults` are the values that the console states for what a manifest does not say, `any_order` the lists
    whose order means nothing (with the key of their items, "" for items without one), both by pattern
    (`versions[*].samplingRate`); `always_sent` are defaults that the console wants to be told all the same.
    """

    name: str
    route: str
    summary: str
    id: tuple[str, ...]
    outputs: tuple[Output, ...]
    operations: Mapping[str, Operation]
    listing: Listing | None
    rules: tuple[Rule, ...]
    search: Search
    version: str = DEFAULT_VERSION
    read: Read | None = None
    part: Part | None = None
    references: tuple[Ref, ...] = ()
    readiness: Readiness = Readiness()
    identity: Identity | None = None
    also_unique: tuple[Identity, ...] = ()
    end: Literal["delete", "deactivate", "forget"] = "delete"
    left: str = ""
    leaves: str = ""
    run: bool = False
    container_inputs: tuple[str, ...] = ()
    keep_on_replace: bool = False
    echo: Mapping[str, str] = field(default_factory=dict)
    missing_codes: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    decode: Decode | None = None
    derive: Mapping[str, Derive] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    defaults: Mapping[str, JSON] = field(default_factory=dict)
    any_order: Mapping[str, str] = field(default_factory=dict)
    always_sent: tuple[str, ...] = ()
    form: Form = field(init=False, repr=False, compare=False)
    key: KindKey = field(init=False, repr=False, compare=False)
    ids: frozenset[str] = field(init=False, repr=False, compare=False)
    container: Ref | None = field(init=False, repr=False, compare=False)
    rules_by_path: Mapping[str, Rule] = field(init=False, repr=False, compare=False)
    echoed: tuple[str, ...] = field(init=False, repr=False, compare=False)
    shown_as: Mapping[str, ShownAs] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", KindKey(self.version, self.name))
        object.__setattr__(self, "form", forms(self.defaults, self.any_order))
        part = {self.part.key} if self.part is not None else set()
        formed = {output.name for output in self.outputs if output.form is not None}
        object.__setattr__(self, "ids", frozenset({*self.id, *part, *formed}))
        home = next((ref for ref in self.references if ref.relation == "container"), None)
        object.__setattr__(self, "container", home)
        rules = {rule.path: rule for rule in (*self.rules, _EXTRA_RULE)}
        object.__setattr__(self, "rules_by_path", rules)
        shown = [rule for rule in self.rules if rule.type is not RuleType.COMPUTED and not rule.write_only]
        object.__setattr__(self, "shown_as", _shown_as(rules.values()))
        object.__setattr__(self, "echoed", tuple(dict.fromkeys(top(rule.path) for rule in shown)))

    @property
    def identities(self) -> tuple[Identity, ...]:
        """Everything that no two objects may have in common: the name first, where there is one."""
        return (self.identity, *self.also_unique) if self.identity is not None else self.also_unique

    @property
    def create(self) -> Operation:
        """The operation that makes the object."""
        return self.operations["create"]

    @property
    def named(self) -> bool:
        """Whether a search for a lost create compares what names an object; else objects may look alike."""
        return self.identity is not None and set(self.identity.attributes) <= set(self.search.match)

    @property
    def reads_part(self) -> bool:
        """Whether the kind's read is named by the part alone, and so says nothing of the object itself."""
        return self.read is not None and self.part is not None and self.part.key in self.read.keys.values()

    def address(self, name: str) -> Address:
        """The address of a resource of this kind."""
        return Address(self.name, name, self.version)

    def route_of(self, call: Operation | Read | Listing) -> str:
        """The route that an action is sent to."""
        return call.route or self.route

    def steps_outside_create(self) -> set[str]:
        """Top-level attributes that other operations carry out: they are no part of the create body."""
        return {rule.path for rule in self.rules if _outside_create(rule)}

    def outside_rules(self) -> list[Rule]:
        """The rules of those attributes: appends first, then switches."""
        rules = [rule for rule in self.rules if _outside_create(rule)]
        return sorted(rules, key=lambda rule: rule.type is not RuleType.APPEND_ONLY)

    def rule_at(self, path: str) -> Rule | None:
        """The rule that governs a path: its own, or the nearest above it (items of keyed sets included)."""
        parts = [] if path in self.rules_by_path else list(parse(path))
        while parts:
            for candidate in _patterns(parts):
                rule = self.rules_by_path.get(candidate)
                if rule is not None:
                    return rule
            parts.pop()
        return self.rules_by_path.get(path)

    def scope_in(self, attributes: Mapping[str, Value]) -> str:
        """The id of the container whose list shows an object of these attributes; "" where all are in one."""
        container = self.container
        if self.listing is None or not self.listing.scope or container is None:
            return ""
        value = get(dict(attributes), container.path)
        return value if isinstance(value, str) else ""

    def ref_at(self, path: str) -> Ref | None:
        """The reference rule of a concrete path."""
        wanted = pattern(path)
        return next((ref for ref in self.references if ref.path == wanted), None)


def _outside_create(rule: Rule) -> bool:
    later = rule.type in (RuleType.APPEND_ONLY, RuleType.ONE_WAY)
    return later and "." not in rule.path and rule.by != "create"


def _patterns(parts: list[str | int]) -> Iterable[str]:
    """The path as a rule may name it: with the item of a keyed set, which is written like a field, or not."""
    yield ".".join(str(part) for part in parts)
    for position in range(1, len(parts)):
        items = [*(str(part) for part in parts[:position])]
        rest = [str(part) for part in parts[position + 1 :]]
        yield ".".join(items) + "[*]" + "".join(f".{part}" for part in rest)


def _shown_as(rules: Iterable[Rule]) -> dict[str, ShownAs]:
    """How answers show each top-level attribute, where all of it is shown in one way."""
    by_top: dict[str, list[Rule]] = {}
    for rule in rules:
        by_top.setdefault(top(rule.path), []).append(rule)
    found: dict[str, ShownAs] = {}
    for key, group in by_top.items():
        if all(rule.write_only for rule in group):
            found[key] = "hidden"
        elif len(group) == 1 and (group[0].normalise or group[0].set_of == ""):
            found[key] = "folded"
        elif not any(rule.write_only for rule in group):
            found[key] = "as is"
    return found
