"""What every workflow works on: the world outside, and what is wanted of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.kinds.registry import Registry
from qfops.objects.objects import Objects
from qfops.reconcile.ports import Clock, Console


@dataclass(frozen=True, slots=True)
class Desired:
    """The declared resources, the options of the plan, and the objects to take over by address.

    `elsewhere` finds what each other environment declares; asked only where that matters.
    """

    resources: Mapping[Address, Resource]
    options: PlanOptions = PlanOptions()
    adopt: Mapping[Address, str] = field(default_factory=dict)
    elsewhere: Callable[[], tuple[frozenset[Address], ...]] = tuple


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside that a workflow touches."""

    console: Console
    registry: Registry
    clock: Clock
    settings: Settings

    def objects(self) -> Objects:
        """A door to the console's objects; lists serve for as long as objects may be invisible."""
        return Objects(self.console, self.clock.now, self.settings.wait.visibility)
