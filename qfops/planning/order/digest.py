"""The digest of a plan: what was approved, and nothing that changes while one looks (status, time)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.canonical import digest
from qfops.core.observation import LiveObject
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change, ChangeKey
from qfops.core.plan.steps import api_action
from qfops.core.values import Marker, Reference, Sensitive, Slot, Unknown
from qfops.kinds.base import Kind
from qfops.kinds.flatten import flatten
from qfops.planning.context import Owed
from qfops.planning.policy import needs

_LEFT_OUT = (Action.NO_OP, Action.WAIT)
_NO_PART = (Verdict.DRIFT, Verdict.IGNORED, Verdict.NOTE, Verdict.HELD)


def fingerprint(kind: Kind, live: LiveObject | None, declared: Iterable[str], held: frozenset[str]) -> str:
    """The id of an object and what it shows at the declared paths, without those held back."""
    if live is None:
        return ""
    leaves = flatten(kind, live.attributes)
    shown = {path: leaves[path].written for path in declared if path in leaves and path not in held}
    return digest(
        {"id": live.id, "attributes": {path: canonical_slot(value) for path, value in shown.items()}}
    )


def held_paths(votes: Sequence[AttributeChange]) -> frozenset[str]:
    """The paths that stay out of the digest."""
    return frozenset(vote.path for vote in votes if vote.verdict in _NO_PART)


def change_digest(change: Change, prints: Callable[[Address], str]) -> str:
    """What one change contributes: what it does, to what, resting on what."""
    referred = {str(target): found for target in change.depends_on if (found := prints(target))}
    said = {"vouched": True} if change.origin.vouched else {}  # only then, so that other digests stay
    return digest(
        {
            **said,
            "address": str(change.address),
            "object": change.object,
            "action": str(change.action),
            "operations": [[step.id, api_action(step)] for step in change.steps],
            "attributes": [_vote(vote) for vote in change.attributes if _is_part(vote)],
            "link": change.origin.link,
            "fingerprint": change.seal.fingerprint,
            "referred": referred,
        }
    )


def _is_part(vote: AttributeChange) -> bool:
    return vote.verdict not in _NO_PART and not vote.implied


def _vote(vote: AttributeChange) -> list[object]:
    return [
        vote.path,
        str(vote.verdict),
        canonical_slot(vote.prior),
        canonical_slot(vote.live),
        canonical_slot(vote.desired),
    ]


def canonical_slot(slot: Slot) -> object:
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
        return {key: canonical_slot(item) for key, item in slot.items()}
    if isinstance(slot, list):
        return [canonical_slot(item) for item in slot]
    return slot


def sealed(change: Change, prints: Callable[[Address], str]) -> Change:
    """The change with its digest, and with what it needs beyond `--auto-approve`."""
    digested = replace(change.seal, digest=change_digest(change, prints))
    return replace(change, seal=digested, needs=tuple(needs(change)))


def seal(
    changes: Sequence[Change], prints: Callable[[Address], str], owed: Mapping[ChangeKey, Owed]
) -> tuple[str, tuple[Change, ...]]:
    """The digest of the whole plan, and the changes with those marked that an earlier approval covers."""
    parts: list[str] = []
    marked: list[Change] = []
    for change in changes:
        if change.action in _LEFT_OUT:
            marked.append(change)
            continue
        done = sealed(change, prints)
        approved = owed.get(change.key)
        covered = approved is not None and approved.covers(done)
        marked.append(replace(done, seal=replace(done.seal, owed=True)) if covered else done)
        if not covered:
            parts.append(done.seal.digest)
    return digest(sorted(parts)), tuple(marked)
