"""What has no object: by what things are recognised, and who holds a name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.observation import LiveObject, Phase
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.state import State
from qfops.core.values import Reference, Unknown, Value
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.planning.actions import absent
from tests.support.project import dataset, job, model_set, run, service, template, version
from tests.unit.planning.given import World, shown

JOB, SERVICE, RUN, VERSION, SET = (
    load().kinds[KindKey("v2", name)]
    for name in ("FineTuningJob", "Service", "FineTuningTask", "DatasetVersion", "ModelSet")
)
STOPPED = {"runStatus": "Stopped", "updateStatus": "None"}
LATER = Unknown(Reference(Address("Dataset", "d"), "datasetId"))


def names(
    *live: tuple[Kind, LiveObject], state: State | None = None, declared: tuple[Resource, ...] = ()
) -> absent.Names:
    inventory = {kind.key: {item.id: item} for kind, item in live}
    return absent.index(
        load(), state.entries if state else {}, {item.address for item in declared}, inventory
    )


def entry(name: str, **fields: object) -> dict[Address, Entry]:
    address = Address.parse(name)
    return {address: replace(Entry(address=address, id="ours-1"), **fields)}  # type: ignore[arg-type]


# --- identities


def test_an_identity_is_the_values_that_name_an_object_and_nothing_else() -> None:
    key = absent.identity_key(JOB, {"name": "faq", "model": "a"})
    assert key
    assert absent.identity_key(JOB, {"name": "faq", "model": "b", "description": "x"}) == key
    assert absent.identity_key(JOB, {"name": "other", "model": "a"}) != key


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [(RUN, {"name": "faq"}), (JOB, {"model": "a"}), (JOB, {"name": LATER})],
    ids=["a kind without names", "a name that is not shown", "a name that is not known yet"],
)
def test_where_there_is_no_name_there_is_no_identity(kind: Kind, attributes: dict[str, Value]) -> None:
    assert absent.identity_key(kind, attributes) == ""


def test_what_has_no_name_is_recognised_by_what_it_is_made_from_and_where() -> None:
    rows: dict[str, Value] = {"datasetId": "dg-1", "import": [{"files": ["a"]}], "description": "x"}
    key = absent.origin_key(VERSION, rows)
    assert key
    assert absent.origin_key(VERSION, {**rows, "description": "y"}) == key
    assert absent.origin_key(VERSION, {**rows, "datasetId": "dg-2"}) != key
    assert absent.origin_key(VERSION, {**rows, "import": [{"files": ["b"]}]}) != key


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [(JOB, {"name": "faq"}), (RUN, {"jobId": "job-1"}), (VERSION, {"datasetId": LATER}), (VERSION, {})],
    ids=["it has a name", "a run has a key of its own", "where is not known yet", "where is not said"],
)
def test_otherwise_there_is_no_origin(kind: Kind, attributes: dict[str, Value]) -> None:
    assert absent.origin_key(kind, attributes) == ""


# --- the index


def live(kind: Kind, object_id: str, **attributes: str) -> LiveObject:
    return LiveObject(object_id, attributes, {kind.id[0]: object_id})


def test_a_stranger_holds_its_name() -> None:
    found = names((JOB, live(JOB, "theirs-1", name="faq")))
    assert list(found.live.values()) == ["theirs-1"]


@pytest.mark.parametrize(
    "state",
    [
        State(project="demo", entries=entry("FineTuningJob/faq", id="theirs-1")),
        State(
            project="demo",
            entries=entry("FineTuningJob/faq", id=None, retired=(Retired("theirs-1", {}, why="x"),)),
        ),
    ],
    ids=["current", "kept"],
)
def test_what_is_ours_is_no_stranger(state: State) -> None:
    found = names((JOB, live(JOB, "theirs-1", name="faq")), state=state)
    assert (found.live, set(found.owned)) == ({}, {ObjectKey(JOB.key, "theirs-1")})


def test_a_stopped_service_has_let_go_of_its_name() -> None:
    stopped = replace(live(SERVICE, "theirs-1", name="faq"), status=STOPPED)
    assert names((SERVICE, stopped)).live == {}
    assert names((SERVICE, replace(stopped, status={**STOPPED, "runStatus": "Serving"}))).live != {}


def test_an_orphan_is_an_entry_with_an_object_and_without_a_manifest() -> None:
    state = State(project="demo", entries=entry("FineTuningJob/old", attributes={"name": "faq"}))
    assert list(names(state=state).orphans.values()) == [Address.parse("FineTuningJob/old")]
    declared = replace(job(), address=Address.parse("FineTuningJob/old"))
    assert names(state=state, declared=(declared,)).orphans == {}
    empty = State(project="demo", entries=entry("FineTuningJob/old", id=None, attributes={"name": "faq"}))
    assert names(state=empty).orphans == {}


def test_a_kind_that_this_version_does_not_know_is_passed_over() -> None:
    state = State(project="demo", entries=entry("Unheard/of", attributes={"name": "faq"}))
    found = absent.index(
        load(), state.entries, set(), {KindKey("v2", "Unheard"): {"x": LiveObject("x", {"name": "faq"})}}
    )
    assert (found.live, found.orphans) == ({}, {})


# --- what arrives


def test_an_adoption_says_what_is_held_back_and_makes_no_call() -> None:
    world = World().want(template())
    world.show(
        LiveObject("pt-1", {"templateName": "faq-answer", "templateContent": "x"}, {"templateId": "pt-1"}),
        KindKey("v2", "PromptTemplate"),
    )
    world.adopt[template().address] = "pt-1"
    (change,) = world.plan().changes
    assert (str(change.action), change.origin.link, [step.id for step in change.steps]) == (
        "adopt",
        "pt-1",
        ["link"],
    )
    reverting = world.plan(PlanOptions(revert_drift=True)).changes[0]
    assert [step.id for step in reverting.steps] == ["link", "modify"]


def test_of_two_that_look_alike_the_moved_line_says_which_is_meant() -> None:
    """`{OLD: null}` and `{NEW: null}` both say that it is really another one."""
    old, new = job(), replace(job(), address=Address.parse("FineTuningJob/new"))
    for said in (old, new):
        world = World(old, model_set()).want(new).remove("FineTuningJob/faq")
        world.moved[said.address] = None
        assert set(shown(world.plan().changes)) == {"create FineTuningJob/new", "delete FineTuningJob/faq"}


def test_what_is_gone_is_made_again_unless_a_run_hangs_on_it() -> None:
    world = World(dataset(), version(), job(), model_set(), service_of_nothing())
    world.missing.add(world.hide("Dataset/faq-train"))
    assert "create Dataset/faq-train" in shown(world.plan().changes)
    costly = World(dataset(), job(), run("a", 0.1))
    costly.missing.add(costly.hide("Dataset/faq-train"))
    assert shown(costly.plan().changes) == ["blocked Dataset/faq-train"]


def service_of_nothing() -> Resource:
    return service("Model/faq-a", modelId="amv-1", modelSetId="am-1")


def test_a_failed_object_of_somebody_else_holds_its_name_too() -> None:
    failed = replace(live(SERVICE, "theirs-1", name="faq"), phase=Phase.FAILED)
    assert list(names((SERVICE, failed)).live.values()) == ["theirs-1"]
