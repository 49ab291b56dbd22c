"""Ends that lean on each other, in a world made by hand."""

from __future__ import annotations

from datetime import date

from qfops.core.address import Address
from qfops.core.observation import LiveObject, Observed, Phase
from qfops.core.settings import Settings
from qfops.core.state import Entry, State
from qfops.kinds.registry import load
from qfops.planning.context import Flags, PlanInput
from qfops.planning.planner import make_plan

MODEL, SET = Address("Model", "faq"), Address("ModelSet", "faq")


def test_what_rests_on_a_blocked_end_is_looked_at_again() -> None:
    """The model stays for a service that does not say its set; then the set holds something and stays too."""
    inventory = {
        MODEL.kind_key: {"amv-1": LiveObject("amv-1", {"modelSetId": "am-1"}, {"modelId": "amv-1"})},
        SET.kind_key: {"am-1": LiveObject("am-1", {}, {"modelSetId": "am-1"})},
        ("v2", "Service"): {"svco-1": LiveObject("svco-1", {"modelId": "amv-1"}, phase=Phase.READY)},
    }
    entries = {
        MODEL: Entry(
            MODEL, "amv-1", {"modelSetId": "am-1"}, outputs={"modelId": "amv-1"}, dependencies=(SET,)
        ),
        SET: Entry(SET, "am-1", {"modelSetName": "faq"}, outputs={"modelSetId": "am-1"}),
    }
    plan = make_plan(
        PlanInput(
            load(), Settings("demo"), {}, State("demo", entries=entries), Observed(inventory), 0.0,
            date(2026, 1, 1), Flags(destroy=True),
        )
    )  # fmt: skip
    said = {str(change.address): (str(change.action), change.reason) for change in plan.changes}
    assert said == {
        "Model/faq": ("blocked", "still used by Service svco-1"),
        "ModelSet/faq": ("blocked", "still holds Model amv-1, which this plan does not delete"),
    }
