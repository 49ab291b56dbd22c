"""Situations of the verdict table: a small world around one subject, in which a word changes one side.

Everything agrees until then. A cell of the table holds words joined by ` + `:

    path=value, -path           what state and console hold, what the console shows, or what the manifest says
                                (in the columns of state, console and manifest), as YAML; `-`: not there
    field:Word                  a status word of the console, in place of the one that means "ready"
    kept path=value             state keeps an older object, with that difference; `only kept`: instead of the
                                current one; `due`: its end is due
    theirs path=value           the console shows an object like ours that belongs to nobody
    @Kind/name word             a word about another resource of the situation

The others are functions of that name in STATE, CONSOLE, MANIFEST and COMMAND below.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import yaml

from qfops.core.address import Address, ObjectKey
from qfops.core.observation import LiveObject
from qfops.core.paths import parse, put
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Ignore, Resource
from qfops.core.state.entry import Due, Retired
from qfops.core.values import ABSENT, Marker, Slot, Value, plain
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.kinds.registry import load
from qfops.kinds.status import phase_of
from tests.support.bench import resource
from tests.support.status import kept_status
from tests.unit.planning.given import World

BYSTANDER = resource("PromptTemplate/bystander", {
    "templateName": "bystander", "templateContent": "Hello {name}", "variableIdentifier": "{}",
})  # fmt: skip


@dataclass
class Situation:
    """A world and the resource in it that is judged; `old` is its address before it was renamed."""

    world: World
    subject: Resource
    old: Address | None = None
    flags: PlanOptions = field(default_factory=PlanOptions)

    @property
    def name(self) -> str:
        return str(self.subject.address)

    @property
    def kind(self) -> Kind:
        return load().get(self.subject.address)

    # --- the manifest

    def want(self, changed: Resource) -> None:
        self.subject = changed
        self.world.want(changed)

    def spec(self, path: str, value: Slot) -> None:
        """The manifest says `value`; ABSENT: nothing any more."""
        attributes: dict[str, Value] = copy.deepcopy({**self.subject.attributes})
        _set(attributes, path, value)
        fresh = resource(self.name, attributes)
        self.want(replace(self.subject, attributes=fresh.attributes, references=fresh.references))

    def live_by(self, **rules: object) -> None:
        """The manifest's lifecycle."""
        self.want(replace(self.subject, lifecycle=replace(self.subject.lifecycle, **rules)))  # type: ignore[arg-type]

    def rename(self) -> None:
        """The same manifest under another name."""
        self.old = self.subject.address
        self.world.remove(self.name)
        self.want(replace(self.subject, address=self.kind.address(f"{self.old.name}-2")))

    # --- state

    def applied(self, path: str, value: Slot) -> None:
        """State and console hold `value`, whatever the manifest says."""
        self.recorded(path, value)
        self.shown(path, value)

    def recorded(self, path: str, value: Slot) -> None:
        """State alone holds `value`."""
        attributes: dict[str, Value] = copy.deepcopy({**self.world.entries[self.subject.address].attributes})
        _set(attributes, path, value)
        plain_attributes = {key: plain(item) for key, item in attributes.items()}
        inputs = self.world.inputs(self.subject, plain_attributes)
        known = {path: plain(item) for path, item in inputs.values.items()}
        self.world.remember(self.name, attributes=plain_attributes, run_key=inputs.key, inputs=known)

    def entry_by(self, **rules: object) -> None:
        """The lifecycle that was applied."""
        entry = self.world.entries[self.subject.address]
        self.world.remember(self.name, lifecycle=replace(entry.lifecycle, **rules))  # type: ignore[arg-type]

    def keep(self, path: str, value: Slot, *, instead: bool = False, due: bool = False) -> None:
        """State keeps an object like the applied one but for one path: beside it, or instead of it."""
        entry, live = self.world.entries[self.subject.address], self.world.live(self.name)
        attributes: dict[str, Value] = copy.deepcopy({**entry.attributes})
        shown: dict[str, Value] = copy.deepcopy({**live.attributes})
        if path:
            _set(attributes, path, value)
            _set(shown, path, value)
        applied = {key: plain(item) for key, item in attributes.items()}
        end: Due = "deactivate" if self.kind.end == "deactivate" else "delete"
        kept = Retired(
            "kept-1", applied, {**entry.outputs, self.kind.id[0]: "kept-1"},
            run_key=self.world.inputs(self.subject, applied).key, status=entry.status, why="replaced",
            due=end if due else None,
        )  # fmt: skip
        self.world.show(
            replace(live, id="kept-1", attributes={key: plain(item) for key, item in shown.items()}),
            self.kind.key,
        )
        if instead:
            self.world.hide(self.name)
            self.world.remember(self.name, id=None, attributes={}, outputs={}, run_key="", inputs={})
        self.world.remember(self.name, retired=(kept,))

    # --- the console

    def shown(self, path: str, value: Slot) -> None:
        """The console shows `value`; ABSENT: that it is not set."""
        live = self.world.live(self.name)
        attributes: dict[str, Value] = copy.deepcopy({**live.attributes})
        _set(attributes, path, value)
        shown = {key: plain(item) for key, item in attributes.items()}
        self.world.show(replace(live, attributes=shown), self.kind.key)

    def stranger(self) -> None:
        """Somebody else's object like ours."""
        live = self.world.live(self.name)
        outputs = {**live.outputs, self.kind.id[0]: "theirs-1"}
        self.world.show(replace(live, id="theirs-1", outputs=outputs), self.kind.key)

    def theirs(self, path: str, value: Slot) -> None:
        """Somebody else's object, but for one path."""
        live = self.world.inventory[self.kind.key]["theirs-1"]
        attributes: dict[str, Value] = copy.deepcopy({**live.attributes})
        _set(attributes, path, value)
        shown = {key: plain(item) for key, item in attributes.items()}
        self.world.show(replace(live, attributes=shown), self.kind.key)

    def status(self, object_id: str, field_: str, word: str) -> None:
        """The console shows another word in one field of a status."""
        live = self.world.inventory[self.kind.key][object_id]
        words = kept_status(self.kind, {**live.status, field_: word})
        self.world.show(replace(live, status=words, phase=phase_of(self.kind, words)), self.kind.key)

    def gone(self) -> None:
        self.world.missing.add(self.world.hide(self.name))

    def unreadable(self) -> None:
        self.world.unreadable[self.world.hide(self.name)] = "the keys may not read it"

    def unmade(self) -> None:
        """Nothing was ever made."""
        if self.world.entries[self.subject.address].id is not None:
            self.world.hide(self.name)
        del self.world.entries[self.subject.address]

    def change_flags(self, **flags: object) -> None:
        self.flags = replace(self.flags, **flags)  # type: ignore[arg-type]


