"""`adopt`, `moved` and `forget` of `qfops.yaml` against the addresses that the manifests declare."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.address import Address
from qfops.core.observation import KindKey
from qfops.core.settings import Settings
from qfops.core.values import child
from qfops.manifests import codes
from qfops.manifests.positions import Reporter
from qfops.manifests.project_checks.crosschecks import report_undeclared
from qfops.manifests.project_checks.project_resources import ProjectResources
from qfops.manifests.resources.references import report_unknown_kind
from qfops.manifests.schema.kindviews import KindViews


def check_address_maps(
    settings: Settings, whole: ProjectResources, views: KindViews, reporter: Reporter
) -> None:
    """Report what is wrong with the three maps."""
    _adopt(settings.adopt, whole, views, reporter)
    _moved(settings.moved, whole, views, reporter)
    for index, address in enumerate(settings.forget):
        path = f"forget[{index}]"
        if _known(address, path, views, reporter) and address in whole.resources:
            reporter.error(
                codes.STILL_DECLARED,
                f"{address} is to be forgotten, and a manifest still declares it",
                path,
                detail=f"It stands at {whole.resources[address].location}.",
                remedy="Remove the manifest, or this line.",
            )


def _adopt(
    adopt: Mapping[Address, str], whole: ProjectResources, views: KindViews, reporter: Reporter
) -> None:
    owners: dict[tuple[KindKey, str], Address] = {}
    for address, object_id in adopt.items():
        path = child("adopt", str(address))
        if not _known(address, path, views, reporter):
            continue
        if address not in whole.resources and whole.complete:
            report_undeclared(address, path, whole, reporter, "Write its manifest, or remove this line.")
        owner = owners.setdefault((address.kind_key, object_id), address)
        if owner is not address:
            reporter.error(
                codes.SAME_ID,
                f"{object_id} would be both {owner} and {address}: one object belongs to one address",
                path,
                remedy="Remove one of the two lines.",
            )


def _moved(
    moved: Mapping[Address, Address | None], whole: ProjectResources, views: KindViews, reporter: Reporter
) -> None:
    origins: dict[Address, Address] = {}
    for old, new in moved.items():
        path = child("moved", str(old))
        if not _known(old, path, views, reporter) or new is None or not _known(new, path, views, reporter):
            continue
        if old.kind_key != new.kind_key or old == new:
            summary = f"{old} cannot become {new}: only the name can change"
            reporter.error(codes.WRONG_KIND, summary, path, remedy="Correct or remove this line.")
        elif new not in whole.resources and whole.complete:
            report_undeclared(new, path, whole, reporter, "Correct or remove this line.")
        first = origins.setdefault(new, old)
        if first is not old:
            summary = f"both {first} and {old} move to {new}"
            reporter.error(codes.SAME_TARGET, summary, path, remedy="Remove one of the two lines.")


def _known(address: Address, path: str, views: KindViews, reporter: Reporter) -> bool:
    if views.find(address.kind_key) is not None:
        return True
    report_unknown_kind(address, path, views, reporter)
    return False
