from __future__ import annotations

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.render.reports.graph import dot, mermaid

DATA, TASK, MODEL = Address("Dataset", "a"), Address("FineTuningTask", "a"), Address("Model", "a")
EDGES = {MODEL: [TASK], TASK: [DATA, DATA]}


def test_mermaid_draws_the_order_of_work() -> None:
    assert mermaid(EDGES, {TASK: Action.RUN, DATA: Action.NO_OP}).splitlines() == [
        "flowchart LR",
        '  n0["Dataset/a"]',
        '  n1["FineTuningTask/a<br/>run"]',
        '  n2["Model/a"]',
        "  n0 --> n1",
        "  n1 --> n2",
        "  classDef run fill:#e6d5f5",
        "  class n1 run",
    ]


def test_dot_draws_the_same() -> None:
    assert dot(EDGES, {MODEL: Action.DELETE}).splitlines() == [
        "digraph qfops {",
        "  rankdir=LR;",
        '  node [shape=box, fontname="sans-serif"];',
        '  n0 [label="Dataset/a"];',
        '  n1 [label="FineTuningTask/a"];',
        '  n2 [label="Model/a\\ndelete", style=filled, fillcolor="#f8cccc"];',
        "  n0 -> n1;",
        "  n1 -> n2;",
        "}",
    ]


def test_the_same_graph_gives_the_same_text() -> None:
    assert mermaid({TASK: [DATA], MODEL: [TASK]}) == mermaid(EDGES)
    assert mermaid({}) == "flowchart LR\n"
