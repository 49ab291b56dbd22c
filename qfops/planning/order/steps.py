"""The steps of a change: which calls, which waits, in which order. The executor walks exactly these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qfops.core.observation import LiveObject, Phase
from qfops.core.paths import get
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.plan.steps import FORGET, Call, Item, Step, Wait
from qfops.core.values import JSON, Value, same
from qfops.kinds.base import Kind
from qfops.kinds.bodies import names_all
from qfops.kinds.ids import more_ids
from qfops.kinds.rules import Rule, RuleType


def wait_step(kind: Kind, operation: str = "", item: Item = None) -> Wait:
    """A wait for an operation, or for what was started earlier: reads until the object is no longer going."""
    shows = kind.read or kind.listing
    return Wait(shows.action if shows is not None else "", operation, item)


def call_steps(kind: Kind, operation: str, paths: Iterable[str] = (), item: Item = None) -> list[Step]:
    """One call, and the wait after it if the kind says that there is something to wait for."""
    declared = kind.operations[operation]
    call = Call(operation, declared.action, declared.repeat, item, tuple(paths), declared.billable)
    return [call, wait_step(kind, operation, item)] if declared.until else [call]


def creation(kind: Kind, attributes: Mapping[str, Value]) -> list[Step]:
    """Create, then what the manifest wants on top: appended items in order, then one-way switches."""
    outside = kind.steps_outside_create()
    steps = call_steps(kind, "create", [key for key in attributes if key not in outside])
    for rule in kind.outside_rules():
        value = attributes.get(rule.path)
        if rule.type is RuleType.APPEND_ONLY and isinstance(value, list):
            for index in range(len(value)):
                steps += append_steps(kind, rule, index)
        elif rule.type is RuleType.ONE_WAY and value:
            steps += call_steps(kind, rule.by, [rule.path])
    return steps


def append_steps(kind: Kind, rule: Rule, index: int) -> list[Step]:
    """The call and the wait of one appended item."""
    return call_steps(kind, rule.by, [f"{rule.path}[{index}]"], index)


def updates(kind: Kind, votes: Sequence[AttributeChange], live: LiveObject | None) -> list[Step]:
    """The calls that carry intended changes out in place, in the order in which the kind names them."""
    steps: list[Step] = []
    if live is not None and live.phase is Phase.GOING:
        steps.append(wait_step(kind))
    for vote in votes:
        if vote.verdict is Verdict.APPEND:
            steps += _appended(kind, vote)
    acting = [vote for vote in votes if vote.verdict in (Verdict.UPDATE, Verdict.ADVANCE, Verdict.REVERT)]
    for name, operation in kind.operations.items():
        mine = [vote.path for vote in acting if vote.operation == name]
        if mine and operation.sends == "keyed":
            for path in mine:
                steps += call_steps(kind, name, [path], path)
        elif mine:
            steps += call_steps(kind, name, mine)
    return steps


def _appended(kind: Kind, vote: AttributeChange) -> list[Step]:
    rule = kind.rules_by_path[vote.path]
    done = len(vote.prior) if isinstance(vote.prior, list) else 0
    wanted = len(vote.desired) if isinstance(vote.desired, list) else 0
    return [step for index in range(done, wanted) for step in append_steps(kind, rule, index)]


def stopping(kind: Kind, live: LiveObject | None) -> list[Step]:
    """The stop of something that is still going, where the kind has one."""
    if live is None or live.phase is not Phase.GOING or "stop" not in kind.operations:
        return []
    # The second wait stands in every digest that was ever approved; it ends at once after the first.
    return [*call_steps(kind, "stop"), wait_step(kind, "stop")]


def end_steps(
    kind: Kind, attributes: Mapping[str, JSON], outputs: Mapping[str, JSON], live: LiveObject | None
) -> list[Step]:
    """The calls that end an object: stop, then delete; or deactivate, then release what was bought."""
    if kind.end == "forget":
        return [FORGET]
    steps = stopping(kind, live)
    if kind.end == "delete":
        return [*steps, *call_steps(kind, "delete")]
    if live is None or live.phase is not Phase.STOPPED:
        steps += call_steps(kind, "deactivate")
    release = kind.operations.get("release")
    if release is not None and _applies(release.when, attributes):
        steps += call_steps(kind, "release") if names_all(release, outputs) else []
        for also in more_ids(release, outputs):
            steps += call_steps(kind, "release", item=also)
    return steps or [FORGET]


def _applies(when: tuple[str, JSON] | None, attributes: Mapping[str, JSON]) -> bool:
    if when is None:
        return True
    path, wanted = when
    return same(get(dict(attributes), path), wanted)
