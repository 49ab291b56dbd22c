"""What is no longer wanted: which end it takes, what stays behind, and which kept objects end too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address, KindKey
from qfops.core.observation import LiveObject, Phase
from qfops.core.plan.change import Change
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.core.state.entry import Due, Entry, Retired
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.planning.ends import unwanted
from tests.unit.planning.given import World

PROMPT, SERVICE, RUN = (
    load().kinds[KindKey("v2", name)] for name in ("PromptTemplate", "Service", "FineTuningTask")
)
POSTPAID: dict[str, JSON] = {"billing": {"paymentTiming": "Postpaid"}}
PREPAID: dict[str, JSON] = {"billing": {"paymentTiming": "Prepaid"}}
BOUGHT: dict[str, JSON] = {"serviceId": "svco-1", "instanceId": "cu-1"}
UNNAMED: dict[str, JSON] = {"serviceId": "svco-1"}


def end_of(
    kind: Kind, attributes: dict[str, JSON], outputs: dict[str, JSON], phase: Phase = Phase.READY
) -> Change:
    live = LiveObject("object-1", attributes, outputs, phase=phase)
    address = kind.address("faq")
    ended = unwanted.Ended(address, "current", "object-1", attributes, outputs, live)
    return unwanted.end(World().given(), kind, Entry(address=address, id="object-1"), ended, "removed")


def steps(change: Change) -> list[str]:
    return [step.id for step in change.steps]


# --- one end


def test_a_run_in_progress_is_stopped_before_it_is_deleted_and_the_plan_says_so() -> None:
    going = end_of(RUN, {}, {"taskId": "object-1"}, Phase.GOING)
    assert (steps(going)[0], steps(going)[-1]) == ("stop", "delete")
    assert going.decision.notes
    assert steps(end_of(RUN, {}, {"taskId": "object-1"})) == ["delete"]


@pytest.mark.parametrize(
    ("attributes", "outputs", "phase", "planned", "unreleased"),
    [
        (POSTPAID, BOUGHT, Phase.READY, ["deactivate", "deactivate.ready", "release"], False),
        (POSTPAID, BOUGHT, Phase.STOPPED, ["release"], False),
        (POSTPAID, UNNAMED, Phase.READY, ["deactivate", "deactivate.ready"], True),
        (PREPAID, BOUGHT, Phase.READY, ["deactivate", "deactivate.ready"], False),
        (PREPAID, BOUGHT, Phase.STOPPED, ["forget"], False),
    ],
    ids=["postpaid", "stopped already", "bought, but by which id", "prepaid", "nothing left to do"],
)
def test_what_a_service_bought_is_given_back_where_that_can_be_done(
    attributes: dict[str, JSON], outputs: dict[str, JSON], phase: Phase, planned: list[str], unreleased: bool
) -> None:
    ended = end_of(SERVICE, attributes, outputs, phase)
    assert steps(ended) == planned
    assert any("not released" in text for text in ended.ends.left) == unreleased
    assert SERVICE.left in ended.ends.left


def test_labels_that_the_console_made_stay_and_are_named() -> None:
    assert end_of(PROMPT, {"labels": ["support", "faq"]}, {}).ends.left == (
        "labels that the console made stay: support, faq",
    )
    assert end_of(PROMPT, {"labels": []}, {}).ends.left == ()


# --- kept objects


def kept(object_id: str, due: Due | None = None) -> Retired:
    return Retired(object_id, {}, {"templateId": object_id}, why="replaced", due=due)


def ends(flags: PlanOptions, *retired: Retired, lifecycle: Lifecycle = Lifecycle()) -> list[tuple[str, str]]:
    world = World()
    address = Address.parse("PromptTemplate/faq")
    for item in retired:
        world.show(LiveObject(item.id, {}), PROMPT.key)
    entry = replace(Entry(address=address, id="pt-current"), retired=retired, lifecycle=lifecycle)
    found = unwanted.retired_ends(world.given(flags), PROMPT, entry)
    return [(change.object, change.reason) for change in found]


def test_of_the_kept_objects_only_those_end_whose_end_is_due() -> None:
    assert ends(PlanOptions(), kept("pt-1"), kept("pt-2", "delete")) == [
        ("pt-2", "replaced earlier (replaced)")
    ]


@pytest.mark.parametrize(
    "flags", [PlanOptions(prune=True), PlanOptions(scope=Scope.DESTROY)], ids=["prune", "destroy"]
)
def test_prune_and_destroy_end_all_of_them(flags: PlanOptions) -> None:
    found = ends(flags, kept("pt-1"), kept("pt-2", "delete"))
    assert found == [("pt-1", "retired (replaced)"), ("pt-2", "replaced earlier (replaced)")]


def test_destroy_leaves_those_alone_whose_resource_is_to_be_forgotten() -> None:
    forget = Lifecycle(on_remove="forget")
    assert (
        ends(PlanOptions(scope=Scope.DESTROY), kept("pt-1"), kept("pt-2", "delete"), lifecycle=forget) == []
    )
    assert ends(PlanOptions(prune=True), kept("pt-1"), lifecycle=forget) == [("pt-1", "retired (replaced)")]


def test_a_kept_object_keeps_what_it_was_and_not_what_the_entry_is() -> None:
    item = Retired("svco-0", POSTPAID, {"serviceId": "svco-0", "instanceId": "cu-0"}, why="replaced")
    world = World()
    world.show(LiveObject("svco-0", {}), SERVICE.key)
    ended = unwanted.retired(world.given(), SERVICE, Address.parse("Service/faq"), item)
    assert (ended.object, ended.id, ended.attributes, ended.outputs["instanceId"]) == (
        "svco-0",
        "svco-0",
        POSTPAID,
        "cu-0",
    )


# --- an entry without anything to end


def test_an_entry_that_only_keeps_objects_has_no_end_of_its_own() -> None:
    world = World()
    entry = Entry(address=Address.parse("PromptTemplate/faq"), id=None, retired=(kept("pt-1"),))
    assert unwanted.depart(world.given(), PROMPT, entry, None) is None


def test_but_it_can_be_forgotten_with_all_that_it_keeps() -> None:
    world = World()
    entry = Entry(address=Address.parse("PromptTemplate/faq"), id=None, retired=(kept("pt-1"),))
    world.forgotten.add(entry.address)
    change = unwanted.depart(world.given(), PROMPT, entry, None)
    assert change is not None
    assert (str(change.action), change.id, change.ends.keeps) == ("forget", "", ())
