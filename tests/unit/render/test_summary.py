from __future__ import annotations

import re

from qfops.render.summary import ApplySummary, SummaryItem, apply_text, summary_data

MIXED = ApplySummary(
    applied=(SummaryItem("Dataset/faq-train", "created, converged"), SummaryItem("Model/客服", "created")),
    failed=(
        SummaryItem(
            "FineTuningTask/faq-a",
            "CreateFineTuningTask answered 400 BadRequest: no valid line (request r-1)",
        ),
    ),
    blocked_by=(SummaryItem("Model/faq-a", "FineTuningTask/faq-a"),),
    refused=(SummaryItem("Dataset/old", "it needs --allow delete"),),
    in_progress=(SummaryItem("FineTuningTask/faq-b", "training since 2 h"),),
    not_attempted=(SummaryItem("Service/faq", "interrupted"),),
    exit_code=1,
    next="qfops --env dev apply --resume",
)


def test_the_lists_stand_in_order_and_the_last_line_says_what_is_left() -> None:
    assert apply_text(MIXED, width=80).splitlines() == [
        "APPLIED  2",
        "  Dataset/faq-train  created, converged",
        "  Model/客服         created",
        "FAILED  1",
        "  FineTuningTask/faq-a  CreateFineTuningTask answered 400 BadRequest: no valid",
        "      line (request r-1)",
        "BLOCKED BY  1",
        "  Model/faq-a  FineTuningTask/faq-a",
        "REFUSED  1",
        "  Dataset/old  it needs --allow delete",
        "IN PROGRESS  1",
        "  FineTuningTask/faq-b  training since 2 h",
        "NOT ATTEMPTED  1",
        "  Service/faq  interrupted",
        "Left to do: 1 failed, 1 blocked by, 1 refused, 1 in progress, 1 not attempted. "
        "Next: qfops --env dev apply --resume",
    ]


def test_nothing_left_is_said_too() -> None:
    assert apply_text(ApplySummary()) == "Left to do: nothing.\n"
    done = ApplySummary(applied=(SummaryItem("Model/a"),), held_back=2)
    assert apply_text(done).splitlines() == [
        "APPLIED  1",
        "  Model/a",
        "Left to do: nothing (2 console edits left alone).",
    ]


def test_many_applied_are_counted_by_kind_but_failures_are_all_named() -> None:
    items = tuple(SummaryItem(f"Dataset/d{number}", "x") for number in range(30))
    text = apply_text(
        ApplySummary(applied=(*items, SummaryItem("v1/Plugin/a", "x")), failed=items)
    ).splitlines()
    assert text[:3] == ["APPLIED  31", "  30 × Dataset", "  1 × v1/Plugin"]
    assert len(text) == 3 + 1 + 30 + 1


def test_colour_and_foreign_text() -> None:
    hostile = ApplySummary(failed=(SummaryItem("Model/a", "\x1b[2Jgone"),))
    assert "\x1b" not in apply_text(hostile)
    assert re.sub(r"\x1b\[[0-9;]*m", "", apply_text(MIXED, color=True)) == apply_text(MIXED)


def test_the_data_of_a_summary_event() -> None:
    data = summary_data(MIXED)
    assert list(data) == [
        *("applied", "failed", "blockedBy", "refused", "inProgress", "notAttempted"),
        *("exitCode", "next", "heldBack"),
    ]
    assert data["refused"] == [{"address": "Dataset/old", "text": "it needs --allow delete"}]
