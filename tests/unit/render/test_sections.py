"""The headings of a plan: name, explanation, tags, and what is told elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Cause, Change
from qfops.render.story.groups import Topic, grouped
from qfops.render.story.parts import Also, Emphasis, GroupStory, Heading, Phrase
from qfops.render.story.sections import group_story, noted_story
from tests.support.plans import call

from .builders import attribute, change, edit, plan

NEW, REMOVED = edit(summary="new"), edit(summary="removed")
REVERTED = attribute(verdict=Verdict.REVERT)


def groups(*changes: Change, **fields: Any) -> list[GroupStory]:
    return [group_story(group) for group in grouped(plan(*changes, **fields))]


def heading(*changes: Change, **fields: Any) -> Heading:
    (group,) = groups(*changes, **fields)
    return group.heading


HEADINGS: dict[Topic, tuple[Change, str, str]] = {
    Topic.BLOCKED: (change(Action.BLOCKED), "BLOCKED", "cannot be done; nothing happens to these"),
    Topic.UNKNOWN: (change(Action.UNKNOWN), "UNKNOWN", "could not be told; nothing happens to these"),
    Topic.JOINED: (
        change(Action.DELETE, joined=(Address("Dataset", "a"),)),
        "NOT CHOSEN",
        "ends too, because it rests on what was chosen",
    ),
    Topic.REMOVED: (change(Action.DELETE, causes=(REMOVED,)), "REMOVED", "manifests that are gone"),
    Topic.REVERT: (
        change(Action.UPDATE, attributes=(REVERTED,)),
        "CONSOLE EDITS UNDONE",
        "by --allow revert-drift",
    ),
    Topic.ADOPTED: (change(Action.ADOPT), "TAKEN OVER", "objects that exist already"),
    Topic.MOVED: (
        change(Action.MOVE),
        "MOVED",
        "to another address, as qfops.yaml says; no call is made",
    ),
    Topic.CONSOLE: (
        change(Action.CREATE),
        "IN THE CONSOLE",
        "something happened there; no manifest was edited",
    ),
    Topic.NEW: (change(Action.CREATE, causes=(NEW,)), "NEW", "manifests without an object"),
    Topic.RETIRED: (
        change(Action.DEACTIVATE, object="svco-1"),
        "RETIRED OBJECTS",
        "kept until now, their end is due",
    ),
    Topic.OWED: (change(Action.CREATE, owed=True), "STILL OWED", "approved earlier, not done yet"),
    Topic.WAITING: (
        change(Action.WAIT),
        "WAITING",
        "started earlier, still going; nothing is started twice",
    ),
}


@pytest.mark.parametrize("topic", HEADINGS, ids=lambda topic: topic.name.lower())
def test_a_heading_says_what_its_changes_have_in_common(topic: Topic) -> None:
    item, name, about = HEADINGS[topic]
    assert [group.topic for group in grouped(plan(item))] == [topic]
    found = heading(item)
    assert (found.name, found.about) == (name, (about,))


def test_destroying_has_one_heading() -> None:
    found = heading(change(Action.DELETE, causes=(REMOVED,)), destroy=True)
    assert (found.name, found.about) == ("DESTROY", ("what this project made",))


def test_every_topic_has_its_heading_tested() -> None:
    assert {*HEADINGS, Topic.DESTROY, Topic.EDIT} == set(Topic)


@pytest.mark.parametrize(
    ("cause", "place"),
    [
        (edit(line=3, summary="name a → b"), "a.yaml:3"),
        (edit(line=0), "a.yaml"),
        (Cause(edit().address, "name", "var", "", 0), "--var"),
        (Cause(edit().address, "name", "env", "", 0), "environment"),
        (Cause(edit().address, "name", "file", "", 0), "manifest"),
    ],
)
def test_an_edit_is_named_by_its_number_place_and_summary(cause: Cause, place: str) -> None:
    found = heading(change(Action.UPDATE, causes=(cause,)))
    assert (found.name, found.about) == ("EDIT 1", (place, cause.summary))


@pytest.mark.parametrize(
    ("item", "tag"),
    [
        (change(Action.DELETE), Phrase("DELETES", Emphasis.DANGER)),
        (change(Action.DEACTIVATE), Phrase("DEACTIVATES", Emphasis.DANGER)),
        (change(Action.REPLACE, destroys=("svco-1",)), Phrase("OLD NOT KEPT", Emphasis.DANGER)),
        (change(Action.RUN, steps=(call("stop", "Stop"),)), Phrase("OLD NOT KEPT", Emphasis.DANGER)),
        (
            change(Action.UPDATE, attributes=(REVERTED,)),
            Phrase("OVERWRITES CONSOLE EDIT", Emphasis.DANGER),
        ),
        (change(Action.RUN, billable=True), Phrase("COSTS MONEY", Emphasis.MONEY)),
        (change(Action.CREATE, billable=True), Phrase("COSTS MONEY", Emphasis.MONEY)),
    ],
)
def test_what_must_not_be_missed_is_a_tag(item: Change, tag: Phrase) -> None:
    assert heading(item).tags == (tag,)


@pytest.mark.parametrize(
    "item",
    [
        change(Action.UPDATE, attributes=(attribute(),)),
        change(Action.REPLACE, keeps=("svco-1",)),
        change(Action.WAIT, billable=True),
        change(Action.BLOCKED, billable=True, destroys=("svco-1",), attributes=(REVERTED,)),
    ],
)
def test_what_is_harmless_paid_or_not_done_has_no_tag(item: Change) -> None:
    assert heading(item).tags == ()


def test_tags_name_danger_before_money() -> None:
    found = heading(
        change(Action.RUN, "FineTuningTask/a", causes=(edit(),), billable=True),
        change(Action.DELETE, "Model/a", causes=(edit(),)),
    )
    assert [tag.text for tag in found.tags] == ["DELETES", "COSTS MONEY"]


def test_a_change_with_two_causes_is_told_once_and_referred_to() -> None:
    one, two = edit(line=1), edit(line=2)
    first, second = groups(change(Action.UPDATE, causes=(one, two)))
    assert (len(first.changes), first.also) == (1, ())
    assert second.changes == ()
    assert second.also == (Also("~ update", "Service/faq", "has this cause too: see EDIT 1"),)
    assert second.more == ""


def test_a_few_stand_for_all_that_are_told_elsewhere() -> None:
    one, two = edit(line=1), edit(line=2)
    _, second = groups(*(change(Action.UPDATE, f"Service/s{n}", causes=(one, two)) for n in range(1_010)))
    assert len(second.also) == 8
    assert second.more == "… and 1,002 more have this cause too"


def test_new_manifests_say_where_they_stand() -> None:
    (group,) = groups(change(Action.CREATE, causes=(edit(line=7, summary="new"),)))
    assert group.changes[0].facts == ("because", "a.yaml:7")
    (group,) = groups(change(Action.DELETE, causes=(edit(line=7, summary="removed"),)))
    assert group.changes[0].facts == ("because",)


def test_differences_without_an_action_are_noted() -> None:
    assert noted_story([]) is None
    noted = noted_story([change(Action.NO_OP, reason="", notes=("description: sent at creation only",))])
    assert noted is not None
    assert noted.heading == Heading("NOTED, nothing is done about these")
    assert noted.changes[0].facts == ("description: sent at creation only",)
