"""Small plans for the tests of rendering."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Cause, Change
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Call, Repeat
from qfops.core.plan_options import Scope
from qfops.core.values import Slot
from tests.support.plans import change as made

DIGEST = "ab" * 32


def plan(*changes: Change, drift: Iterable[Change] = (), destroy: bool = False, **fields: object) -> Plan:
    """A plan; `drift` are resources that stay as they are with an edit that is left alone."""
    defaults: dict[str, object] = {
        "project": "faq",
        "environment": "dev",
        "lineage": "7f3c",
        "serial": 1,
        "digest": DIGEST,
        "scope": Scope.DESTROY if destroy else Scope.PROJECT,
    }
    return Plan(changes=(*changes, *drift), **{**defaults, **fields})  # type: ignore[arg-type]


def change(action: Action, name: str = "Service/faq", **fields: Any) -> Change:
    return made(name, action, **{"reason": "because", **fields})


def unchanged(count: int) -> list[Change]:
    """So many resources of which there is nothing to say."""
    return [change(Action.NO_OP, f"Model/unchanged-{number}", reason="") for number in range(count)]


def edit(owner: str = "Service/faq", path: str = "name", line: int = 1, summary: str = "") -> Cause:
    return Cause(Address.parse(owner), path, "file", "a.yaml", line, summary)


def attribute(
    path: str = "name", before: Slot = "a", after: Slot = "b", verdict: Verdict = Verdict.UPDATE
) -> AttributeChange:
    return AttributeChange(path, before, before, after, verdict, operation="modify")


MODIFY = Call("modify", "ModifyService", Repeat.SAFE, paths=("name",))
