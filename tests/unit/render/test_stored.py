"""What a plan tells of an approval that state still holds."""

from __future__ import annotations

from qfops.core.address import Address
from qfops.core.plan.stored import StoredApproval, StoredChange
from qfops.render.plan_json import plan_json
from qfops.render.story.stored import stored_story
from qfops.render.text.plan import plan_text

from .builders import DIGEST, plan
from .schemas import complaints

MODEL = Address.parse("Model/faq")


def stored(*changes: StoredChange, resumed: bool = False, flags: str = "") -> StoredApproval:
    return StoredApproval(DIGEST, "li", 1_790_000_000.0, flags, changes, resumed)


ALIKE = StoredChange(MODEL, "current", "create", "")
UNTOLD = StoredChange(MODEL, "current", "create")
OLD = StoredChange(MODEL, "amv-1", "delete", "blocked now: still used")


def lines(found: StoredApproval) -> list[str]:
    told = stored_story(found, "qfops --env dev")
    return [f"{item.label}: {item.text}" for item in told.remarks] if told else []


def test_what_is_left_what_is_dropped_and_the_way_on() -> None:
    assert lines(stored(ALIKE, OLD)) == [
        "left to do: create Model/faq",
        "will be dropped: delete Model/faq (old object amv-1): blocked now: still used",
        "way on: qfops --env dev apply --resume",
    ]


def test_a_plan_that_was_asked_for_otherwise_only_names_what_is_left() -> None:
    assert lines(stored(UNTOLD)) == ["left to do: create Model/faq", "way on: qfops --env dev apply --resume"]


def test_while_it_goes_on_only_what_is_dropped_is_told() -> None:
    """The plan itself tells of the rest."""
    assert lines(stored(ALIKE, OLD, resumed=True)) == [
        "dropped: delete Model/faq (old object amv-1): blocked now: still used"
    ]
    assert lines(stored(ALIKE, resumed=True)) == []


def test_many_are_named_by_a_few() -> None:
    found = lines(stored(*[OLD] * 12, *[ALIKE] * 12))
    assert found[0].endswith(", … 4 more")
    assert found[-2] == "will be dropped: 4 more"


def test_a_plan_without_changes_says_it_too() -> None:
    text = plan_text(plan(stored=stored(OLD, flags="--prune")))
    assert text.startswith("No changes. ")
    assert "STORED  plan ababab… was approved at 2026-09-21T14:13:20Z with --prune; 1 change not done" in text


def test_it_is_part_of_the_published_format() -> None:
    data = plan_json(plan(stored=stored(ALIKE, UNTOLD, OLD)))
    assert complaints("plan", data) == []
    assert data["stored"] == {
        "digest": DIGEST,
        "by": "li",
        "at": 1_790_000_000.0,
        "owed": [
            {"address": "Model/faq", "object": "current", "action": "create", "alike": True, "dropped": ""},
            {"address": "Model/faq", "object": "current", "action": "create"},
            {
                "address": "Model/faq",
                "object": "amv-1",
                "action": "delete",
                "alike": False,
                "dropped": "blocked now: still used",
            },
        ],
    }
