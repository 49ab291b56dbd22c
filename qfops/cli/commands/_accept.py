"""`drift --accept`: an edit that exists is written with its value into `lifecycle.ignore` of its manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qfops.cli.commands._drift import look
from qfops.cli.commands._manifest_change import ManifestChange
from qfops.cli.invocation import Invocation
from qfops.cli.project import Project, open_project
from qfops.cli.ui import terminal
from qfops.core.address import Address
from qfops.core.diagnostics import nearest
from qfops.core.errors import QfopsError, UsageError
from qfops.core.paths import parse
from qfops.core.plan.drift import Concern, DriftItem, DriftReport
from qfops.core.resource import Ignore, Resource
from qfops.core.state.entry import CURRENT
from qfops.core.values import Marker
from qfops.manifests.manifest_edit import lines_to_add
from qfops.manifests.positions import nearest_origin
from qfops.manifests.yaml.splice import CannotEdit
from qfops.render.values import show


def accept_drift(invocation: Invocation, address: Address, asked: Ignore) -> int:
    """Accept an edit; 0 when it is written (or was before), 1 when the lines to write by hand were printed.

    UsageError for what is no edit.
    """
    project = open_project(invocation)
    resource = _declared(project, address)
    found = _edit(project, look(project), resource, asked.path)
    if found.ignore is not None and not _says_less(found.ignore, found):
        until = f"until {found.ignore.until} (UTC)" if found.ignore.until else "for good"
        terminal.note(f"{address} {found.path} is ignored already, {until}; nothing was written.")
        return 0
    item = replace(asked, path=found.path, value=None if isinstance(found.live, Marker) else found.live)
    if found.ignore == item:
        terminal.note(f"{address} {found.path} is accepted already; nothing was written.")
        return 0
    return _write(invocation, project, resource, item, found)


def _declared(project: Project, address: Address) -> Resource:
    """The resource of an address; UsageError where no manifest declares it."""
    resource = project.resources.get(address)
    if resource is not None:
        return resource
    if address not in project.store().read().entries:
        raise project.unknown(address)
    raise UsageError(
        f"{address}: no manifest declares it any more, so there is none to write to",
        remedy=f"See what becomes of it: {project.prefix} plan",
    )


def _edit(project: Project, report: DriftReport, resource: Resource, path: str) -> DriftItem:
    """The edit at a path; UsageError where there is none, with those that there are."""
    items = [item for item in report.differences if item.owner == resource.address]
    found = next((item for item in items if item.path and _one_place(item.path, path)), None)
    if found is not None and found.concern is not Concern.UNEDITABLE:
        return found
    untold = next((item for item in report.untold if item.address == resource.address), None)
    if untold is not None and untold.object == CURRENT:
        raise QfopsError(f"{resource.address}: it could not be told what the console holds: {untold.reason}")
    raise UsageError(f"{resource.address} {path}: {_why_not(project, resource, path, found, items)}")


def _one_place(left: str, right: str) -> bool:
    try:
        return parse(left) == parse(right)
    except ValueError:
        return False


def _why_not(
    project: Project, resource: Resource, path: str, found: DriftItem | None, items: Sequence[DriftItem]
) -> str:
    """Why there is nothing to accept."""
    if found is not None and found.attribute is not None:
        return (
            f"nothing follows from this difference, so there is nothing to accept: {found.attribute.reason}"
        )
    whole = next((item for item in items if item.attribute is None), None)
    if whole is not None:
        return f"{whole.id} is {whole.reason}, which cannot be accepted; see {project.prefix} plan"
    edited = [item.path for item in items if item.concern is not Concern.UNEDITABLE]
    there = f"Edited are {', '.join(edited)}." if edited else "Nothing of it was edited in the console."
    kind = project.registry.get(resource.address)
    try:
        known = kind.rule_at(path) is not None
    except ValueError:
        known = False
    if not known:
        near = nearest(path, [*edited, *kind.rules_by_path])
        return " ".join(part for part in (f"{kind.name} has no such attribute.", near, there) if part)
    return f"the console holds what was applied, so there is nothing to accept. {there}"


def _says_less(ignore: Ignore, found: DriftItem) -> bool:
    """Whether an item that silences the edit may be written anew: it is about this path and value only."""
    return _one_place(ignore.path, found.path) and not ignore.any_value


def _write(
    invocation: Invocation, project: Project, resource: Resource, item: Ignore, found: DriftItem
) -> int:
    old = resource.lifecycle.ignore
    again = next((place for place, known in enumerate(old) if _one_place(known.path, item.path)), None)
    ignores = (item, *old) if again is None else (*old[:again], item, *old[again + 1 :])
    try:
        environment = project.settings.environment
        change = ManifestChange(invocation, environment, project.resources, resource, ignores, again)
        shown, others = change.write()
    except CannotEdit as problem:
        place = f"{resource.location.file}:{resource.location.line}"
        whole = _stands_elsewhere(resource)
        how = " in place of the item for this path" if again is not None and not whole else ""
        terminal.note(f"{place} was left as it is: {problem}. Write by hand{how}:")
        terminal.out(lines_to_add(ignores if whole else [item]))
        return 1
    terminal.out(shown)
    held = "that there is none" if isinstance(found.live, Marker) else show(found.live)
    terminal.note(f"{resource.address} {item.path} {held} is accepted until the end of {item.until} (UTC).")
    if others:
        terminal.note(f"The manifest serves {', '.join(others)} too: the same is accepted there.")
    if found.overruled:
        terminal.note(
            "The manifest was edited there too: an apply would still put its value over the console's."
        )
    return 0


def _stands_elsewhere(resource: Resource) -> bool:
    """Whether the list of the resource is not written in its manifest: one that is takes its place whole."""
    origin = nearest_origin(resource.origins, "metadata.lifecycle.ignore")
    here = origin is not None and origin.location.file == resource.location.file
    return bool(resource.lifecycle.ignore) and not here
