"""Plans made by hand, for the layout only: what the planner would say stands in the folders beside this file.

`ten_thousand`: a world of that size would take longer to build than to plan, and shows nothing else.
`widest_mix`: no world brings all actions, the longest names and every marker onto one page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qfops.core.address import Address, Location
from qfops.core.diagnostics import Diagnostic
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import After, AttributeChange, Cause, Change
from qfops.core.plan.plan import Plan, Stats
from qfops.core.values import ABSENT, UNOBSERVED, Reference, Unknown
from tests.support.plans import call, change, held_back

LONG = "a-name-that-is-as-long-as-a-name-may-be-which-is-sixty-three-le"
BARE = Plan(
    project="faq-assistant",
    environment="dev",
    lineage="7f3c9a12-5b0e-4d4e-9a51-0c2d8f6e1b73",
    serial=412,
    digest="9c41e7d2a0b35f6688f1c0de4b7a91e35d20c6f4a8b19e7703d5526c1fa0be94",
    changes=(),
    stats=Stats(calls=23, retries=1, seconds=2.5),
)


def new(name: str, line: int, action: Action = Action.CREATE) -> Change:
    address = Address.parse(name)
    return change(
        address,
        action,
        causes=(Cause(address, "", "file", "bulk.yaml", line, "new"),),
        steps=(call("create", f"Create{address.kind}", billable=action is Action.RUN),),
        attributes=(AttributeChange("name", desired=address.name, verdict=Verdict.CREATE),),
    )


def ten_thousand() -> Plan:
    """Ten thousand creates in one line, and the few among them that cost money in their own."""
    bulk = (new(f"Dataset/bulk-{number:05}", number) for number in range(1, 9_991))
    runs = (new(f"FineTuningTask/bulk-{number}", number, Action.RUN) for number in range(1, 4))
    sets = (new(f"ModelSet/bulk-{number}", number) for number in range(1, 8))
    return replace(BARE, changes=(*bulk, *runs, *sets))


def widest_mix() -> Plan:
    """Every action once, each with the longest of everything, and everything that is not part of the plan."""
    changes = tuple(_change(action, number) for number, action in enumerate(Action))
    edits = (
        held_back(changes[0].address, "templateContent", "old\ntext", "客服\ntext", "old\ntext"),
        held_back(changes[1].address, "name", "faq", "FAQ", "faq", revertible=False),
        held_back(changes[2].address, "description", "x", "y", "x", "edited by support", ignored=True),
    )
    return replace(
        BARE,
        changes=(*changes, *edits),
        affected=tuple(Address("Service", f"{LONG[:60]}-{number:02}") for number in range(30)),
        diagnostics=(_finding("error"), _finding("warning")),
        complete=False,
    )


def _change(action: Action, number: int) -> Change:
    address = Address("FineTuningTask", f"{action}-{LONG}"[:63].rstrip("-"))
    if action is Action.NO_OP:
        return change(address, action, notes=("description: 控制台没有修改描述的调用",))
    ends = action in (Action.DELETE, Action.DEACTIVATE)
    acts = action not in (Action.BLOCKED, Action.UNKNOWN)
    return change(
        address,
        action,
        "a reason that goes on and on, as reasons do when a console explains itself, 一直说到行尾为止",
        object="task-9b7s5d3f1gha" if action is Action.DEACTIVATE else "current",
        id="task-9b7s5d3f1gha",
        causes=_causes(address, number),
        after=(After(Address("Dataset", LONG)),) if acts else (),
        billable=action in (Action.RUN, Action.UPDATE),
        keeps=("task-9b7s5d3f1gha",) if action is Action.REPLACE else (),
        destroys=("task-9b7s5d3f1gha, 3 h 10 min done",) if ends or action is Action.RUN else (),
        last_duration=31_920.0,
        steps=(call("create", "CreateFineTuningTask"),) if acts else (),
        attributes=_attributes() if action in (Action.UPDATE, Action.REPLACE) else (),
        notes=("a note", "另一个说明"),
        remedy="" if acts else f"qfops --env dev state settle {address} --id task-9b7s5d3f1gha",
        left=("the record of the run stays in the console; it costs nothing",) if ends else (),
        moved_from=Address("FineTuningTask", "old-name") if action is Action.MOVE else None,
        owed=action is Action.DELETE,
    )


def _causes(address: Address, number: int) -> tuple[Cause, ...]:
    """Edits of three sorts in turn: a place, a variable from outside, a manifest that is gone."""
    place = Cause(
        address, "a.b", "file", "manifests/训练/runs.yaml", 1000 + number, "learningRate 3e-4 → 1e-4"
    )
    variable = Cause(address, "a.b", "env", "", 0, "replicas 1 → 3 (variable replicas)")
    gone = Cause(address, "", "file", "", 0, "removed")
    return ((place, variable), (variable,), (gone,))[number % 3]


def _attributes() -> tuple[AttributeChange, ...]:
    later = Unknown(Reference(Address("Model", LONG), "modelId"))
    long_value = {"versions": [{"versionId": f"ds-{number:016}"} for number in range(9)]}
    return (
        AttributeChange("a", "客服回答", "客服回答", "客服回答（新）", Verdict.UPDATE),
        AttributeChange("b", 1, 2, 3, Verdict.UPDATE, overwrites=True),
        AttributeChange("c", ["x"], UNOBSERVED, ["x", "y"], Verdict.APPEND, "1 item added"),
        AttributeChange("d", False, False, True, Verdict.ADVANCE),
        AttributeChange("e", "one\ntwo\nthree", "one\ntwo\nthree", "one\n二\nthree\nfour", Verdict.UPDATE),
        AttributeChange(
            "f", long_value, long_value, ABSENT, Verdict.UPDATE, "removed from the manifest: reset"
        ),
        AttributeChange("g", "amv-1", "amv-1", later, Verdict.REPLACE, "other weights are another model"),
        AttributeChange("h", 0.3, 0.1, 0.3, Verdict.REVERT, "console edit undone"),
        AttributeChange("i", "x", "y", "x", Verdict.DRIFT, "edited in the console, not in the manifest"),
        AttributeChange("j", "x", "x", "y", Verdict.NOTE, "sent at creation only"),
    )


def _finding(severity: str) -> Diagnostic:
    return Diagnostic(
        "extra-fields",
        "sent without any check: priority",
        "Fields in `extra` are never compared with the console; to change one means to replace.",
        "Leave it out once qfops knows the field.",
        Address("Service", LONG),
        "extra.priority",
        Location("service.yaml", 12, 5),
        "error" if severity == "error" else "warning",
    )


CASES: dict[str, Callable[[], Plan]] = {"ten-thousand": ten_thousand, "widest-mix": widest_mix}
