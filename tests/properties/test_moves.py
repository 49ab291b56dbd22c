"""Whatever stands in the state, the manifests and `moved`: no entry is lost, doubled or pushed aside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qfops.core.address import Address
from qfops.core.errors import Refused
from qfops.planning.context import PlanInput
from qfops.planning.moves import moved_input, read_moves
from tests.support.project import template
from tests.unit.planning.given import World

NAMES = st.sampled_from([Address("PromptTemplate", name) for name in "abcdef"])
SETS = st.sets(NAMES)
LINES = st.dictionaries(NAMES, st.none() | NAMES)


def planned(
    held: set[Address],
    declared: set[Address],
    lines: dict[Address, Address | None],
    remembered: dict[Address, Address],
    unsettled: set[Address],
) -> PlanInput:
    resources = {name: replace(template(templateName=name.name), address=name) for name in held | declared}
    world = World(*(resources[name] for name in sorted(held)))
    world.resources = {name: resources[name] for name in sorted(declared)}
    world.moved = dict(lines)
    found = world.given()
    state = replace(found.state, moved=remembered)
    return replace(found, state=state, unsettled=dict.fromkeys(unsettled, "lost"))


@given(SETS, SETS, LINES, st.dictionaries(NAMES, NAMES, max_size=2), st.sets(NAMES, max_size=1))
def test_moves_keep_every_object_and_do_what_the_lines_say(
    held: set[Address],
    declared: set[Address],
    lines: dict[Address, Address | None],
    remembered: dict[Address, Address],
    unsettled: set[Address],
) -> None:
    given_ = planned(held, declared, lines, remembered, unsettled)
    try:
        moves = read_moves(given_)
    except Refused:
        return
    after = moved_input(given_, moves).state
    assert sorted(str(e.id) for e in after.entries.values()) == sorted(
        str(e.id) for e in given_.state.entries.values()
    )
    assert all(entry.address == address for address, entry in after.entries.items())
    assert len(set(moves.places.values())) == len(moves.places)
    for old, new in moves.places.items():
        assert old in held
        assert new not in held or new in moves.places
        assert not {old, new} & unsettled
        here, seen = old, []
        while here != new:  # the lines lead there, and none of them has done its work before
            assert remembered.get(here) != lines[here]
            seen.append(here)
            here = lines[here] or here
            assert here not in seen
    used = moves.of(None).lines
    assert used.keys() >= moves.places.keys()
    assert all(lines[old] == new for old, new in used.items())
    again = replace(given_, state=replace(after, moved={**remembered, **used}))
    assert all(old not in used for old in read_or_nothing(again))


def read_or_nothing(found: PlanInput) -> set[Address]:
    """What would move next: nothing that has moved, whatever else the lines say by then."""
    try:
        return set(read_moves(found).places)
    except Refused:
        return set()


def test_the_worlds_above_do_move_something() -> None:
    """A reader that moves nothing would pass."""
    a, b = Address("PromptTemplate", "a"), Address("PromptTemplate", "b")
    assert read_moves(planned({a, b}, {a, b}, {a: b, b: a}, {}, set())).places == {a: b, b: a}
    with pytest.raises(Refused):
        read_moves(planned({a, b}, {a, b}, {a: b}, {}, set()))
