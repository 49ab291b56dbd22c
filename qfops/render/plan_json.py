"""The plan as JSON, published as `schemas/plan.json`: a format of its own, not a dump of our classes.

A missing key means absent. What is not JSON stands as `{"$unknown": …}`, `{"$sensitive": …}`,
`{"$unobserved": true}` or `{"ref": …}`. No secret ever enters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qfops import __version__
from qfops.core.canonical import digest
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange, Cause, Change
from qfops.core.plan.plan import FORMAT_VERSION, Destination, HeldBack, Plan
from qfops.core.plan.steps import Call, StateEdit, Step, Wait
from qfops.core.plan.stored import StoredApproval, StoredChange
from qfops.core.plan_options import PlanOptions
from qfops.core.values import ABSENT, JSON, Marker, Reference, Sensitive, Slot, Unknown
from qfops.render.reports.diagnostics import diagnostic_json

_PLAIN = PlanOptions()


def plan_json(plan: Plan, options: PlanOptions = _PLAIN) -> dict[str, JSON]:
    """The plan with exactly the keys of the published format.

    `options` are those that the digest covers; `tool` carries them, as words and as values, so that
    `apply --plan` can make the same plan again.
    """
    return {
        "formatVersion": FORMAT_VERSION,
        "tool": {
            "name": "qfops",
            "version": __version__,
            "command": plan.command,
            "destroy": plan.destroys,
            "arguments": list(options.arguments()),
            "options": options.to_json(),
        },
        "project": plan.project,
        "environment": plan.environment,
        **_place(plan.place),
        **_stored(plan.stored),
        "state": {"lineage": plan.lineage, "serial": plan.serial},
        "digest": plan.digest,
        "complete": plan.complete,
        "summary": {**plan.summary()},
        "changes": [_change(item) for item in plan.changes],
        "drift": [_drift(item) for item in plan.held_back],
        "affected": [str(address) for address in plan.affected],
        "diagnostics": [diagnostic_json(item) for item in plan.diagnostics],
        "stats": {"calls": plan.stats.calls, "retries": plan.stats.retries, "seconds": plan.stats.seconds},
    }


def _place(place: Destination) -> dict[str, JSON]:
    """The console that the plan was made for; nothing where there was none."""
    if not place.console:
        return {}
    account: dict[str, JSON] = {"account": place.account} if place.account else {}
    return {"console": {"endpoint": place.console, **account}}


def _stored(stored: StoredApproval | None) -> dict[str, JSON]:
    """The approval that state still holds; nothing where there is none."""
    if stored is None:
        return {}
    owed: list[JSON] = [_left(item) for item in stored.changes]
    return {"stored": {"digest": stored.digest, "by": stored.by, "at": stored.at, "owed": owed}}


def _left(item: StoredChange) -> dict[str, JSON]:
    """A change of it; whether it is planned alike is missing where the plan was asked for otherwise."""
    data: dict[str, JSON] = {"address": str(item.address), "object": item.object, "action": item.action}
    return data if item.dropped is None else {**data, "alike": not item.dropped, "dropped": item.dropped}


def plan_file(plan: Plan, options: PlanOptions = _PLAIN) -> dict[str, JSON]:
    """What `plan --out` writes: the plan and a checksum over everything else."""
    data = plan_json(plan, options)
    return {**data, "checksum": digest(data)}


def published_slot(value: Slot) -> JSON:
    """One side of a comparison as JSON; ABSENT has no JSON (its key is left out)."""
    if isinstance(value, (Marker, Unknown, Sensitive, Reference)):
        return _mark(value)
    if isinstance(value, Mapping):
        return {key: published_slot(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [published_slot(item) for item in value]
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
        "keeps": list(change.ends.keeps),
        "destroys": list(change.ends.destroys),
        "joined": [str(address) for address in change.ends.joined],
        "outputs": list(change.outputs),
        "gate": None,
        "needs": [str(need) for need in change.needs],
        "lastDuration": change.last_duration,
        "steps": [_step(item) for item in change.steps],
        "attributes": [_attribute(item) for item in change.attributes if item.verdict is not Verdict.SAME],
    }
    return _without_empty(data, "id", "lastDuration", "joined")


def _without_empty(data: dict[str, JSON], *optional: str) -> dict[str, JSON]:
    """`data` without those of the `optional` keys that say nothing."""
    return {key: value for key, value in data.items() if value or key not in optional}


def _reason(change: Change) -> str:
    """The reason with everything else that people must know: notes, what stays, the way on."""
    stays = [f"stays: {text}" for text in change.ends.left]
    way_on = [f"way on: {change.decision.remedy}"] if change.decision.remedy else []
    buys = [str(item) for item in change.bought]
    origin = change.origin
    moved = [f"moved from {origin.moved_from}"] if origin.moved_from else []
    moved += [f"kept by {origin.linked_from}"] if origin.linked_from else []
    return "; ".join(
        part for part in (change.reason, *moved, *buys, *change.decision.notes, *stays, *way_on) if part
    )


def _cause(cause: Cause) -> dict[str, JSON]:
    data: dict[str, JSON] = {"address": str(cause.address), "path": cause.path, "source": cause.source}
    return {**data, "file": cause.file, "line": cause.line} if cause.file else data


def _step(step: Step) -> dict[str, JSON]:
    """One step; `operation` and `repeat` are missing where only the state changes."""
    data: dict[str, JSON] = {"id": step.id}
    match step:
        case Call():
            data |= {"operation": step.action, "paths": list(step.paths), "repeat": str(step.repeat)}
        case Wait():
            data |= {"operation": step.action, "paths": [], "repeat": "read"}
        case StateEdit():
            data |= {"paths": []}
    return {**data, "billable": isinstance(step, Call) and step.billable}


def _sides(prior: Slot, live: Slot, desired: Slot) -> dict[str, JSON]:
    sides = {"prior": prior, "live": live, "desired": desired}
    return {name: published_slot(value) for name, value in sides.items() if value is not ABSENT}


def _attribute(item: AttributeChange) -> dict[str, JSON]:
    reason = item.reason
    if item.overwrites and "overwrites console edit" not in reason:
        reason = "; ".join(part for part in (reason, "overwrites console edit") if part)
    sides = _sides(item.prior, item.live, item.desired)
    return {"path": item.path, **sides, "verdict": str(item.verdict), "reason": reason}


def _drift(item: HeldBack) -> dict[str, JSON]:
    vote = item.attribute
    return {
        "address": str(item.address),
        "path": vote.path,
        **_sides(vote.prior, vote.live, vote.desired),
        "reason": vote.reason,
        "ignored": item.ignored,
        "revertible": item.revertible,
    }
