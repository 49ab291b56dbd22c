"""The plan as JSON, published as `schemas/plan.json`: a format of its own, not a dump of our classes.

A missing key means absent. What is not JSON stands as `{"$unknown": …}`, `{"$sensitive": …}`,
`{"$unobserved": true}` or `{"ref": …}`. No secret ever enters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qfops import __version__
from qfops.core.canonical import digest
from qfops.core.plan import FORMAT_VERSION, Action, AttributeChange, Cause, Change, Drift, Plan, Step, Verdict
from qfops.core.values import ABSENT, JSON, Marker, Reference, Sensitive, Slot, Unknown
from qfops.render.reports.diagnostics import diagnostic_json
from qfops.render.saved_plan import PlanFile, read_plan

__all__ = ["PlanFile", "plan_file", "plan_json", "read_plan", "slot_json"]


def plan_json(plan: Plan, arguments: Sequence[str] = ()) -> dict[str, JSON]:
    """The plan with exactly the keys of the published format.

    `arguments` are the flags that the digest covers (`--target`, `Service/faq`); `tool` carries them, so that
    `apply --plan` can make the same plan again.
    """
    return {
        "formatVersion": FORMAT_VERSION,
        "tool": {
            "name": "qfops",
            "version": __version__,
            "command": plan.command,
            "destroy": plan.destroy,
            "arguments": list(arguments),
        },
        "project": plan.project,
        "environment": plan.environment,
        "state": {"lineage": plan.lineage, "serial": plan.serial},
        "digest": plan.digest,
        "complete": plan.complete,
        "summary": _summary(plan),
        "changes": [_change(item) for item in plan.changes],
        "drift": [_drift(item) for item in plan.drift],
        "affected": [str(address) for address in plan.affected],
        "diagnostics": [diagnostic_json(item) for item in plan.diagnostics],
        "stats": {"calls": plan.stats.calls, "retries": plan.stats.retries, "seconds": plan.stats.seconds},
    }


def plan_file(plan: Plan, arguments: Sequence[str] = ()) -> dict[str, JSON]:
    """What `plan --out` writes: the plan and a checksum over everything else."""
    data = plan_json(plan, arguments)
    return {**data, "checksum": digest(data)}


def slot_json(value: Slot) -> JSON:
    """One side of a comparison as JSON; ABSENT has no JSON (its key is left out)."""
    if isinstance(value, (Marker, Unknown, Sensitive, Reference)):
        return _mark(value)
    if isinstance(value, Mapping):
        return {key: slot_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [slot_json(item) for item in value]
    return value


def _mark(value: Marker | Unknown | Sensitive | Reference) -> JSON:
    """What stands in JSON for a value that is none."""
    if isinstance(value, Unknown):
        return {"$unknown": str(value.reference)}
    if isinstance(value, Sensitive):
        return {"$sensitive": value.digest}
    if isinstance(value, Reference):
        target: dict[str, JSON] = {"ref": str(value.target)}
        return {**target, "output": value.output} if value.output else target
    if value is ABSENT:
        raise ValueError("an absent value has no JSON: its key is left out")
    return {"$unobserved": True}


def _summary(plan: Plan) -> dict[str, JSON]:
    """Counts by action; `noop` also when the unchanged resources are counted but not listed."""
    counts: dict[str, JSON] = {**plan.summary()}
    listed = sum(item.action is Action.NO_OP for item in plan.changes)
    return {**counts, "noop": max(listed, plan.unchanged)}


def _change(change: Change) -> dict[str, JSON]:
    data: dict[str, JSON] = {
        "address": str(change.address),
        "object": change.object,
        "action": str(change.action),
        "reason": _reason(change),
        "causes": [_cause(item) for item in change.causes],
        "id": change.id,
        "dependsOn": [str(address) for address in change.depends_on],
        "billable": change.billable,
        "keeps": list(change.keeps),
        "destroys": list(change.destroys),
        "outputs": list(change.outputs),
        "gate": None,
        "lastDuration": change.last_duration,
        "steps": [_step(item) for item in change.steps],
        "attributes": [_attribute(item) for item in change.attributes if item.verdict is not Verdict.SAME],
    }
    return _without_empty(data, "id", "lastDuration")


def _without_empty(data: dict[str, JSON], *optional: str) -> dict[str, JSON]:
    """`data` without those of the `optional` keys that say nothing."""
    return {key: value for key, value in data.items() if value or key not in optional}


def _reason(change: Change) -> str:
    """The reason with everything else that people must know: notes, what stays, the way on."""
    stays = [f"stays: {text}" for text in change.left]
    way_on = [f"way on: {change.remedy}"] if change.remedy else []
    moved = [f"moved from {change.moved_from}"] if change.moved_from else []
    return "; ".join(part for part in (change.reason, *moved, *change.notes, *stays, *way_on) if part)


def _cause(cause: Cause) -> dict[str, JSON]:
    data: dict[str, JSON] = {"address": str(cause.address), "path": cause.path, "source": cause.source}
    return {**data, "file": cause.file, "line": cause.line} if cause.file else data


def _step(step: Step) -> dict[str, JSON]:
    """One step; `operation` and `repeat` are missing where only the state changes."""
    data: dict[str, JSON] = {
        "id": step.id,
        "operation": step.operation,
        "paths": list(step.paths),
        "repeat": step.repeat,
        "billable": step.billable,
    }
    return _without_empty(data, "operation", "repeat")


def _sides(prior: Slot, live: Slot, desired: Slot) -> dict[str, JSON]:
    sides = {"prior": prior, "live": live, "desired": desired}
    return {name: slot_json(value) for name, value in sides.items() if value is not ABSENT}


def _attribute(item: AttributeChange) -> dict[str, JSON]:
    reason = item.reason
    if item.overwrites and "overwrites console edit" not in reason:
        reason = "; ".join(part for part in (reason, "overwrites console edit") if part)
    sides = _sides(item.prior, item.live, item.desired)
    return {"path": item.path, **sides, "verdict": str(item.verdict), "reason": reason}


def _drift(item: Drift) -> dict[str, JSON]:
    return {
        "address": str(item.address),
        "path": item.path,
        **_sides(item.prior, item.live, item.desired),
        "reason": item.reason,
        "ignored": item.ignored,
        "revertible": item.revertible,
    }
