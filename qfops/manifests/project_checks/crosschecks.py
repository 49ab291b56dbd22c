"""What can only be wrong between resources: dangling references, cycles, two resources for one object.

Each check yields everything it finds and looks at every resource once. The rules that kinds declare run
last, and only over resources that are right in themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.graph import find_cycle
from qfops.core.paths import get
from qfops.core.resource import Resource
from qfops.core.values import ABSENT, JSON, Marker, Reference, Slot
from qfops.kinds.base import Identity
from qfops.kinds.registry import Registry
from qfops.manifests import codes
from qfops.manifests.problem import Problem, below
from qfops.manifests.project_checks.project_resources import ProjectResources, edges_of, error_at, origins_of

_CYCLES = 20


def check_resources(project: ProjectResources, registry: Registry) -> Iterator[Diagnostic]:
    """Run every check over the resources of one environment."""
    if project.complete:
        yield from _dangling(project)
    yield from _cycles(project)
    yield from _identities(project, registry)
    yield from _rules(project, registry)


def _dangling(project: ProjectResources) -> Iterator[Diagnostic]:
    for resource in project.resources.values():
        for path, target in edges_of(resource):
            if target not in project.resources:
                yield error_at(resource, undeclared(target, path, project))


def undeclared(target: Address, path: str, project: ProjectResources, remedy: str = "") -> Problem:
    """The problem of an address that no manifest declares."""
    remedy = project.nearest(target) or remedy or "Add it, or correct it."
    return Problem(codes.DANGLING, f"no manifest declares {target}", path, remedy=remedy)


def _cycles(project: ProjectResources) -> Iterator[Diagnostic]:
    edges = {
        address: {target for _, target in edges_of(resource) if target in project.resources}
        for address, resource in project.resources.items()
    }
    for _ in range(_CYCLES):
        cycle = find_cycle(edges)
        if not cycle:
            return
        yield _cycle(cycle, project)
        for address, following in pairwise(cycle):
            edges[address].discard(following)


def _cycle(cycle: list[Address], project: ProjectResources) -> Diagnostic:
    """One error for a whole cycle, at the edge that leaves its first address."""
    steps = []
    for address, following in pairwise(cycle):
        resource = project.resources[address]
        path = next(path for path, target in edges_of(resource) if target == following)
        steps.append((resource, path, following))
    detail = "; ".join(
        f"{resource.address} {path} names {following} at {origins_of(resource).nearest(path).location}"
        for resource, path, following in steps
    )
    first, path, _ = steps[0]
    summary = f"these wait for each other: {' → '.join(map(str, cycle))}"
    remedy = "Remove one of these references."
    return error_at(first, Problem(codes.CYCLE, summary, path, detail=f"{detail}.", remedy=remedy))


def _identities(project: ProjectResources, registry: Registry) -> Iterator[Diagnostic]:
    seen: dict[tuple[object, ...], Resource] = {}
    for resource in project.resources.values():
        kind = registry.kinds.get(resource.address.kind_key)
        for identity in kind.identities if kind is not None else ():
            key = _identity(resource, identity)
            if key is None:
                continue
            first = seen.setdefault(key, resource)
            if first is not resource:
                yield error_at(resource, _same_identity(resource, first, identity))


def _same_identity(resource: Resource, first: Resource, identity: Identity) -> Problem:
    names = [path for path in identity.attributes if get(resource.attributes, path) is not ABSENT]
    path = f"spec.{names[-1]}"
    return Problem(
        codes.SAME_IDENTITY,
        f"{resource.address} and {first.address} name the same object: equal {' and '.join(names)}",
        path,
        detail=f"{first.address} stands at {origins_of(first).nearest(path).location}; {identity.why}.",
        remedy=f"Give one of them another {names[-1]}, or remove it.",
    )


def _identity(resource: Resource, identity: Identity) -> tuple[object, ...] | None:
    """What names the object, or None while a part of it is not known."""
    values: list[object] = []
    for path in identity.attributes:
        value = get(resource.attributes, path)
        part = "" if value is ABSENT and path in identity.optional else _comparable(value)
        if part is None:
            return None
        values.append(part)
    return (resource.address.kind_key, identity.attributes, *values)


def _comparable(value: Slot) -> tuple[str, JSON | Reference] | None:
    """A scalar or reference as a key that keeps true and 1 apart; None for what is not known or no scalar."""
    if isinstance(value, Marker) or not isinstance(value, (str, int, float, Reference)):
        return None
    return ("bool" if isinstance(value, bool) else "", value)


def _rules(project: ProjectResources, registry: Registry) -> Iterator[Diagnostic]:
    for address in project.in_order:
        resource = project.resources[address]
        for check in registry.get(address).checks:
            for finding in check(resource, project):
                path = below("spec", finding.path)
                problem = Problem(codes.RULE, finding.summary, path, remedy=finding.remedy)
                yield replace(error_at(resource, problem), severity=finding.severity)
