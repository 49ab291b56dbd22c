"""What is said about console edits, and which ways on lead out."""

from __future__ import annotations

from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.plan import HeldBack
from qfops.core.values import Slot
from qfops.render.story.console_edits import console_edit, held_back, held_back_story
from qfops.render.story.parts import Emphasis, Heading, Remark, Side, TextDiff
from qfops.render.textdiff import DiffLine, Piece
from tests.support.plans import held_back as left_alone

from .builders import change, plan

TEMPLATE = Address("PromptTemplate", "answer")
KEEP = Remark("keep", "copy the value into the manifest")


def edited(path: str = "topP", prior: Slot = 0.8, live: Slot = 0.5, **fields: Any) -> Change:
    """A prompt with a console edit that a plan leaves alone."""
    return left_alone(TEMPLATE, path, prior, live, **{"desired": prior, **fields})


def drift(path: str = "topP", prior: Slot = 0.8, live: Slot = 0.5, **fields: Any) -> HeldBack:
    made = edited(path, prior, live, **fields)
    return HeldBack(made.address, made.attributes[0])


def test_an_edit_shows_all_three_sides() -> None:
    edit = console_edit(drift(desired=0.9))
    assert (edit.sign, edit.address, edit.path) == ("!", "PromptTemplate/answer", "topP")
    assert edit.sides == (Side("applied", 0.8), Side("console", 0.5), Side("manifest", 0.9))
    assert edit.short
    assert edit.emphasis is Emphasis.WARN
    assert edit.text is None


def test_an_edited_text_is_told_by_its_changed_lines() -> None:
    before = "Answer politely.\n" + "x" * 60
    edit = console_edit(drift("content", before, before.replace("politely", "briefly")))
    pieces = (Piece("=", "Answer "), Piece("-", "politely"), Piece("+", "briefly"), Piece("=", "."))
    assert edit.text == TextDiff((DiffLine(1, pieces),), "applied → console:")
    assert not edit.short
    assert edit.manifest == "says what was applied"
    assert console_edit(drift("content", before, "b", desired="c")).manifest == ""
    assert console_edit(drift("topP", 0.8, 0.5)).manifest == ""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("topP", "PromptTemplate/answer.topP"),
        ("[0]", "'PromptTemplate/answer[0]'"),
        ('["a b"]', "'PromptTemplate/answer[\"a b\"]'"),
    ],
)
def test_an_edit_is_named_as_the_shell_takes_it(path: str, place: str) -> None:
    assert console_edit(drift(path)).place == place


@pytest.mark.parametrize(
    ("item", "remarks"),
    [
        (drift(reason="edited"), ()),
        (drift(revertible=False), ("no call can undo this one",)),
        (drift(ignored=True, reason="edited by support"), ("edited by support",)),
        (drift(ignored=True, revertible=False), ()),
    ],
)
def test_what_is_remarked_of_an_edit(item: HeldBack, remarks: tuple[str, ...]) -> None:
    assert console_edit(item).remarks == remarks


def test_a_plan_leaves_alone_what_is_neither_ignored_nor_undone() -> None:
    undone = AttributeChange("name", "a", "x", "a", Verdict.REVERT)
    made = plan(
        change(Action.UPDATE, str(TEMPLATE), attributes=(undone,)),
        drift=(edited("topP"), edited("stop", ignored=True)),
    )
    assert [item.path for item in held_back(made)] == ["topP"]


@pytest.mark.parametrize(
    ("revertible", "undo"),
    [
        ([True], "--allow revert-drift"),
        ([False, True], "--allow revert-drift"),
        ([False], "by hand in the console, no call can do it"),
    ],
)
def test_the_ways_on_offer_an_undo_only_where_a_call_can_do_it(revertible: list[bool], undo: str) -> None:
    edits = [console_edit(drift(revertible=can)) for can in revertible]
    section = held_back_story(edits, "qfops --env dev")
    assert section is not None
    place = "PromptTemplate/answer.topP" if len(edits) == 1 else "ADDRESS.PATH"
    accept = f"qfops --env dev drift --accept {place} --until DATE --why TEXT"
    assert section.ways_on == (KEEP, Remark("undo", undo), Remark("until a date", accept))
    plural = "" if len(edits) == 1 else "S"
    assert section.heading == Heading(f"CONSOLE EDIT{plural}, not part of this plan")


def test_no_edits_no_section() -> None:
    assert held_back_story((), "qfops") is None
