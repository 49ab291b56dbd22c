"""What follows from the status words that are shown, and from those that are not."""

from __future__ import annotations

import pytest

from qfops.core.address import KindKey
from qfops.core.observation import LiveObject, Phase
from qfops.core.values import Value
from qfops.kinds.registry import load
from qfops.kinds.status import goals, reached, remembered, untold, with_status

KINDS = load().kinds
SERVICE, DATASET, TASK = (KINDS[KindKey("v2", name)] for name in ("Service", "Dataset", "FineTuningTask"))
SERVING = SERVICE.create.until


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"runStatus": "Serving", "updateStatus": "None"}, True),
        ({"runStatus": "Serving"}, True),
        ({"updateStatus": "None"}, True),
        ({}, False),
        ({"chargeStatus": "Opened"}, False),
        ({"runStatus": "Serving", "updateStatus": "Updating"}, False),
        ({"runStatus": "New"}, False),
    ],
)
def test_a_goal_is_reached_by_all_that_is_shown_and_by_something(
    status: dict[str, str], expected: bool
) -> None:
    assert reached(status, SERVING) is expected


def test_an_object_owes_what_was_applied_to_it() -> None:
    """A dataset with neither rows nor publication owes nothing; each of the two is a goal of its own."""
    assert list(goals(DATASET, {})) == []
    assert list(goals(DATASET, {"import": [], "publish": False})) == []
    rows = {"import": [{"files": ["bos:/a/b"]}]}
    assert untold(DATASET, {**rows, "publish": True}, {}) == ("importStatus", "publishStatus")
    assert untold(DATASET, {**rows, "publish": True}, {"importStatus": "Importing"}) == ("publishStatus",)
    assert untold(DATASET, rows, {"importStatus": "ImportFinished"}) == ()
    assert untold(SERVICE, {}, {"updateStatus": "None"}) == ()


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"runStatus": "Done"}, {"runStatus": "Done"}),
        ({"runStatus": "Fail"}, {"runStatus": "Fail"}),
        ({"runStatus": "Running"}, {}),
        ({}, {}),
    ],
)
def test_what_was_going_then_says_nothing_now(known: dict[str, str], expected: dict[str, str]) -> None:
    assert remembered(TASK, {}, {}, known) == expected


def test_what_another_read_can_show_is_not_remembered_as_failed() -> None:
    """A failed import is asked for again; a finished one need not be, an unpublished one proves nothing."""
    attributes: dict[str, Value] = {"import": [{"files": ["bos:/a/b"]}], "publish": True}
    known = {"importStatus": "ImportFailed", "publishStatus": "Unpublished"}
    assert remembered(DATASET, attributes, {}, known) == {}
    assert remembered(DATASET, attributes, {}, {"importStatus": "ImportFinished"}) == {
        "importStatus": "ImportFinished"
    }


def test_words_of_a_goal_that_is_told_are_not_remembered() -> None:
    """An old updateStatus holds nothing up once the answers lack it."""
    known = {"runStatus": "Serving", "updateStatus": "Updating"}
    assert remembered(SERVICE, {}, {"runStatus": "Serving"}, known) == {}


def test_shown_words_come_first_and_the_phase_follows_them_all() -> None:
    live = LiveObject("svco-1", {}, status={"updateStatus": "None"})
    more = with_status(SERVICE, live, {"runStatus": "Deploying", "updateStatus": "Updating"})
    assert dict(more.status) == {"runStatus": "Deploying", "updateStatus": "None"}
    assert list(more.status) == ["runStatus", "updateStatus"]
    assert more.phase is Phase.GOING
    assert with_status(SERVICE, live, {}) is live