def _set(attributes: dict[str, Value], path: str, value: Slot) -> None:
    if not isinstance(value, Marker):
        put(attributes, path, value)
        return
    *parents, last = parse(path)
    here: Value = attributes
    for part in parents:
        assert isinstance(here, dict)
        here = here[str(part)]
    assert isinstance(here, dict)
    here.pop(str(last), None)


# --- words ----------------------------------------------------------------------------------------------


Word = Callable[[Situation], None]
Setter = Callable[[Situation, str, Slot], None]
_EDIT = re.compile(r"(?:(?P<lead>[a-z ]+) )?(?:(?P<path>[\w.]+)=(?P<value>.*)|-(?P<gone>[\w.]+))")
_STATUS = re.compile(r"(?:(?P<whose>theirs|kept) )?(?P<field>\w+):(?P<word>\w+)")
_IDS = {"theirs": "theirs-1", "kept": "kept-1"}


def situation(subject: str, resources: Sequence[Resource], cells: Mapping[str, str]) -> Situation:
    """The world of `resources` and a bystander, around `subject`, once all words of `cells` are said."""
    world = World(*resources, BYSTANDER)
    found = Situation(world, world.resources[Address.parse(subject)])
    for column in COLUMNS:
        for word in cells[column].split(" + "):
            _say(found, column, word.strip())
    return found


