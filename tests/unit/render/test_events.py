from __future__ import annotations

import json

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan.events import Event
from qfops.render.events import event_json, event_line
from qfops.render.plan_json import plan_json
from qfops.render.summary import ApplySummary, SummaryItem, summary_data

from .builders import change, plan
from .schemas import complaints

NOW = 1_791_792_000.25
STARTED = Event(NOW, "start", "FineTuningTask/faq-a", "run", "create", "trains again")


def test_an_event_is_one_object_with_what_there_is_to_say() -> None:
    assert event_json(STARTED) == {
        "time": "2026-10-12T08:00:00.250Z",
        "type": "start",
        "address": "FineTuningTask/faq-a",
        "action": "run",
        "step": "create",
        "message": "trains again",
    }
    assert event_json(Event(NOW, "plan")) == {"time": "2026-10-12T08:00:00.250Z", "type": "plan"}


@pytest.mark.parametrize(
    "event",
    [
        STARTED,
        Event(NOW, "plan", data=plan_json(plan(change(Action.RUN, billable=True)))),
        Event(NOW, "progress", "Model/a", "create", "ready", data={"status": "Creating", "seconds": 30}),
        Event(NOW, "done", "Model/a", "create", data={"result": "converged"}),
        Event(NOW, "failed", "v1/Plugin/a", "update", "modify", "客服", data={"code": "InternalError"}),
        Event(NOW, "skipped", "Service/a", message="waits for Model/a"),
        Event(
            NOW,
            "summary",
            data=summary_data(
                ApplySummary(
                    applied=(SummaryItem("Model/a", "created"),), exit_code=4, next="qfops apply --resume"
                )
            ),
        ),
    ],
)
def test_events_fit_the_published_schema(event: Event) -> None:
    assert complaints("event", event_json(event)) == []
    assert "\n" not in json.dumps(event_json(event), ensure_ascii=False)


def test_the_schema_wants_what_each_type_must_say() -> None:
    assert len(complaints("event", event_json(Event(NOW, "plan")))) == 4
    assert len(complaints("event", event_json(Event(NOW, "summary")))) == 9
    assert complaints("event", event_json(Event(NOW, "done"))) == ["$: 'address' is a required property"]
    assert complaints("event", {"time": "now", "type": "done", "address": "Model/a"}) != []


def test_data_never_replaces_a_fixed_key() -> None:
    with pytest.raises(ValueError, match="address"):
        event_json(Event(NOW, "done", "Model/a", data={"address": "Model/b"}))


def test_a_line_stays_one_line() -> None:
    assert (
        event_line(STARTED) == "2026-10-12T08:00:00Z start    FineTuningTask/faq-a run create: trains again"
    )
    assert event_line(Event(NOW, "plan")) == "2026-10-12T08:00:00Z plan"
    hostile = Event(NOW, "failed", "Model/a", message="first\nsecond\x1b[2J")
    assert event_line(hostile) == "2026-10-12T08:00:00Z failed   Model/a: first\\nsecond\\x1b[2J"
