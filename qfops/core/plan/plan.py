"""The plan: what would be done, why, and in which order. A value; applying obeys it and decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.plan.actions import SUMMARY_KEYS, Action, Need, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.stored import StoredApproval
from qfops.core.plan_options import Scope
from qfops.core.state.entry import CURRENT

FORMAT_VERSION = 2


@dataclass(frozen=True, slots=True)
class Stats:
    """What the refresh cost."""

    calls: int = 0
    retries: int = 0
    seconds: float = 0.0


class Destination(NamedTuple):
    """Which console a plan was made for: its endpoint (a URL or `emulator`), and the account that it showed.

    Both "" where nothing is known. No part of the digest, which is equal on every machine.
    """

    console: str = ""
    account: str = ""

    @property
    def emulated(self) -> bool:
        """Whether it is the built-in console, where nothing costs anything."""
        return self.console == "emulator"


class HeldBack(NamedTuple):
    """A console edit that a plan leaves alone, in the open or because the manifest ignores it."""

    address: Address
    attribute: AttributeChange

    @property
    def ignored(self) -> bool:
        """Whether the manifest says that it is to be left alone."""
        return self.attribute.verdict is Verdict.IGNORED

    @property
    def revertible(self) -> bool:
        """Whether a call could undo it."""
        return bool(self.attribute.operation)


@dataclass(frozen=True, slots=True)
class PlannedMoves:
    """Entries that stand elsewhere before anything else is done.

    `places` are the new addresses by the old ones, `lines` the `moved` lines of qfops.yaml that are carried
    out with it, to be remembered.
    """

    places: Mapping[Address, Address] = field(default_factory=dict)
    lines: Mapping[Address, Address] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Plan:
    """Everything that `plan` shows and `apply` does, in the order of the walk.

    `complete` is False when something could not be told (`unknown`) or was narrowed away. `affected` are
    resources that would change but were not selected. `command` is the one that made it, `place` says where.
    `stored` is an approval that is not done yet, whatever this plan was asked for.
    """

    project: str
    environment: str
    lineage: str
    serial: int
    digest: str
    changes: tuple[Change, ...]
    affected: tuple[Address, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    stats: Stats = Stats()
    complete: bool = True
    scope: Scope = Scope.PROJECT
    command: str = "plan"
    moves: PlannedMoves = PlannedMoves()
    place: Destination = Destination()
    stored: StoredApproval | None = None

    def __repr__(self) -> str:
        return f"Plan({self.project!r}, {self.digest[:12]}, {len(self.changes)} changes)"

    @property
    def acting(self) -> list[Change]:
        """The changes that ask for something."""
        return [change for change in self.changes if change.acts]

    @property
    def destroys(self) -> bool:
        """Whether it is the end of everything."""
        return self.scope is Scope.DESTROY

    @property
    def held_back(self) -> tuple[HeldBack, ...]:
        """The console edits that it leaves alone, those that are ignored among them."""
        return tuple(_held_back(self.changes))

    def summary(self) -> dict[str, int]:
        """Counts by action, in the order and with the keys of plan.json (`noop` for `no-op`)."""
        counts = dict.fromkeys(SUMMARY_KEYS, 0)
        for change in self.changes:
            counts["noop" if change.action is Action.NO_OP else str(change.action)] += 1
        return counts


def _held_back(changes: Iterable[Change]) -> Iterator[HeldBack]:
    for change in changes:
        if change.object == CURRENT:
            for vote in change.attributes:
                if vote.verdict.held_back:
                    yield HeldBack(change.address, vote)


def needs_of(changes: Iterable[Change]) -> list[Need]:
    """All that a set of changes needs beyond `--auto-approve`, in the order of the words."""
    wanted = {need for change in changes for need in change.needs}
    return [need for need in Need if need in wanted]
