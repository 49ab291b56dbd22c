"""A project as a whole, as far as it can be judged offline: what refers to what, and what is declared.

Implements what `Kind.checks` may look at (kinds.base.ProjectView).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from functools import cached_property

from qfops.core.address import Address, by_address
from qfops.core.diagnostics import Diagnostic
from qfops.core.resource import Resource
from qfops.core.values import Reference, Slot
from qfops.manifests import codes
from qfops.manifests.positions import Origins
from qfops.manifests.problem import Problem
from qfops.manifests.reporter import located
from qfops.manifests.resources.assembly import Declared

_HINTS = 20


class ProjectResources:
    """The resources of one environment.

    `resources` are all whose name could be read, `valid` those with nothing wrong so far. `complete` is False
    where a document could not be read, so that what it declares is not known. `ids` are the ids that the
    settings adopt.
    """

    def __init__(
        self,
        resources: Mapping[Address, Resource],
        valid: AbstractSet[Address],
        ids: Mapping[str, Address],
        *,
        complete: bool,
    ) -> None:
        self.resources, self.valid, self.complete = resources, valid, complete
        self._ids = ids
        self._hints = _HINTS

    def follow(self, value: Slot) -> Resource | None:
        """The valid resource that a reference, or a literal id that is adopted, points to."""
        target = value.target if isinstance(value, Reference) else None
        if isinstance(value, str):
            target = self._ids.get(value)
        return self.resources.get(target) if target is not None and target in self.valid else None

    def users_of(self, address: Address) -> Iterable[Resource]:
        """The valid resources that refer to the one at `address`, by address."""
        return self._users.get(address, ())

    @cached_property
    def in_order(self) -> Sequence[Address]:
        """The valid addresses, sorted."""
        return sorted(self.valid, key=by_address)

    @cached_property
    def _users(self) -> Mapping[Address, list[Resource]]:
        users: dict[Address, list[Resource]] = {}
        for address in self.in_order:
            resource = self.resources[address]
            for target in dict.fromkeys(edge.reference.target for edge in resource.references):
                users.setdefault(target, []).append(resource)
        return users

    def nearest(self, address: Address) -> str:
        """The remedy for an address that is not declared: the nearest of its kind, or a namesake.

        Each looks at every address, so only the first ones get an answer: a large project stays linear.
        """
        self._hints -= 1
        if self._hints < 0:
            return ""
        same = {other.name: other for other in self.resources if other.kind_key == address.kind_key}
        close = get_close_matches(address.name, same, n=1)
        meant = same[close[0]] if close else self._namesake(address)
        return f'Did you mean "{meant}"?' if meant else ""

    def _namesake(self, address: Address) -> Address | None:
        return next((other for other in self.resources if other.name == address.name), None)


def gathered(
    declared: Iterable[Declared], adopt: Mapping[Address, str | None], *, complete: bool
) -> tuple[ProjectResources, list[Diagnostic]]:
    """The resources that the manifests declare, and an error for each that is declared before.

    `adopt` are the ids of the settings; `complete` says whether all manifests could be read as YAML.
    """
    resources: dict[Address, Resource] = {}
    valid: set[Address] = set()
    doubles: list[Diagnostic] = []
    for item in declared:
        complete &= item.complete
        if item.resource is None:
            continue
        first = resources.setdefault(item.resource.address, item.resource)
        if first is not item.resource:
            doubles.append(error_at(item.resource, _double(first)))
        elif item.valid:
            valid.add(first.address)
    ids = {object_id: address for address, object_id in adopt.items() if object_id is not None}
    return ProjectResources(resources, valid, ids, complete=complete), doubles


def _double(first: Resource) -> Problem:
    return Problem(
        codes.DUPLICATE_ADDRESS,
        f"{first.address} is declared twice",
        "metadata.name",
        detail=f"It stands first at {first.location}.",
        remedy="Rename one of them, or remove it.",
    )


def error_at(resource: Resource, problem: Problem) -> Diagnostic:
    """A problem of a resource that this package made, at the place where the value comes from."""
    return located(problem, origins_of(resource), resource.address)


def origins_of(resource: Resource) -> Origins:
    """Where the values of a resource come from that this package made."""
    assert isinstance(resource.origins, Origins)
    return resource.origins


def edges_of(resource: Resource) -> Iterator[tuple[str, Address]]:
    """Everything that a resource waits for, with the path of the manifest that says so."""
    for edge in resource.references:
        yield f"spec.{edge.path}", edge.reference.target
    for index, target in enumerate(resource.depends_on):
        yield f"metadata.dependsOn[{index}]", target
