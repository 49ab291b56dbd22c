"""A plan's changes grouped by what caused them, the most dangerous group first.

A change stands under its first cause and is referred to under the others. What no edit caused stands under
a heading that says what did.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Cause, Change
from qfops.core.plan.plan import Plan
from qfops.core.state.entry import CURRENT
from qfops.render.story.danger import Danger, danger

NEW, REMOVED = "new", "removed"


class Topic(enum.IntEnum):
    """What a group is about; the order decides between groups of the same danger."""

    BLOCKED = 0
    UNKNOWN = 1
    JOINED = 2
    DESTROY = 3
    REMOVED = 4
    REVERT = 5
    EDIT = 6
    ADOPTED = 7
    MOVED = 8
    CONSOLE = 9
    NEW = 10
    RETIRED = 11
    OWED = 12
    WAITING = 13


Key = tuple[Topic, str, int, str, str, str]
_BY_ACTION = {Action.ADOPT: Topic.ADOPTED, Action.MOVE: Topic.MOVED}
_HELD = {Action.BLOCKED: Topic.BLOCKED, Action.UNKNOWN: Topic.UNKNOWN}


@dataclass(slots=True)
class Group:
    """Changes under one heading; `cause` is the edit; `also` are changes that stand under another.

    `number` counts the edits in the order shown (0 for other headings).
    """

    key: Key
    cause: Cause | None = None
    changes: list[Change] = field(default_factory=list)
    also: list[tuple[Change, Group]] = field(default_factory=list)
    number: int = 0

    @property
    def topic(self) -> Topic:
        """What the group is about."""
        return self.key[0]

    @property
    def name(self) -> str:
        """How other groups refer to this one."""
        return f"EDIT {self.number}" if self.number else self.topic.name


def grouped(plan: Plan) -> list[Group]:
    """Every change but `no-op`, in groups: blocked and unknown first, then by danger."""
    groups: dict[Key, Group] = {}
    for change in plan.changes:
        if change.action is Action.NO_OP:
            continue
        key, cause = _home(change, plan)
        home = groups.setdefault(key, Group(key, cause))
        home.changes.append(change)
        if cause is not None:
            for other in _other_causes(change, key):
                other_key = _key_of(other)
                groups.setdefault(other_key, Group(other_key, other)).also.append((change, home))
    for group in groups.values():
        group.changes.sort(key=danger)
    ordered = sorted(groups.values(), key=_urgency)
    edits = (group for group in ordered if group.topic is Topic.EDIT)
    for number, group in enumerate(edits, 1):
        group.number = number
    return ordered


def edits(changes: Iterable[Change]) -> set[Key]:
    """The distinct edits behind the changes, those of blocked ones included."""
    return {key for item in changes for cause in item.causes if (key := _key_of(cause))[0] is Topic.EDIT}


def _home(change: Change, plan: Plan) -> tuple[Key, Cause | None]:
    topic = _topic(change, plan)
    if topic is Topic.EDIT:
        cause = change.causes[0]
        return _key_of(cause), cause
    return (topic, "", 0, "", "", ""), None


def _topic(change: Change, plan: Plan) -> Topic:
    """The heading of a change; `EDIT` stands for "look at its first cause"."""
    if change.action in _HELD:
        return _HELD[change.action]
    if change.seal.owed:
        return Topic.OWED
    if change.action is Action.WAIT:
        return Topic.WAITING
    if change.ends.joined:
        return Topic.JOINED
    if plan.destroys:
        return Topic.DESTROY
    if change.object != CURRENT and not change.causes:
        return Topic.RETIRED
    if change.causes:
        return Topic.EDIT
    if any(item.verdict is Verdict.REVERT for item in change.attributes):
        return Topic.REVERT
    return _BY_ACTION.get(change.action, Topic.CONSOLE)


def _key_of(cause: Cause) -> Key:
    if cause.summary == NEW:
        return (Topic.NEW, "", 0, "", "", "")
    if cause.summary == REMOVED:
        return (Topic.REMOVED, "", 0, "", "", "")
    return (Topic.EDIT, cause.file, cause.line, cause.path, cause.summary, cause.source)


def _other_causes(change: Change, home: Key) -> list[Cause]:
    seen = {home}
    others: list[Cause] = []
    for cause in change.causes[1:]:
        key = _key_of(cause)
        if key not in seen:
            seen.add(key)
            others.append(cause)
    return others


def _urgency(group: Group) -> tuple[int, int, Key]:
    """Blocked and unknown first, then the worst change of each group, then the heading and the place."""
    if group.topic <= Topic.UNKNOWN:
        return (-1, group.topic, group.key)
    worst = min((danger(change) for change in group.changes), default=Danger.WAITS)
    return (worst, group.topic, group.key)
