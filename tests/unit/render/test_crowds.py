"""Which changes are alike, and what stands for many of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.values import Slot
from qfops.render.story.crowds import FEW, change_stories
from qfops.render.story.parts import Between, ChangeStory, Detail, Phrase, Remark

from .builders import attribute, change, edit

LONG = "long " * 20


def stories(make: Callable[[int], Change], count: int = FEW + 1) -> list[ChangeStory]:
    return list(change_stories([make(number) for number in range(count)], None))


def test_more_than_a_few_alike_are_one_story() -> None:
    assert len(stories(lambda n: change(Action.CREATE, f"Dataset/d{n}"), FEW)) == FEW
    (crowd,) = stories(lambda n: change(Action.CREATE, f"v1/Dataset/d{n}"), 1_200)
    assert crowd.label == "1,200 × v1/Dataset"
    assert crowd.facts == ("d0, d1, d2, …, d1199", "because")
    assert (len(crowd.members), crowd.members[7]) == (1_200, "v1/Dataset/d7")


def test_words_about_the_own_address_are_alike_and_get_a_placeholder() -> None:
    def held(number: int) -> Change:
        name = f"Dataset/d{number}"
        causes = (edit(summary=f"{name} moved"),)
        return change(
            Action.BLOCKED, name, reason=f"{name} exists", remedy=f"qfops adopt {name} ID", causes=causes
        )

    (crowd,) = stories(held)
    assert crowd.facts[1] == "ADDRESS exists"
    assert crowd.ways_on == (Remark("way on", "qfops adopt ADDRESS ID"),)
    assert [edit.summary for edit in crowd.edits] == ["ADDRESS moved"]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (Action.DELETE, {}),
        (Action.DEACTIVATE, {}),
        (Action.RUN, {"billable": True}),
        (Action.RUN, {}),
        (Action.CREATE, {"billable": True}),
        (Action.REPLACE, {"keeps": ("a-1",)}),
        (Action.ADOPT, {}),
        (Action.MOVE, {"moved_from": Address("Dataset", "old")}),
        (Action.RETIRE, {}),
        (Action.FORGET, {}),
        (Action.UPDATE, {"object": "ds-1"}),
    ],
)
def test_what_hurts_costs_or_takes_over_always_has_its_own_story(
    action: Action, fields: dict[str, object]
) -> None:
    assert len(stories(lambda n: change(action, f"Dataset/d{n}", **fields))) == FEW + 1


def test_what_cannot_be_done_hurts_nobody_and_may_share_a_story() -> None:
    assert len(stories(lambda n: change(Action.BLOCKED, f"Dataset/d{n}", object="ds-1"))) == 1


@pytest.mark.parametrize(
    "fields",
    [
        lambda n: {"reason": f"because {n}"},
        lambda n: {"attributes": (attribute(after=str(n)),)},
        lambda n: {"attributes": (attribute("text", LONG, f"{LONG}{n}"),)},
        lambda n: {"left": (f"unit-{n} stays",)},
        lambda n: {"notes": (f"note {n}",)},
    ],
)
def test_changes_that_differ_are_told_apart(fields: Callable[[int], dict[str, object]]) -> None:
    assert len(stories(lambda n: change(Action.UPDATE, f"Dataset/d{n}", **fields(n)))) == FEW + 1


@pytest.mark.parametrize(
    "fields", [lambda n: {"causes": (edit(line=n),)}, lambda n: {"remedy": f"qfops adopt X ds-{n}"}]
)
def test_what_is_held_for_other_edits_or_has_other_ways_on_is_told_apart(
    fields: Callable[[int], dict[str, object]],
) -> None:
    assert len(stories(lambda n: change(Action.BLOCKED, f"Dataset/d{n}", **fields(n)))) == FEW + 1


def test_other_actions_and_other_kinds_are_told_apart() -> None:
    actions = (Action.BLOCKED, Action.UNKNOWN)
    assert len(stories(lambda n: change(actions[n % 2], f"Dataset/d{n}"), 2 * FEW + 2)) == 2
    kinds = ("Dataset", "v1/Dataset", "Model")
    crowds = stories(lambda n: change(Action.CREATE, f"{kinds[n % 3]}/d{n}"), 3 * FEW + 3)
    assert [crowd.label for crowd in crowds] == ["9 × Dataset", "9 × v1/Dataset", "9 × Model"]


def test_values_that_only_look_alike_when_shortened_are_told_apart() -> None:
    def with_tail(number: int) -> Change:
        items: Slot = [LONG, number]
        return change(Action.UPDATE, f"Dataset/d{number}", attributes=(attribute("stop", "a", items),))

    assert len(stories(with_tail)) == FEW + 1
    same: Slot = [LONG, 1]
    (crowd,) = stories(
        lambda n: change(Action.UPDATE, f"Dataset/d{n}", attributes=(attribute("stop", "a", same),))
    )
    assert crowd.details == (Detail(Phrase(""), (Between("a", same),)),)


def test_those_alike_stand_next_to_each_other() -> None:
    reasons = ["one", "two", "one"]
    told = change_stories(
        [change(Action.CREATE, f"Dataset/d{n}", reason=text) for n, text in enumerate(reasons)], None
    )
    assert [item.label for item in told] == ["Dataset/d0", "Dataset/d2", "Dataset/d1"]
