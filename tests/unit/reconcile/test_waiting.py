"""Waiting, on a clock that nobody waits for: what ends a wait, what fails it, and how often is looked."""

from __future__ import annotations

import asyncio

import pytest

from qfops.core.address import KindKey
from qfops.core.observation import LiveObject, words_of
from qfops.core.values import JSON
from qfops.kinds.registry import load
from qfops.reconcile.apply.waiting import Goal, NotProven, NotReady, StillGoing, Waiter
from tests.unit.objects.scripted import error
from tests.unit.reconcile.scripted import WAIT, Desk

SERVICE = load().kinds[KindKey("v2", "Service")]
TASK = load().kinds[KindKey("v2", "FineTuningTask")]
SERVING = Goal(SERVICE.create.until)


class Bench(Desk):
    """A waiter on one service whose statuses follow each other, the last one for ever; None: not shown."""

    def __init__(self, *statuses: tuple[str | None, str | None], limit: float = float("inf")) -> None:
        super().__init__()
        self.statuses = list(statuses)
        self.told: list[str] = []
        self.console.reads["DescribeService"] = self._next
        self.waiter = Waiter(self.run, limit)

    def _next(self) -> JSON:
        run, update = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        shown = {"runStatus": run, "updateStatus": update}
        return {"serviceId": "svco-1", **{key: word for key, word in shown.items() if word is not None}}

    def wait(self, goal: Goal = SERVING) -> str:
        """The words that ended the wait."""
        tell = lambda live: self.told.append(words_of(live.status))  # noqa: E731 (a callback of one line)
        return words_of(
            asyncio.run(self.waiter.until(SERVICE, {"serviceId": "svco-1"}, "", goal, tell)).status
        )


def test_it_looks_at_growing_intervals_until_the_words_are_there() -> None:
    """Each new status is told once."""
    bench = Bench(("New", "None"), ("Deploying", "None"), ("Deploying", "None"), ("Serving", "None"))
    assert bench.wait() == "Serving/None"
    assert bench.clock.naps == [1.0, 1.5, 2.25]
    assert bench.told == ["New/None", "Deploying/None"]


def test_intervals_grow_to_their_limit() -> None:
    """Nobody is asked more seldom than every `wait.max` seconds."""
    bench = Bench(*[("Deploying", "None")] * 20, ("Serving", "None"))
    bench.wait()
    assert max(bench.clock.naps) == 30.0


def test_all_words_have_to_be_there() -> None:
    """A service that is being updated is not through, although it serves."""
    bench = Bench(("Serving", "Updating"), ("Serving", "None"))
    assert bench.wait() == "Serving/None"
    assert len(bench.clock.naps) == 1


@pytest.mark.parametrize(("run", "update"), [("Serving", None), (None, "None")])
def test_a_field_that_is_not_shown_does_not_count(run: str | None, update: str | None) -> None:
    """The SDK waits for runStatus alone, and its mock shows no updateStatus."""
    bench = Bench((run, update))
    assert bench.wait() == run or update
    assert bench.clock.naps == []


def test_with_no_field_shown_it_is_not_proven_and_soon_said() -> None:
    """Not ready, not going: nothing tells, so nothing is claimed, and nobody waits to the limit."""
    bench = Bench((None, None))
    with pytest.raises(NotProven, match="does not show runStatus and updateStatus") as raised:
        bench.wait()
    assert raised.value.exit_code == 1
    assert bench.clock.time - 1000.0 == WAIT.visibility


def test_the_visibility_time_counts_from_when_something_was_last_shown() -> None:
    """An answer without a status in between is no reason to give up."""
    bench = Bench(*[("Deploying", "None")] * 12, (None, None), ("Serving", "None"))
    assert bench.wait() == "Serving/None"


def test_a_wait_for_what_was_started_earlier_wants_to_be_told() -> None:
    """Nothing shown is not "no longer going"."""
    bench = Bench((None, None))
    with pytest.raises(NotProven):
        bench.wait(Goal({}, owes=(SERVICE.create.until,)))
    assert Bench(("Serving", None)).wait(Goal({}, owes=(SERVICE.create.until,))) == "Serving"


@pytest.mark.parametrize("limit", [0.0, 100.0, float("inf")])
def test_reaching_the_limit_is_in_progress_and_no_failure(limit: float) -> None:
    """The limit of the run, of the kind and of the project: the least of them."""
    bench = Bench(("Deploying", "None"), limit=limit)
    with pytest.raises(StillGoing) as raised:
        bench.wait()
    assert raised.value.exit_code == 4
    assert bench.clock.time - 1000.0 == min(limit, WAIT.limit)


def test_a_stop_ends_every_wait() -> None:
    """The object goes on by itself, and the next run waits on."""
    bench = Bench(("Deploying", "None"))
    bench.stop.set()
    with pytest.raises(StillGoing):
        bench.wait()
    assert bench.clock.naps == []


def test_a_failure_is_said_in_the_words_of_the_console() -> None:
    """What can never be reached is not waited for."""
    with pytest.raises(NotReady, match="the console says Failed/None"):
        Bench(("Deploying", "None"), ("Failed", "None")).wait()
    with pytest.raises(NotReady, match="Stopped"):
        Bench(("Stopped", "None")).wait()


def test_a_status_that_nobody_knows_is_no_reason_to_wait() -> None:
    """This version cannot tell what follows."""
    with pytest.raises(NotReady, match="does not know"):
        Bench(("Melting", "None")).wait()


def test_an_object_that_vanishes_is_not_waited_for() -> None:
    """Somebody deleted it meanwhile."""
    bench = Bench(("New", "None"))
    bench.console.reads["DescribeService"] = error(status=404, code="NoSuchObject")
    with pytest.raises(NotReady, match="vanished"):
        bench.wait()


def test_a_stop_step_may_end_in_what_other_waits_call_failure() -> None:
    """A run that was told to stop ends stopped, done or failed: all the same."""
    goal = Goal({}, fails=False)
    for word in ("Stopped", "Done", "Fail"):
        phase = TASK.readiness.fields[0].phase(word)
        live = LiveObject("task-1", {}, status={"runStatus": word}, phase=phase)
        assert goal.reached(live)
        assert not goal.failed(live)
