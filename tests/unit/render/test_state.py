from __future__ import annotations

from qfops.core.address import Address
from qfops.core.resource import Lifecycle
from qfops.core.state.approved_plan import ApprovedPlan
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.records import Header, Intent
from qfops.core.state.state import State
from qfops.render.reports.state import state_list, state_show

MODEL, DATA = Address("Model", "a"), Address("Dataset", "客服")
RETIRED = Retired("am-1/amv-0", {"name": "old"}, why="replaced", due="delete")
ENTRY = Entry(
    address=MODEL,
    id="am-1/amv-1",
    attributes={"name": "x\x1b[2J", "taskId": "task-9b7s5d3f1gha"},
    assumed=("name",),
    outputs={"modelId": "am-1"},
    dependencies=(DATA,),
    lifecycle=Lifecycle(protect=True, on_remove="retire"),
    labels={"team": "support"},
    status={"state": "Ready", "hold": "None"},
    seconds=90.0,
    retired=(RETIRED,),
)


def test_the_list_is_sorted_and_names_what_is_open() -> None:
    header = Header(attempt="x1", address=MODEL, step="create", operation="CreateModel", seq=3)
    intent = Intent(header=header, planned=None)
    state = State(
        project="faq",
        entries={MODEL: ENTRY, DATA: Entry(address=DATA, id=None)},
        intents={"x1": intent},
        approved=ApprovedPlan(digest="ab"),
    )
    assert state_list(state).splitlines() == [
        "Dataset/客服  (only retired objects)",
        "Model/a       am-1/amv-1              Ready/None  1 retired",
        "open call: Model/a create CreateModel; settled by the next plan",
        "an approved plan is not done yet: apply --resume",
    ]
    assert state_list(State(project="faq")) == "The state holds no resources.\n"


def test_an_entry_is_shown_in_full() -> None:
    assert state_show(ENTRY).splitlines() == [
        "Model/a",
        "  id            am-1/amv-1",
        "  status        Ready/None",
        "  took          2 min",
        "  depends on    Dataset/客服",
        "  assumed       name",
        "  labels        team=support",
        "  protected     yes",
        "  on remove     retire",
        "  attributes",
        '    name    "x\\u001b[2J"',
        "    taskId  task-9b7s5d3f1gha",
        "  outputs",
        "    modelId  am-1",
        "  retired am-1/amv-0: replaced, delete is due",
        "    attributes",
        "      name  old",
    ]
