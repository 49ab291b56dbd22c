"""The values that an adopted object refers to: as state has them, or else as the console shows them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from qfops.core.address import Address
from qfops.core.observation import LiveObject
from qfops.core.paths import pattern, put, top
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan_options import Scope
from qfops.core.resolve import resolve
from qfops.core.resource import Edge
from qfops.core.values import JSON, Value, has_unknown
from qfops.kinds.base import Ref
from qfops.kinds.rules import RuleType
from qfops.planning.actions.case import Case
from qfops.planning.actions.runs import container_of
from qfops.planning.context import PlannedValues
from qfops.planning.diff.resource_diff import diff
from qfops.planning.order.resting import Name, referred_by


@dataclass(frozen=True, slots=True)
class Taken:
    """The case of an adoption with every reference resolved to what exists now.

    `values` are those that only the console knows, by path, with the address that the manifest names there.
    """

    case: Case
    values: Mapping[str, tuple[Address, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Untaken:
    """Why a reference cannot be resolved, and the address that it names."""

    target: Address
    reason: str


def taken_over(case: Case, live: LiveObject) -> Taken | Untaken:
    """The case with the values of its references as they are: nothing is resolved to what is still made."""
    known = {edge: value for edge in case.resource.references if (value := _now(case, edge)) is not None}
    shown: dict[Edge, str] = {}
    for edge in case.resource.references:
        if edge not in known:
            found = _shown(case, edge, live, known)
            if isinstance(found, Untaken):
                return found
            shown[edge] = found
    resolved = _resolved(case, {**known, **shown})
    place = case.kind.container.path if case.kind.container_inputs and case.kind.container else ""
    for edge, value in shown.items():
        if edge.path == place and not resolved.container:
            return Untaken(edge.reference.target, f"the console does not show {value}, where it lives")
    return Taken(resolved, {edge.path: (edge.reference.target, value) for edge, value in shown.items()})


def _now(case: Case, edge: Edge) -> str | None:
    """The output that a reference names, of the object that its target has now; None: it has none."""
    outlook = case.outlooks.get(edge.reference.target)
    if outlook is None or outlook.change is None:
        return None
    outputs, entry = outlook.applied.outputs, outlook.change.entry
    if outputs is None and entry is not None and entry.id is not None:
        there = case.given.observed.find(edge.reference.target.kind_key, entry.id) is not None
        outputs = entry.outputs if there else None
    found = outputs.get(edge.reference.output or "") if outputs is not None else None
    return found if isinstance(found, str) else None


def _shown(case: Case, edge: Edge, live: LiveObject, known: Mapping[Edge, str]) -> str | Untaken:
    """What the console shows at the path of a reference; nothing is paired by guess."""
    target, rule = edge.reference.target, case.kind.ref_at(edge.path)
    alike = [other for other in case.resource.references if pattern(other.path) == pattern(edge.path)]
    taken = [known[other] for other in alike if other in known]
    left = [name.value for name in _once(rule, live) if name.value not in taken] if rule else []
    if len(left) != 1 or len(taken) + 1 != len(alike):
        return Untaken(target, f"the console does not say which object stands at {edge.path} for {target}")
    other = _another(case, target, left[0]) if _decides(case, edge) else ""
    said = f"{edge.path} is {left[0]}, {other}" if other else ""
    return Untaken(target, said) if said else left[0]


def _decides(case: Case, edge: Edge) -> bool:
    """Whether another object at that path makes the adopted one another too, and not only a difference."""
    rule = case.kind.rule_at(edge.path)
    return case.kind.run or rule is None or rule.type is RuleType.IMMUTABLE


def _once(rule: Ref, live: LiveObject) -> Iterable[Name]:
    """Each name at a reference path once, whatever kinds could have it."""
    return {name.value: name for name in referred_by(rule, live.attributes)}.values()


def _another(case: Case, target: Address, value: str) -> str:
    """Why the object that `value` names is not the one that the manifest at `target` declares; "": it may be.

    It is another one where this state has it under another address, or where it plainly differs.
    """
    for address, entry in case.given.state.entries.items():
        named = {entry.id, *entry.outputs.values()}
        named.update(name for item in entry.retired for name in (item.id, *item.outputs.values()))
        if address.kind_key == target.kind_key and address != target and value in _texts(named):
            return f"which is {address}, and not {target}"
    outlook, kind = case.outlooks.get(target), case.given.registry.get(target)
    for live in case.given.observed.inventory.get(target.kind_key, {}).values():
        if outlook is not None and value in _texts((live.id, *live.outputs.values())):
            votes = diff(kind, outlook.wished.attributes, None, live, adopting=True)
            paths = [v.path for v in votes if v.verdict is Verdict.BLOCKED and not has_unknown(v.desired)]
            return f"which differs from {target} in {', '.join(paths)}" if paths else ""
    return ""


def _texts(values: Iterable[JSON]) -> set[str]:
    return {value for value in values if isinstance(value, str)}


def _resolved(case: Case, values: Mapping[Edge, str]) -> Case:
    """The case with the values in place of its references, so that nothing is waited for.

    What lives in an object that state has, or that this plan adopts, still refers to that: what a run is made
    from is read there.
    """
    resource = case.resource
    attributes: dict[str, Value] = copy.deepcopy(resource.attributes)
    stays = tuple(edge for edge in resource.references if edge in values and _lives_in(case, edge))
    for edge, value in values.items():
        if edge not in stays:
            put(attributes, edge.path, value)
    lookup = PlannedValues(case.outlooks, case.given.observed)
    desired = dict(attributes)
    for key in {top(edge.path) for edge in stays}:
        desired[key] = resolve(attributes[key], lookup)
    return case._replace(
        resource=replace(resource, attributes=attributes, references=stays, depends_on=()),
        desired=desired,
        container=container_of(case.kind, attributes, lookup),
    )


def _lives_in(case: Case, edge: Edge) -> bool:
    place, outlook = case.kind.container, case.outlooks.get(edge.reference.target)
    if place is None or place.path != edge.path or outlook is None or outlook.change is None:
        return False
    if outlook.applied.outputs is None:
        return False
    if outlook.action is Action.ADOPT and case.given.options.scope is Scope.ADOPT:
        return False
    entry = outlook.change.entry
    return outlook.action is Action.ADOPT or (entry is not None and entry.id is not None)
