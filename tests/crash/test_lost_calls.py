"""Killed at any mutating request, the next apply goes on: nothing twice, nothing lost, nothing left over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from qfops.core.settings import WaitSettings
from tests.crash.conftest import Prepared
from tests.crash.outcome import converged, settled
from tests.crash.rig import When, kill, next_process
from tests.crash.worlds import CASES, Case
from tests.support.bench import LATE, WHOLE, trouble

CREATE, *LATER = CASES


def moments(case: Case, when: When) -> list[object]:
    """Every mutating request of a case as a moment to die."""
    return [pytest.param(case, nth, when, id=f"{case}-{when}-{nth}") for nth in range(1, case.writes + 1)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_cases_make_as_many_requests_as_they_say(case: Case, prepared: Prepared) -> None:
    """Otherwise the last ones would never be killed."""
    bench = prepared(case)
    before = len(bench.writes())
    assert trouble(bench.apply(WHOLE, case.flags, allow_large_change=True)) == []
    assert len(bench.writes()) - before == case.writes
    bench.close()


@pytest.mark.parametrize("concurrency", [1, 10])
@pytest.mark.parametrize(("case", "nth", "when"), moments(CREATE, "after"))
def test_a_create_that_took_effect_is_never_repeated(
    prepared: Prepared, case: Case, nth: int, when: When, concurrency: int
) -> None:
    """Killed after the effect and before the answer, with two runs in one job: every object is made once."""
    bench = replace(prepared(case), concurrency=concurrency)
    kill(bench, nth, when, case.flags)
    settled(bench, case)
    assert Counter(bench.writes()) == WRITES_OF_CREATE
    bench.close()


@pytest.mark.parametrize(("case", "nth", "when"), moments(CREATE, "after"))
def test_a_create_that_its_list_shows_late_is_never_repeated(
    prepared: Prepared, case: Case, nth: int, when: When
) -> None:
    """The next process looks until the time is over in which the list may still show it.

    A job that no list shows yet is unknown to that process; the one after it makes the rest. Signatures are
    short here: while a takeover waits for a minute's signature, every list catches up.
    """
    bench = prepared(case)
    bench.settings = replace(bench.settings, wait=WaitSettings(signature=5))
    bench.show_late()
    kill(bench, nth, when, case.flags)
    after = next_process(bench)
    after.apply(WHOLE)
    after.pass_time(LATE)
    assert trouble(after.apply(WHOLE)) == []
    after.pass_time(LATE)
    assert Counter(after.writes()) == WRITES_OF_CREATE
    converged(after, case)
    after.close()
    bench.close()


WRITES_OF_CREATE = Counter(
    CreateDataset=1,
    CreateImportTask=3,
    CreateDatasetVersion=1,
    PublishDatasetVersion=2,
    CreateFineTuningJob=1,
    CreateFineTuningTask=2,
    CreateCustomModelSet=1,
    CreateCustomModel=2,
    CreatePromptTemplate=1,
    CreateService=1,
)


@pytest.mark.parametrize(("case", "nth", "when"), moments(CREATE, "before"))
def test_a_create_that_never_left_is_made_by_the_next_apply(
    prepared: Prepared, case: Case, nth: int, when: When
) -> None:
    """Killed between the intent and the request, with nine others in flight: every object is made once."""
    bench = prepared(case)
    kill(bench, nth, when, case.flags)
    settled(bench, case)
    assert Counter(bench.writes()) == WRITES_OF_CREATE
    bench.close()


@pytest.mark.parametrize(
    ("case", "nth", "when"),
    [moment for case in LATER for moment in moments(case, "after")]
    + [moment for case in LATER if case.writes <= 3 for moment in moments(case, "before")],
)
def test_edits_replacements_and_ends_go_on(prepared: Prepared, case: Case, nth: int, when: When) -> None:
    """Also in the middle of a replacement: the old object still gets its end."""
    bench = prepared(case)
    kill(bench, nth, when, case.flags)
    settled(bench, case)
    bench.close()