def _say(found: Situation, column: str, word: str) -> None:
    if word.startswith("@"):
        name, _, rest = word[1:].partition(" ")
        other = replace(found, subject=found.world.resources[Address.parse(name)], old=None)
        _say(other, column, rest)
    elif (named := COLUMNS[column].words.get(word)) is not None:
        named(found)
    elif column == "console" and (state := _STATUS.fullmatch(word)):
        object_id = _IDS[state["whose"]] if state["whose"] else found.world.live(found.name).id
        found.status(object_id, state["field"], state["word"])
    else:
        _edit(found, column, word)


def _edit(found: Situation, column: str, word: str) -> None:
    """A word that ends in a path and its value: `path=value`, `kept path=value`, `theirs -path`."""
    parts = _EDIT.fullmatch(word)
    setter = COLUMNS[column].setters.get(parts["lead"] or "") if parts else None
    if parts is None or setter is None:
        raise ValueError(f"{word!r} means nothing in the column {column}")
    setter(found, parts["gone"] or parts["path"], ABSENT if parts["gone"] else yaml.safe_load(parts["value"]))


@dataclass(frozen=True)
class Column:
    """What may be said in a column: words by name, and the leads of edits (`""`: nothing before the path)."""

    words: Mapping[str, Word]
    setters: Mapping[str, Setter]


def _ignore(found: Situation, path: str, value: Slot) -> None:
    """`ignore path=day`: both sides of us have ignored it until then (null: for good)."""
    until = value if isinstance(value, date) else None
    found.live_by(ignore=(Ignore(path, "theirs", until),))


def _ignored(found: Situation, path: str, value: Slot) -> None:
    _ignore(found, path, value)
    found.entry_by(ignore=found.subject.lifecycle.ignore)


def _orphan(found: Situation) -> None:
    """State holds the object under another address, which no manifest declares."""
    entry = found.world.entries.pop(found.subject.address)
    old = found.kind.address("old-name")
    found.world.entries[old] = replace(entry, address=old)


def _kept_elsewhere(found: Situation) -> None:
    """Another address keeps the object, which its manifest replaced."""
    found.keep("", ABSENT, instead=True)
    _orphan(found)


def _protected(found: Situation) -> None:
    found.live_by(protect=True)
    found.entry_by(protect=True)


def _assumed(found: Situation) -> None:
    """It was adopted while no read showed anything of it: every value was taken from the manifest."""
    leaves = flatten(found.kind, found.world.entries[found.subject.address].attributes)
    found.world.remember(found.name, assumed=tuple(leaves))


def _no_run_key(found: Situation) -> None:
    found.world.remember(found.name, run_key="", inputs={})


def _unsettled(found: Situation) -> None:
    found.world.unsettled[found.subject.address] = "a call is open"


def _kept_gone(found: Situation) -> None:
    del found.world.inventory[found.kind.key]["kept-1"]
    found.world.missing.add(ObjectKey(found.kind.key, "kept-1"))


def _foreign_content(found: Situation) -> None:
    """Somebody else's object lives in ours, or uses it."""
    entry = found.world.entries[found.subject.address]
    outputs = entry.outputs or entry.retired[0].outputs
    for kind in load().kinds.values():
        for item in kind.references:
            output = item.targets().get(found.kind.key)
            if output and item.relation in ("container", "holds"):
                attributes = {item.path: outputs[output]}
                found.world.show(LiveObject("foreign-1", attributes, {kind.id[0]: "foreign-1"}), kind.key)


def _adopt(found: Situation) -> None:
    found.world.adopt[found.subject.address] = "theirs-1"


def _adopt_unreadable(found: Situation) -> None:
    _adopt(found)
    found.world.inventory[found.kind.key].pop("theirs-1", None)
    found.world.unreadable[ObjectKey(found.kind.key, "theirs-1")] = "the keys may not read it"


def _adopt_ours(found: Situation) -> None:
    found.world.adopt[found.subject.address] = found.world.live(str(BYSTANDER.address)).id


