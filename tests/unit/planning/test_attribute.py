"""The three-way comparison of one attribute: every prior, live and desired, under every rule.

Absent, null, unseen, unknown and assumed are five different values. The tables say what follows from the
principles of the design, in this order:

1. Only declared attributes are owned: silent before and now, nothing is ours.
2. What the console shows already is not done again.
3. What is declared as it was applied is no intent: a difference is the console's, and held back.
4. Anything else is an intent, and the rule says what it means. Where the console was edited besides, it is
   marked (`!`); that needs a prior that was really applied, not one that an adoption assumed.
5. Silent now: the rule says whether that resets, drops or replaces; nothing happens to what is not there.

Columns are what the console shows, rows what was applied (`~A`: assumed at an adoption). Cells: `.` same,
`D` drift, `U` update, `v` advance, `+` append, `R` replace, `b` blocked, `n` note, `x` dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from qfops.core.address import Address
from qfops.core.observation import LiveObject
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.values import ABSENT, UNOBSERVED, Reference, Slot, Unknown, Value, plain
from qfops.kinds.base import Kind, Output, Search
from qfops.kinds.operations import Listing, Operation, Repeat
from qfops.kinds.registry import load
from qfops.kinds.rules import (
    OnChange,
    Rule,
    RuleType,
    append_only,
    computed,
    create_only,
    immutable,
    one_way,
    updatable,
)
from qfops.planning.diff.attribute import ThreeSides, judge_attribute
from qfops.planning.diff.resource_diff import diff

LATER = Unknown(Reference(Address.parse("Model/later"), "modelId"))
CELLS = {
    Verdict.SAME: ".",
    Verdict.DRIFT: "D",
    Verdict.UPDATE: "U",
    Verdict.ADVANCE: "v",
    Verdict.APPEND: "+",
    Verdict.REPLACE: "R",
    Verdict.BLOCKED: "b",
    Verdict.NOTE: "n",
    Verdict.DROP: "x",
}
PLAIN: dict[str, Slot] = {
    "absent": ABSENT,
    "null": None,
    "unseen": UNOBSERVED,
    "A": "a",
    "B": "b",
    "unknown": LATER,
}
NUMBERS = {**PLAIN, "A": 1, "B": 2}

UPDATABLE_WITH_RESET = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         null     x      U    U      U!  U!
         A        x      U!   U      U   U!
         B        x      U!   U      U!  U
         ~A       x      U    U      U   U
null     absent   U      .    U      U   U
         null     D      .    .      D   D
         A        U!     .    U      U   U!
         B        U!     .    U      U!  U
         ~A       U      .    U      U   U
A        absent   U      U    U      .   U
         null     U!     U    U      .   U!
         A        D      D    .      .   D
         B        U!     U!   U      .   U
         ~A       D      D    .      .   D
B        absent   U      U    U      U   .
         null     U!     U    U      U!  .
         A        U!     U!   U      U   .
         B        D      D    .      D   .
         ~A       U      U    U      U   .
unknown  absent   U      U    U      U   U
         null     U!     U    U      U!  U!
         A        U!     U!   U      U   U!
         B        U!     U!   U      U!  U
         ~A       U      U    U      U   U
"""
UPDATABLE_WITHOUT_RESET = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         null     x      x    x      x   x
         A        x      x    x      x   x
         B        x      x    x      x   x
         ~A       x      x    x      x   x
"""
IMMUTABLE = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         null     x      R    R      R   R
         A        x      R    R      R   R
         B        x      R    R      R   R
         ~A       x      R    R      R   R
null     absent   R      .    R      R   R
         null     D      .    .      D   D
         A        R      .    R      R   R
         B        R      .    R      R   R
         ~A       R      .    R      R   R
A        absent   R      R    R      .   R
         null     R      R    R      .   R
         A        D      D    .      .   D
         B        R      R    R      .   R
         ~A       D      D    .      .   D
B        absent   R      R    R      R   .
         null     R      R    R      R   .
         A        R      R    R      R   .
         B        D      D    .      D   .
         ~A       R      R    R      R   .
unknown  absent   R      R    R      R   R
         null     R      R    R      R   R
         A        R      R    R      R   R
         B        R      R    R      R   R
         ~A       R      R    R      R   R
"""
IMMUTABLE_WITH_DEFAULT_A = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         null     x      R    R      x   R
         A        x      R    x      x   R
         B        x      R    R      x   R
         ~A       x      R    x      x   R
