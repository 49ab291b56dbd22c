"""The lease file: fences rise, late renewals fail, and exactly one of several processes gets the lease."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qfops.core.errors import Locked, StateError
from qfops.state.file.files import Files
from qfops.state.file.lease_file import LeaseFile
from qfops.state.lease import Standing

from .support import LI, START, ZHANG, Time


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


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"formatVersion": 9}', b'{"formatVersion": 1, "x": 1}'])
def test_a_damaged_lease_is_refused_and_removing_it_is_the_way_out(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "lease.json").write_bytes(data)
    with pytest.raises(StateError, match=r"lease\.json") as caught:
        lease_file(tmp_path, Time()).claim(ZHANG, lambda: 0)
    way_out = (
        "Upgrade qfops" if b"9" in data else f"remove {tmp_path / 'lease.json'}, then run the command again"
    )
    assert way_out in caught.value.remedy
    (tmp_path / "lease.json").unlink()
    assert lease_file(tmp_path, Time()).claim(ZHANG, lambda: 5).lease is not None


def test_a_guard_that_is_never_given_back_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qfops.state.file.lease_file._GUARD_PATIENCE", 0.0)
    file, other = lease_file(tmp_path, Time()), lease_file(tmp_path, Time())
    with other.guarded(), pytest.raises(Locked, match=r"guard\.lock"):
        file.claim(ZHANG, lambda: 0)
    assert file.claim(ZHANG, lambda: 0).lease is not None


RACER = """
import sys, time
from pathlib import Path
from qfops.state.file.files import Files
from qfops.state.file.lease_file import LeaseFile
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
