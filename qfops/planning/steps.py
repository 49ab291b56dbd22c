"""The steps of a change: which calls, which waits, in which order. The executor walks exactly these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qfops.core.observation import LiveObject, Phase
from qfops.core.paths import get
from qfops.core.plan import AttributeChange, Step, Verdict
from qfops.core.values import JSON, Value, same
from qfops.kinds.base import Kind
from qfops.kinds.operations import Operation
from qfops.kinds.rules import Rule, RuleType

LINK = Step("link")
RECORD = Step("record")
FORGET = Step("forget")
RETIRE = Step("retire")
MOVE = Step("move")


def wait_after(kind: Kind, step_id: str, operation: str) -> Step | None:
    """The wait that follows an operation, if the kind says there is something to wait for."""
    if not kind.operations[operation].until:
        return None
    return wait_step(kind, "ready" if step_id == "create" else f"{step_id}.ready")


def wait_step(kind: Kind, step_id: str = "ready") -> Step:
    """A wait: reads until the object is no longer going."""
    return Step(step_id, kind.read.action if kind.read else kind.listing.action, repeat="read")


def call_step(kind: Kind, step_id: str, operation: str, paths: Iterable[str] = ()) -> list[Step]:
    """One call and the wait after it."""
    declared = kind.operations[operation]
    step = Step(step_id, declared.action, tuple(paths), str(declared.repeat), declared.billable)
    wait = wait_after(kind, step_id, operation)
    return [step, wait] if wait else [step]


def operation_of(step: Step) -> str:
    """The name of the kind's operation behind a step id: `import[0]` is `import`, `scale[unit-1]` `scale`."""
    return step.id.partition("[")[0]


def creation(kind: Kind, attributes: Mapping[str, Value]) -> list[Step]:
    """Create, then what the manifest wants on top: appended items in order, then one-way switches."""
    outside = kind.steps_outside_create()
    steps = call_step(kind, "create", "create", [key for key in attributes if key not in outside])
    for rule in outside_rules(kind):
        value = attributes.get(rule.path)
        if rule.type is RuleType.APPEND_ONLY and isinstance(value, list):
            for index in range(len(value)):
                steps += append_steps(kind, rule, index)
        elif rule.type is RuleType.ONE_WAY and value:
            steps += call_step(kind, rule.by, rule.by, [rule.path])
    return steps


def outside_rules(kind: Kind) -> list[Rule]:
    """The rules of attributes that are not part of the create call: appends first, then switches."""
    outside = kind.steps_outside_create()
    rules = [rule for rule in kind.rules if rule.path in outside]
    return sorted(rules, key=lambda rule: rule.type is not RuleType.APPEND_ONLY)


def append_steps(kind: Kind, rule: Rule, index: int) -> list[Step]:
    """The call and the wait of one appended item."""
    return call_step(kind, f"{rule.by}[{index}]", rule.by, [f"{rule.path}[{index}]"])


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
                steps += call_step(kind, f"{name}[{path}]", name, [path])
        elif mine:
            steps += call_step(kind, name, name, mine)
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
    return [*call_step(kind, "stop", "stop"), wait_step(kind, "stop.ready")]


def ending(
    kind: Kind, attributes: Mapping[str, JSON], outputs: Mapping[str, JSON], live: LiveObject | None
) -> list[Step]:
    """The calls that end an object: stop, then delete; or deactivate, then release what was bought."""
    if kind.end == "forget":
        return [FORGET]
    steps = stopping(kind, live)
    if kind.end == "delete":
        return [*steps, *call_step(kind, "delete", "delete")]
    if live is None or live.phase is not Phase.STOPPED:
        steps += call_step(kind, "deactivate", "deactivate")
    release = kind.operations.get("release")
    if release is not None and _applies(release.when, attributes) and named(release, outputs):
        steps += call_step(kind, "release", "release")
    return steps or [FORGET]


def release_unnamed(kind: Kind, attributes: Mapping[str, JSON], outputs: Mapping[str, JSON]) -> bool:
    """Whether something would be released if it were known by its id."""
    release = kind.operations.get("release")
    return release is not None and _applies(release.when, attributes) and not named(release, outputs)


def named(operation: Operation, outputs: Mapping[str, JSON]) -> bool:
    """Whether everything is known that the call must name (compute that we did not buy has no id here)."""
    return all(outputs.get(output) for output in operation.keys.values())


def _applies(when: tuple[str, JSON] | None, attributes: Mapping[str, JSON]) -> bool:
    if when is None:
        return True
    path, wanted = when
    return same(get(dict(attributes), path), wanted)
