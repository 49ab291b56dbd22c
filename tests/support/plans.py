"""Changes and steps made by hand, from flat words, for tests of what reads a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Need, Verdict
from qfops.core.plan.change import (
    After,
    AttributeChange,
    Cause,
    Change,
    Decision,
    Ends,
    Provenance,
    Seal,
    Subject,
)
from qfops.core.plan.steps import Call, Repeat, Step
from qfops.core.resource import Resource
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.values import Slot
from qfops.planning.policy import needs


def change(
    address: Address | str,
    action: Action,
    reason: str = "",
    *,
    object: str = CURRENT,  # noqa: A002 (the plan's own word)
    id: str = "",  # noqa: A002
    remedy: str = "",
    notes: Iterable[str] = (),
    causes: Iterable[Cause] = (),
    keeps: Iterable[str] = (),
    destroys: Iterable[str] = (),
    left: Iterable[str] = (),
    joined: Iterable[Address] = (),
    steps: Iterable[Step] = (),
    attributes: Iterable[AttributeChange] = (),
    after: Iterable[After] = (),
    depends_on: Iterable[Address] = (),
    outputs: Iterable[str] = (),
    last_duration: float = 0.0,
    resource: Resource | None = None,
    entry: Entry | None = None,
    moved_from: Address | None = None,
    looks_like: Address | None = None,
    linked_from: Address | None = None,
    link: str = "",
    owed: bool = False,
    digest: str = "",
    fingerprint: str = "",
    billable: bool = False,
) -> Change:
    """A change as the planner seals it; `billable` adds a call that costs money where no step does."""
    found = tuple(steps)
    if billable and not any(isinstance(item, Call) and item.billable for item in found):
        found = (*found, Call("create", "Create", Repeat.LOOK_UP, billable=True))
    made = Change(
        address=Address.parse(address) if isinstance(address, str) else address,
        decision=Decision(action, reason, remedy, tuple(notes), tuple(causes)),
        object=object,
        subject=Subject(id, resource, entry),
        origin=Provenance(moved_from, looks_like, link, linked_from),
        ends=Ends(tuple(keeps), tuple(destroys), tuple(left), tuple(joined)),
        steps=found,
        attributes=tuple(attributes),
        after=tuple(after),
        depends_on=tuple(depends_on),
        outputs=tuple(outputs),
        last_duration=last_duration,
        seal=Seal(fingerprint, digest, owed),
    )
    return with_needs(made)


def with_needs(made: Change, *more: Need) -> Change:
    """A change with what the planner would write that it needs."""
    return replace(made, needs=(*needs(made), *more))


def held_back(
    address: Address | str,
    path: str,
    prior: Slot,
    live: Slot,
    desired: Slot,
    reason: str = "",
    *,
    ignored: bool = False,
    revertible: bool = True,
) -> Change:
    """A resource that stays as it is, with a console edit that is left alone."""
    verdict = Verdict.IGNORED if ignored else Verdict.DRIFT
    vote = AttributeChange(path, prior, live, desired, verdict, reason, "modify" if revertible else "")
    return change(address, Action.NO_OP, attributes=(vote,))


def call(operation: str, action: str = "", *, billable: bool = False, paths: Iterable[str] = ()) -> Call:
    """A call that must be looked up when its answer is lost."""
    return Call(operation, action or operation, Repeat.LOOK_UP, paths=tuple(paths), billable=billable)
