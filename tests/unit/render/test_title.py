"""What the first lines of a plan say, without a page."""

from __future__ import annotations

from typing import Any

import pytest

from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.plan import Stats
from qfops.render.story.groups import grouped
from qfops.render.story.parts import Emphasis, Phrase
from qfops.render.story.title import Title, nothing, title
from tests.support.plans import call

from .builders import change, edit, plan, unchanged

OVERWRITTEN = AttributeChange("replicas", 1, 2, 3, Verdict.UPDATE, overwrites=True)
REVERTED = AttributeChange("topP", 0.8, 0.5, 0.8, Verdict.REVERT)
STOP = (call("stop", "StopFineTuningTask"),)


def titled(*changes: Change, left_alone: int = 0, **fields: Any) -> Title:
    made = plan(*changes, **fields)
    return title(made, grouped(made), left_alone)


def test_the_facts_name_the_plan() -> None:
    made = titled(change(Action.CREATE), stats=Stats(calls=1))
    assert made.facts == ("qfops plan --env dev", "faq", "state 7f3c#1", "1 call", "plan ababab…")
    bare = titled(change(Action.DELETE), environment="", lineage="", destroy=True)
    assert bare.facts[:3] == ("qfops plan --destroy", "faq", "no state yet")
    assert (
        titled(change(Action.DELETE), command="destroy", destroy=True).facts[0] == "qfops destroy --env dev"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([change(Action.DELETE), change(Action.DELETE, "Model/a")], ["DELETES 2"]),
        ([change(Action.DEACTIVATE)], ["DEACTIVATES 1"]),
        ([change(Action.REPLACE, destroys=("svco-1",))], ["REPLACES 1 WITHOUT KEEPING"]),
        ([change(Action.RUN, steps=STOP)], ["THROWS AWAY 1 RUN"]),
        (
            [change(Action.UPDATE, attributes=(OVERWRITTEN,))],
            ["deletes nothing", "OVERWRITES 1 CONSOLE EDIT"],
        ),
        (
            [change(Action.DELETE), change(Action.UPDATE, "Model/a", attributes=(OVERWRITTEN, REVERTED))],
            ["DELETES 1", "OVERWRITES 2 CONSOLE EDITS"],
        ),
    ],
)
def test_what_is_taken_away_is_loud(changes: list[Change], words: list[str]) -> None:
    toll = titled(*changes).toll
    assert [phrase.text for phrase in toll] == words
    assert min(phrase.emphasis for phrase in toll) is Emphasis.DANGER


def test_a_plan_that_takes_nothing_away_says_so_calmly() -> None:
    harmless = (Phrase("deletes nothing", Emphasis.ADD),)
    assert titled(change(Action.REPLACE, keeps=("svco-1",))).toll == harmless
    assert titled(change(Action.BLOCKED, destroys=("svco-1",))).toll == harmless


def test_the_counts_say_what_causes_what_and_what_is_not_done() -> None:
    made = titled(
        change(Action.CREATE, "Dataset/a", causes=(edit(summary="new"),)),
        change(Action.DELETE, "Dataset/b", causes=(edit(summary="removed"),), left=("one", "two")),
        change(Action.UPDATE, causes=(edit(line=1), edit(line=2))),
        change(Action.BLOCKED, "Model/a"),
        change(Action.UNKNOWN, "Model/b"),
        left_alone=1,
    )
    assert made.counts == (
        "2 edits, 1 new, 1 removed → 3 changes: 1 delete, 1 update, 1 create",
        "1 blocked",
        "1 unknown",
        "2 things left behind (see stays:)",
        "1 console edit left alone",
    )
    assert titled(change(Action.BLOCKED)).counts == ("no change", "1 blocked")


@pytest.mark.parametrize(
    ("destroys", "words"),
    [([(), ()], "old kept"), ([("a",), ()], "1 old NOT kept"), ([("a",)], "old NOT kept")],
)
def test_replacements_say_how_many_old_ones_are_kept(destroys: list[tuple[str, ...]], words: str) -> None:
    changes = [change(Action.REPLACE, f"Model/{n}", destroys=lost) for n, lost in enumerate(destroys)]
    plural = "s" if len(changes) > 1 else ""
    assert titled(*changes).counts == (f"{len(changes)} change{plural}: {len(changes)} replace ({words})",)


def test_a_plan_without_changes_names_every_exception() -> None:
    assert nothing(plan(*unchanged(2)), 0, 0, 0) == (
        "No changes. 2 resources checked with 0 calls: the console holds what the manifests say."
    )
    assert nothing(plan(*unchanged(2), complete=False), 1, 2, 1) == (
        "No changes in what was selected. 2 resources checked with 0 calls; 1 console edit left alone, "
        "2 console edits accepted or ignored, 1 resource with a difference that nothing is done about."
    )
    assert nothing(plan(destroy=True), 1, 0, 0) == "No changes. Nothing is left to destroy."
    narrowed = nothing(plan(destroy=True, complete=False), 0, 0, 0)
    assert narrowed == "No changes. Nothing of what was selected is left to destroy."
