"""The digest: what was approved, wherever and whenever it is planned; nothing that moves while one looks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.steps import Call, Repeat, api_action
from qfops.core.state.approved_plan import OwedChange
from qfops.planning.context import Owed
from qfops.planning.planner import make_plan
from tests.support.project import assistant, run, service, template
from tests.unit.planning.given import World, edited

NEW_TEXT = "In short: {input}"


def world() -> World:
    """One edit is planned."""
    made = World(*assistant())
    return made.want(edited(template(), templateContent=NEW_TEXT))


DIGEST = world().plan().digest


def test_the_same_plan_has_the_same_digest() -> None:
    """On another machine, at another time."""
    later = replace(world().given(), now=2e9)
    assert make_plan(later).digest == DIGEST


@pytest.mark.parametrize(
    "other",
    [
        lambda: world().want(edited(template(), templateContent="other {input}")),
        lambda: world().want(run("a", 9e-4)),
        lambda: world().remove("Model/faq-b"),
        lambda: world().edit_console("PromptTemplate/faq-answer", "templateContent", "theirs {input}"),
        lambda: World(*assistant()),
    ],
    ids=["another text", "another run", "an end", "an overwritten console edit", "nothing"],
)
def test_another_plan_has_another_digest(other: type[World]) -> None:
    """Whatever would be done otherwise."""
    assert other().plan().digest != DIGEST


@pytest.mark.parametrize(
    "other",
    [
        lambda: world().set_status("FineTuningTask/faq-b", runStatus="Running"),
        lambda: world().edit_console("Service/faq", "name", "somebody else's"),
        lambda: world().want(edited(service(), description="a note only")),
    ],
    ids=["a status", "a held-back console edit elsewhere", "a note"],
)
def test_what_does_not_change_the_plan_does_not_change_the_digest(other: type[World]) -> None:
    """Waits, drift and notes are no part of what is approved."""
    assert other().plan().digest == DIGEST


def test_an_object_that_moves_under_a_change_changes_the_digest() -> None:
    """Approved was an edit of another object."""
    moved = world()
    live = moved.live("PromptTemplate/faq-answer")
    address = next(a for a in moved.entries if a.kind == "PromptTemplate")
    moved.entries[address] = replace(moved.entries[address], id="pt-other")
    moved.show(replace(live, id="pt-other"), address.kind_key)
    assert moved.plan().digest != DIGEST


def owing(change: Change, **more: Any) -> Owed:
    """A stored approval of a change, with another digest unless a test says which."""
    said = {"action": str(change.action), "digest": "another", **more}
    return Owed(OwedChange(address=change.address, object=change.object, **said))


def test_what_is_owed_already_is_not_approved_again() -> None:
    """It is marked, and the digest is that of the rest."""
    given = world().given()
    change = next(c for c in make_plan(given).changes if c.acts)
    owed = owing(change, digest=change.seal.digest, fingerprint=change.seal.fingerprint)
    plan = make_plan(replace(given, owed={change.key: owed}))
    assert [c.seal.owed for c in plan.changes if c.acts] == [True]
    assert plan.digest == World(*assistant()).plan().digest


def test_a_rest_is_covered_as_long_as_it_is_the_rest() -> None:
    """Fewer calls of those approved, on the object as approved; not another call, not another object."""
    change = next(c for c in world().plan().changes if c.action is Action.UPDATE)
    calls = tuple((step.id, api_action(step)) for step in change.steps)
    seen = change.seal.fingerprint
    assert owing(change, steps=calls, fingerprint=seen).covers(change)
    assert not owing(change, fingerprint=seen).covers(change)
    assert not owing(change, steps=calls, fingerprint="moved").covers(change)
    begun = (("before", "Before"), *calls)
    assert owing(change, steps=begun, fingerprint="moved", started=True).covers(change)
    assert owing(change, steps=begun, started=True, done=("before",)).covers(change)
    done = owing(change, steps=begun, started=True, done=("before", calls[0][0]))
    assert done.covers(change)  # this call may be repeated
    once = (replace(step, repeat=Repeat.LOOK_UP) if isinstance(step, Call) else step for step in change.steps)
    assert not done.covers(replace(change, steps=tuple(once)))
    overwritten = replace(change, attributes=tuple(replace(v, overwrites=True) for v in change.attributes))
    assert not owing(change, steps=calls, fingerprint=seen).covers(overwritten)
    assert not replace(owing(change, steps=calls, fingerprint=seen), as_approved=False).covers(change)
