"""What every workflow works on: the world outside, and what is wanted of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.core.state.neighbours import NO_NEIGHBOURS, Neighbours
from qfops.kinds.registry import Registry
from qfops.objects.objects import Objects
from qfops.planning.policy import Approval
from qfops.reconcile.ports import Clock, Console


@dataclass(frozen=True, slots=True)
class Desired:
    """The declared resources, the options of the plan, and the objects to take over by address.

    `approval` is what the plan will be approved by, where that is known before it is shown. `elsewhere` finds
    what each other environment declares; asked only where that matters.
    """

    resources: Mapping[Address, Resource]
    options: PlanOptions = PlanOptions()
    adopt: Mapping[Address, str] = field(default_factory=dict)
    approval: Approval | None = None
    elsewhere: Callable[[], tuple[frozenset[Address], ...]] = tuple


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside that a workflow touches; `neighbours` reads what other states own, at each call."""

    console: Console
    registry: Registry
    clock: Clock
    settings: Settings
    neighbours: Callable[[], Neighbours] = field(kw_only=True, default=lambda: NO_NEIGHBOURS)

    def objects(self) -> Objects:
        """A door to the console's objects; lists serve for as long as objects may be invisible."""
        return Objects(self.console, self.clock.now, self.settings.wait.visibility)
