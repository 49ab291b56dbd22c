"""What is wanted, and what the command line asks besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qfops.core.address import Address
from qfops.core.resource import Resource
from qfops.planning.context import Flags


@dataclass(frozen=True, slots=True)
class Desired:
    """The declared resources, the flags of the plan, and the objects to take over by address."""

    resources: Mapping[Address, Resource]
    flags: Flags = Flags()
    adopt: Mapping[Address, str] = field(default_factory=dict)
