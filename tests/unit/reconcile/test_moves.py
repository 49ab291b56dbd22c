"""Moves carried out: only where the state is as it was planned for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from qfops.core.address import Address
from qfops.core.errors import Stale
from qfops.core.plan.plan import PlannedMoves
from qfops.core.settings import Settings
from qfops.core.state.entry import Entry
from qfops.core.state.records import Header, Intent
from qfops.core.state.state import State
from qfops.reconcile.apply.moves import carry_out_moves, forget_lines
from qfops.reconcile.run import Run
from qfops.state.live_state import LiveState

A, B, C = (Address("Model", name) for name in "abc")
HELD = {A: Entry(address=A, id="m-a"), B: Entry(address=B, id="m-b")}


class Recorded:
    """A journal that only keeps what would be written."""

    def __init__(self) -> None:
        self.moves: list[tuple[object, object]] = []

    async def move(self, places: object, lines: object) -> None:
        if places or lines:
            self.moves.append((places, lines))


class Moving:
    """As much of a run as moves need."""

    def __init__(self, state: State, settings: Settings = Settings("demo")) -> None:
        self.state = LiveState(state)
        self.journal = Recorded()
        self.world = self
        self.settings = settings

    def carry_out(self, moves: PlannedMoves) -> list[tuple[object, object]]:
        asyncio.run(carry_out_moves(cast("Run", self), moves))
        return self.journal.moves


def test_all_of_them_are_one_record() -> None:
    moves = PlannedMoves({A: B, B: C}, {A: B, B: C})
    assert Moving(State(project="demo", entries=HELD)).carry_out(moves) == [(moves.places, moves.lines)]


@pytest.mark.parametrize(
    "state",
    [
        State(project="demo", entries={B: HELD[B]}),
        State(project="demo", entries={**HELD, C: Entry(address=C, id="m-c")}),
        State(
            project="demo", entries=HELD,
            intents={"x": Intent(header=Header(attempt="x", address=B, step="modify"), planned=None)},
        ),
    ],
    ids=["OLD is gone", "NEW is taken", "a call is open"],
)  # fmt: skip
def test_where_the_state_is_another_nothing_moves(state: State) -> None:
    moving = Moving(state)
    with pytest.raises(Stale, match="cannot become"):
        moving.carry_out(PlannedMoves({A: B, B: C}))
    assert moving.journal.moves == []


def test_lines_that_are_written_no_more_are_forgotten() -> None:
    """Among them one that says something else by now."""
    state = State(project="demo", moved={A: B, B: C, C: A})
    moving = Moving(state, replace(Settings("demo"), moved={A: B, B: A}))
    asyncio.run(forget_lines(cast("Run", moving)))
    assert moving.journal.moves == [({}, {B: None, C: None})]
