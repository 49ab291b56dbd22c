"""`adopt`, `moved` and `forget` of `qfops.yaml` against the addresses that the manifests declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from qfops.core.address import Address, KindKey
from qfops.core.settings import Settings
from qfops.core.values import child
from qfops.manifests import codes
from qfops.manifests.problem import Problem
from qfops.manifests.project_checks.crosschecks import undeclared
from qfops.manifests.project_checks.project_resources import ProjectResources
from qfops.manifests.resources.references import unknown_kind
from qfops.manifests.schema.kindviews import KindViews


def check_address_maps(settings: Settings, project: ProjectResources, views: KindViews) -> Iterator[Problem]:
    """What is wrong with the three maps."""
    yield from _adopt(settings.adopt, project, views)
    yield from _moved(settings.moved, project, views)
    for index, address in enumerate(settings.forget):
        path = f"forget[{index}]"
        if unknown := _unknown_kind(address, path, views):
            yield unknown
        elif address in project.resources:
            yield Problem(
                codes.STILL_DECLARED,
                f"{address} is to be forgotten, and a manifest still declares it",
                path,
                detail=f"It stands at {project.resources[address].location}.",
                remedy="Remove the manifest, or this line.",
            )


def _adopt(
    adopt: Mapping[Address, str | None], project: ProjectResources, views: KindViews
) -> Iterator[Problem]:
    owners: dict[tuple[KindKey, str], Address] = {}
    for address, object_id in adopt.items():
        path = child("adopt", str(address))
        if unknown := _unknown_kind(address, path, views):
            yield unknown
            continue
        if address not in project.resources and project.complete:
            yield undeclared(address, path, project, "Write its manifest, or remove this line.")
        if object_id is None:
            continue
        owner = owners.setdefault((address.kind_key, object_id), address)
        if owner is not address:
            summary = f"{object_id} would be both {owner} and {address}: one object belongs to one address"
            yield Problem(codes.SAME_ID, summary, path, remedy="Remove one of the two lines.")


def _moved(
    moved: Mapping[Address, Address | None], project: ProjectResources, views: KindViews
) -> Iterator[Problem]:
    origins: dict[Address, Address] = {}
    for old, new in moved.items():
        path = child("moved", str(old))
        unknown = _unknown_kind(old, path, views) or (new and _unknown_kind(new, path, views))
        if unknown:
            yield unknown
        if unknown or new is None:
            continue
        if old.kind_key != new.kind_key or old == new:
            summary = f"{old} cannot become {new}: only the name can change"
            yield Problem(codes.WRONG_KIND, summary, path, remedy="Correct or remove this line.")
        elif project.complete and not _leads_to_one_declared(old, moved, project):
            found = undeclared(new, path, project, "Correct or remove this line.")
            yield replace(found, severity="warning")
        first = origins.setdefault(new, old)
        if first is not old:
            summary = f"both {first} and {old} move to {new}"
            yield Problem(codes.SAME_TARGET, summary, path, remedy="Remove one of the two lines.")


def _leads_to_one_declared(
    old: Address, moved: Mapping[Address, Address | None], project: ProjectResources
) -> bool:
    """Whether a line, or a later one that goes on from its NEW, ends at an address of a manifest."""
    seen: set[Address] = set()
    here: Address | None = old
    while here is not None and here not in seen:
        seen.add(here)
        here = moved.get(here)
        if here in project.resources:
            return True
    return False


def _unknown_kind(address: Address, path: str, views: KindViews) -> Problem | None:
    return unknown_kind(address, path, views) if views.find(address.kind_key) is None else None
