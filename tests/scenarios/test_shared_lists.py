"""Lists that several changes share and that fail, are late, or tell lost creates apart: one object each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.errors import QfopsError
from qfops.core.resource import Resource
from tests.support.bench import AUTO, LATE, Bench, actions, trouble
from tests.support.project import job

LIST, CREATE = "DescribeFineTuningJobs", "CreateFineTuningJob"
LATENESS = pytest.mark.parametrize("late", [0.0, LATE], ids=["in time", "late"])


def jobs(count: int) -> list[Resource]:
    """Jobs, which no call shows but their list."""
    made = job()
    return [
        replace(
            made,
            address=Address("FineTuningJob", f"job-{number}"),
            attributes={**made.attributes, "name": f"job_{number}"},
        )
        for number in range(count)
    ]


def attempt(bench: Bench) -> list[str]:
    """Apply; what went wrong, be it with one change or with the whole run."""
    try:
        return trouble(bench.apply(AUTO))
    except QfopsError as error:
        return [str(error)]


def goes_on(bench: Bench, count: int) -> None:
    """Once the console answers again, one apply (after what is late has shown itself) ends the work."""
    bench.emulator.configure(faults=[])
    bench.pass_time()
    assert attempt(bench) == []
    assert len(bench.objects("FineTuningJob")) == count
    bench.pass_time()
    assert actions(bench.plan()) == {}


@LATENESS
@pytest.mark.parametrize("skip", [0, 1, 2])
@pytest.mark.parametrize("kind", ["reset", "cut", "nonjson", "status:500", "error:AccessDenied"])
def test_a_list_that_fails_makes_nothing_twice(bench: Bench, kind: str, skip: int, late: float) -> None:
    """In the refresh, before the creates, or at the read-back that all of them share."""
    bench.declare(*jobs(6))
    bench.show_late(late)
    bench.emulator.configure(faults=[{"kind": kind, "action": LIST, "skip": skip, "times": 12}])
    attempt(bench)
    goes_on(bench, 6)


@LATENESS
@pytest.mark.parametrize("when", ["before", "after"])
def test_lost_creates_of_one_list_are_told_apart(bench: Bench, when: str, late: float) -> None:
    """Three answers are lost at once; the same list says of each what became of it."""
    bench.declare(*jobs(6))
    bench.show_late(late)
    bench.emulator.configure(faults=[{"kind": "reset", "action": CREATE, "when": when, "times": 3}])
    assert attempt(bench) == []
    goes_on(bench, 6)


@LATENESS
def test_lost_creates_wait_for_a_list_that_can_be_read(bench: Bench, late: float) -> None:
    """While it cannot, nothing is sent again, and the plan says that nobody knows."""
    bench.declare(*jobs(3))
    bench.show_late(late)
    bench.emulator.configure(
        faults=[
            {"kind": "reset", "action": CREATE, "when": "after", "times": 2},
            {"kind": "status:500", "action": LIST, "skip": 1, "times": None},
        ]
    )
    assert len(attempt(bench)) == 3
    assert set(actions(bench.plan()).values()) == {"unknown"}
    assert len(bench.objects("FineTuningJob")) == 3
    goes_on(bench, 3)
