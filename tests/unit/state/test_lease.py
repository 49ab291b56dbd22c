"""The lease: who may take over when, by a table; and that exactly one of several processes gets it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qfops.core.errors import Locked, StateError
from qfops.state.files import Files
from qfops.state.lease import Lease, LeaseFile, Standing, judge, locked

from .support import LI, START, ZHANG, Time

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


def lease_file(folder: Path, time: Time) -> LeaseFile:
    return LeaseFile(folder, length=60, clock=time.clock, gone=lambda owner: False, files=Files())


def test_fences_rise_over_release_and_takeover(tmp_path: Path) -> None:
    time = Time()
    file = lease_file(tmp_path, time)
    first = file.claim(ZHANG, lambda: 6).lease
    assert first is not None
    assert first.fence == 7
    assert file.claim(LI, lambda: 0).lease is None
    file.release(first)
    second = file.claim(LI, lambda: 0).lease
    assert second is not None
    time.now += 60
    third = file.claim(ZHANG, lambda: 0)
    assert (second.fence, third.lease and third.lease.fence) == (8, 9)
    assert (third.before, third.standing) == (second, Standing.ABANDONED)
    assert (file.holds(first), file.holds(second)) == (False, False)


def test_renewal_moves_the_expiry_and_stops_when_it_is_too_late(tmp_path: Path) -> None:
    time = Time()
    file = lease_file(tmp_path, time)
    lease = file.claim(ZHANG, lambda: 0).lease
    assert lease is not None
    time.now += 15
    assert file.renew(lease)
    now = file.read()
    assert now == replace(lease, heartbeat=START + 15, expires=START + 75)
    time.now += 61
    assert file.claim(LI, lambda: 0).lease is not None
    assert not file.renew(lease)
    file.release(lease)
    assert file.claim(ZHANG, lambda: 0).lease is None, "a release by the one before must not free it"


def test_breaking_open_tells_the_holder(tmp_path: Path) -> None:
    file = lease_file(tmp_path, Time())
    assert file.break_open() is None
    lease = file.claim(ZHANG, lambda: 0).lease
    assert lease is not None
    assert file.break_open() == lease
    assert not file.holds(lease)
    assert file.break_open() is None
    assert file.claim(LI, lambda: 0).lease is not None


def test_the_refusal_names_holder_since_when_and_remedy() -> None:
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
    assert "--lock-timeout" in error.remedy


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"formatVersion": 9}', b'{"formatVersion": 1, "x": 1}'])
def test_a_damaged_lease_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "lease.json").write_bytes(data)
    with pytest.raises(StateError, match=r"lease\.json"):
        lease_file(tmp_path, Time()).claim(ZHANG, lambda: 0)
    assert lease_file(tmp_path, Time()).break_open() is None
    assert lease_file(tmp_path, Time()).claim(ZHANG, lambda: 5).lease is not None


def test_a_guard_that_is_never_given_back_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qfops.state.lease._GUARD_PATIENCE", 0.0)
    file, other = lease_file(tmp_path, Time()), lease_file(tmp_path, Time())
    with other.guarded(), pytest.raises(Locked, match=r"guard\.lock"):
        file.claim(ZHANG, lambda: 0)
    assert file.claim(ZHANG, lambda: 0).lease is not None


RACER = """
import sys, time
from pathlib import Path
from qfops.state.files import Files
from qfops.state.lease import LeaseFile
from qfops.state.owner import Owner, is_gone

folder = Path(sys.argv[1])
file = LeaseFile(folder, length=60, clock=time.time, gone=is_gone, files=Files())
owner = Owner.of_this_process("racer", "apply")
print("ready", flush=True)
sys.stdin.readline()
lease = file.claim(owner, lambda: 0).lease
print(lease.fence if lease else 0, flush=True)
sys.stdin.readline()
"""


def test_of_several_processes_exactly_one_wins_and_a_dead_one_is_followed(tmp_path: Path) -> None:
    for round_ in range(1, 4):
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, str(tmp_path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        try:
            assert [_line(racer) for racer in racers] == ["ready"] * 4
            for racer in racers:
                _go(racer)
            assert sorted(_line(racer) for racer in racers) == ["0", "0", "0", str(round_)]
        finally:
            for racer in racers:
                racer.kill()
                racer.communicate()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
