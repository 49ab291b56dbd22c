"""A default that is written down or taken out, and what the console shows of it."""

from __future__ import annotations

import pytest

from qfops.core.resource import Resource
from qfops.core.values import ABSENT, JSON, Slot
from tests.support.project import model_set, template
from tests.unit.planning.given import World, shown

NAME = "PromptTemplate/faq-answer"
WRITTEN = {"temperature": 0.3, "topP": 0.8, "penaltyScore": 1}


def held(world: World) -> list[str]:
    """The paths of console edits that are left alone."""
    return [item.attribute.path for item in world.plan().held_back]


@pytest.mark.parametrize("value", [None, {}, {"temperature": 0.3}], ids=["null", "empty", "without it"])
def test_a_default_that_the_console_does_not_show_is_no_drift(value: JSON) -> None:
    """Not shown and null are what silence is, and the default is what silence means."""
    world = World(template(hyperParameters={"topP": 0.8}))
    world.edit_console(NAME, "hyperParameters", value)
    assert (shown(world.plan().changes), held(world)) == ([], [])


def test_another_value_that_the_console_does_not_show_is_drift() -> None:
    """What was applied is gone."""
    world = World(template(hyperParameters={"temperature": 0.3, "topP": 0.8}))
    world.edit_console(NAME, "hyperParameters", {"topP": 0.8})
    assert held(world) == ["hyperParameters.temperature"]


@pytest.mark.parametrize("value", [None, []], ids=["null", "empty"])
@pytest.mark.parametrize(("before", "after"), [(ABSENT, []), ([], ABSENT), ([], [])])
def test_no_labels_are_no_labels(before: Slot, after: Slot, value: JSON) -> None:
    """Written or left out, shown as null or as an empty list."""
    world = World(template(labels=before)).edit_console(NAME, "labels", value)
    assert shown(world.want(template(labels=after)).plan().changes) == []
    assert held(world) == []


@pytest.mark.parametrize("shown_labels", [None, []])
def test_a_set_without_labels_is_not_told_of_them(shown_labels: JSON) -> None:
    """No note either."""
    bare = {key: value for key, value in model_set().attributes.items() if key != "labels"}
    world = World(Resource(model_set().address, bare, model_set().location))
    world.edit_console("ModelSet/faq", "labels", shown_labels)
    labelled = Resource(model_set().address, {**bare, "labels": []}, model_set().location)
    plan = world.want(labelled).plan()
    assert [change.decision.notes for change in plan.changes] == [()]
    assert shown(plan.changes) == []


def test_a_default_written_down_undoes_no_edit_unseen() -> None:
    """Where the console holds another value, writing the default is a wish: it is shown and planned."""
    world = World(template(hyperParameters={"temperature": 0.3}))
    world.edit_console(NAME, "hyperParameters.topP", 0.5)
    plan = world.want(template(hyperParameters={"temperature": 0.3, "topP": 0.8})).plan()
    assert shown(plan.changes) == [f"update {NAME}"]


def test_a_written_default_is_ours() -> None:
    """A console edit of it is told; of what nobody wrote, it is not."""
    said = World(template(hyperParameters=WRITTEN)).edit_console(NAME, "hyperParameters.topP", 0.5)
    silent = World(template(hyperParameters={"temperature": 0.3}))
    silent.edit_console(NAME, "hyperParameters.topP", 0.5)
    assert held(said) == ["hyperParameters.topP"]
    assert held(silent) == []


def test_from_a_default_to_another_value_overwrites_nothing_that_is_not_shown() -> None:
    """What the console does not show is the default that was applied, so no edit stands in the way."""
    world = World(template(hyperParameters={"topP": 0.8}))
    world.edit_console(NAME, "hyperParameters", {"temperature": 0.3})
    plan = world.want(template(hyperParameters={"topP": 0.5})).plan()
    change = next(change for change in plan.changes if change.acts)
    assert [vote.overwrites for vote in change.attributes] == [False]


def test_a_default_beside_an_edit_makes_no_other_digest() -> None:
    """Neither as a vote nor as a part of the object that the edit rests on."""
    digests = {
        World(template(**before)).want(template(**after, templateContent="In short: {input}")).plan().digest
        for before in ({}, {"sceneType": "TextToText"})
        for after in ({}, {"sceneType": "TextToText"})
    }
    assert len(digests) == 1
