"""The decision table of lost calls, row by row; what cannot be seen of a sort of call has no row."""

from __future__ import annotations

import itertools

import pytest

from qfops.kinds.operations import Repeat
from qfops.reconcile.lost_calls.ruling import Look, Ruling, Seen, Window, decide, explain, seen_among

DONE, REPEAT, PENDING, AMBIGUOUS = Ruling.DONE, Ruling.REPEAT, Ruling.PENDING, Ruling.AMBIGUOUS
WINDOW = Window(expires=1000.0, visibility=60.0)
EARLY, LATE = 1059.9, 1060.0

# What was seen, the ruling while an effect may still show up, and the ruling after that.
LOOK_UP = {
    Seen.ONE: (DONE, DONE),
    Seen.ALIKE: (PENDING, DONE),
    Seen.UNPROVEN: (AMBIGUOUS, AMBIGUOUS),
    Seen.UNLIKE: (PENDING, AMBIGUOUS),
    Seen.MANY: (AMBIGUOUS, AMBIGUOUS),
    Seen.NONE: (PENDING, REPEAT),
    Seen.MOVED: (DONE, DONE),
    Seen.STILL: (PENDING, REPEAT),
    Seen.GONE: (REPEAT, REPEAT),
    Seen.UNREADABLE: (PENDING, AMBIGUOUS),
}
SAFE = {
    Seen.SHOWN: (DONE, DONE),
    Seen.NOT_SHOWN: (REPEAT, REPEAT),
    Seen.GONE: (DONE, DONE),
    Seen.UNREADABLE: (REPEAT, REPEAT),
}
TABLE = {Repeat.LOOK_UP: LOOK_UP, Repeat.SAFE: SAFE}
ROWS = [(repeat, seen, *rulings) for repeat, table in TABLE.items() for seen, rulings in table.items()]


@pytest.mark.parametrize(("repeat", "seen", "early", "late"), ROWS)
def test_a_row_of_the_table(repeat: Repeat, seen: Seen, early: Ruling, late: Ruling) -> None:
    """One sight of one sort of call, within its window and after it."""
    assert decide(repeat, Look(seen), WINDOW, EARLY) is early
    assert decide(repeat, Look(seen), WINDOW, LATE) is late


def test_every_sight_has_a_row_somewhere() -> None:
    """No sight is without a ruling, and a read is never settled: it is simply repeated."""
    assert {seen for _, seen, _, _ in ROWS} == set(Seen)
    unruled = [pair for pair in itertools.product(Repeat, Seen) if pair not in {row[:2] for row in ROWS}]
    for repeat, seen in unruled:
        with pytest.raises(KeyError):
            decide(repeat, Look(seen), WINDOW, LATE)


def test_no_create_is_repeated_on_the_strength_of_one_early_look() -> None:
    """The window closes only when the signature has expired and the visibility time has passed as well."""
    assert WINDOW.closes == 1060.0
    repeats = [row[:2] for row in ROWS if row[2] is REPEAT and row[0] is Repeat.LOOK_UP]
    assert repeats == [(Repeat.LOOK_UP, Seen.GONE)]  # what is gone cannot be added to
    assert decide(Repeat.LOOK_UP, Look(Seen.NONE), Window(1000.0, 0.0), 999.9) is PENDING


def test_how_many_matches_there_are() -> None:
    """None, exactly one, or more than one."""
    assert seen_among(()) is Seen.NONE
    assert seen_among(("a",)) is Seen.ONE
    assert seen_among(("a",), named=False) is Seen.ALIKE
    assert seen_among(("a", "b")) is Seen.MANY


def test_what_cannot_be_told_names_the_candidates_and_the_way_out() -> None:
    """A person must be able to decide from the sentence alone."""
    many = explain("Model/a", "CreateCustomModel", AMBIGUOUS, Look(Seen.MANY, ("amv-1", "amv-2")))
    assert "2 objects" in many
    assert "(amv-1, amv-2)" in many
    assert "state settle Model/a --id ID (or --none)" in many
    one = explain("Model/a", "CreateCustomModel", AMBIGUOUS, Look(Seen.UNLIKE, ("amv-1",), "amv-1 differs"))
    assert "one object could be its result (amv-1; amv-1 differs)" in one
    unread = explain("Model/a", "CreateCustomModel", AMBIGUOUS, Look(Seen.UNREADABLE, reason="403 denied"))
    assert "403 denied" in unread
    assert "state settle Model/a" in unread
    assert "shows within" in explain("Model/a", "CreateCustomModel", PENDING, Look(Seen.NONE))
