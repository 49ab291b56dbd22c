"""The report of drift: what is gone, open, quiet and unknown, as a story, as lines and as JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Verdict
from qfops.core.plan.drift import DriftItem, DriftReport, Fate, Untold
from qfops.core.resource import Ignore
from qfops.core.values import UNOBSERVED, Slot
from qfops.render.drift_json import drift_json
from qfops.render.reports.drift import drift_text
from tests.support.plans import held_back
from tests.unit.render.schemas import complaints

TEMPLATE = Address("PromptTemplate", "answer")
SUPPORT = Ignore("topP", "edited by support", date(2027, 1, 31), 0.5)


def drift(path: str, prior: Slot, live: Slot, *, owned: bool = True, **fields: Any) -> DriftItem:
    """One edit, of an attribute that a call can change unless told otherwise."""
    more = {name: fields.pop(name) for name in ("object", "ignore") if name in fields}
    says = fields.pop("says", "")
    made = held_back(TEMPLATE, path, prior, live, **{"desired": prior, **fields})
    return DriftItem(
        address=TEMPLATE,
        id="pt-1",
        fate=Fate.EDITED,
        attribute=made.attributes[0],
        owner=TEMPLATE if owned else None,
        reasons=(says,) if says else (),
        **more,
    )


def noted(path: str) -> DriftItem:
    """A difference in what is sent at creation only."""
    item = drift(path, "a", "b", reason="edited in the console; no call can change it")
    assert item.attribute is not None
    return replace(item, attribute=replace(item.attribute, verdict=Verdict.NOTE))


def report(*items: DriftItem, **fields: Any) -> DriftReport:
    given: dict[str, Any] = {
        "project": "faq", "environment": "dev", "lineage": "7f3c", "serial": 4, "checked": 3,
    }  # fmt: skip
    return DriftReport(differences=items, **{**given, **fields})


GONE = DriftItem(
    address=TEMPLATE, id="pt-1", fate=Fate.DELETED, owner=TEMPLATE, reasons=("gone from the console",)
)
UNKNOWN = Untold(address=TEMPLATE, id="pt-1", reason="the list answered 403")


def test_one_edit_has_its_own_commands() -> None:
    shown = drift_text(report(drift("topP", 0.8, 0.5)), command="qfops --env dev", width=200)
    assert shown.splitlines() == [
        "1 console edit",
        "  ! PromptTemplate/answer topP   applied 0.8 │ console 0.5 │ manifest 0.8",
        "            keep: copy the value into the manifest │ undo: --allow revert-drift │ until a date: "
        "qfops --env dev drift --accept PromptTemplate/answer.topP --until DATE --why TEXT",
    ]


def test_a_path_is_quoted_for_the_shell() -> None:
    shown = drift_text(report(drift('["a.b"]', 1, 2)))
    assert "--accept 'PromptTemplate/answer[\"a.b\"]' --until" in shown


def test_what_no_call_can_undo_is_not_offered_an_undo() -> None:
    text = drift_text(report(drift("sceneType", "a", "b", revertible=False)))
    assert "no call can undo this one" in text
    assert "--allow revert-drift" not in text
    assert "undo: by hand in the console" in text


def test_where_the_manifest_was_edited_too_nothing_is_offered_to_undo_it() -> None:
    says = "the manifest was edited too: an apply would put its value over the console's"
    text = drift_text(report(drift("topP", 0.8, 0.5, desired=0.6, says=says)))
    assert f"            {says}\n" in text
    assert "undo:" not in text


def test_what_no_manifest_declares_can_neither_be_kept_nor_accepted() -> None:
    item = drift("topP", 0.8, 0.5, owned=False, says="no manifest declares the object any more")
    assert drift_text(report(replace(item, object="pt-0", id="pt-0"))).splitlines() == [
        "1 console edit",
        "  ! PromptTemplate/answer (retired pt-0) topP   applied 0.8 │ console 0.5 │ manifest 0.8",
        "            no manifest declares the object any more",
    ]


def test_long_texts_show_what_the_console_changed_and_what_the_manifest_says() -> None:
    before = "Answer politely.\n" + "x" * 60
    item = drift("content", before, before.replace("politely", "briefly"), desired=UNOBSERVED)
    assert drift_text(report(item)).splitlines()[1:5] == [
        "  ! PromptTemplate/answer content",
        "            applied → console:",
        "            1 | Answer [-politely-]{+briefly+}.",
        "            manifest not shown",
    ]


def test_long_values_stand_below_each_other() -> None:
    item = drift("labels", ["a" * 30, "b" * 30], ["c"])
    assert drift_text(report(item), width=80).splitlines()[2:5] == [
        f"            applied  [{'a' * 30}, {'b' * 25}…",
        "            console  [c]",
        f"            manifest [{'a' * 30}, {'b' * 25}…",
    ]


def test_values_that_would_be_cut_stand_below_each_other_however_wide_the_page() -> None:
    text = "a" * 50
    rows = drift_text(report(drift("labels", [text], ["c"], desired=[])), width=160).splitlines()[2:5]
    assert rows == [f"            applied  [{text}]", "            console  [c]", "            manifest []"]


def test_a_report_without_anything_says_so_and_one_of_nothing_says_that() -> None:
    assert drift_text(report()) == "No drift. The console holds what was applied.\n"
    assert drift_text(report(checked=0)) == "Nothing is applied here: there is nothing to compare.\n"


def test_what_is_accepted_ignored_or_fixed_is_counted_and_shown_on_request() -> None:
    accepted = drift("topP", 0.8, 0.5, ignored=True, ignore=SUPPORT)
    ignored = drift("stop", "a", "b", ignored=True, ignore=Ignore("stop"))
    given = report(accepted, ignored, noted("description"))
    assert drift_text(given).splitlines() == [
        "No drift that is open.",
        "3 console edits not told (2 accepted or ignored, 1 that nothing follows from): qfops drift --all",
    ]
    assert drift_text(given, whole=True).splitlines() == [
        "No drift that is open.",
        "2 console edits accepted or ignored",
        "  ! PromptTemplate/answer topP   applied 0.8 │ console 0.5 │ manifest 0.8",
        "            accepted until 2027-01-31 (UTC): edited by support",
        "  ! PromptTemplate/answer stop   applied a │ console b │ manifest a",
        "            ignored for good",
        "1 console edit that nothing follows from",
        "  ! PromptTemplate/answer description   applied a │ console b │ manifest a",
        "            edited in the console; no call can change it",
    ]


def test_what_is_gone_or_unknown_comes_first_and_is_never_called_no_drift() -> None:
    stopped = replace(GONE, fate=Fate.STOPPED, reasons=("stopped in the console (Stopped)",))
    given = report(GONE, stopped, untold=(UNKNOWN,), warning="3 of 3 objects in state are gone")
    assert drift_text(given, command="qfops --env dev").splitlines() == [
        "3 of 3 objects in state are gone.",
        "1 object that could not be looked at: this is no report on it",
        "  ? PromptTemplate/answer  could not be told: the list answered 403",
        "            more: qfops --env dev plan",
        "2 objects deleted or stopped in the console",
        "  - PromptTemplate/answer  pt-1 is gone from the console",
        "  ■ PromptTemplate/answer  pt-1 is stopped in the console (Stopped)",
        "            what follows: qfops --env dev plan shows it",
    ]
    assert "No drift" not in drift_text(report(untold=(UNKNOWN,)))


def test_words_of_the_console_send_nothing_to_the_terminal() -> None:
    bad = "x\x1b[31m\n! forged"
    items = (replace(GONE, id=bad), drift("topP", "a", bad), drift("topP", 0.8, 0.5, says=bad))
    shown = drift_text(report(*items, untold=(replace(UNKNOWN, reason=bad),)))
    assert "\x1b" not in shown
    assert "\n! forged" not in shown


@pytest.mark.parametrize(
    "given",
    [
        report(),
        report(GONE, drift("topP", 0.8, UNOBSERVED), noted("description"), untold=(UNKNOWN,), warning="all"),
        report(drift("topP", 0.8, 0.5, ignored=True, ignore=SUPPORT)),
        report(drift("topP", 0.8, None, ignored=True, ignore=Ignore("topP", value=None))),
    ],
)
def test_the_json_fits_its_schema(given: DriftReport) -> None:
    assert complaints("drift", drift_json(given, 1)) == []


def test_the_json_says_everything_with_values() -> None:
    given = report(drift("topP", 0.8, 0.5, ignored=True, ignore=SUPPORT), GONE, untold=(UNKNOWN,))
    data = drift_json(given, 1)
    assert data["exitCode"] == 1
    assert data["summary"] == {"checked": 3, "open": 1, "ignored": 1, "uneditable": 0, "unknown": 1}
    ignore = {"path": "topP", "reason": "edited by support", "until": "2027-01-31", "value": 0.5}
    edited = {
        "address": "PromptTemplate/answer", "object": "current", "id": "pt-1", "what": "edited",
        "concern": "ignored", "declared": True, "path": "topP", "prior": 0.8, "live": 0.5, "desired": 0.8,
        "reason": "", "revertible": True, "ignore": ignore,
    }  # fmt: skip
    gone = {
        "address": "PromptTemplate/answer", "object": "current", "id": "pt-1", "what": "deleted",
        "concern": "open", "declared": True, "reason": "gone from the console",
    }  # fmt: skip
    assert data["drift"] == [edited, gone]
    assert data["unknown"] == [
        {"address": "PromptTemplate/answer", "object": "current", "id": "pt-1", "reason": UNKNOWN.reason}
    ]
