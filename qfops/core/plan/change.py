"""A change: what a plan does to one object of one resource, why, in which steps, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Need, Verdict
from qfops.core.plan.steps import Bought, Call, Repeat, Step
from qfops.core.resource import Resource, Source
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.values import ABSENT, Slot

ChangeKey = tuple[Address, str]
"""What identifies a change in its plan: the address, and "current" or the id of another object of it."""


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute's three sides and the verdict; `overwrites`: the intent undoes a console edit.

    `operation` is the kind's operation that carries it out, "" where no call can. `implied`: it says only
    what silence would say too, and makes nothing ours, so that it is nothing to approve.
    """

    path: str
    prior: Slot = ABSENT
    live: Slot = ABSENT
    desired: Slot = ABSENT
    verdict: Verdict = Verdict.SAME
    reason: str = ""
    operation: str = ""
    overwrites: bool = False
    implied: bool = False


class Cause(NamedTuple):
    """Why a change is planned: an edited place in a file, a variable, or the project's shape.

    `summary` is what the reader sees after the place (`learningRate 0.0003 → 0.0001`, `new`, `removed`).
    """

    address: Address
    path: str
    source: Source
    file: str
    line: int
    summary: str = ""


Milestone = Literal["created", "done"]


class After(NamedTuple):
    """A dependency of a change: another change and how far it must have come."""

    address: Address
    object: str = CURRENT
    milestone: Milestone = "done"


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens and why, in words: the reason, the way on where it is held, notes, causes.

    `wished` is the action that would be taken if nothing held it, where that is another one; `waits_for` the
    address that a change which is held waits for.
    """

    action: Action
    reason: str = ""
    remedy: str = ""
    notes: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    wished: Action | None = None
    waits_for: Address | None = None

    @property
    def makes(self) -> bool:
        """Whether a new object comes out of it, or would if nothing held it."""
        return (self.wished or self.action).makes


UNCHANGED = Decision(Action.NO_OP)
"""Nothing happens, and there is nothing to say of it: most of most plans."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change is about: the object's id ("": none yet), what is wanted, what state holds."""

    id: str = ""
    resource: Resource | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """What becomes of objects that are current no more: ids that stay, ids that go, and sentences about what
    the API cannot delete and what stays billed.

    `joined`: an end that nobody chose, with the addresses that it rests on and whose ends take it along.
    """

    keeps: tuple[str, ...] = ()
    destroys: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    joined: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the object of a change comes from, if not from this address.

    `moved_from`: its old address, as qfops.yaml says. `looks_like`: the orphaned address that a blocked
    newcomer may be a rename of. `link`: the id of an object that is adopted or linked again, and
    `linked_from` the other address that kept it. `vouched`: nobody could look whether it exists already, and
    qfops.yaml says that it does not.
    """

    moved_from: Address | None = None
    looks_like: Address | None = None
    link: str = ""
    linked_from: Address | None = None
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class Seal:
    """What approving a change rests on: the fingerprint of its object as seen, the digest of the change, and
    whether a stored approval covers it already."""

    fingerprint: str = ""
    digest: str = ""
    owed: bool = False


_HERE, _UNSEALED, _NOTHING_ENDS = Provenance(), Seal(), Ends()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one object of one resource.

    `object` is "current" or the id of another object of the address (kept, or replaced by this plan). `after`
    orders the walk; `depends_on` are the addresses that the resource refers to. `needs` are the words beyond
    `--auto-approve`. `last_duration` is in seconds.
    """

    address: Address
    decision: Decision
    object: str = CURRENT
    subject: Subject = Subject()
    origin: Provenance = _HERE
    ends: Ends = _NOTHING_ENDS
    steps: tuple[Step, ...] = ()
    attributes: tuple[AttributeChange, ...] = ()
    after: tuple[After, ...] = ()
    depends_on: tuple[Address, ...] = ()
    outputs: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    last_duration: float = 0.0
    seal: Seal = _UNSEALED

    @property
    def key(self) -> ChangeKey:
        """What identifies the change in its plan."""
        return (self.address, self.object)

    @property
    def action(self) -> Action:
        """What happens."""
        return self.decision.action

    @property
    def reason(self) -> str:
        """Why, in one sentence."""
        return self.decision.reason

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The edits that led to it."""
        return self.decision.causes

    @property
    def id(self) -> str:
        """The id of the object; "" while there is none."""
        return self.subject.id

    @property
    def entry(self) -> Entry | None:
        """What state holds."""
        return self.subject.entry

    @property
    def resource(self) -> Resource | None:
        """What is wanted; None for ends."""
        return self.subject.resource

    @property
    def acts(self) -> bool:
        """Whether something is asked for, be it only to be waited for."""
        return self.decision.action.acts

    @property
    def billable(self) -> bool:
        """Whether a call of it costs money."""
        return any(isinstance(step, Call) and step.billable for step in self.steps)

    @property
    def bought(self) -> tuple[Bought, ...]:
        """What its calls buy."""
        return tuple(step.bought for step in self.steps if isinstance(step, Call) and step.bought is not None)

    @property
    def once(self) -> frozenset[str]:
        """The ids of its calls that must not happen twice."""
        calls = (step for step in self.steps if isinstance(step, Call))
        return frozenset(call.id for call in calls if call.repeat is Repeat.LOOK_UP)

    @property
    def stops(self) -> bool:
        """Whether something that is still going is stopped on the way."""
        return any(isinstance(step, Call) and step.operation == "stop" for step in self.steps)

    def held(self, action: Action, reason: str, remedy: str) -> Change:
        """The change as one that is not done: no steps, nothing ends."""
        wished = self.decision.wished or self.action
        decision = replace(self.decision, action=action, reason=reason, remedy=remedy, wished=wished)
        return replace(self, decision=decision, steps=(), ends=Ends(joined=self.ends.joined))

    def wishing(self, action: Action) -> Change:
        """The change with the action that would be taken if nothing held it."""
        return replace(self, decision=replace(self.decision, wished=action))

    def noted(self, *notes: str) -> Change:
        """The change with more to say about it."""
        return replace(self, decision=replace(self.decision, notes=(*self.decision.notes, *notes)))

    def caused_by(self, causes: tuple[Cause, ...]) -> Change:
        """The change with other causes."""
        return replace(self, decision=replace(self.decision, causes=causes))
