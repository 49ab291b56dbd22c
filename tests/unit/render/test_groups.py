from __future__ import annotations

from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Cause
from qfops.render.story.groups import Topic, edits, grouped
from tests.support.plans import call

from .builders import attribute, change, edit, plan


def topics(*changes: object, **fields: object) -> list[Topic]:
    return [group.topic for group in grouped(plan(*changes, **fields))]  # type: ignore[arg-type]


def test_what_cannot_be_done_comes_first_then_the_most_dangerous() -> None:
    new = Cause(change(Action.CREATE).address, "", "file", "a.yaml", 1, "new")
    assert topics(
        change(Action.CREATE, "Dataset/a", causes=(new,)),
        change(Action.UPDATE, "Dataset/b", causes=(edit(line=1),)),
        change(Action.RUN, "Dataset/c", causes=(edit(line=2),), billable=True),
        change(Action.DELETE, "Dataset/d", causes=(edit(line=0, summary="removed"),)),
        change(Action.UNKNOWN, "Dataset/e"),
        change(Action.BLOCKED, "Dataset/f", causes=(edit(line=1),)),
        change(Action.WAIT, "Dataset/g"),
        change(Action.NO_OP, "Dataset/h"),
    ) == [
        *(Topic.BLOCKED, Topic.UNKNOWN, Topic.REMOVED, Topic.EDIT, Topic.EDIT),
        *(Topic.NEW, Topic.WAITING),
    ]


def test_what_no_edit_caused_says_what_did() -> None:
    assert topics(change(Action.CREATE)) == [Topic.CONSOLE]
    assert topics(change(Action.DELETE, object="svco-1")) == [Topic.RETIRED]
    assert topics(change(Action.DELETE, owed=True, causes=(edit(),))) == [Topic.OWED]
    assert topics(change(Action.DELETE, causes=(edit(summary="removed"),)), destroy=True) == [Topic.DESTROY]
    reverted = attribute(verdict=Verdict.REVERT)
    assert topics(change(Action.UPDATE, attributes=(reverted,))) == [Topic.REVERT]


def test_one_edit_is_one_group_and_a_second_cause_refers_to_the_first() -> None:
    one, two = edit(line=1, summary="x 1 → 2"), edit(line=2, summary="y 1 → 2")
    run = change(Action.RUN, "FineTuningTask/a", causes=(two,), billable=True)
    both = change(Action.UPDATE, "Service/b", causes=(two, one))
    first, second = grouped(plan(change(Action.UPDATE, causes=(one,)), run, both))
    assert [str(item.address) for item in first.changes] == ["FineTuningTask/a", "Service/b"]
    assert (first.name, second.name) == ("EDIT 1", "EDIT 2")
    assert [(str(item.address), home.name) for item, home in second.also] == [("Service/b", "EDIT 1")]


def test_an_edit_that_only_is_a_second_cause_has_a_group_too() -> None:
    both = change(Action.UPDATE, causes=(edit(line=1), edit(line=2)))
    first, second = grouped(plan(both))
    assert (len(first.changes), len(second.changes), len(second.also)) == (1, 0, 1)


def test_within_a_group_danger_comes_first_and_the_walk_decides_ties() -> None:
    names = [
        str(item.address)
        for item in grouped(
            plan(
                change(Action.UPDATE, "Service/b", causes=(edit(),)),
                change(Action.UPDATE, "Service/a", causes=(edit(),)),
                change(Action.DEACTIVATE, "Service/c", causes=(edit(),)),
                change(Action.REPLACE, "Service/d", causes=(edit(),), destroys=("svco-1",)),
            )
        )[0].changes
    ]
    assert names == ["Service/c", "Service/d", "Service/b", "Service/a"]


def test_a_run_in_progress_that_is_stopped_counts_as_danger() -> None:
    stopped = change(Action.RUN, "Service/b", causes=(edit(line=2),), steps=(call("stop", "Stop"),))
    deleted = change(Action.DELETE, "Service/a", causes=(edit(line=3),))
    assert [group.cause.line for group in grouped(plan(deleted, stopped)) if group.cause] == [2, 3]


def test_edits_of_blocked_changes_are_counted_once() -> None:
    new = edit(line=9, summary="new")
    changes = [
        change(Action.BLOCKED, causes=(edit(line=1),)),
        change(Action.UPDATE, "Service/b", causes=(edit(line=1), new)),
    ]
    assert len(edits(changes)) == 1
