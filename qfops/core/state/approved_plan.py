"""The approved plan as state keeps it: what was agreed to, in full values, and what is still owed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.entry import CURRENT

OwedKey = tuple[Address, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedChange:
    """A change that was approved and is not done yet.

    `steps` are its calls as (id, API action). `started`: a call of it took effect, so that its object is no
    longer as it was approved.
    """

    address: Address
    action: str
    digest: str
    object: str = CURRENT
    fingerprint: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    moved_from: Address | None = None
    started: bool = False

    @property
    def key(self) -> OwedKey:
        """What identifies the change in its plan."""
        return (self.address, self.object)

    def begun(self) -> OwedChange:
        """The change once a call of it took effect."""
        return replace(self, started=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan:
    """`changes` are those still owed; `resources` are what they want and all it refers to."""

    digest: str
    by: str = ""
    run_url: str = ""
    at: float = 0.0
    options: PlanOptions = PlanOptions()
    adopt: Mapping[Address, str] = field(default_factory=dict)
    changes: Mapping[OwedKey, OwedChange] = field(default_factory=dict)
    resources: Mapping[Address, Resource] = field(default_factory=dict)

    def concerns(self) -> set[Address]:
        """Every address that it is about."""
        moved = {change.moved_from for change in self.changes.values() if change.moved_from is not None}
        return {*self.resources, *moved, *(change.address for change in self.changes.values())}

    def owing(self, changes: Mapping[OwedKey, OwedChange]) -> ApprovedPlan:
        """The plan with these changes still owed."""
        return replace(self, changes=changes)
