from __future__ import annotations

from qfops.core.address import Address
from qfops.core.resource import Lifecycle
from qfops.core.state import Entry, Record, Retired, State
from qfops.render.reports.state import state_list, state_show

MODEL, DATA = Address("Model", "a"), Address("Dataset", "客服")
RETIRED = Retired("am-1/amv-0", {"name": "old"}, why="replaced", due="delete")
ENTRY = Entry(
    MODEL,
    "am-1/amv-1",
    attributes={"name": "x\x1b[2J", "taskId": "task-9b7s5d3f1gha"},
    assumed=("name",),
    outputs={"modelId": "am-1"},
    dependencies=(DATA,),
    lifecycle=Lifecycle(protect=True, on_remove="retire"),
    labels={"team": "support"},
    status="Ready",
    seconds=90.0,
    retired=(RETIRED,),
)


def test_the_list_is_sorted_and_names_what_is_open() -> None:
    intent = Record("intent", "x1", MODEL, "create", "CreateModel", seq=3)
    state = State(
        "faq",
        entries={MODEL: ENTRY, DATA: Entry(DATA, None)},
        intents={"x1": intent},
        approved={"digest": "ab"},
    )
    assert state_list(state).splitlines() == [
        "Dataset/客服  (only retired objects)",
        "Model/a       am-1/amv-1              Ready  1 retired",
        "open call: Model/a create CreateModel; settled by the next plan",
        "an approved plan is not done yet: apply --resume",
    ]
    assert state_list(State("faq")) == "The state holds no resources.\n"


def test_an_entry_is_shown_in_full() -> None:
    assert state_show(ENTRY).splitlines() == [
        "Model/a",
        "  id            am-1/amv-1",
        "  status        Ready",
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