def _no_manifest(found: Situation) -> None:
    found.world.remove(found.name)


def _moved(found: Situation) -> None:
    found.rename()
    assert found.old is not None
    found.world.moved[found.old] = found.subject.address


def _another(found: Situation) -> None:
    found.rename()
    assert found.old is not None
    found.world.moved[found.old] = None


def _forgotten(found: Situation) -> None:
    found.world.forgotten.add(found.subject.address)


def _labelled(found: Situation) -> None:
    found.want(replace(found.subject, labels={"team": "support"}))


def _after(found: Situation) -> None:
    found.want(replace(found.subject, depends_on=(*found.subject.depends_on, BYSTANDER.address)))


def _lifecycle(rules: Mapping[str, object], *, applied: bool) -> Word:
    return lambda found: found.entry_by(**rules) if applied else found.live_by(**rules)


def _flag(**flags: object) -> Word:
    return lambda found: found.change_flags(**flags)


def _nothing(_: Situation) -> None:
    """Everything stays as it is."""


def _hidden(found: Situation) -> None:
    found.world.hide(found.name)


STATE = Column(
    {
        "applied": _nothing,
        "none": Situation.unmade,
        "orphan": _orphan,
        "kept elsewhere": _kept_elsewhere,
        "theirs": Situation.stranger,
        "kept": lambda found: found.keep("", ABSENT),
        "only kept": lambda found: found.keep("", ABSENT, instead=True),
        "due": lambda found: found.keep("", ABSENT, due=True),
        "assumed": _assumed,
        "no run key": _no_run_key,
        "protected": _protected,
        "onRemove retire": _lifecycle({"on_remove": "retire"}, applied=True),
        "onRemove forget": _lifecycle({"on_remove": "forget"}, applied=True),
    },
    {
        "": Situation.applied,
        "kept": Situation.keep,
        "only kept": lambda found, path, value: found.keep(path, value, instead=True),
        "due": lambda found, path, value: found.keep(path, value, due=True),
        "ignoring": _ignored,
        "entry": Situation.recorded,
    },
)
CONSOLE = Column(
    {
        "as applied": _nothing,
        "gone": Situation.gone,
        "unreadable": Situation.unreadable,
        "not shown": _hidden,
        "call open": _unsettled,
        "kept one gone": _kept_gone,
        "foreign content": _foreign_content,
    },
    {"": Situation.shown, "theirs": Situation.theirs},
)
MANIFEST = Column(
    {
        "same": _nothing,
        "no manifest": _no_manifest,
        "renamed": Situation.rename,
        "moved": _moved,
        "another one": _another,
        "adopt": _adopt,
        "adopt unreadable": _adopt_unreadable,
        "adopt ours": _adopt_ours,
        "protect": _lifecycle({"protect": True}, applied=False),
        "unprotect": _lifecycle({"protect": False}, applied=False),
        "onReplace delete": _lifecycle({"on_replace": "delete"}, applied=False),
        "onReplace retire": _lifecycle({"on_replace": "retire"}, applied=False),
        "onRemove retire": _lifecycle({"on_remove": "retire"}, applied=False),
        "onRemove forget": _lifecycle({"on_remove": "forget"}, applied=False),
        "forget": _forgotten,
        "new label": _labelled,
        "new dependsOn": _after,
    },
    {"": Situation.spec, "ignore": _ignore},
)
COMMAND = Column(
    {
        "-": _nothing,
        "destroy": _flag(scope=Scope.DESTROY),
        "prune": _flag(prune=True),
        "only prune": _flag(scope=Scope.PRUNE),
        "retry": _flag(retry_failed=True),
        "revert": _flag(revert_drift=True),
        "another": _flag(targets=(BYSTANDER.address,)),
        "this": lambda found: found.change_flags(targets=(found.subject.address,)),
    },
    {},
)
COLUMNS = {"state": STATE, "console": CONSOLE, "manifest": MANIFEST, "command": COMMAND}


def words_of(column: str) -> set[str]:
    """The words with a name of their own in a column."""
    return set(COLUMNS[column].words)
