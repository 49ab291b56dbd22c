"""The approved plan as state keeps it: what was agreed to, with the full desired values and texts.

`apply --resume` carries out its rest from these values, whatever the manifests say by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.errors import StateError
from qfops.core.plan import CURRENT, Action, Change, Plan
from qfops.core.resource import Resource
from qfops.core.state import State
from qfops.core.values import JSON
from qfops.planning.context import Flags, Owed
from qfops.reconcile.desired import Desired
from qfops.reconcile.stored import read_resource, resource_json

Key = tuple[Address, str]
_NO_OBJECT = "-"  # the fingerprint of nothing
# The flags that change what would be done; the others only choose among that.
_FLAGS = ("destroy", "prune", "only_prune", "retry_failed", "revert_drift")


def approval_json(
    plan: Plan, changes: Sequence[Change], desired: Desired, by: str, run_url: str, at: float
) -> dict[str, JSON]:
    """The stored form of an approval of `changes`, all of which act."""
    needed = _closure({change.address for change in changes}, desired.resources)
    return {
        "digest": plan.digest,
        "by": by,
        "runUrl": run_url,
        "at": at,
        "flags": [name for name in _FLAGS if getattr(desired.flags, name)],
        "adopt": {str(address): desired.adopt[address] for address in sorted(desired.adopt)},
        "changes": [_change_json(change) for change in changes],
        "resources": {str(address): resource_json(desired.resources[address]) for address in sorted(needed)},
    }


def _change_json(change: Change) -> JSON:
    return {
        "address": str(change.address),
        "object": change.object,
        "action": str(change.action),
        "digest": change.digest,
        "fingerprint": change.fingerprint,
        "steps": [[step.id, step.operation] for step in change.steps],
        "from": str(change.moved_from) if change.moved_from else "",
    }


def _closure(addresses: set[Address], resources: Mapping[Address, Resource]) -> set[Address]:
    """The declared ones among `addresses`, and all they refer to."""
    found: set[Address] = set()
    stack = [address for address in addresses if address in resources]
    while stack:
        address = stack.pop()
        if address not in found and address in resources:
            found.add(address)
            resource = resources[address]
            stack += [edge.reference.target for edge in resource.references]
            stack += resource.depends_on
    return found


def owed_keys(approved: Mapping[str, JSON] | None) -> list[Key]:
    """The changes that a stored approval has not seen done."""
    return [(Address.parse(str(item["address"])), str(item["object"])) for item in _changes(approved)]


def owed_changes(approved: Mapping[str, JSON] | None, wanted: Mapping[Address, Resource]) -> dict[Key, Owed]:
    """The changes that a stored approval still covers.

    Where the manifest says something else by now, only the very same change is covered, and not what looks
    like the rest of it: approved were values, not calls.
    """
    stored = approved.get("resources") if approved else None
    resources = stored if isinstance(stored, dict) else {}
    found: dict[Key, Owed] = {}
    for item, key in zip(_changes(approved), owed_keys(approved), strict=True):
        address, said = key[0], str(item.get("digest"))
        if _means(resources.get(str(address))) != _means(_as_stored(wanted.get(address))):
            found[key] = Owed(said, frozenset(), _NO_OBJECT)
            continue
        steps = item.get("steps")
        pairs = [pair for pair in steps if isinstance(pair, list)] if isinstance(steps, list) else []
        calls = frozenset((str(step), str(operation)) for step, operation in pairs)
        found[key] = Owed(said, calls, str(item.get("fingerprint")), item.get("started") is True)
    return found


def _as_stored(resource: Resource | None) -> JSON:
    return resource_json(resource) if resource is not None else None


def _means(stored: JSON) -> JSON:
    """A stored resource without the place where it was written."""
    if not isinstance(stored, dict):
        return None
    return {key: value for key, value in stored.items() if key != "location"}


def desired_of(approved: Mapping[str, JSON]) -> Desired:
    """What a stored approval is about; StateError when it cannot be read."""
    resources, adopt, flags = (approved.get(key) for key in ("resources", "adopt", "flags"))
    if not isinstance(resources, dict) or not isinstance(adopt, dict) or not isinstance(flags, list):
        raise StateError("the approved plan in state cannot be read", remedy="Plan and approve again.")
    return Desired(
        {Address.parse(name): read_resource(Address.parse(name), value) for name, value in resources.items()},
        Flags(
            destroy="destroy" in flags,
            prune="prune" in flags,
            only_prune="only_prune" in flags,
            retry_failed="retry_failed" in flags,
            revert_drift="revert_drift" in flags,
        ),
        {Address.parse(name): str(object_id) for name, object_id in adopt.items()},
    )


def state_of(approved: Mapping[str, JSON], desired: Desired, state: State) -> State:
    """The part of the state that an approval is about.

    What other addresses hold is neither wanted nor gone: a rest that is carried out must not see their
    manifests as removed.
    """
    kept = set(desired.resources)
    for item in _changes(approved):
        kept |= {Address.parse(str(item[key])) for key in ("address", "from") if item.get(key)}
    entries = {address: entry for address, entry in state.entries.items() if address in kept}
    return replace(state, entries=entries)


def done_or_dropped(owed: Iterable[Key], plan: Plan) -> tuple[list[Key], list[Key]]:
    """The owed changes that a plan no longer makes: done by now, and planned otherwise."""
    planned = {change.key: change for change in plan.changes}
    done: list[Key] = []
    dropped: list[Key] = []
    for key in owed:
        change = planned.get(key)
        if change is None or change.action is Action.NO_OP:
            done.append(key)
        elif not change.owed and change.action not in (Action.WAIT, Action.UNKNOWN):
            dropped.append(key)
    return done, dropped


def named(key: Key) -> str:
    """An owed change as messages name it: its address, and the old object where it is about one."""
    address, object_ = key
    return str(address) if object_ == CURRENT else f"{address} {object_}"


def _changes(approved: Mapping[str, JSON] | None) -> list[dict[str, JSON]]:
    value = approved.get("changes") if approved else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
