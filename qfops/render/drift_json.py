"""The report of `qfops drift` as JSON, published as `schemas/drift.json`: a format of its own.

Values stand as in plan.json: a missing side is absent, what is no JSON stands as a mark. Everything is told,
also what the text only counts; readers choose by `concern`.
"""

from __future__ import annotations

from qfops import __version__
from qfops.core.plan.drift import Concern, DriftItem, DriftReport, Untold
from qfops.core.values import ABSENT, JSON, Marker
from qfops.render.plan_json import published_slot

FORMAT_VERSION = 1


def drift_json(report: DriftReport, exit_code: int) -> dict[str, JSON]:
    """The report with exactly the keys of the published format; `exit_code` is what the command ends with."""
    return {
        "formatVersion": FORMAT_VERSION,
        "tool": {"name": "qfops", "version": __version__, "command": "drift"},
        "project": report.project,
        "environment": report.environment,
        "state": {"lineage": report.lineage, "serial": report.serial},
        "exitCode": int(exit_code),
        "warning": report.warning,
        "summary": {
            "checked": report.checked,
            **{str(concern): len(report.of(concern)) for concern in Concern},
            "unknown": len(report.untold),
        },
        "drift": [_item(item) for item in report.differences],
        "unknown": [_untold(item) for item in report.untold],
        "stats": {
            "calls": report.stats.calls,
            "retries": report.stats.retries,
            "seconds": report.stats.seconds,
        },
    }


def _item(item: DriftItem) -> dict[str, JSON]:
    data: dict[str, JSON] = {
        "address": str(item.address),
        "object": item.object,
        "id": item.id,
        "what": str(item.fate),
        "concern": str(item.concern),
        "declared": item.owner is not None,
    }
    vote = item.attribute
    if vote is None:
        return {**data, "reason": item.reason}
    sides = {"prior": vote.prior, "live": vote.live, "desired": vote.desired}
    return {
        **data,
        "path": vote.path,
        **{name: published_slot(value) for name, value in sides.items() if value is not ABSENT},
        "reason": item.reason or vote.reason,
        "revertible": item.revertible,
        **_ignored(item),
    }


def _ignored(item: DriftItem) -> dict[str, JSON]:
    """The item of lifecycle.ignore that silences an edit."""
    ignore = item.ignore
    if ignore is None:
        return {}
    data: dict[str, JSON] = {"path": ignore.path, "reason": ignore.reason}
    if ignore.until is not None:
        data["until"] = ignore.until.isoformat()
    if not isinstance(ignore.value, Marker):
        data["value"] = published_slot(ignore.value)
    return {"ignore": data}


def _untold(item: Untold) -> dict[str, JSON]:
    return {"address": str(item.address), "object": item.object, "id": item.id, "reason": item.reason}