"""
CREATE_ONLY = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         null     x      x    x      x   x
         A        x      x    x      x   x
         B        x      x    x      x   x
         ~A       x      x    x      x   x
null     absent   n      .    n      n   n
         null     n      .    .      n   n
         A        n      .    n      n   n
         B        n      .    n      n   n
         ~A       n      .    n      n   n
A        absent   n      n    n      .   n
         null     n      n    n      .   n
         A        n      n    .      .   n
         B        n      n    n      .   n
         ~A       n      n    .      .   n
B        absent   n      n    n      n   .
         null     n      n    n      n   .
         A        n      n    n      n   .
         B        n      n    .      n   .
         ~A       n      n    n      n   .
unknown  absent   n      n    n      n   n
         null     n      n    n      n   n
         A        n      n    n      n   n
         B        n      n    n      n   n
         ~A       n      n    n      n   n
"""
# A is 1 and B is 2; nothing, null and what nobody knows count as none. No reference can stand here.
ONE_WAY = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         null     x      x    x      x   x
         A        x      x    x      x   x
         B        x      x    x      x   x
         ~A       x      x    x      x   x
null     absent   .      .    .      b   b
         null     D      .    .      D   D
         A        .      .    b      b   b
         B        .      .    b      b   b
         ~A       .      .    b      b   b
A        absent   v      v    v      .   b
         null     v!     v    v      .   b
         A        D      D    .      .   D
         B        v!     v!   b      .   b
         ~A       D      D    .      .   D
B        absent   v      v    v      v   .
         null     v!     v    v      v!  .
         A        v!     v!   v      v   .
         B        D      D    .      D   .
         ~A       v      v    v      v   .
"""
# Never ours: no drift, and no way to ask for it. No reference can stand here.
COMPUTED = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         null     x      x    x      x   x
         A        x      x    x      x   x
         B        x      x    x      x   x
A        absent   b      b    b      .   b
         null     b      b    b      .   b
         B        b      b    b      .   b
"""
# What an adoption sees (prior is never known): an observed difference is held back or blocked.
ADOPTED_UPDATABLE = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
null     absent   D      .    U      D   D
A        absent   D      D    U      .   D
unknown  absent   D      D    U      D   D
"""
ADOPTED_IMMUTABLE = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
null     absent   b      .    R      b   b
A        absent   b      b    R      .   b
unknown  absent   b      b    R      b   b
"""
ADOPTED_CREATE_ONLY = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
A        absent   n      n    n      .   n
unknown  absent   n      n    n      n   n
"""
ADOPTED_ONE_WAY = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
A        absent   D      D    v      .   D
B        absent   D      D    v      D   .
"""

# Lists of which A is [x] and B is [x, y]; the unknown one is [x, ?]. What the console shows of them is no
# list of what was added, so it plays no part: every column is the same. `c` is what the rule declares.
APPENDED = """
desired  prior    absent null unseen A   B
absent   absent   .      .    .      .   .
         A        c      c    c      c   c
         B        c      c    c      c   c
         ~A       c      c    c      c   c
A        absent   +      +    +      +   +
         A        .      .    .      .   .
         B        c      c    c      c   c
         ~A       .      .    .      .   .
B        absent   +      +    +      +   +
         A        +      +    +      +   +
         B        .      .    .      .   .
         ~A       +      +    +      +   +
unknown  absent   +      +    +      +   +
         A        +      +    +      +   +
         B        c      c    c      c   c
         ~A       +      +    +      +   +
"""

RESET = updatable("path", by="modify", why="it can be edited", reset="r")
KEPT = updatable("path", by="modify", why="it can be edited", no_reset="it has no default")
FIXED = immutable("path", why="it is fixed")
DEFAULTED = immutable("path", why="it is fixed", server_default=("a",))
ONCE = create_only("path", why="no call edits it")
FORWARD = one_way("path", by="publish", why="for good")
SERVED = computed("path", why="the console makes it")
LISTS: dict[str, Slot] = {**PLAIN, "A": ["x"], "B": ["x", "y"], "unknown": ["x", LATER]}


@dataclass(frozen=True)
class Case:
    """One table and the rule that it is about."""

    name: str
    table: str
    rule: Rule
    values: Mapping[str, Slot] = field(default_factory=lambda: PLAIN)
    adopting: bool = False

    def __str__(self) -> str:
        return self.name

    def answered(self) -> str:
        """The table with every cell as the comparison answers it."""
        header, *rows = self.table.strip("\n").splitlines()
        desired, lines = "", [header]
        for row in rows:
            desired = row.split()[0] if row[0] != " " else desired
            prior = row[9:18].strip()
            cells = [self._cell(desired, prior, live) for live in header.split()[2:]]
            lines.append(f"{row[:18]}{cells[0]:<7}{cells[1]:<5}{cells[2]:<7}{cells[3]:<4}{cells[4]}")
        return "\n".join(["", *lines, ""])

    def _cell(self, desired: str, prior: str, live: str) -> str:
        known = self.values[prior.lstrip("~")]
        sides = ThreeSides(known, self.values[live], self.values[desired], assumed=prior.startswith("~"))
        result = judge_attribute("path", self.rule, sides, adopting=self.adopting)
        explained(result, self.rule)
        return CELLS[result.verdict] + ("!" if result.overwrites else "")


