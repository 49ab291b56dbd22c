"""The digest of a plan: what was approved, and nothing that changes while one looks (status, time)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.canonical import digest
from qfops.core.observation import LiveObject
from qfops.core.plan import Action, AttributeChange, Change, Verdict
from qfops.core.values import Marker, Reference, Sensitive, Slot, Unknown
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.planning.context import Owed

_LEFT_OUT = (Action.NO_OP, Action.WAIT)
_HELD = (Verdict.DRIFT, Verdict.IGNORED, Verdict.NOTE)


def fingerprint(kind: Kind, live: LiveObject | None, declared: Iterable[str], held: frozenset[str]) -> str:
    """The id of an object and what it shows at the declared paths, without those held back."""
    if live is None:
        return ""
    leaves = flatten(kind, live.attributes)
    shown = {path: leaves[path].value for path in declared if path in leaves and path not in held}
    return digest({"id": live.id, "attributes": {path: slot_json(value) for path, value in shown.items()}})


def held_paths(votes: Sequence[AttributeChange]) -> frozenset[str]:
    """The paths that stay out of the digest."""
    return frozenset(vote.path for vote in votes if vote.verdict in _HELD)


def change_digest(change: Change, prints: Callable[[Address], str]) -> str:
    """What one change contributes: what it does, to what, resting on what."""
    referred = {str(target): found for target in change.depends_on if (found := prints(target))}
    return digest(
        {
            "address": str(change.address),
            "object": change.object,
            "action": str(change.action),
            "operations": [[step.id, step.operation] for step in change.steps],
            "attributes": [_vote(vote) for vote in change.attributes if vote.verdict not in _HELD],
            "link": change.link,
            "fingerprint": change.fingerprint,
            "referred": referred,
        }
    )


def _vote(vote: AttributeChange) -> list[object]:
    return [
        vote.path,
        str(vote.verdict),
        slot_json(vote.prior),
        slot_json(vote.live),
        slot_json(vote.desired),
    ]


def slot_json(slot: Slot) -> object:
    """A value, or a marker object for what is not one."""
    if isinstance(slot, Marker):
        return {f"${slot.value}": True}
    if isinstance(slot, Unknown):
        return {"$unknown": str(slot.reference)}
    if isinstance(slot, Reference):
        return {"$ref": str(slot)}
    if isinstance(slot, Sensitive):
        return {"$sensitive": slot.digest}
    if isinstance(slot, dict):
        return {key: slot_json(item) for key, item in slot.items()}
    if isinstance(slot, list):
        return [slot_json(item) for item in slot]
    return slot


def seal(
    changes: Sequence[Change], prints: Callable[[Address], str], owed: Mapping[tuple[Address, str], Owed]
) -> tuple[str, tuple[Change, ...]]:
    """The digest of the whole plan, and the changes with those marked that an earlier approval covers."""
    parts: list[str] = []
    marked: list[Change] = []
    for change in changes:
        if change.action in _LEFT_OUT:
            marked.append(change)
            continue
        sealed = replace(change, digest=change_digest(change, prints))
        approved = owed.get(change.key)
        covered = approved is not None and approved.covers(sealed)
        marked.append(replace(sealed, owed=covered))
        if not covered:
            parts.append(sealed.digest)
    return digest(sorted(parts)), tuple(marked)
