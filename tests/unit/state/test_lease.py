"""What a lease means to others, by a table; and what they are told of it."""

from dataclasses import replace

import pytest

from qfops.core.errors import StateError
from qfops.state.lease import Lease, Standing, judge, locked, lost, waiting

from .support import LI, START, ZHANG

LEASE = Lease(3, ZHANG, since=START, heartbeat=START, expires=START + 60)


@pytest.mark.parametrize(
    ("lease", "after", "gone", "expected"),
    [
        (None, 0, False, Standing.FREE),
        (replace(LEASE, released=True), 0, False, Standing.FREE),
        (LEASE, 0, False, Standing.HELD),
        (LEASE, 30, False, Standing.HELD),
        (LEASE, 30.1, False, Standing.STOPPED),
        (LEASE, 59.9, False, Standing.STOPPED),
        (LEASE, 60, False, Standing.ABANDONED),
        (LEASE, 0, True, Standing.ABANDONED),
        (LEASE, -5, False, Standing.HELD),
    ],
)
def test_judge(lease: Lease | None, after: float, gone: bool, expected: Standing) -> None:
    assert judge(lease, START + after, lambda owner: gone) is expected


def test_the_refusal_names_the_holder_and_when_the_lock_ends() -> None:
    error = locked(LEASE, "dev")
    assert error.exit_code == 6
    for part in (
        "environment dev",
        "zhang",
        "qfops apply",
        "https://ci.example/7",
        "far-away",
        "2027-01-15 08:00:00",
    ):
        assert part in error.summary
    assert "last sign of life was at 2027-01-15 08:00:00 UTC" in error.detail
    assert "the lock ends by itself at 2027-01-15 08:01:00 UTC" in error.detail
    assert "--lock-timeout" in error.remedy


def test_a_wait_beyond_the_calendar_is_still_told() -> None:
    assert "until 9999-12-31 00:00:00 UTC" in waiting(LEASE, Standing.HELD, 1e15)


@pytest.mark.parametrize(
    ("now", "trouble", "summary", "why"),
    [
        (replace(LEASE, fence=4, owner=LI), None, "the state to li on elsewhere", "stopped for longer than"),
        (
            replace(LEASE, fence=4, owner=LI, released=True),
            None,
            "the state to li",
            "stopped for longer than",
        ),
        (None, None, "the lock of the state.", "lease file was removed"),
        (LEASE, StateError("the disk is full"), "the lock of the state.", "renewed: the disk is full."),
    ],
)
def test_a_holder_is_told_how_he_lost_it(
    now: Lease | None, trouble: StateError | None, summary: str, why: str
) -> None:
    error = lost(LEASE, now, trouble)
    assert summary in error.summary
    assert why in error.detail
    assert error.exit_code == 6
