"""Ends that lean on each other, in a world made by hand."""

from __future__ import annotations

from datetime import date

from qfops.core.address import Address, KindKey
from qfops.core.observation import LiveObject, Observed, Phase
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.settings import Settings
from qfops.core.state.entry import Entry
from qfops.core.state.state import State
from qfops.kinds.registry import load
from qfops.planning.context import PlanInput
from qfops.planning.planner import make_plan
from tests.support.searches import Everywhere

MODEL, SET = Address("Model", "faq"), Address("ModelSet", "faq")


def test_what_rests_on_a_blocked_end_is_looked_at_again() -> None:
    """The model stays for a service that does not say its set; then the set holds something and stays too."""
    inventory = {
        MODEL.kind_key: {"amv-1": LiveObject("amv-1", {"modelSetId": "am-1"}, {"modelId": "amv-1"})},
        SET.kind_key: {"am-1": LiveObject("am-1", {}, {"modelSetId": "am-1"})},
        KindKey("v2", "Service"): {"svco-1": LiveObject("svco-1", {"modelId": "amv-1"}, phase=Phase.READY)},
    }
    entries = {
        MODEL: Entry(
            address=MODEL,
            id="amv-1",
            attributes={"modelSetId": "am-1"},
            outputs={"modelId": "amv-1"},
            dependencies=(SET,),
        ),
        SET: Entry(
            address=SET, id="am-1", attributes={"modelSetName": "faq"}, outputs={"modelSetId": "am-1"}
        ),
    }
    plan = make_plan(
        PlanInput(
            registry=load(), settings=Settings("demo"), resources={},
            state=State(project="demo", entries=entries),
            observed=Observed(inventory, searches=Everywhere()), now=0.0, today=date(2026, 1, 1),
            options=PlanOptions(scope=Scope.DESTROY),
        )
    )  # fmt: skip
    said = {str(change.address): (str(change.action), change.reason) for change in plan.changes}
    assert said == {
        "Model/faq": ("blocked", "still used by Service svco-1"),
        "ModelSet/faq": ("blocked", "still holds Model amv-1, which this plan does not delete"),
    }
