"""Edits of entries, each laid on every sort of entry that it may meet when it is written down."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import pytest

from qfops.core.address import Address
from qfops.core.observation import LiveObject
from qfops.core.resource import Lifecycle
from qfops.core.state.entry import Entry, Retired
from qfops.core.values import ABSENT, JSON
from qfops.reconcile.effects import (
    Aside,
    Drops,
    EntryEdit,
    Keeps,
    Links,
    Makes,
    Ours,
    PutsAside,
    Sees,
    Sets,
    edited,
)

HERE, THERE = Address.parse("FineTuningTask/here"), Address.parse("FineTuningTask/there")
KEPT = Retired("task-0", {"scale": "old"}, {"taskId": "task-0"}, "key-0", {"runStatus": "Done"})
PRESENT = Entry(
    address=HERE,
    id="task-1",
    attributes={"scale": "LoRA", "config": {"epoch": 3, "rate": 0.1}},
    outputs={"taskId": "task-1"},
    status={"runStatus": "Running"},
    run_key="key-1",
    inputs={"scale": "LoRA"},
    seconds=10.0,
    retired=(KEPT,),
)
OTHER = replace(PRESENT, id="task-2", outputs={"taskId": "task-2"}, run_key="key-2")
"""The same address, where another object has become the current one meanwhile."""
EMPTY = PRESENT.without_object()
"""The same address, where only the kept object remains."""

MADE = Entry(address=HERE, id=None, attributes={"scale": "new"}, created=5.0)
ASIDE = Aside("task-1", "replaced", "delete")
OURS = Ours({"team": "a"}, Lifecycle(protect=True), (THERE,))
SEEN = Sees(LiveObject("task-1", {}, {"taskId": "task-1", "more": 1}, {"runStatus": "Done"}), 7.0)
SETS = Sets((("config.epoch", 5), ("config.rate", ABSENT)), OURS, SEEN)


def retired(entry: Entry, why: str, due: bool = False) -> Retired:
    return entry.as_retired(why, "delete" if due else None)


def owned(entry: Entry) -> Entry:
    return replace(entry, labels={"team": "a"}, lifecycle=Lifecycle(protect=True), dependencies=(THERE,))


def seen(entry: Entry) -> Entry:
    return replace(entry, outputs={**entry.outputs, **SEEN_OUTPUTS}, status={"runStatus": "Done"})


SEEN_OUTPUTS: dict[str, JSON] = {"taskId": "task-1", "more": 1}
LINKED = Entry(
    address=HERE,
    id="task-0",
    attributes={"scale": "old"},
    outputs={"taskId": "task-0"},
    status={"runStatus": "Done"},
    run_key="key-0",
)


def applied(entry: Entry) -> Entry:
    """What `SETS` makes of an entry."""
    return seen(owned(replace(entry, attributes={**entry.attributes, "config": {"epoch": 5}})))


# What each edit makes of its address: absent, with the object that it was planned for, with another one, and
# with none but kept ones. None: the entry goes. NOTHING: no entry changes.
NOTHING: Mapping[Address, Entry | None] = {}
CASES: dict[str, tuple[object, ...]] = {
    "makes": (Makes(MADE), MADE, *(replace(MADE, retired=(KEPT,)) for _ in range(3))),
    "makes, in place of another": (
        Makes(MADE, ASIDE),
        MADE,
        replace(MADE, retired=(KEPT, retired(PRESENT, "replaced", due=True))),
        replace(MADE, retired=(KEPT,)),  # what it was to take the place of has gone: nothing is owed
        replace(MADE, retired=(KEPT,)),
    ),
    "sees": (SEEN, NOTHING, *(seen(entry) for entry in (PRESENT, OTHER, EMPTY))),
    "sees nothing": (Sees(None), NOTHING, PRESENT, OTHER, EMPTY),
    "sees how long it took": (
        Sees(None, 11.0),
        NOTHING,
        *(replace(entry, seconds=11.0) for entry in (PRESENT, OTHER, EMPTY)),
    ),
    "sets": (
        SETS,
        NOTHING,
        applied(PRESENT),
        applied(OTHER),
        seen(owned(replace(EMPTY, attributes={"config": {"epoch": 5}}))),
    ),
    "sets nothing": (Sets(), NOTHING, PRESENT, OTHER, EMPTY),
    "links its own": (
        Links("task-0", HERE, OURS, ASIDE),
        NOTHING,
        owned(replace(LINKED, retired=(retired(PRESENT, "replaced", due=True),))),
        owned(LINKED),
        owned(LINKED),
    ),
    "puts aside": (
        PutsAside("removed"),
        NOTHING,
        replace(EMPTY, retired=(KEPT, retired(PRESENT, "removed"))),
        replace(EMPTY, retired=(KEPT, retired(OTHER, "removed"))),
        AssertionError,  # no plan retires what is not there
    ),
    "drops the current one": (Drops("task-1"), NOTHING, EMPTY, OTHER, EMPTY),
    "drops a kept one": (
        Drops("task-0"),
        NOTHING,
        replace(PRESENT, retired=()),
        replace(OTHER, retired=()),
        None,
    ),
    "keeps": (Keeps(), NOTHING, PRESENT, OTHER, EMPTY),
}
MEETS = {"absent": None, "present": PRESENT, "other": OTHER, "empty": EMPTY}
ROWS = [
    pytest.param(edit, entry, expected, id=f"{name}-{meets}")
    for name, (edit, *outcomes) in CASES.items()
    for (meets, entry), expected in zip(MEETS.items(), outcomes, strict=True)
]


@pytest.mark.parametrize(("edit", "entry", "expected"), ROWS)
def test_an_edit_is_laid_on_the_entry_as_it_is_then(
    edit: EntryEdit, entry: Entry | None, expected: object
) -> None:
    """It changes its own address only, and never the entry that was there."""
    held = {} if entry is None else {HERE: entry}
    before = copy.deepcopy(held)
    if expected is AssertionError:
        with pytest.raises(AssertionError):
            edited(edit, HERE, held.get)
        return
    assert edited(edit, HERE, held.get) == (expected if expected is NOTHING else {HERE: expected})
    assert held == before


def test_every_edit_has_its_rows() -> None:
    """A new one must be added to the table."""
    assert {type(edit) for edit, *_ in CASES.values()} == set(get_args(EntryEdit))


@pytest.mark.parametrize("current", [None, PRESENT, OTHER], ids=["absent", "present", "other"])
@pytest.mark.parametrize("more", [(), (Retired("task-9", {}),)], ids=["the last", "one of two"])
def test_an_object_linked_from_elsewhere_leaves_the_entry_that_kept_it(
    current: Entry | None, more: tuple[Retired, ...]
) -> None:
    """Which goes with it, if nothing else is left there."""
    theirs = Retired("task-7", {"scale": "x"}, {"taskId": "task-7"})
    owner = Entry(address=THERE, id=None, retired=(theirs, *more))
    held = {THERE: owner} if current is None else {THERE: owner, HERE: current}
    after = edited(Links("task-7", THERE, OURS, ASIDE), HERE, held.get)
    assert after[THERE] == (replace(owner, retired=more) if more else None)
    aside = (retired(PRESENT, "replaced", due=True),) if current is PRESENT else ()
    kept = () if current is None else (KEPT, *aside)
    linked = Entry(
        address=HERE, id="task-7", attributes={"scale": "x"}, outputs={"taskId": "task-7"}, retired=kept
    )
    assert after[HERE] == owned(linked)


@pytest.mark.parametrize("held", [{}, {THERE: replace(PRESENT, address=THERE, retired=())}])
def test_what_nobody_keeps_any_more_is_not_linked(held: Mapping[Address, Entry]) -> None:
    """Its entry has gone, or it has left it."""
    assert edited(Links("task-0", THERE, OURS), HERE, held.get) == NOTHING


def test_a_linked_run_of_the_same_inputs_keeps_what_it_was_made_from() -> None:
    """Another one's inputs are not known; where the plan knows them, it says so, and what is wanted."""
    same = replace(PRESENT, retired=(replace(KEPT, run_key="key-1"),))
    for entry, inputs in ((same, {"scale": "LoRA"}), (PRESENT, {})):
        found = edited(Links("task-0", HERE, OURS), HERE, {HERE: entry}.get)[HERE]
        assert found is not None
        assert found.inputs == inputs
    place = replace(KEPT, attributes={"job": "job-old", "scale": "old"})
    link = Links(
        "task-0",
        HERE,
        OURS,
        attributes={"job": "job-new", "scale": "new"},
        inputs={"scale": "new"},
        container="job",
    )
    found = edited(link, HERE, {HERE: replace(PRESENT, retired=(place,))}.get)[HERE]
    assert found is not None
    assert (found.attributes, found.inputs) == ({"job": "job-old", "scale": "new"}, {"scale": "new"})


def test_a_path_goes_with_the_objects_that_it_leaves_empty() -> None:
    """What stands beside it stays; a path that is not there changes nothing."""
    entry = replace(PRESENT, attributes={"a": {"b": {"c": 1}}, "d": {"e": 1, "f": 2}})
    sets = Sets((("a.b.c", ABSENT), ("d.e", ABSENT), ("x.y", ABSENT)))
    found = edited(sets, HERE, {HERE: entry}.get)[HERE]
    assert found is not None
    assert found.attributes == {"d": {"f": 2}}


def test_values_are_set_in_their_order_and_shared_with_nobody() -> None:
    """The last one of a path counts; a later edit of the plan's value is no edit of state."""
    deep: list[JSON] = [1]
    value: JSON = {"deep": deep}
    found = edited(Sets((("a", 1), ("a", value), ("n.m", 2))), HERE, {HERE: PRESENT}.get)[HERE]
    assert found is not None
    assert found.attributes == {**PRESENT.attributes, "a": {"deep": [1]}, "n": {"m": 2}}
    deep.append(2)
    assert found.attributes["a"] == {"deep": [1]}
