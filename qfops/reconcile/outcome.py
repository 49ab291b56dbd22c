"""From what was found to the record that closes an intent, be it an answer, a look, or a person's word.

Pure. An intent planned for itself alone; its outcome is laid on what has become of the address meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qfops.core.plan.steps import operation_of
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.state.records import Intent, Outcome
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.ids import nothing_bought, object_id, with_bought
from qfops.reconcile.effects import without


def outcome(
    kind: Kind, intent: Intent, outputs: Mapping[str, JSON], entry: Entry | None, *, done: bool = False
) -> Outcome:
    """The outcome of an intent that took effect.

    `outputs` are those of the object that it made, or handles of what a later call started, if any.
    """
    after = _rebased(intent, entry)
    found = ""
    if after is not None and after.id is None and outputs:
        found = object_id(kind, outputs)
        after = replace(after, id=found, outputs={**nothing_bought(kind), **after.outputs, **outputs})
    elif after is not None and after.id is not None and intent.header.object == CURRENT:
        after = _started(kind, intent, after)
        handles = {name: value for name, value in outputs.items() if name in kind.handles}
        known: dict[str, JSON] = {**after.outputs, **handles}
        operation = kind.operations.get(operation_of(intent.header.step))
        bought = known if operation is None else with_bought(operation, known, outputs)
        after = replace(after, outputs=bought)
    return Outcome(
        header=intent.header,
        entries={intent.header.address: after},
        id=found,
        outputs=dict(outputs) if found else {},
        done=done,
    )


def _started(kind: Kind, intent: Intent, after: Entry) -> Entry:
    """The entry once a call has started something of its own: what an earlier one showed is over."""
    operation = kind.operations.get(operation_of(intent.header.step))
    if operation is None or operation.result not in kind.handles:
        return after
    kept = {key: value for key, value in after.outputs.items() if key != operation.result}
    status = {key: word for key, word in after.status.items() if key not in operation.until}
    return replace(after, outputs=kept, status=status)


def _rebased(intent: Intent, entry: Entry | None) -> Entry | None:
    """What an intent planned, on top of what has become of its address meanwhile.

    Two calls of one address may be open at once: the end of the current object, and ends of retired ones.
    """
    planned, object_ = intent.planned, intent.header.object
    if entry is None:
        return planned
    if object_ not in (CURRENT, entry.id):
        stays = planned is not None and any(item.id == object_ for item in planned.retired)
        return entry if stays else without(entry, object_)
    if planned is None:
        return without(entry, entry.id or "")
    known = {entry.id, *(item.id for item in entry.retired)}
    after = replace(planned, retired=tuple(item for item in planned.retired if item.id in known))
    makes = intent.header.step == "create"
    return after if makes or not after.empty else None
