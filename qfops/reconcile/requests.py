"""The requests of a change: the body that goes to the console, and what state holds once it is answered.

It reads where a call must know the present (appends, purchases) and sends nothing that changes anything.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace

from qfops.core.errors import QfopsError, Stale
from qfops.core.observation import LiveObject
from qfops.core.paths import get, put
from qfops.core.plan import Step
from qfops.core.state import Entry
from qfops.core.values import JSON, Marker, Value, plain
from qfops.kinds.base import Kind
from qfops.kinds.operations import Call, Operation, Repeat
from qfops.kinds.wire import call_body, create_body, object_id
from qfops.planning.steps import operation_of
from qfops.reconcile import entries
from qfops.reconcile.journal import Finished, Request
from qfops.reconcile.looking import Searcher, counters
from qfops.reconcile.subject import Subject

_ENDINGS = ("stop", "deactivate", "release", "delete")


def creation(subject: Subject, before: list[str], now: float, *, last: bool) -> Request:
    """The call that makes the object; `before` are the ids that match its search key already."""
    kind, desired, inputs = subject.kind, subject.desired(), subject.inputs()

    def planned() -> Entry:
        change = replace(subject.change, entry=subject.entry())
        return entries.fresh(change, kind, desired, inputs, now)

    def finish(result: JSON) -> Finished:
        outputs = _outputs(kind, result)
        found = object_id(kind, outputs)
        if not found:
            raise QfopsError(f"{kind.create.action} answered without {' or '.join(kind.id)}")
        return Finished(entries.made(planned(), found, outputs), found, outputs)

    return Request(
        subject.change.address,
        kind,
        kind.create,
        "create",
        create_body(kind, desired),
        planned(),
        finish,
        attributes=desired,
        before=[*before],
        last=last,
    )


def _outputs(kind: Kind, result: JSON) -> dict[str, JSON]:
    """The outputs that the answer to a create holds; a bare text is the one that the kind says."""
    if isinstance(result, dict):
        names = [output.name for output in kind.outputs]
        return {name: result[name] for name in names if result.get(name) not in (None, "")}
    return {kind.create.result: result} if kind.create.result and result else {}


async def later(subject: Subject, searcher: Searcher, step: Step, *, last: bool) -> Request:
    """Any other call: on an object that exists."""
    name = operation_of(step)
    if name in _ENDINGS:
        return _ending(subject, step, last=last)
    kind, operation, found = subject.kind, subject.kind.operations[name], subject.named()
    wanted = subject.desired()
    now: LiveObject | None = None
    if operation.repeat is Repeat.LOOK_UP:
        now = await _present(subject, searcher)
    call = _call(subject, step, operation, now)

    def planned() -> Entry:
        return entries.changed(subject.known_entry(), subject.change, wanted, step.paths)

    expected = planned()
    return Request(
        subject.change.address,
        kind,
        operation,
        step.id,
        call_body(kind, operation, call, step.paths),
        expected,
        lambda _: Finished(planned(), found.id),
        object=subject.change.object,
        attributes=expected.attributes,
        before=counters(kind, step.id, now) if now is not None else None,
        outputs=found.outputs,
        last=last,
    )


def _ending(subject: Subject, step: Step, *, last: bool) -> Request:
    """A call on the way to an object's end; with the last one it leaves state."""
    operation, found = subject.kind.operations[operation_of(step)], subject.named()

    def planned() -> Entry | None:
        entry = subject.known_entry()
        return entries.ended(entry, found.id) if last and subject.ends else entry

    return Request(
        subject.change.address,
        subject.kind,
        operation,
        step.id,
        call_body(subject.kind, operation, Call(found.id, found.outputs, {}, {})),
        planned(),
        lambda _: Finished(planned(), found.id),
        object=subject.change.object,
        outputs=found.outputs,
        ends=True,
        last=last,
    )


async def _present(subject: Subject, searcher: Searcher) -> LiveObject:
    live = await searcher.read(subject.named().outputs)
    if live is None:
        raise Stale(f"{subject.named().id} is gone from the console", remedy="Plan again.")
    return live


def _call(subject: Subject, step: Step, operation: Operation, now: LiveObject | None) -> Call:
    """What the body is made from: live values, with the changed paths laid over them."""
    found, wanted = subject.named(), subject.desired()
    live = now or subject.seen()
    shown: dict[str, JSON] = dict(live.attributes) if live is not None else {}
    path = step.paths[0] if step.paths else ""
    if operation.sends == "item":
        return Call(found.id, found.outputs, wanted, shown, path, _item(wanted, path))
    if operation.sends == "keyed":
        return Call(found.id, found.outputs, wanted, shown, path, _voted(subject, path))
    if operation.encode is not None:
        return Call(found.id, found.outputs, wanted, shown, path)
    return Call(found.id, found.outputs, _overlaid(subject, step, operation, shown), shown)


def _item(wanted: Mapping[str, JSON], path: str) -> JSON:
    value = get(wanted, path)
    return None if isinstance(value, Marker) else plain(value)


def _voted(subject: Subject, path: str) -> JSON:
    """What the plan wants at a path of a keyed set, whose items have no index."""
    vote = next((vote for vote in subject.change.attributes if vote.path == path), None)
    return None if vote is None or isinstance(vote.desired, Marker) else plain(vote.desired)


def _overlaid(
    subject: Subject, step: Step, operation: Operation, shown: Mapping[str, JSON]
) -> dict[str, JSON]:
    """The values that shall hold afterwards: what is there, what changes, what the call needs besides."""
    wanted = subject.desired()
    result: dict[str, Value] = copy.deepcopy(dict(shown))
    for path in operation.requires:
        if path in wanted and path not in result:
            result[path] = wanted[path]
    for vote in subject.change.attributes:
        if vote.path not in step.paths:
            continue
        value = get(wanted, vote.path)
        value = vote.desired if isinstance(value, Marker) else value  # a reset is not in the manifest
        if not isinstance(value, Marker):
            put(result, vote.path, value)
    return subject.resolved(result)
