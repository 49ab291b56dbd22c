"""A real process, a real socket, and SIGKILL while the console has acted and not answered."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from qfops.emulator import running
from qfops.reconcile.ports import SystemClock
from tests.crash.outcome import converged
from tests.crash.rig import next_process
from tests.crash.worlds import CASES
from tests.support.bench import WHOLE, Bench, trouble
from tests.support.project import assistant

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@pytest.mark.parametrize("action", ["CreateFineTuningTask", "CreateService"])
def test_a_killed_process_leaves_what_the_next_one_needs(tmp_path: Path, action: str) -> None:
    """The run that the dead process started is adopted: nothing costs money twice."""
    bench = Bench(tmp_path, clock=SystemClock())  # the time of the process that gets killed
    bench.emulator.configure(faults=[{"kind": "hang", "action": action, "when": "after"}])
    with running(bench.emulator) as url:
        command = [sys.executable, "-m", "tests.crash.child", url, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT) as child:
            _await(bench, action)
            child.kill()
    bench.declare(*assistant())
    after = next_process(bench)
    assert trouble(after.apply(WHOLE)) == []
    converged(after, CASES[0])
    assert after.writes().count("CreateFineTuningTask") == 2
    assert after.writes().count("CreateService") == 1
    after.close()
    bench.close()


def _await(bench: Bench, action: str) -> None:
    end = time.monotonic() + PATIENCE
    while action not in bench.writes():
        assert time.monotonic() < end, f"{action} never arrived"
        time.sleep(0.02)
