"""The requests of a change: the body that goes to the console, and what state holds once it is answered.

It reads where a call must know the present (appends, purchases) and sends nothing that changes anything.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

from qfops.core.errors import Stale
from qfops.core.observation import LiveObject
from qfops.core.paths import get, put
from qfops.core.plan.steps import Call, Repeat
from qfops.core.values import JSON, Marker, Value, plain
from qfops.kinds.bodies import call_body, create_body
from qfops.kinds.findings import Finding
from qfops.kinds.operations import CallValues, Operation
from qfops.objects.answers import CannotTell, Missing
from qfops.objects.objects import Objects
from qfops.reconcile.apply.change_view import ChangeView
from qfops.reconcile.apply.edits import creation as creation_edit
from qfops.reconcile.apply.edits import setting
from qfops.reconcile.effects import Drops, Keeps
from qfops.reconcile.journal import Request
from qfops.reconcile.lost_calls.look_up import counters
from qfops.reconcile.lost_calls.settlement import unreadable

_TOWARDS_END = ("stop", "deactivate", "release", "delete")


def creation(
    view: ChangeView, call: Call, before: tuple[str, ...] | None, now: float, *, last: bool
) -> Request:
    """The call that makes the object; `before` are the ids that match already (None: nobody knows)."""
    kind, desired = view.kind, view.desired()
    return Request(
        address=view.change.address,
        kind=kind,
        operation=kind.create,
        call=call,
        body=create_body(kind, desired),
        edit=creation_edit(view, desired, now),
        attributes=desired,
        before=before,
        last=last,
    )


async def later(view: ChangeView, objects: Objects, call: Call, *, last: bool) -> Request:
    """Any other call: on an object that exists."""
    if call.operation in _TOWARDS_END:
        return _towards_end(view, call, last=last)
    kind, operation, found = view.kind, view.kind.operations[call.operation], view.named()
    now = await _present(view, objects) if operation.repeat is Repeat.LOOK_UP else None
    body = call_body(kind, operation, _values(view, call, operation, now), call.paths)
    if isinstance(body, Finding):
        raise Stale(body.summary, remedy=body.remedy)
    edit = setting(view.change, view.desired(), call.paths)
    return Request(
        address=view.change.address,
        kind=kind,
        operation=operation,
        call=call,
        body=body,
        edit=edit,
        object=view.change.object,
        attributes=view.known_entry().attributes,
        before=counters(kind, call.id, now) if now is not None else None,
        outputs=found.outputs,
        last=last,
    )


def _towards_end(view: ChangeView, call: Call, *, last: bool) -> Request:
    """A call on the way to an object's end; with the last one it leaves state."""
    operation, found = view.kind.operations[call.operation], view.named()
    named = (
        {**found.outputs, **dict.fromkeys(operation.keys.values(), call.item)} if call.item else found.outputs
    )
    body = call_body(view.kind, operation, CallValues(found.id, named, {}, {}))
    assert not isinstance(body, Finding), body
    return Request(
        address=view.change.address,
        kind=view.kind,
        operation=operation,
        call=call,
        body=body,
        edit=Drops(found.id) if last and view.change.action.leaves else Keeps(),
        object=view.change.object,
        attributes=found.attributes,
        outputs=found.outputs,
        ends=True,
        last=last,
    )


async def _present(view: ChangeView, objects: Objects) -> LiveObject:
    named = view.named()
    scope = view.kind.scope_in(named.attributes)
    found = await objects.read(view.kind, named.outputs, scope=scope, since=objects.moment())
    if isinstance(found, CannotTell):
        raise unreadable(found)
    if isinstance(found, Missing):
        raise Stale(f"{named.id} is gone from the console", remedy="Plan again.")
    return found.object


def _values(view: ChangeView, call: Call, operation: Operation, now: LiveObject | None) -> CallValues:
    """What the body is made from: live values, with the changed paths laid over them."""
    found, wanted = view.named(), view.desired()
    live = now or view.seen()
    shown: dict[str, JSON] = dict(live.attributes) if live is not None else {}
    path = call.paths[0] if call.paths else ""
    if operation.sends == "item":
        return CallValues(found.id, found.outputs, wanted, shown, path, _item(wanted, path))
    if operation.sends == "keyed":
        return CallValues(found.id, found.outputs, wanted, shown, path, _voted(view, path))
    if operation.encode is not None:
        return CallValues(found.id, found.outputs, wanted, shown, path)
    return CallValues(found.id, found.outputs, _overlaid(view, call, operation, shown), shown)


def _item(wanted: Mapping[str, JSON], path: str) -> JSON:
    value = get(dict(wanted), path)
    return None if isinstance(value, Marker) else plain(value)


def _voted(view: ChangeView, path: str) -> JSON:
    """What the plan wants at a path of a keyed set, whose items have no index."""
    vote = next((vote for vote in view.change.attributes if vote.path == path), None)
    return None if vote is None or isinstance(vote.desired, Marker) else plain(vote.desired)


def _overlaid(
    view: ChangeView, call: Call, operation: Operation, shown: Mapping[str, JSON]
) -> dict[str, JSON]:
    """The values that shall hold afterwards: what is there, what changes, what the call needs besides."""
    wanted = view.desired()
    result: dict[str, Value] = copy.deepcopy(dict(shown))
    for path in operation.requires:
        if path in wanted and path not in result:
            result[path] = wanted[path]
    for vote in view.change.attributes:
        if vote.path not in call.paths:
            continue
        value = get(dict(wanted), vote.path)
        value = vote.desired if isinstance(value, Marker) else value  # a reset is not in the manifest
        if not isinstance(value, Marker):
            put(result, vote.path, value)
    return view.resolved(result)
