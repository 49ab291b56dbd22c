"""The approved plan as state keeps it: what was agreed to, in full values, and what is still owed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.entry import CURRENT

OwedKey = tuple[Address, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedChange:
    """A change that was approved and is not done yet.

    `steps` are its calls as (id, API action). `started`: a call of it took effect, so that its object is no
    longer as it was approved; `done` are the ids of those calls (older states only know that there was one).
    """

    address: Address
    action: str
    digest: str
    object: str = CURRENT
    fingerprint: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    moved_from: Address | None = None
    started: bool = False
    done: tuple[str, ...] = ()

    @property
    def key(self) -> OwedKey:
        """What identifies the change in its plan."""
        return (self.address, self.object)

    def begun(self, step: str) -> OwedChange:
        """The change once its call `step` took effect."""
        done = self.done if step in self.done else (*self.done, step)
        return replace(self, started=True, done=done)

    @property
    def took_effect(self) -> frozenset[str]:
        """The calls that this approval does not cover again: what ran once ran, however it ended."""
        if self.started and not self.done and self.steps:
            return frozenset({self.steps[0][0]})
        return frozenset(self.done)


Coverage = Literal["part", "acting", "all"]
"""How much of its plan an approval was of: a part; all that acts; all of it, with nothing held back."""


@dataclass(frozen=True, slots=True)
class AppliedPlan:
    """An approved plan of which nothing is left to do: its digest, and when that was."""

    digest: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan:
    """`changes` are those still owed; `resources` are what they want and all it refers to.

    `digest` names the approval only where it `covers` more than a part of that plan.
    """

    digest: str
    by: str = ""
    run_url: str = ""
    at: float = 0.0
    options: PlanOptions = PlanOptions()
    adopt: Mapping[Address, str] = field(default_factory=dict)
    changes: Mapping[OwedKey, OwedChange] = field(default_factory=dict)
    resources: Mapping[Address, Resource] = field(default_factory=dict)
    covers: Coverage = "part"

    def is_named_by(self, digest: str) -> bool:
        """Whether whoever names this digest means this approval."""
        return self.covers != "part" and self.digest == digest

    def owing(self, changes: Mapping[OwedKey, OwedChange]) -> ApprovedPlan:
        """The plan with these changes still owed."""
        return replace(self, changes=changes)
