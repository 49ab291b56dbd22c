"""What planning is given, and what it knows of each resource while it goes through them in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from qfops.core.address import Address, KindKey
from qfops.core.observation import LiveObject, Observed
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, ChangeKey
from qfops.core.plan.steps import Call
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.core.state.approved_plan import OwedChange
from qfops.core.state.neighbours import NO_NEIGHBOURS, Neighbours
from qfops.core.state.state import State
from qfops.core.values import JSON, Reference, Unknown, Value
from qfops.kinds.registry import Registry
from qfops.planning.policy import Approval


@dataclass(frozen=True, slots=True)
class Owed:
    """A change of a stored approval, and whether its manifest still says what was approved."""

    change: OwedChange
    as_approved: bool = True

    def covers(self, change: Change) -> bool:
        """Whether `change` is this change, or what is left of it.

        Known ids in place of unknown ones and steps already done are no difference; a call that was not
        approved, a console edit in the way, or an object that moved before we began, is. Where the manifest
        says something else by now, only the very same change is covered: approved were values, not calls.
        A call that took effect, and must not happen twice, is never covered again: what ran and failed is
        repeated as a new change.
        """
        if self.change.took_effect & change.once:
            return False
        calls = [(step.id, step.action) for step in change.steps if isinstance(step, Call)]
        if change.seal.digest == self.change.digest:
            return True
        if not self.as_approved or any(vote.overwrites for vote in change.attributes):
            return False
        if not set(calls) <= set(self.change.steps):
            return False
        return self.change.started or change.seal.fingerprint == self.change.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInput:
    """Everything a plan is made of. `now` is seconds since 1970, `today` the date for `ignore.until`.

    `adopt` are the adoptions asked for, from `qfops.yaml` and the command line; `vouched` are the addresses
    of which qfops.yaml says that nothing in the console is theirs. `owed` are the changes of a stored
    approved plan that are still to be done, at the addresses that they have after the moves. `unsettled`
    are addresses with a call whose outcome is not known yet, with the reason. `approval` is what the plan
    will be approved by, so that nothing is built on a change that it does not cover; None: it will be
    approved as a whole, or not at all. `neighbours` are the objects that other states own in this console,
    `elsewhere` is what each other environment declares.

    `moved` and `waiting` come from the reading of `moved` in qfops.yaml, after which `state` is the one with
    its entries at their new addresses: the old address by the new one, and why an address cannot move yet.
    """

    registry: Registry
    settings: Settings
    resources: Mapping[Address, Resource]
    state: State
    observed: Observed
    now: float
    today: date
    options: PlanOptions = PlanOptions()
    adopt: Mapping[Address, str] = field(default_factory=dict)
    vouched: frozenset[Address] = frozenset()
    owed: Mapping[ChangeKey, Owed] = field(default_factory=dict)
    approval: Approval | None = None
    unsettled: Mapping[Address, str] = field(default_factory=dict)
    neighbours: Neighbours = NO_NEIGHBOURS
    elsewhere: tuple[frozenset[Address], ...] = ()
    moved: Mapping[Address, Address] = field(default_factory=dict)
    waiting: Mapping[Address, str] = field(default_factory=dict)


class Handed(NamedTuple):
    """What a resource hands to those that refer to it: its outputs (None: known only after apply), and its
    attributes with their references resolved."""

    outputs: Mapping[str, JSON] | None
    attributes: Mapping[str, Value]


class Outlook(NamedTuple):
    """What a resource will look like to those that refer to it.

    `wished` is what it would hand on if all that is wanted of it were done, `applied` what it will hand on.
    `held` says why not all of it will be done (empty: all will). `unusable`: nothing new may be built on it,
    because there is no object, or it failed, or nobody could look. `live` is its object.
    """

    action: Action
    wished: Handed
    applied: Handed
    live: LiveObject | None = None
    held: str = ""
    unusable: bool = False
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class PlannedValues:
    """The planner's lookup: what references and containers will be once the plan is done.

    What a change that is held back hands on is decided by `Outlook.applied`, and nowhere else; `wished` asks
    for what it would be without any hold.
    """

    outlooks: Mapping[Address, Outlook]
    observed: Observed
    wished: bool = False

    def output(self, reference: Reference) -> Value:
        """The output as it is now where it stays; known after apply where it will be made."""
        outputs = self._handed(reference.target).outputs
        found: Value = outputs.get(reference.output or "") if outputs is not None else None
        return Unknown(reference) if found is None else found

    def attributes(self, address: Address) -> Mapping[str, Value]:
        """The attributes that a resource will have, its references resolved."""
        return self._handed(address).attributes

    def shown(self, kind: KindKey, object_id: str) -> Mapping[str, Value]:
        """What the refresh showed of an object."""
        live = self.observed.find(kind, object_id)
        return live.attributes if live is not None else {}

    def _handed(self, address: Address) -> Handed:
        outlook = self.outlooks.get(address)
        if outlook is None:
            return _NOTHING
        return outlook.wished if self.wished else outlook.applied


_NOTHING = Handed(None, {})
