"""Why a change is planned: the edited place in a file, the variable, or the change that it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qfops.core.address import Address
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange, Cause
from qfops.core.resource import Resource
from qfops.core.values import ABSENT, Slot
from qfops.planning.context import Outlook
from qfops.planning.diff.differences import short

_INTENDED = (Verdict.UPDATE, Verdict.ADVANCE, Verdict.APPEND, Verdict.REPLACE, Verdict.BLOCKED)
_YAML = (".yaml", ".yml")


def of_new(resource: Resource) -> tuple[Cause, ...]:
    """The cause of a creation: the manifest itself."""
    place = resource.location
    return (Cause(resource.address, "", "file", place.file, place.line, "new"),)


def of_metadata(resource: Resource) -> Cause:
    """The cause of a change that concerns only what is ours: the manifest's labels and lifecycle."""
    place = resource.location
    return Cause(resource.address, "metadata", "file", place.file, place.line, "labels or lifecycle")


def of_removal(address: Address) -> tuple[Cause, ...]:
    """The cause of an end: the manifest is gone, so there is no place to point at."""
    return (Cause(address, "", "file", "", 0, "removed"),)


def of_votes(
    resource: Resource, votes: Iterable[AttributeChange], outlooks: Mapping[Address, Outlook]
) -> tuple[Cause, ...]:
    """The causes of intended changes: the edit itself, or those of the resource a value comes from."""
    found: list[Cause] = []
    for vote in votes:
        if vote.verdict in _INTENDED:
            inherited = list(_inherited(resource, vote.path, outlooks))
            found += inherited or [_edit(resource, vote)]
    return tuple(dict.fromkeys(found))


def _inherited(resource: Resource, path: str, outlooks: Mapping[Address, Outlook]) -> Iterable[Cause]:
    for edge in resource.references:
        if edge.path == path or edge.path.startswith((f"{path}.", f"{path}[")):
            outlook = outlooks.get(edge.reference.target)
            if outlook is not None and outlook.change is not None:
                yield from outlook.change.causes


def _edit(resource: Resource, vote: AttributeChange) -> Cause:
    origin = resource.origin(vote.path)
    line = origin.location.line
    if not origin.location.file.endswith(_YAML):
        line += _first_difference(vote.prior, vote.desired)
    return Cause(
        resource.address, vote.path, origin.source, origin.location.file, line, _summary(vote, origin.name)
    )


def _summary(vote: AttributeChange, variable: str) -> str:
    name = vote.path.rpartition(".")[2] or vote.path
    via = f" (variable {variable})" if variable else ""
    if isinstance(vote.desired, str) and "\n" in vote.desired:
        return f"{name}{via}"
    before = "" if vote.prior is ABSENT else f"{short(vote.prior)} → "
    after = "removed" if vote.desired is ABSENT else short(vote.desired)
    return f"{name} {before}{after}{via}"


def _first_difference(before: Slot, after: Slot) -> int:
    if not (isinstance(before, str) and isinstance(after, str)):
        return 0
    old, new = before.split("\n"), after.split("\n")
    return next(
        (index for index, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
