"""Owners: "gone" is said only of a process that certainly does not run any more."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from qfops.state.owner import Owner, is_gone

OURS = Owner.of_this_process("zhang", "apply")


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_this_process_is_not_gone() -> None:
    assert OURS.pid == os.getpid()
    assert not is_gone(OURS)


def test_a_process_that_ended_is_gone() -> None:
    assert is_gone(replace(OURS, pid=dead_process()))


def test_a_later_process_of_the_same_number_is_another() -> None:
    boot, _, start = OURS.process_start.rpartition("/")
    if not start:
        pytest.skip("this system does not tell when a process started")
    assert is_gone(replace(OURS, process_start=f"{boot}/{int(start) - 1}"))


@pytest.mark.parametrize(
    "change",
    [{"host": "elsewhere"}, {"process_start": "other-boot/pid:[1]/5"}, {"process_start": ""}, {"pid": 0}],
)
def test_of_a_process_elsewhere_nobody_can_tell(change: dict[str, str | int]) -> None:
    changes: dict[str, str | int] = {"pid": dead_process(), **change}
    assert not is_gone(replace(OURS, **changes))  # type: ignore[arg-type]


def test_an_owner_says_who_where_what() -> None:
    owner = Owner("zhang", "apply", "https://ci.example/7", host="vm", pid=5)
    assert str(owner) == "zhang on vm (process 5): qfops apply, https://ci.example/7"
