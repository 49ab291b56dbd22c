"""One resource with all that is known of it, and the change that a verdict on it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from qfops.core.address import Address, KindKey
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import UNCHANGED, AttributeChange, Change, Decision, Subject
from qfops.core.plan.steps import Step
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry, Retired
from qfops.core.values import Value
from qfops.kinds.base import Kind
from qfops.planning.actions.purchases import priced
from qfops.planning.actions.runs import Inputs, inputs_of
from qfops.planning.context import Outlook, PlanInput
from qfops.planning.diff import causes

KeptRuns = Mapping[tuple[KindKey, str], tuple[Address, Retired]]


class Case(NamedTuple):
    """One resource with all that is known of it.

    `desired` has its references resolved; `container` are the attributes of what it lives in; `feeds_run`: a
    new id would force a run; `kept_runs` are finished runs that were kept, by kind and run key.
    """

    given: PlanInput
    kind: Kind
    resource: Resource
    desired: Mapping[str, Value]
    container: Mapping[str, Value]
    outlooks: Mapping[Address, Outlook]
    feeds_run: bool = False
    kept_runs: KeptRuns = MappingProxyType({})

    @property
    def address(self) -> Address:
        """The address of the resource."""
        return self.resource.address

    def inputs(self) -> Inputs:
        """What a run of this resource would be made from."""
        return inputs_of(self.kind, self.desired, self.container)


def change_of(
    case: Case,
    entry: Entry | None,
    action: Action,
    reason: str,
    votes: tuple[AttributeChange, ...],
    todo: tuple[Step, ...] = (),
    remedy: str = "",
) -> Change:
    """A change with its causes, notes and costs read off the votes and steps."""
    return Change(
        address=case.address,
        decision=_decision(case, action, reason, votes, remedy),
        subject=Subject((entry.id or "") if entry else "", case.resource, entry),
        steps=priced(case.kind, case.desired, votes, todo),
        attributes=votes,
        depends_on=dependencies_of(case),
        outputs=tuple(output.name for output in case.kind.outputs) if action.makes else (),
        last_duration=entry.seconds if entry else 0.0,
    )


def _decision(
    case: Case, action: Action, reason: str, votes: tuple[AttributeChange, ...], remedy: str
) -> Decision:
    if action is Action.NO_OP and not (votes or reason or remedy):
        return UNCHANGED
    found = causes.of_votes(case.resource, votes, case.outlooks) if action is not Action.NO_OP else ()
    notes = tuple(
        f"{vote.path}: {vote.reason}"
        for vote in votes
        if vote.verdict in (Verdict.NOTE, Verdict.DROP) and vote.reason
    )
    return Decision(action, reason, remedy, notes, found)


def dependencies_of(case: Case) -> tuple[Address, ...]:
    """What the resource refers to or is ordered after, sorted."""
    if not (case.resource.references or case.resource.depends_on):
        return ()
    targets = {edge.reference.target for edge in case.resource.references} | set(case.resource.depends_on)
    return tuple(sorted(targets))