def explained(result: AttributeChange, rule: Rule) -> None:
    """A reason wherever a reader would ask for one, and the operation wherever one has to be called."""
    if result.overwrites:
        assert "overwrites console edit" in result.reason
    if result.verdict in (Verdict.BLOCKED, Verdict.NOTE, Verdict.DRIFT, Verdict.REPLACE):
        assert result.reason
    if result.verdict in (Verdict.UPDATE, Verdict.ADVANCE, Verdict.APPEND):
        assert result.operation == rule.by


def appended(on_change: OnChange, cell: str) -> Case:
    """The table of an append-only rule that answers other edits in one of two ways."""
    rule = append_only("path", by="import", why="rows stay", on_change=on_change)
    return Case(f"append only, else {on_change}", re.sub(r"\bc\b", cell, APPENDED), rule, LISTS)


CASES = [
    Case("updatable", UPDATABLE_WITH_RESET, RESET),
    Case("updatable, no reset", UPDATABLE_WITHOUT_RESET, KEPT),
    Case("immutable", IMMUTABLE, FIXED),
    Case("immutable, server default", IMMUTABLE_WITH_DEFAULT_A, DEFAULTED),
    Case("create only", CREATE_ONLY, ONCE),
    Case("one way", ONE_WAY, FORWARD, NUMBERS),
    Case("computed", COMPUTED, SERVED),
    appended("replace", "R"),
    appended("blocked", "b"),
    Case("adopting, updatable", ADOPTED_UPDATABLE, RESET, adopting=True),
    Case("adopting, immutable", ADOPTED_IMMUTABLE, FIXED, adopting=True),
    Case("adopting, create only", ADOPTED_CREATE_ONLY, ONCE, adopting=True),
    Case("adopting, one way", ADOPTED_ONE_WAY, FORWARD, NUMBERS, adopting=True),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_combination_of_the_three_sides(case: Case) -> None:
    """The comparison answers as the table says, cell by cell."""
    assert case.answered() == case.table


def test_a_switch_goes_forward_only() -> None:
    """One-way also rules switches: on is a step, off after on is blocked, and off was never anything."""
    assert switch(ABSENT, False, True) is Verdict.ADVANCE
    assert switch(ABSENT, UNOBSERVED, False) is Verdict.SAME
    assert switch(False, False, True) is Verdict.ADVANCE
    assert switch(True, True, False) is Verdict.BLOCKED
    assert switch(True, True, ABSENT) is Verdict.BLOCKED
    assert switch(False, False, ABSENT) is Verdict.DROP
    assert switch(True, False, True) is Verdict.DRIFT


def switch(prior: Slot, live: Slot, desired: Slot) -> Verdict:
    return judge_attribute("path", FORWARD, ThreeSides(prior, live, desired)).verdict


def test_no_reference_stands_where_unknown_means_nothing() -> None:
    """The tables of one-way and computed attributes have no unknown rows, because none can occur."""
    for kind in load().kinds.values():
        for ref in kind.references:
            rule = kind.rule_at(ref.path.replace("[*]", "[0]"))
            assert rule is not None
            assert rule.type in (RuleType.UPDATABLE, RuleType.IMMUTABLE, RuleType.CREATE_ONLY)


# --- what the rules add: how values are matched before they are compared


def kind(*rules: Rule) -> Kind:
    """A kind with nothing but these rules."""
    return Kind(
        name="Thing",
        route="/v2/things",
        summary="",
        id=("thingId",),
        outputs=(Output("thingId", ""),),
        operations={
            "create": Operation("CreateThing", Repeat.LOOK_UP, sends="all"),
            "modify": Operation("ModifyThing", Repeat.SAFE, sends="changed"),
        },
        listing=Listing("DescribeThings", items="things"),
        search=Search("", ("name",)),
        rules=rules,
    )


def verdicts(
    rule: Rule, prior: Mapping[str, Value], live: Mapping[str, Value], desired: Mapping[str, Value]
) -> dict[str, str]:
    """The cells of every attribute that is not the same on all sides."""
    seen = LiveObject("t-1", {path: plain(value) for path, value in live.items()}, complete=True)
    votes = diff(kind(rule), desired, prior, seen)
    return {vote.path: CELLS[vote.verdict] for vote in votes if vote.verdict is not Verdict.SAME}


SET = updatable("tags", by="modify", why="it can be edited", reset=[], set_of="")
KEYED = updatable("units", by="modify", why="it can be edited", no_reset="none", set_of="id")
LABELS = updatable("tags", by="modify", why="it can be edited", reset=[], set_of="", normalise="label_names")
HIDDEN = immutable("secret", why="not echoed", write_only=True)
HIDDEN_EDITABLE = updatable("secret", by="modify", why="not echoed", no_reset="none", write_only=True)


def test_a_set_has_no_order_and_no_repetition() -> None:
    """Neither on the console's side nor on ours."""
    assert verdicts(SET, {"tags": ["a", "b"]}, {"tags": ["b", "a"]}, {"tags": ["a", "b", "a"]}) == {}
    assert verdicts(SET, {"tags": ["a"]}, {"tags": ["a"]}, {"tags": ["b", "a"]}) == {"tags": "U"}
    assert verdicts(SET, {"tags": ["a"]}, {"tags": ["a", "b"]}, {"tags": ["a"]}) == {"tags": "D"}


def test_a_list_is_one_value_in_its_order() -> None:
    """Unless a rule says how its items match."""
    ordered = updatable("tags", by="modify", why="it can be edited", reset=[])
    assert verdicts(ordered, {"tags": ["a", "b"]}, {"tags": ["b", "a"]}, {"tags": ["a", "b"]}) == {
        "tags": "D"
    }


def test_items_of_a_keyed_set_are_compared_key_by_key() -> None:
    """Order is ignored; each item stands for itself."""
    one: Value = {"id": "u-1", "count": 1}
    two: Value = {"id": "u-2", "count": 1}
    both: dict[str, Value] = {"units": [one, two]}
    edited: dict[str, Value] = {"units": [two, {"id": "u-1", "count": 2}]}
    assert verdicts(KEYED, both, {"units": [two, one]}, both) == {}
    assert verdicts(KEYED, both, {"units": [one, two]}, edited) == {"units.u-1.count": "U"}


def test_a_normaliser_works_on_both_sides() -> None:
    """Names as they are sent equal the objects that the console shows for them."""
    shown: dict[str, Value] = {"tags": [{"labelId": "pl-1", "labelName": "a", "color": "red"}]}
    assert verdicts(LABELS, {"tags": ["a"]}, shown, {"tags": ["a"]}) == {}
    assert verdicts(LABELS, {"tags": ["a"]}, shown, {"tags": ["b"]}) == {"tags": "U"}


@pytest.mark.parametrize("rule", [HIDDEN, HIDDEN_EDITABLE], ids=["immutable", "updatable"])
def test_write_only_is_compared_with_prior_only(rule: Rule) -> None:
    """Whatever an answer holds under that name: no drift can be seen, and none is pretended."""
    intent = "R" if rule is HIDDEN else "U"
    for live in ({}, {"secret": None}, {"secret": "a"}, {"secret": "b"}):
        assert verdicts(rule, {"secret": "a"}, live, {"secret": "a"}) == {}
        assert verdicts(rule, {"secret": "a"}, live, {"secret": "b"}) == {"secret": intent}
        assert verdicts(rule, {}, live, {"secret": "b"}) == {"secret": intent}


def test_what_the_server_filled_in_is_not_ours() -> None:
    """A default that stands in the console while the manifest is silent is no difference."""
    rule = immutable("mode", why="it is fixed", server_default=("fast",))
    assert verdicts(rule, {}, {"mode": "fast"}, {}) == {}
    assert verdicts(rule, {}, {"mode": "slow"}, {}) == {}


def test_numbers_compare_by_value_and_switches_only_with_switches() -> None:
    """10 is 10.0; 1 is not true."""
    rule = updatable("count", by="modify", why="it can be edited", no_reset="none")
    assert verdicts(rule, {"count": 10}, {"count": 10.0}, {"count": 10}) == {}
    assert verdicts(rule, {"count": 1}, {"count": True}, {"count": 1}) == {"count": "D"}


def test_an_absent_key_of_a_shown_object_is_seen_to_be_absent() -> None:
    """A read that shows the object shows which keys it lacks; one that does not show it says nothing."""
    rule = updatable("settings", by="modify", why="it can be edited", no_reset="none")
    prior: dict[str, Value] = {"settings": {"a": 1, "b": 2}}
    assert verdicts(rule, prior, {"settings": {"a": 1}}, prior) == {"settings.b": "D"}
    assert verdicts(rule, prior, {}, prior) == {}
