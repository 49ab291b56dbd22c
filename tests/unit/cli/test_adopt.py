"""`adopt`: one change of state, and what it refuses before anything."""

from pathlib import Path

from .conftest import ADDRESS, Call
from .test_apply import writes


def _forgotten(qfops: Call) -> str:
    """The id of an object that exists and that no state knows any more."""
    assert qfops("apply", "--auto-approve").code == 0
    shown = qfops("state", "list").out.split()
    assert qfops("state", "rm", ADDRESS).code == 0
    return shown[1]


def test_it_is_one_change_that_sends_nothing(qfops: Call, folder: Path) -> None:
    object_id, before = _forgotten(qfops), writes(folder)
    done = qfops("adopt", ADDRESS, object_id, "--auto-approve", "--format", "json")
    assert done.code == 0
    shown = done.events()[0]
    assert [(item["address"], item["action"]) for item in shown["changes"]] == [(ADDRESS, "adopt")]
    assert shown["tool"]["options"]["scope"] == "adopt"
    assert writes(folder) == before
    assert qfops("plan", "--detailed-exitcode").code == 0


def test_the_second_time_it_says_so(qfops: Call) -> None:
    object_id = _forgotten(qfops)
    assert qfops("adopt", ADDRESS, object_id, "--auto-approve").code == 0
    again = qfops("adopt", ADDRESS, object_id, "--auto-approve")
    assert (again.code, again.out) == (0, f"{ADDRESS} is {object_id} already.\n")
    other = qfops("adopt", ADDRESS, "pt-0000000000000000", "--auto-approve")
    assert other.code == 64
    assert f"state rm {ADDRESS}" in other.err


def test_a_wrong_id_is_refused(qfops: Call, folder: Path) -> None:
    _forgotten(qfops)
    before = writes(folder)
    done = qfops("adopt", ADDRESS, "pt-0000000000000000", "--auto-approve")
    assert done.code == 3
    assert "does not exist" in done.out
    assert writes(folder) == before


def test_it_edits_nothing_and_says_how_to(qfops: Call, folder: Path) -> None:
    object_id, before = _forgotten(qfops), writes(folder)
    done = qfops("adopt", ADDRESS, object_id, "--allow", "revert-drift")
    assert done.code == 64
    assert f"apply --target {ADDRESS} --allow revert-drift" in done.err
    assert writes(folder) == before
