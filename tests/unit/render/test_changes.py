"""What the story of one change says: facts, details, what is lost, the ways on."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.values import ABSENT, UNOBSERVED, Reference, Slot, Unknown
from qfops.render.story.changes import change_story
from qfops.render.story.parts import Between, Detail, Edit, Emphasis, Phrase, Remark, Side, Sides, TextDiff
from qfops.render.textdiff import DiffLine, Piece
from tests.support.plans import call

from .builders import attribute, change, edit

LONG = "Answer politely, shortly, and never in more than {} words, please."
CHANGED = (DiffLine(1, (Piece("=", LONG[:49]), Piece("-", "9"), Piece("+", "8"), Piece("=", LONG[51:]))),)


def update(*attributes: AttributeChange) -> Change:
    return change(Action.UPDATE, attributes=attributes)


@pytest.mark.parametrize(
    ("item", "facts"),
    [
        (change(Action.CREATE), ("because",)),
        (change(Action.DELETE, id="ds-1"), ("ds-1", "because")),
        (change(Action.DELETE, object="ds-1", id="ds-1"), ("because",)),
        (update(attribute()), ("name a → b",)),
        (change(Action.REPLACE, attributes=(attribute(),)), ("name a → b", "because")),
        (change(Action.ADOPT, link="svco-1"), ("because", "object svco-1")),
        (change(Action.ADOPT, reason="svco-1 is adopted", link="svco-1"), ("svco-1 is adopted",)),
        (
            change(Action.REPLACE, keeps=("a-1", "b-2"), notes=("URL stays",)),
            ("because", "the old one is kept: a-1, b-2", "URL stays"),
        ),
        (change(Action.RETIRE, id="a-1", keeps=("a-1",)), ("a-1", "because")),
        (change(Action.CREATE, billable=True), ("because", "costs money")),
        (change(Action.RUN), ("because", "not billed")),
        (change(Action.RUN, billable=True), ("because",)),
        (
            change(Action.RUN, billable=True, last_duration=7200.0, keeps=("t-1",)),
            ("because", "last run 2 h, kept"),
        ),
        (change(Action.RUN, billable=True, keeps=("t-1",)), ("because", "the last run is kept")),
        (change(Action.WAIT, last_duration=3600.0), ("because", "the last one took 1 h")),
    ],
)
def test_the_facts_of_a_change(item: Change, facts: tuple[str, ...]) -> None:
    assert change_story(item, None).facts == facts


def test_what_the_heading_says_is_no_fact_again() -> None:
    replaced = change(Action.REPLACE, attributes=(attribute(),))
    assert change_story(replaced, edit(summary="name a → b")).facts == ("because",)
    assert change_story(replaced, edit(summary="name a… → b")).facts == ("name a → b", "because")


@pytest.mark.parametrize(
    ("item", "label"),
    [
        (change(Action.CREATE), "Service/faq"),
        (change(Action.DELETE, object="svco-1"), "Service/faq (old object svco-1)"),
        (change(Action.MOVE, moved_from=Address("Service", "old")), "Service/old → Service/faq"),
        (change(Action.BLOCKED, moved_from=Address("Service", "old")), "Service/faq"),
    ],
)
def test_a_change_is_labelled_by_what_it_is_about(item: Change, label: str) -> None:
    assert change_story(item, None).label == label


@pytest.mark.parametrize(
    ("item", "verb", "emphasis"),
    [
        (change(Action.BLOCKED), "✗ blocked", Emphasis.DANGER),
        (change(Action.UNKNOWN), "? unknown", Emphasis.DANGER),
        (change(Action.DELETE), "- delete", Emphasis.DANGER),
        (change(Action.REPLACE, destroys=("a-1",)), "± replace", Emphasis.DANGER),
        (change(Action.REPLACE), "± replace", Emphasis.WARN),
        (change(Action.RUN, billable=True), "▶ run", Emphasis.MONEY),
        (change(Action.CREATE), "+ create", Emphasis.ADD),
        (change(Action.WAIT, billable=True), "… wait", Emphasis.CALM),
    ],
)
def test_a_change_is_named_as_loudly_as_it_hurts(item: Change, verb: str, emphasis: Emphasis) -> None:
    story = change_story(item, None)
    assert (story.verb, story.emphasis) == (verb, emphasis)


@pytest.mark.parametrize("action", [Action.BLOCKED, Action.UNKNOWN])
def test_what_is_held_names_the_edits_behind_it_and_each_way_on(action: Action) -> None:
    causes = (edit(line=1, summary="name a → b"), edit(line=2))
    story = change_story(change(action, causes=causes, remedy="adopt it:\nqfops adopt A ID"), None)
    assert story.edits == (Edit("a.yaml:1", "name a → b"), Edit("a.yaml:2", ""))
    assert story.ways_on == (Remark("way on", "adopt it:"), Remark("way on", "qfops adopt A ID"))


def test_what_is_done_does_not_repeat_its_edits() -> None:
    assert change_story(change(Action.UPDATE, causes=(edit(), edit(line=2))), None).edits == ()


def test_what_is_lost_is_said_louder_than_what_stays() -> None:
    item = change(Action.REPLACE, destroys=("a-1", "b-2"), left=("unit-1 is billed until May",))
    assert change_story(item, None).remarks == (
        Remark("NOT KEPT", "a-1, b-2", Emphasis.DANGER),
        Remark("stays", "unit-1 is billed until May", Emphasis.WARN),
    )
    stopped = change(Action.RUN, steps=(call("stop", "Stop"),))
    lost = Remark("NOT KEPT", "the run that is still going", Emphasis.DANGER)
    assert change_story(stopped, None).remarks == (lost,)


def test_several_attributes_are_told_one_by_one() -> None:
    unknown = Unknown(Reference(Address("Model", "a"), "modelId"))
    story = change_story(
        update(
            attribute(),
            AttributeChange("modelId", "am-1", UNOBSERVED, unknown, Verdict.UPDATE),
            AttributeChange("topP", 0.8, 0.5, 0.8, Verdict.REVERT),
            AttributeChange("drifted", "a", "x", "a", Verdict.DRIFT),
        ),
        None,
    )
    assert story.facts == ()
    assert story.details == (
        Phrase("name a → b"),
        Phrase("modelId am-1 → known after apply"),
        Phrase("topP 0.5 → 0.8 undoes the console edit"),
    )


def test_a_long_text_is_told_by_its_changed_lines() -> None:
    story = change_story(update(attribute("content", LONG.format(9), LONG.format(8))), None)
    assert story.facts == ("content",)
    assert story.details == (Detail(Phrase(""), (TextDiff(CHANGED),)),)
    first = change_story(update(attribute("content", ABSENT, LONG.format(9)), attribute()), None)
    added = TextDiff((DiffLine(1, (Piece("+", LONG.format(9)),)),))
    assert first.details == (Detail(Phrase("content"), (added,)), Phrase("name a → b"))


def test_lists_and_maps_are_told_by_what_differs_inside() -> None:
    before: Slot = {"text": LONG.format(9), "id": "ds-2"}
    after: Slot = {"text": LONG.format(8), "id": "ds-3"}
    (detail,) = change_story(update(attribute("config", before, after)), None).details
    assert isinstance(detail, Detail)
    assert detail.differences == (TextDiff(CHANGED, "config.text"), Phrase("config.id ds-2 → ds-3"))


def test_some_differences_stand_for_many() -> None:
    before: Slot = {f"key{n}": f"value {n}" for n in range(30)}
    after: Slot = {f"key{n}": f"other {n}" for n in range(30)}
    (detail,) = change_story(update(attribute("labels", before, after)), None).details
    assert isinstance(detail, Detail)
    assert detail.differences[-1] == Phrase("… 10 more; --format json shows all")
    assert len(detail.differences) == 21


def test_long_values_of_two_types_stay_whole_for_the_printer() -> None:
    items: Slot = ["x" * 60]
    (detail,) = change_story(update(attribute("stop", "a", items)), None).details
    assert detail == Detail(Phrase(""), (Between("a", items),))


def test_an_overwritten_console_edit_shows_all_sides() -> None:
    overwritten = AttributeChange("replicas", 1, 2, 3, Verdict.UPDATE, overwrites=True)
    story = change_story(update(overwritten), edit(path="replicas", summary="replicas 1 → 3"))
    sides = Sides((Side("applied", 1), Side("console", 2), Side("manifest", 3)))
    title = Phrase("OVERWRITES CONSOLE EDIT of replicas", Emphasis.DANGER)
    assert story.emphasis is Emphasis.DANGER
    assert story.details == (Detail(title, (sides,)),)


def test_a_long_overwritten_text_says_what_happens_to_what_the_console_holds() -> None:
    one, two, three = (LONG.format(number) for number in (7, 9, 8))
    overwritten = AttributeChange("content", one, two, three, Verdict.UPDATE, overwrites=True)
    (detail,) = change_story(update(overwritten), None).details
    assert isinstance(detail, Detail)
    assert detail.differences == (Phrase("console → manifest:"), TextDiff(CHANGED))
