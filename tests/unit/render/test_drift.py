from __future__ import annotations

from typing import Any

from qfops.core.address import Address
from qfops.core.plan.plan import HeldBack
from qfops.core.values import UNOBSERVED, Slot
from qfops.render.reports.drift import drift_text
from tests.support.plans import held_back

TEMPLATE = Address("PromptTemplate", "answer")


def drift(path: str, prior: Slot, live: Slot, **fields: Any) -> HeldBack:
    made = held_back(TEMPLATE, path, prior, live, **{"desired": prior, **fields})
    return HeldBack(made.address, made.attributes[0])


def test_one_edit_has_its_own_commands() -> None:
    assert drift_text([drift("topP", 0.8, 0.5)], command="qfops --env dev", width=200).splitlines() == [
        "1 console edit",
        "  ! PromptTemplate/answer topP   applied 0.8 │ console 0.5 │ manifest 0.8",
        "            keep: copy the value into the manifest │ undo: --allow revert-drift │ until a date: "
        "qfops --env dev drift --accept PromptTemplate/answer.topP --until DATE --why TEXT",
    ]


def test_a_path_is_quoted_for_the_shell() -> None:
    assert "--accept 'PromptTemplate/answer[\"a.b\"]' --until" in drift_text([drift('["a.b"]', 1, 2)])


def test_what_no_call_can_undo_is_not_offered_an_undo() -> None:
    text = drift_text([drift("sceneType", "a", "b", revertible=False)])
    assert "no call can undo this one" in text
    assert "--allow revert-drift" not in text


def test_long_texts_show_what_the_console_changed_and_what_the_manifest_says() -> None:
    before = "Answer politely.\n" + "x" * 60
    text = drift_text([drift("content", before, before.replace("politely", "briefly"), desired=UNOBSERVED)])
    assert text.splitlines()[1:5] == [
        "  ! PromptTemplate/answer content",
        "            applied → console:",
        "            1 | Answer [-politely-]{+briefly+}.",
        "            manifest not shown",
    ]


def test_long_values_stand_below_each_other() -> None:
    rows = drift_text([drift("labels", ["a" * 30, "b" * 30], ["c"])], width=80).splitlines()[2:5]
    assert rows == [
        f"            applied  [{'a' * 30}, {'b' * 25}…",
        "            console  [c]",
        f"            manifest [{'a' * 30}, {'b' * 25}…",
    ]


def test_values_that_would_be_cut_stand_below_each_other_however_wide_the_page() -> None:
    text = "a" * 50
    rows = drift_text([drift("labels", [text], ["c"], desired=[])], width=160).splitlines()[2:5]
    assert rows == [f"            applied  [{text}]", "            console  [c]", "            manifest []"]


def test_accepted_edits_say_why_and_are_not_open() -> None:
    assert drift_text([drift("topP", 0.8, 0.5, ignored=True, reason="edited by support")]).splitlines() == [
        "No drift. The console holds what was applied.",
        "1 console edit accepted or ignored",
        "  ! PromptTemplate/answer topP   applied 0.8 │ console 0.5 │ manifest 0.8",
        "            edited by support",
    ]
