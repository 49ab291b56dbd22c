"""Approved plan ⇄ JSON, as the snapshot and the journal hold it."""

from __future__ import annotations

from qfops.core.plan_options import read_options
from qfops.core.state.approved_plan import ApprovedPlan, Coverage, OwedChange
from qfops.core.state.entry import CURRENT
from qfops.core.values import JSON
from qfops.state.format.entries import read_address
from qfops.state.format.problems import FormatError
from qfops.state.format.resources import read_resource, write_resource
from qfops.state.format.strict import (
    Object,
    an_object,
    field,
    named_texts,
    number,
    required,
    sparse,
    texts,
    word,
)

_KEYS = frozenset(("digest", "by", "runUrl", "at", "options", "adopt", "changes", "resources", "covers"))
_CHANGE = frozenset(
    ("address", "object", "action", "digest", "fingerprint", "steps", "movedFrom", "started", "done")
)
_COVERS: dict[str, Coverage] = {"part": "part", "acting": "acting", "all": "all"}


def write_approved(plan: ApprovedPlan) -> Object:
    """The JSON of an approved plan with what is still owed."""
    document: Object = {
        "by": plan.by,
        "runUrl": plan.run_url,
        "at": plan.at,
        "adopt": {str(address): object_id for address, object_id in plan.adopt.items()},
        "resources": {str(address): write_resource(item) for address, item in plan.resources.items()},
        "covers": "" if plan.covers == "part" else plan.covers,
    }
    changes: list[JSON] = [_write_change(change) for change in plan.changes.values()]
    return {
        "digest": plan.digest,
        "options": plan.options.to_json(),
        "changes": changes,
        **sparse(document),
    }


def read_approved(value: object, above: str) -> ApprovedPlan:
    """The approved plan that `value` describes; FormatError names the place."""
    where = f"{above}.approved"
    source = an_object(value, where, _KEYS)
    changes = [
        _read_change(item, f"{where}.changes[{index}]")
        for index, item in enumerate(field(source, "changes", list, [], where))
    ]
    try:
        options = read_options(field(source, "options", dict, {}, where))
    except ValueError as error:
        raise FormatError(f"{where}: {error}") from None
    adopt = named_texts(source, "adopt", where)
    resources = {
        (address := read_address(text, f"{where}.resources")): read_resource(
            item, address, f"{where}.resources[{text!r}]"
        )
        for text, item in field(source, "resources", dict, {}, where).items()
    }
    return ApprovedPlan(
        digest=field(source, "digest", str, "", where),
        by=field(source, "by", str, "", where),
        run_url=field(source, "runUrl", str, "", where),
        at=number(source, "at", where),
        options=options,
        adopt={read_address(text, f"{where}.adopt"): object_id for text, object_id in adopt.items()},
        changes={change.key: change for change in changes},
        resources=resources,
        covers=word(source, "covers", _COVERS, where),
    )


def _write_change(change: OwedChange) -> Object:
    document: Object = {
        "object": "" if change.object == CURRENT else change.object,
        "fingerprint": change.fingerprint,
        "steps": [[step, action] for step, action in change.steps],
        "movedFrom": str(change.moved_from) if change.moved_from else "",
        "started": change.started,
        "done": list(change.done),
    }
    return {
        "address": str(change.address),
        "action": change.action,
        "digest": change.digest,
        **sparse(document),
    }


def _read_change(value: object, where: str) -> OwedChange:
    source = an_object(value, where, _CHANGE)
    moved = field(source, "movedFrom", str, "", where)
    return OwedChange(
        address=read_address(required(source, "address", where), where),
        object=field(source, "object", str, CURRENT, where),
        action=field(source, "action", str, "", where),
        digest=field(source, "digest", str, "", where),
        fingerprint=field(source, "fingerprint", str, "", where),
        steps=tuple(_read_step(item, where) for item in field(source, "steps", list, [], where)),
        moved_from=read_address(moved, where) if moved else None,
        started=field(source, "started", bool, False, where),
        done=tuple(texts(source, "done", where)),
    )


def _read_step(value: JSON, where: str) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(item, str) for item in value):
        raise FormatError(f"{where}.steps must be pairs of texts")
    return str(value[0]), str(value[1])
