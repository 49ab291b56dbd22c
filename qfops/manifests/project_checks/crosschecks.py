"""What can only be wrong between resources: dangling references, cycles, two resources for one object.

Each check reports everything it finds and looks at every resource once. The rules that kinds declare run
last, and only over resources that are right in themselves.
"""

from __future__ import annotations

from itertools import pairwise

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.graph import find_cycle
from qfops.core.paths import get
from qfops.core.resource import Resource
from qfops.core.values import JSON, Marker, Reference, Slot
from qfops.kinds.base import Kind
from qfops.kinds.registry import Registry
from qfops.manifests import codes
from qfops.manifests.positions import Reporter
from qfops.manifests.problem import below
from qfops.manifests.project_checks.project_resources import ProjectResources, edges_of, reporter_of

_CYCLES = 20


def check_resources(whole: ProjectResources, registry: Registry, found: list[Diagnostic]) -> None:
    """Run every check over the resources of one environment."""
    if whole.complete:
        _dangling(whole, found)
    _cycles(whole, found)
    _identities(whole, registry, found)
    _rules(whole, registry, found)


def _dangling(whole: ProjectResources, found: list[Diagnostic]) -> None:
    for resource in whole.resources.values():
        for path, target in edges_of(resource):
            if target not in whole.resources:
                report_undeclared(target, path, whole, reporter_of(resource, found))


def report_undeclared(
    target: Address, path: str, whole: ProjectResources, reporter: Reporter, remedy: str = ""
) -> None:
    """Report an address that no manifest declares."""
    summary = f"no manifest declares {target}"
    reporter.error(
        codes.DANGLING, summary, path, remedy=whole.nearest(target) or remedy or "Add it, or correct it."
    )


def _cycles(whole: ProjectResources, found: list[Diagnostic]) -> None:
    edges = {
        address: {target for _, target in edges_of(resource) if target in whole.resources}
        for address, resource in whole.resources.items()
    }
    for _ in range(_CYCLES):
        cycle = find_cycle(edges)
        if not cycle:
            return
        _report_cycle(cycle, whole, found)
        for address, following in pairwise(cycle):
            edges[address].discard(following)


def _report_cycle(cycle: list[Address], whole: ProjectResources, found: list[Diagnostic]) -> None:
    """One error for a whole cycle, at the edge that leaves its first address."""
    steps = []
    for address, following in pairwise(cycle):
        resource = whole.resources[address]
        path = next(path for path, target in edges_of(resource) if target == following)
        steps.append((resource, path, following))
    detail = "; ".join(
        f"{resource.address} {path} names {following} at {reporter_of(resource, found).origin(path).location}"
        for resource, path, following in steps
    )
    first, path, _ = steps[0]
    reporter_of(first, found).error(
        codes.CYCLE,
        f"these wait for each other: {' → '.join(map(str, cycle))}",
        path,
        detail=f"{detail}.",
        remedy="Remove one of these references.",
    )


def _identities(whole: ProjectResources, registry: Registry, found: list[Diagnostic]) -> None:
    seen: dict[tuple[object, ...], Resource] = {}
    for resource in whole.resources.values():
        kind = registry.find(*resource.address.kind_key)
        key = _identity(resource, kind) if kind else None
        if kind is None or kind.identity is None or key is None:
            continue
        first = seen.setdefault(key, resource)
        if first is not resource:
            names = kind.identity.attributes
            path = f"spec.{names[0]}"
            reporter_of(resource, found).error(
                codes.SAME_IDENTITY,
                f"{resource.address} and {first.address} name the same object: equal {' and '.join(names)}",
                path,
                detail=f"{first.address} stands at {reporter_of(first, found).origin(path).location}; "
                f"{kind.identity.why}.",
                remedy=f"Give one of them another {names[0]}, or remove it.",
            )


def _identity(resource: Resource, kind: Kind) -> tuple[object, ...] | None:
    """What names the object, or None while a part of it is not known."""
    if kind.identity is None:
        return None
    values = [_comparable(get(resource.attributes, path)) for path in kind.identity.attributes]
    return None if None in values else (kind.key, *values)


def _comparable(value: Slot) -> tuple[str, JSON | Reference] | None:
    """A scalar or reference as a key that keeps true and 1 apart; None for what is not known or no scalar."""
    if isinstance(value, Marker) or not isinstance(value, (str, int, float, Reference)):
        return None
    return ("bool" if isinstance(value, bool) else "", value)


def _rules(whole: ProjectResources, registry: Registry, found: list[Diagnostic]) -> None:
    for address in sorted(whole.valid):
        kind = registry.get(address)
        if not kind.checks:
            continue
        resource = whole.resources[address]
        reporter = reporter_of(resource, found)
        for check in kind.checks:
            for finding in check(resource, whole):
                path = below("spec", finding.path)
                reporter.error(codes.RULE, finding.summary, path, remedy=finding.remedy)
