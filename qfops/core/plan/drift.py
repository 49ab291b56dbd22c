"""What a look at the console says of everything that was applied: differences, and what could not be told."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from qfops.core.address import Address
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.plan.plan import Stats
from qfops.core.resource import Ignore
from qfops.core.state.entry import CURRENT
from qfops.core.values import ABSENT, Slot, has_unknown, same


class Fate(enum.StrEnum):
    """What happened to an object in the console since it was applied."""

    EDITED = "edited"
    DELETED = "deleted"
    STOPPED = "stopped"


class Concern(enum.StrEnum):
    """What a difference asks for: attention (OPEN), nothing because the manifest says so, or nothing because
    no call and no manifest could ever change it."""

    OPEN = "open"
    IGNORED = "ignored"
    UNEDITABLE = "uneditable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftItem:
    """One difference between what was applied and what the console holds.

    `object` is "current" or the id of a retired object. EDITED has the `attribute`: its three sides, the
    verdict and whether a call could undo it; `ignore` is the item that silences it. `owner` is the address
    whose manifest speaks of the object, None where there is none. `reasons` say what happened and follows.
    """

    address: Address
    id: str
    fate: Fate
    object: str = CURRENT
    attribute: AttributeChange | None = None
    ignore: Ignore | None = None
    owner: Address | None = None
    reasons: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The reasons in one sentence."""
        return "; ".join(self.reasons)

    @property
    def concern(self) -> Concern:
        """Whether it is open."""
        if self.attribute is None or self.attribute.verdict is Verdict.DRIFT:
            return Concern.OPEN
        return Concern.IGNORED if self.attribute.verdict is Verdict.IGNORED else Concern.UNEDITABLE

    @property
    def path(self) -> str:
        """The path of the edited attribute; "" where the object itself is gone."""
        return self.attribute.path if self.attribute is not None else ""

    @property
    def live(self) -> Slot:
        """What the console holds at the path."""
        return self.attribute.live if self.attribute is not None else ABSENT

    @property
    def overruled(self) -> bool:
        """Whether a manifest wants by now neither what was applied nor what the console holds."""
        vote = self.attribute
        if vote is None or self.owner is None or vote.desired is ABSENT or has_unknown(vote.desired):
            return False
        return not (same(vote.desired, vote.prior) or same(vote.desired, vote.live))

    @property
    def revertible(self) -> bool:
        """Whether an apply could put back what was applied: as long as a manifest wants it."""
        vote = self.attribute
        wanted = vote is not None and self.owner is not None and same(vote.prior, vote.desired)
        return wanted and vote is not None and bool(vote.operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """An object of which nothing could be said, and why."""

    address: Address
    id: str
    reason: str
    object: str = CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Applied compared with console, for every object of a state, in the order of addresses.

    `checked` counts the objects that were looked at. `warning` says that so much is gone that keys, account
    or region are likelier wrong than the world; "" otherwise.
    """

    project: str
    environment: str
    lineage: str
    serial: int
    checked: int
    differences: tuple[DriftItem, ...] = ()
    untold: tuple[Untold, ...] = ()
    warning: str = ""
    stats: Stats = Stats()

    def of(self, concern: Concern) -> tuple[DriftItem, ...]:
        """The differences of one concern."""
        return tuple(item for item in self.differences if item.concern is concern)
