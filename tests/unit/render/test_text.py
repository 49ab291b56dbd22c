"""Single lines of the text plan; whole plans are golden files in tests/plans."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import After, AttributeChange, Cause, Change
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import StateEdit
from qfops.core.values import ABSENT, UNOBSERVED, Reference, Slot, Unknown
from qfops.render.text.plan import plan_text
from tests.support.plans import held_back

from .builders import DIGEST, MODIFY, attribute, change, edit, plan, unchanged


def lines(*changes: Change, **fields: Any) -> list[str]:
    return plan_text(plan(*changes, **fields)).splitlines()


def body(*changes: Change, **fields: Any) -> list[str]:
    """The lines between the head and what to type."""
    found = lines(*changes, **fields)[2:]
    end = next(index for index, line in enumerate(found) if line.startswith(("ORDER", "APPROVE", "NEXT")))
    return found[:end]


def test_an_update_says_what_changes_and_a_state_only_one_says_why() -> None:
    update = change(Action.UPDATE, causes=(edit(),), attributes=(attribute(),), steps=(MODIFY,))
    assert body(update) == ["EDIT 1  a.yaml:1", "  ~ update  Service/faq  name a → b"]
    labels = change(Action.UPDATE, reason="labels: state only, no call", steps=(StateEdit("record"),))
    assert body(labels)[1] == "  ~ update  Service/faq  labels: state only, no call"


def test_what_the_heading_tells_is_not_told_twice_unless_it_was_shortened() -> None:
    told = change(Action.REPLACE, causes=(edit(summary="name a → b"),), attributes=(attribute(),))
    assert body(told)[1] == "  ± replace Service/faq  because"
    cut = change(Action.REPLACE, causes=(edit(summary="name a… → b"),), attributes=(attribute(),))
    assert body(cut)[1] == "  ± replace Service/faq  name a → b; because"


def test_several_attributes_have_a_line_each() -> None:
    unknown = Unknown(Reference(Address("Model", "a"), "modelId"))
    update = change(
        Action.UPDATE,
        causes=(edit(path="other"),),
        attributes=(
            attribute(),
            AttributeChange("modelId", "am-1", UNOBSERVED, unknown, Verdict.UPDATE),
            AttributeChange("stop", ABSENT, ABSENT, ["x"], Verdict.UPDATE),
            AttributeChange("note", "a", "a", "b", Verdict.NOTE, "sent at creation only"),
            AttributeChange("drifted", "a", "x", "a", Verdict.DRIFT),
        ),
        notes=("note: sent at creation only",),
    )
    assert body(update)[:6] == [
        "EDIT 1  a.yaml:1",
        "  ~ update  Service/faq  note: sent at creation only",
        "            name a → b",
        "            modelId am-1 → known after apply",
        "            stop added: [x]",
        "CONSOLE EDIT, not part of this plan",
    ]


def test_long_values_are_compared_inside() -> None:
    text = "Answer politely, shortly, and never in more than {} words."
    before: Slot = {"versions": [{"id": "ds-1", "text": text.format(9)}, {"id": "ds-2"}], "n": 1}
    after: Slot = {"versions": [{"id": "ds-1", "text": text.format(8)}, {"id": "ds-3"}], "n": 1}
    update = change(Action.UPDATE, causes=(edit(),), attributes=(attribute("config", before, after),))
    assert [line.strip() for line in body(update)[1:]] == [
        "~ update  Service/faq  config",
        "config.versions[0].text",
        f"1 | {text.format('[-9-]{+8+}')}",
        "config.versions[1].id ds-2 → ds-3",
    ]


def test_an_overwritten_console_edit_shows_all_three_sides() -> None:
    overwritten = AttributeChange("replicas", 1, 2, 3, Verdict.UPDATE, overwrites=True)
    found = lines(
        change(
            Action.UPDATE,
            causes=(edit(path="replicas", summary="replicas 1 → 3"),),
            attributes=(overwritten,),
        )
    )
    assert found[1] == "deletes nothing · OVERWRITES 1 CONSOLE EDIT"
    assert found[3].endswith("   OVERWRITES CONSOLE EDIT")
    assert [line.strip() for line in found[5:7]] == [
        "OVERWRITES CONSOLE EDIT of replicas",
        "applied 1 │ console 2 │ manifest 3",
    ]


def test_a_long_overwritten_text_is_compared_with_what_the_console_holds() -> None:
    one, two, three = (f"Answer {'politely ' * 8}in {count} words." for count in (1, 2, 3))
    overwritten = AttributeChange("content", one, two, three, Verdict.UPDATE, overwrites=True)
    found = body(change(Action.UPDATE, causes=(edit(),), attributes=(overwritten,)))
    assert found[-1].endswith("in [-2-]{+3+} words.")


def test_what_is_kept_and_what_is_not() -> None:
    kept = change(Action.REPLACE, causes=(edit(),), keeps=("svco-1",))
    assert body(kept)[1].endswith("because; the old one is kept: svco-1")
    lost = change(Action.REPLACE, causes=(edit(),), destroys=("svco-1",))
    assert body(lost)[0].endswith("OLD NOT KEPT")
    assert body(lost)[2].strip() == "NOT KEPT: svco-1"
    retired = change(Action.RETIRE, id="ds-1", keeps=("ds-1",), causes=(edit(summary="removed"),))
    assert body(retired)[1] == "  ◦ retire  Service/faq  ds-1; because"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"billable": True, "id": "t-1", "last_duration": 7200.0, "keeps": ("t-1",)}, "last run 2 h, kept"),
        ({"billable": True, "id": "t-1", "keeps": ("t-1",)}, "the last run is kept"),
        ({"billable": True}, "because"),
        ({}, "because; not billed"),
    ],
)
def test_what_a_run_costs(fields: dict[str, object], shown: str) -> None:
    found = body(change(Action.RUN, "FineTuningTask/a", causes=(edit(),), **fields))
    assert found[1].endswith(shown)
    assert found[0].endswith("COSTS MONEY") == bool(fields)


def test_what_is_waited_for_was_paid_already() -> None:
    found = body(change(Action.WAIT, billable=True, last_duration=3600.0))
    assert "COSTS MONEY" not in found[0]
    assert found[1].endswith("because; the last one took 1 h")


def test_another_object_of_the_address_is_named_by_its_id() -> None:
    found = body(
        change(Action.DEACTIVATE, object="svco-1", id="svco-1", left=("unit-1 is billed until May",))
    )
    assert found == [
        "RETIRED OBJECTS  kept until now, their end is due" + " " * 40 + "DEACTIVATES",
        "  ■ deactivate Service/faq (old object svco-1)  because",
        "            stays: unit-1 is billed until May",
    ]


def test_moves_and_adoptions_name_both_sides() -> None:
    move = change(Action.MOVE, "Dataset/new", moved_from=Address("Dataset", "old"), causes=(edit(),))
    assert body(move)[1].startswith("  → move    Dataset/old → Dataset/new")
    adopt = change(Action.ADOPT, link="svco-1", steps=(StateEdit("link"),))
    assert body(adopt)[1].endswith("because; object svco-1")


def test_blocked_shows_the_edit_and_the_way_on_in_one_piece() -> None:
    remedy = (
        'add to qfops.yaml:  moved: {"Dataset/a-very-long-name-of-a-dataset": "Dataset/another-long-name"}'
    )
    held = change(Action.BLOCKED, causes=(edit(summary="name a → b"),), remedy=remedy)
    assert body(held)[2:] == ["            edit: a.yaml:1  name a → b", f"            way on: {remedy}"]


def test_many_alike_share_a_line_but_never_what_hurts_or_costs() -> None:
    def many(action: Action, **fields: Any) -> list[str]:
        return body(*(change(action, f"Dataset/d{n}", causes=(edit(),), **fields) for n in range(30)))

    assert many(Action.CREATE)[1:] == ["  + create  30 × Dataset  d0, d1, d2, …, d29; because"]
    assert len(many(Action.DELETE)) == 31
    assert len(many(Action.RUN, billable=True)) == 31
    assert len(many(Action.CREATE, billable=True)) == 31
    assert len(many(Action.FORGET)) == 31


def test_those_told_as_one_still_make_room_for_their_names() -> None:
    many = [change(Action.CREATE, f"Dataset/a-long-name-{n}", causes=(edit(),)) for n in range(30)]
    other = change(Action.UPDATE, "Model/a", causes=(edit(),))
    assert body(*many, other)[1:] == [
        "  ~ update  Model/a                 because",
        "  + create  30 × Dataset            a-long-name-0, a-long-name-1, a-long-name-2, …, a-long-name-29;",
        "            because",
    ]


def test_what_is_loudest_colours_a_heading() -> None:
    run = change(Action.RUN, "FineTuningTask/a", causes=(edit(),), billable=True)
    end = change(Action.DELETE, "Model/a", causes=(edit(),))
    assert "\x1b[1;35mCOSTS MONEY\x1b[0m" in plan_text(plan(run), color=True)
    assert "\x1b[1;31mDELETES · COSTS MONEY\x1b[0m" in plan_text(plan(run, end), color=True)


def test_changes_that_differ_do_not_share_a_line() -> None:
    changes = [
        change(Action.UPDATE, f"Dataset/d{n}", causes=(edit(),), attributes=(attribute(after=str(n)),))
        for n in range(30)
    ]
    assert len(body(*changes)) == 31


def test_many_blocked_alike_share_a_line_with_a_way_on_for_all() -> None:
    changes = [
        change(Action.BLOCKED, f"Dataset/d{n}", remedy=f"qfops adopt Dataset/d{n} ID") for n in range(30)
    ]
    assert body(*changes)[1:] == [
        "  ✗ blocked 30 × Dataset  d0, d1, d2, …, d29; because",
        "            way on: qfops adopt ADDRESS ID",
    ]


def test_drift_that_is_reverted_is_not_called_left_alone() -> None:
    reverted = AttributeChange("name", "a", "x", "a", Verdict.REVERT)
    text = plan_text(plan(change(Action.UPDATE, attributes=(reverted,))))
    assert "left alone" not in text
    assert "CONSOLE EDITS UNDONE" in text
    assert "name x → a undoes the console edit" in text


def test_differences_without_an_action_are_noted() -> None:
    noted = change(Action.NO_OP, reason="", notes=("description: sent at creation only",))
    assert lines(noted, change(Action.NO_OP, "Model/a")) == [
        "No changes. 2 resources checked with 0 calls; 1 resource with a difference that nothing is done",
        "about.",
        "NOTED, nothing is done about these",
        "  = no-op   Service/faq  description: sent at creation only",
    ]


def test_nothing_to_do_claims_no_more_than_it_knows() -> None:
    assert lines(*unchanged(3))[0].endswith(
        "3 resources checked with 0 calls: the console holds what the manifests say."
    )
    assert lines(*unchanged(3), complete=False)[0].startswith("No changes in what was selected.")
    assert lines(destroy=True) == ["No changes. Nothing is left to destroy."]


def test_the_order_is_wrapped_below_itself_and_what_is_typed_is_never_broken() -> None:
    made = plan(
        change(Action.RUN, "FineTuningTask/a", last_duration=7200.0),
        change(Action.CREATE, "v1/Plugin/a", after=(After(Address("FineTuningTask", "a")),)),
        change(Action.DELETE, "Dataset/b", after=(After(Address("Plugin", "a", "v1")),)),
    )
    text = plan_text(made, command="qfops -C examples --env dev", flags="--target Service/faq", width=40)
    assert text.splitlines()[-6:] == [
        "ORDER  FineTuningTask ~2 h → v1/Plugin →",
        "       delete Dataset",
        f"APPROVE  qfops -C examples --env dev apply --target Service/faq --expect-digest {DIGEST}",
        "         without the digest it needs",
        "         --allow delete; --auto-approve",
        "         refuses it",
    ]


def test_text_of_the_console_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J\u202ename"
    hostile = change(
        Action.BLOCKED,
        reason=evil,
        remedy=evil,
        notes=(evil,),
        causes=(edit(path=evil, summary=evil),),
        attributes=(attribute(evil, evil, f"{evil}2", Verdict.BLOCKED),),
    )
    drift = held_back("Service/faq", evil, evil, f"x{evil}", evil, evil)
    cause = Cause(Address("Service", "faq"), evil, "file", evil, 1, evil)
    edited = change(Action.UPDATE, "Model/a", causes=(cause,), attributes=hostile.attributes)
    text = plan_text(plan(hostile, edited, drift=(drift,), project=evil, environment=evil))
    assert "\x1b" not in text
    assert "\u202e" not in text


def calls_of(wanted: Plan) -> int:
    """How many Python calls rendering makes: a measure of work that needs no clock."""
    count = 0

    def tally(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(tally)
    try:
        plan_text(wanted)
    finally:
        sys.setprofile(None)
    return count


def test_the_work_is_linear_in_the_number_of_changes() -> None:
    def mixed(size: int) -> Plan:
        second = edit(line=size + 1, summary="shared 1 → 2")
        edited = (change(Action.UPDATE, f"Model/m{n}", causes=(edit(line=n), second)) for n in range(size))
        made = (
            change(Action.CREATE, f"Dataset/d{n}", causes=(edit(line=0, summary="new"),)) for n in range(size)
        )
        return plan(*edited, *made)

    assert calls_of(mixed(400)) < 2.2 * calls_of(mixed(200))
