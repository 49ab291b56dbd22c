"""What planning is given, and what it knows of each resource while it goes through them in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from qfops.core.address import Address
from qfops.core.observation import LiveObject, Observed
from qfops.core.plan import Action, Change
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.core.state import State
from qfops.core.values import JSON
from qfops.kinds.registry import Registry


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line asks of the plan; all of them change what would be done."""

    destroy: bool = False
    prune: bool = False
    only_prune: bool = False
    retry_failed: bool = False
    revert_drift: bool = False
    allow_large_change: bool = False
    targets: frozenset[Address] | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """A change that was approved and is not done yet: its digest, its calls, its object as approved."""

    digest: str
    steps: frozenset[tuple[str, str]]
    fingerprint: str
    started: bool = False

    def covers(self, change: Change) -> bool:
        """Whether `change` is this change, or what is left of it.

        Known ids in place of unknown ones and steps already done are no difference; a call that was not
        approved, a console edit in the way, or an object that moved before we began, is.
        """
        if change.digest == self.digest:
            return True
        if any(vote.overwrites for vote in change.attributes):
            return False
        if any(step.repeat not in ("", "read") and (step.id, step.operation) not in self.steps
               for step in change.steps):  # fmt: skip
            return False
        return self.started or change.fingerprint == self.fingerprint


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Everything a plan is made of. `now` is seconds since 1970, `today` the date for `ignore.until`.

    `adopt` are the adoptions asked for, from `qfops.yaml` and the command line. `owed` are the changes of a
    stored approved plan that are still to be done, by (address, object). `unsettled` are addresses with a
    call whose outcome is not known yet, with the reason.
    """

    registry: Registry
    settings: Settings
    resources: Mapping[Address, Resource]
    state: State
    observed: Observed
    now: float
    today: date
    flags: Flags = Flags()
    adopt: Mapping[Address, str] = field(default_factory=dict)
    owed: Mapping[tuple[Address, str], Owed] = field(default_factory=dict)
    unsettled: Mapping[Address, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a resource will look like to those that refer to it.

    `outputs` are known now; None: only after apply. `held` says why nothing may be built on it (empty: all
    is well). `attributes` are its resolved attributes; `live` its object.
    """

    action: Action
    outputs: Mapping[str, JSON] | None
    attributes: Mapping[str, object]
    live: LiveObject | None = None
    held: str = ""
    change: Change | None = None
