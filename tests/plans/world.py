"""One case of a planned project: its files read, what state and console hold built, and the plan made.

A case is a folder. `qfops.yaml` and `manifests/` are a project like any other. `state.yaml` says what was
applied:

    serial: 412
    entries:
      FineTuningTask/faq:                       # by address
        id: task-1                              # its first output; further ones stand under `outputs`
        attributes: {jobId: job-1, parameterScale: LoRA}
        status: {runStatus: Done}               # by field
        retired: [{id: task-0, why: replaced, due: delete, attributes: {...}}]
    unsettled: {Model/faq: what is not known of a call}
    approved: {changes: [{address: Model/faq, action: create, steps: [[create, CreateCustomModel]]}]}

What follows from that is not written down: the dependencies of an entry are those whose ids it holds, the key
of a run is that of its inputs, an approval holds the manifests as they are. `observed.yaml` says what
the console answers:

    calls: 12
    objects: {FineTuningTask: [{taskId: task-1, jobId: job-1, runStatus: Done}]}      # as on the wire
    missing: {Dataset: [dg-1]}
    unreadable: {Dataset: {dg-2: why}}
    unlisted: {Dataset: {"": why}}              # by scope; all other lists were read to their end

`asked.yaml`, where there is one, holds the options of the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.observation import LiveObject, Observed, Place, Unsearched
from qfops.core.paths import get
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Ignore, Lifecycle, Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.decoding import decode
from qfops.kinds.registry import load
from qfops.manifests import load_project
from qfops.planning.actions.runs import Inputs, inputs_of
from qfops.planning.context import PlanInput
from qfops.planning.order.resting import referred
from qfops.planning.planner import make_plan
from qfops.reconcile.approved import owed_changes
from tests.support.searches import Everywhere
from tests.support.status import kept_status

TODAY = date(2026, 10, 1)
NOW = 1_790_812_800.0
LINEAGE = "7f3c9a12-5b0e-4d4e-9a51-0c2d8f6e1b73"
YAML = dict[str, Any]


@dataclass(frozen=True)
class Planned:
    """The plan of a case, and the arguments that it was asked for with."""

    plan: Plan
    options: PlanOptions


def planned(folder: Path) -> Planned:
    """What the planner makes of a case."""
    loaded = load_project(folder, environment=None, variables={}, env_variables={}, registry=load())
    state_file, asked = _read(folder / "state.yaml"), _options(_read(folder / "asked.yaml"))
    state = _state(loaded.settings.project, loaded.settings.environment, state_file, loaded.resources)
    held = {address for address, entry in state.entries.items() if entry.id is not None}
    given = PlanInput(
        registry=load(),
        settings=loaded.settings,
        resources=loaded.resources,
        state=state,
        observed=_observed(_read(folder / "observed.yaml")),
        now=NOW,
        today=TODAY,
        options=asked,
        adopt={address: id_ for address, id_ in loaded.settings.adopt.items() if id_ and address not in held},
        vouched=frozenset(address for address, id_ in loaded.settings.adopt.items() if id_ is None),
        owed=owed_changes(state.approved, loaded.resources),
        unsettled=_by_address(state_file.get("unsettled")),
    )
    plan = make_plan(given)
    return Planned(replace(plan, diagnostics=(*plan.diagnostics, *loaded.diagnostics)), asked)


def _read(path: Path) -> YAML:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {} if path.exists() else {}


def _options(asked: YAML) -> PlanOptions:
    targets = tuple(Address.parse(name) for name in asked.pop("targets", ()))
    scope = Scope(asked.pop("scope", Scope.PROJECT))
    return PlanOptions(scope=scope, targets=targets, **asked)


def _by_address(given: Mapping[str, str] | None) -> dict[Address, str]:
    return {Address.parse(name): text for name, text in (given or {}).items()}


# --- state ----------------------------------------------------------------------------------------------


def _state(
    project: str, environment: str, given: YAML, resources: Mapping[Address, Resource]
) -> State:  # fmt: skip
    if not given:
        return State(project=project, environment=environment)
    written: Mapping[str, YAML] = given.get("entries", {})
    bare = {Address.parse(name): _entry(Address.parse(name), item) for name, item in written.items()}
    return State(
        project=project,
        environment=environment,
        lineage=LINEAGE,
        serial=given.get("serial", 1),
        entries={address: _derived(entry, bare) for address, entry in bare.items()},
        approved=_approved(given["approved"], resources) if "approved" in given else None,
    )


def _entry(address: Address, given: YAML) -> Entry:
    kind = load().get(address)
    return Entry(
        address=address,
        id=given.get("id"),
        attributes=given.get("attributes", {}),
        assumed=tuple(given.get("assumed", ())),
        outputs=_outputs(kind, given) if given.get("id") else {},
        labels=given.get("labels", {}),
        lifecycle=_lifecycle(given.get("lifecycle", {})),
        status=kept_status(kind, given.get("status", {})),
        seconds=given.get("seconds", 0.0),
        retired=tuple(_retired(kind, item) for item in given.get("retired", ())),
    )


def _retired(kind: Kind, given: YAML) -> Retired:
    status = kept_status(kind, given.get("status", {}))
    outputs = _outputs(kind, given)
    return Retired(
        given["id"], given["attributes"], outputs, status=status, why=given["why"], due=given.get("due")
    )


def _outputs(kind: Kind, given: YAML) -> dict[str, JSON]:
    return {kind.id[0]: given["id"], **given.get("outputs", {})}


def _lifecycle(given: YAML) -> Lifecycle:
    return Lifecycle(
        protect=given.get("protect", False),
        ignore=tuple(Ignore(**item) for item in given.get("ignore", ())),
        on_remove=given.get("onRemove", "delete"),
        on_replace=given.get("onReplace"),
    )


def _derived(entry: Entry, entries: Mapping[Address, Entry]) -> Entry:
    """The entry with what follows from the ids that it holds: what it rests on, what it was made from."""
    kind = load().get(entry.address)
    held = {name.value for name in referred(kind, entry.attributes)}
    rests_on = [address for address, other in entries.items() if held.intersection(_texts(other.outputs))]
    entry = replace(entry, dependencies=tuple(sorted(rests_on)))
    if not kind.run:
        return entry
    retired = tuple(
        replace(item, run_key=_inputs(kind, item.attributes, entries).key) for item in entry.retired
    )
    inputs = _inputs(kind, entry.attributes, entries)
    if entry.id is None:
        return replace(entry, retired=retired)
    return replace(entry, retired=retired, run_key=inputs.key, inputs=dict(inputs.values))  # type: ignore[arg-type]


def _inputs(kind: Kind, attributes: Mapping[str, JSON], entries: Mapping[Address, Entry]) -> Inputs:
    place = get(dict(attributes), kind.container.path) if kind.container else None
    container = next((item for item in entries.values() if place in _texts(item.outputs)), None)
    return inputs_of(kind, attributes, container.attributes if container else {})


def _texts(outputs: Mapping[str, JSON]) -> set[str]:
    return {value for value in outputs.values() if isinstance(value, str)}


def _approved(given: YAML, resources: Mapping[Address, Resource]) -> ApprovedPlan:
    """A stored approval of the manifests as they are now."""
    changes = [_owed(**item) for item in given["changes"]]
    return ApprovedPlan(digest="", changes={item.key: item for item in changes}, resources=resources)


def _owed(address: str, steps: Iterable[tuple[str, str]] = (), **more: Any) -> OwedChange:
    calls = tuple((step, action) for step, action in steps)
    return OwedChange(address=Address.parse(address), steps=calls, **{"action": "", "digest": "", **more})


# --- the console ----------------------------------------------------------------------------------------


def _observed(given: YAML) -> Observed:
    inventory = {_key(name): _objects(_key(name), items) for name, items in given.get("objects", {}).items()}
    return Observed(
        inventory,
        missing=frozenset(
            ObjectKey(_key(name), object_id)
            for name, ids in given.get("missing", {}).items()
            for object_id in ids
        ),
        unreadable={
            ObjectKey(_key(name), object_id): why
            for name, found in given.get("unreadable", {}).items()
            for object_id, why in found.items()
        },
        calls=given.get("calls", 0),
        searches=Everywhere(
            {
                Place(_key(name), scope): Unsearched(why)
                for name, found in given.get("unlisted", {}).items()
                for scope, why in found.items()
            }
        ),
    )


def _key(name: str) -> KindKey:
    return Address.parse(f"{name}/any").kind_key


def _objects(key: KindKey, items: Iterable[Mapping[str, JSON]]) -> dict[str, LiveObject]:
    found = (decode(load().get(key), item, complete=True) for item in items)
    return {live.id: live for live in found}
