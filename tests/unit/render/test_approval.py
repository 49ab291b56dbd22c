from __future__ import annotations

import pytest

from qfops.core.plan import Action, AttributeChange, Change, Step, Verdict
from qfops.render.story.approval import allowances, next_lines, only_whole

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
        (change(Action.RUN, steps=(Step("stop", "StopFineTuningTask"),)), ["replace"]),
        (change(Action.ADOPT, destroys=("svco-1",)), ["replace"]),
        (change(Action.UPDATE, attributes=(attribute(verdict=Verdict.REVERT),)), ["revert-drift"]),
        (change(Action.DELETE, owed=True), []),
        (change(Action.BLOCKED, destroys=("ds-1",)), []),
    ],
)
def test_the_words_that_a_change_needs(item: Change, words: list[str]) -> None:
    assert allowances(plan(item)) == words
    assert not only_whole(plan(item))


def test_the_digest_is_whole_and_never_wrapped() -> None:
    lines = next_lines(plan(change(Action.CREATE)), "qfops -C examples --env dev", "--target Service/faq", 40)
    assert lines == [
        f"APPROVE  qfops -C examples --env dev apply --target Service/faq --expect-digest {DIGEST}"
    ]


def test_what_auto_approve_refuses_is_said() -> None:
    both = plan(change(Action.DELETE), change(Action.REPLACE, "Model/a", destroys=("am-1",)))
    assert next_lines(both, "qfops", "", 100)[1:] == [
        "         without the digest it needs --allow delete,replace; --auto-approve refuses it"
    ]


def test_no_word_covers_what_overwrites_a_console_edit() -> None:
    alone = plan(change(Action.UPDATE, attributes=(OVERWRITTEN,)))
    assert only_whole(alone)
    assert [line.strip() for line in next_lines(alone, "qfops", "", 100)[1:]] == [
        "only the digest approves what overwrites a console edit",
        "--auto-approve leaves it out",
    ]
    mixed = plan(*alone.changes, change(Action.DELETE, "Dataset/a"))
    assert next_lines(mixed, "qfops", "", 100)[-1].strip() == "without it the rest needs --allow delete"


@pytest.mark.parametrize(
    ("fields", "command"), [({"destroy": True}, "destroy"), ({"command": "prune"}, "prune")]
)
def test_destroy_and_prune_imply_the_ends(fields: dict[str, object], command: str) -> None:
    lines = next_lines(plan(change(Action.DELETE), **fields), "qfops", "", 100)
    assert lines == [f"APPROVE  qfops {command} --expect-digest {DIGEST}"]


def test_what_was_approved_before_is_resumed() -> None:
    going_on = plan(change(Action.WAIT), change(Action.DELETE, "Model/a", owed=True))
    assert next_lines(going_on, "qfops --env dev", "", 100) == ["NEXT  qfops --env dev apply --resume"]


def test_what_is_held_is_not_approved() -> None:
    held = change(Action.BLOCKED, "Model/a")
    assert next_lines(plan(held), "qfops", "", 100) == [
        "APPROVE  nothing: all of it is blocked or unknown, see above"
    ]
    with_rest = next_lines(
        plan(held, change(Action.CREATE), change(Action.NO_OP, "Model/b")), "qfops", "", 100
    )
    assert with_rest[-1].strip() == "leaves out the 1 blocked or unknown above"
