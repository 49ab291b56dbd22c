"""Small plans for the tests of rendering."""

from __future__ import annotations

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Cause, Change
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Step
from qfops.core.values import Slot

DIGEST = "ab" * 32


def plan(*changes: Change, **fields: object) -> Plan:
    defaults: dict[str, object] = {
        "project": "faq",
        "environment": "dev",
        "lineage": "7f3c",
        "serial": 1,
        "digest": DIGEST,
    }
    return Plan(changes=changes, **{**defaults, **fields})  # type: ignore[arg-type]


def change(action: Action, name: str = "Service/faq", **fields: object) -> Change:
    return Change(Address.parse(name), action, **{"reason": "because", **fields})  # type: ignore[arg-type]


def edit(owner: str = "Service/faq", path: str = "name", line: int = 1, summary: str = "") -> Cause:
    return Cause(Address.parse(owner), path, "file", "a.yaml", line, summary)


def attribute(
    path: str = "name", before: Slot = "a", after: Slot = "b", verdict: Verdict = Verdict.UPDATE
) -> AttributeChange:
    return AttributeChange(path, before, before, after, verdict, operation="modify")


MODIFY = Step("modify", "ModifyService", ("name",), "safe")
