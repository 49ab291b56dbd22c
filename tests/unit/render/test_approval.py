from __future__ import annotations

from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan_options import Scope
from qfops.render.story.approval import Next, allowances, next_step, only_whole
from tests.support.plans import call

from .builders import DIGEST, attribute, change, plan

OVERWRITTEN = AttributeChange("name", "a", "x", "b", Verdict.UPDATE, overwrites=True)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (change(Action.CREATE), []),
        (change(Action.RUN, billable=True), []),
        (change(Action.REPLACE, keeps=("svco-1",)), []),
        (change(Action.UPDATE, attributes=(attribute(),)), []),
        (change(Action.RETIRE), []),
        (change(Action.FORGET), []),
        (change(Action.DELETE, destroys=("ds-1",)), ["delete"]),
        (change(Action.DEACTIVATE, destroys=("svco-1",)), ["deactivate"]),
        (change(Action.REPLACE, destroys=("svco-1",)), ["replace"]),
        (change(Action.RUN, steps=(call("stop", "StopFineTuningTask"),)), ["replace"]),
        (change(Action.ADOPT, destroys=("svco-1",)), ["replace"]),
        (change(Action.UPDATE, attributes=(attribute(verdict=Verdict.REVERT),)), ["revert-drift"]),
        (change(Action.DELETE, owed=True), []),
        (change(Action.BLOCKED, destroys=("ds-1",)), []),
    ],
)
def test_the_words_that_a_change_needs(item: Change, words: list[str]) -> None:
    assert allowances(plan(item)) == words
    assert not only_whole(plan(item))


def test_the_command_holds_the_flags_and_the_whole_digest() -> None:
    step = next_step(plan(change(Action.CREATE)), "qfops -C examples --env dev", "--target Service/faq")
    command = f"qfops -C examples --env dev apply --target Service/faq --expect-digest {DIGEST}"
    assert step == Next("APPROVE", command)


def test_what_auto_approve_refuses_is_said() -> None:
    both = plan(change(Action.DELETE), change(Action.REPLACE, "Model/a", destroys=("am-1",)))
    assert next_step(both, "qfops", "").remarks == (
        "without the digest it needs --allow delete,replace; --auto-approve refuses it",
    )


def test_no_word_covers_what_overwrites_a_console_edit() -> None:
    alone = plan(change(Action.UPDATE, attributes=(OVERWRITTEN,)))
    assert only_whole(alone)
    assert next_step(alone, "qfops", "").remarks == (
        "only the digest approves what overwrites a console edit",
        "--auto-approve leaves it out",
    )
    mixed = plan(*alone.changes, change(Action.DELETE, "Dataset/a"))
    assert next_step(mixed, "qfops", "").remarks[-1] == "without it the rest needs --allow delete"


@pytest.mark.parametrize(
    ("fields", "command"), [({"destroy": True}, "destroy"), ({"scope": Scope.PRUNE}, "prune")]
)
def test_destroy_and_prune_imply_the_ends(fields: dict[str, Any], command: str) -> None:
    step = next_step(plan(change(Action.DELETE), **fields), "qfops", "")
    assert step == Next("APPROVE", f"qfops {command} --expect-digest {DIGEST}")


def test_destroy_does_not_imply_the_ends_that_join_in() -> None:
    joined = change(Action.DEACTIVATE, "Service/a", joined=(Address("Model", "a"),))
    asked = plan(change(Action.DELETE, "Model/a"), joined, destroy=True)
    assert next_step(asked, "qfops", "").remarks == (
        "without the digest it needs --allow deactivate; --auto-approve refuses it",
    )


def test_what_was_approved_before_is_resumed() -> None:
    going_on = plan(change(Action.WAIT), change(Action.DELETE, "Model/a", owed=True))
    assert next_step(going_on, "qfops --env dev", "") == Next("NEXT", "qfops --env dev apply --resume")


def test_what_is_held_is_not_approved() -> None:
    held = change(Action.BLOCKED, "Model/a")
    nothing = Next("APPROVE", "nothing: all of it is blocked or unknown, see above")
    assert next_step(plan(held), "qfops", "") == nothing
    with_rest = next_step(plan(held, change(Action.CREATE), change(Action.NO_OP, "Model/b")), "qfops", "")
    assert with_rest.remarks == ("leaves out the 1 blocked or unknown above",)
