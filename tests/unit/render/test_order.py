from __future__ import annotations

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.change import After
from qfops.render.story.order import Order, order

from .builders import change, plan


def after(name: str) -> tuple[After, ...]:
    return (After(Address.parse(name)),)


def test_kinds_follow_what_they_wait_for_with_the_longest_forecast() -> None:
    made = plan(
        change(Action.CREATE, "Dataset/a"),
        change(Action.RUN, "FineTuningTask/a", after=after("Dataset/a"), last_duration=3600.0),
        change(Action.RUN, "FineTuningTask/b", after=after("Dataset/a"), last_duration=7200.0),
        change(Action.BLOCKED, "Model/a", after=after("FineTuningTask/a")),
        change(Action.UPDATE, "v1/Plugin/a", after=after("FineTuningTask/a"), last_duration=60.0),
        change(Action.DELETE, "Dataset/b", after=after("v1/Plugin/a")),
    )
    assert order(made) == Order((("Dataset",), ("FineTuningTask ~2 h",), ("v1/Plugin",), ("delete Dataset",)))


def test_no_line_when_nothing_waits() -> None:
    assert order(plan(change(Action.CREATE, "Dataset/a"), change(Action.CREATE, "Dataset/b"))) is None
    assert order(plan()) is None


def test_a_change_may_wait_for_another_object_of_its_address() -> None:
    made = plan(
        change(Action.REPLACE, "Service/a"),
        change(Action.DEACTIVATE, "Service/a", object="svco-1", after=after("Service/a")),
    )
    assert order(made) == Order((("Service",), ("deactivate Service",)))
