"""One refresh: what it asks, and what it does not; what it makes of each answer stands in `test_answers`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from qfops.core.address import Address, KindKey, ObjectKey
from qfops.core.errors import ApiError
from qfops.core.observation import LiveObject, Observed, Phase, Status
from qfops.core.plan.plan import Stats
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.state import State
from qfops.kinds.registry import load
from qfops.objects.answers import CannotTell, Missing, Moment, Shown
from qfops.reconcile.refresh import refresh
from qfops.reconcile.refresh_targets import RefreshScope
from tests.support.bench import resource
from tests.unit.objects.scripted import FakeClock, error
from tests.unit.reconcile.scripted import WAIT, Desk, Door, Fact, Script

TASK, MODEL, DATASET = (load().kinds[KindKey("v2", name)] for name in ("FineTuningTask", "Model", "Dataset"))
NOW = FakeClock().now()


def run(number: int, scale: str | None = "LoRA") -> LiveObject:
    """A training run as the list of its job shows it; a scale of None is not shown."""
    shown = {} if scale is None else {"parameterScale": scale}
    name = f"task-{number}"
    attributes = {"jobId": "job-1", **shown}
    return LiveObject(name, attributes, {"taskId": name}, {"runStatus": "Running"}, Phase.GOING)


def run_entry(number: int) -> Entry:
    """What state knows of that run."""
    return Entry(
        address=Address.parse(f"FineTuningTask/t{number}"),
        id=f"task-{number}",
        attributes={"jobId": "job-1", "parameterScale": "LoRA", "hyperParameterConfig": {"epoch": 3}},
        outputs={"taskId": f"task-{number}"},
    )


def refreshed(
    door: Door,
    *entries: Entry,
    resources: Mapping[Address, Resource] | None = None,
    adopt: Mapping[Address, str] | None = None,
    ends: bool = False,
    console: Script | None = None,
) -> Observed:
    """One refresh of a state with these entries."""
    state = State(project="demo", entries={entry.address: entry for entry in entries})
    wanted = RefreshScope(state, resources or {}, adopt or {}, ends, NOW, WAIT.visibility)
    return asyncio.run(refresh(console or Desk().console, door, load(), wanted))


def door_to(*runs: LiveObject, fact: Fact | None = None) -> Door:
    """A door to a console that holds these runs."""
    return Door(FakeClock(), fact, {"FineTuningTask": runs})


def shown(live: LiveObject) -> Shown:
    """The whole of an object, as its read shows it."""
    return Shown(replace(live, complete=True), Moment(NOW))


def test_what_a_list_shows_whole_is_not_read_and_costs_no_task() -> None:
    """A thousand runs that need nothing, and one that does: asked as if it were alone."""
    needy = run(0, scale=None)
    alone = door_to(needy, fact=shown(run(0)))
    refreshed(alone, run_entry(0))
    assert alone.asked == ["list FineTuningTask job-1", "read FineTuningTask task-0"]
    many = door_to(needy, *(run(number) for number in range(1, 1000)), fact=shown(run(0)))
    found = refreshed(many, *(run_entry(number) for number in range(1000)))
    assert many.asked == alone.asked
    assert many.tasks == alone.tasks
    assert len(found.inventory[TASK.key]) == 1000


def test_what_is_gone_by_its_list_costs_no_task_either() -> None:
    """The list says it all."""
    door = door_to(run(0))
    found = refreshed(door, *(run_entry(number) for number in range(100)))
    assert door.asked == ["list FineTuningTask job-1"]
    assert found.missing == {ObjectKey(TASK.key, f"task-{number}") for number in range(1, 100)}


MADE_LONG_AGO = Entry(
    address=Address.parse("Model/m"),
    id="amv-1",
    attributes={"modelSetId": "am-1"},
    outputs={"modelId": "amv-1"},
    status={"status": "Ready"},
)
MODEL_LISTED = LiveObject("amv-1", {"modelSetId": "am-1"}, {"modelId": "amv-1"})


def test_a_final_status_is_not_asked_for_again() -> None:
    """A list of ids says that the model is there; what it was then it still is."""
    door = Door(FakeClock(), lists={"Model": [MODEL_LISTED]})
    found = refreshed(door, MADE_LONG_AGO)
    assert door.asked == ["list Model"]
    live = found.find(MODEL.key, "amv-1")
    assert live == replace(MODEL_LISTED, status={"status": "Ready"}, phase=Phase.READY)


def test_a_status_that_may_still_change_is() -> None:
    """Also one that this version does not know, and one that was never seen."""
    for status in ({"status": "Creating"}, {"status": "Melting"}, {}):
        ready = replace(MODEL_LISTED, status={"status": "Ready"})
        door = Door(FakeClock(), shown(ready), {"Model": [MODEL_LISTED]})
        found = refreshed(door, replace(MADE_LONG_AGO, status=status))
        assert door.asked == ["list Model", "read Model amv-1"]
        live = found.find(MODEL.key, "amv-1")
        assert live is not None
        assert live.status == {"status": "Ready"}


def test_an_adopted_object_is_read_whole_and_one_that_state_has_is_not() -> None:
    """Everything about a stranger is news."""
    wanted = resource("FineTuningTask/t0", {"jobId": "job-1", "parameterScale": "LoRA"})
    adopt = {wanted.address: "task-0"}
    stranger = door_to(run(0), fact=shown(run(0)))
    refreshed(stranger, resources={wanted.address: wanted}, adopt=adopt)
    assert stranger.asked == ["list FineTuningTask job-1", "read FineTuningTask task-0"]
    ours = door_to(run(0))
    refreshed(ours, run_entry(0), resources={wanted.address: wanted}, adopt=adopt)
    assert ours.asked == ["list FineTuningTask job-1"]


def test_lists_are_read_of_every_container_that_is_named() -> None:
    """Each once: by an object that lives in it, or by being one itself."""
    other = replace(run_entry(1), attributes={"jobId": "job-2", "parameterScale": "LoRA"})
    job = Entry(address=Address.parse("FineTuningJob/j"), id="job-3", outputs={"jobId": "job-3"})
    door = door_to()
    refreshed(door, run_entry(0), replace(run_entry(2), id="task-2"), other, job)
    assert sorted(door.asked) == [
        "list FineTuningJob",
        "list FineTuningTask job-1",
        "list FineTuningTask job-2",
        "list FineTuningTask job-3",
    ]


def test_users_and_content_are_listed_only_where_something_may_end() -> None:
    """What lives in a set, and the services on its models."""
    sets = Entry(address=Address.parse("ModelSet/s"), id="am-1", outputs={"modelSetId": "am-1"})
    for ends, asked in (
        (False, ["list ModelSet"]),
        (True, ["list Model", "list ModelSet", "list Service"]),
    ):
        door = Door(FakeClock())
        refreshed(door, sets, ends=ends)
        assert sorted(door.asked) == asked


def test_kept_objects_are_looked_at_like_current_ones() -> None:
    """They can be linked again, and some still owe their end."""
    kept = Retired("task-9", {"jobId": "job-9", "parameterScale": "LoRA"}, {"taskId": "task-9"})
    door = door_to(run(0))
    found = refreshed(door, replace(run_entry(0), retired=(kept,)))
    assert sorted(door.asked) == ["list FineTuningTask job-1", "list FineTuningTask job-9"]
    assert found.missing == {ObjectKey(TASK.key, "task-9")}


DATA = LiveObject("dg-1", {"datasetName": "d"}, {"datasetId": "dg-1"})


def test_a_new_dataset_whose_version_is_not_listed_yet_is_read_and_never_missing() -> None:
    """Missing would mean: made again. Its version is what its read is named by, and tells."""
    whole = replace(DATA, outputs={"datasetId": "dg-1", "versionId": "ds-1"}, attributes={"publish": True})
    entry = Entry(
        address=Address.parse("Dataset/d"),
        id="dg-1",
        attributes={"datasetName": "d", "publish": True},
        outputs=dict(whole.outputs),
        status={"importStatus": "Created", "publishStatus": "Published"},
        created=NOW - 1.0,
    )
    absent = Missing(Moment(NOW), listed=True)
    for fact in (shown(whole), Missing(Moment(NOW))):
        door = Door(FakeClock(), fact, {"Dataset": [DATA]}, absent)
        found = refreshed(door, entry)
        assert door.asked == ["list Dataset", "part Dataset dg-1", "read Dataset dg-1 ds-1"]
        assert (found.missing, found.unreadable) == (frozenset(), {})
        live = found.find(DATASET.key, "dg-1")
        assert live is not None
        assert live.attributes.get("publish") is (True if isinstance(fact, Shown) else None)
    old = Door(FakeClock(), None, {"Dataset": [DATA]}, absent)
    found = refreshed(old, replace(entry, created=0.0))
    assert found.missing == frozenset()
    why = "ds-1 is gone, which was made with it; the object itself is there"
    assert found.unreadable == {ObjectKey(DATASET.key, "dg-1"): why}


DENIED = error(status=403)


@pytest.mark.parametrize("status", [{"runStatus": "Running"}, {}], ids=["with its status", "without"])
def test_a_read_that_cannot_tell_spoils_only_what_a_list_shows_too_little_of(status: Status) -> None:
    """With its status it can be judged by what the list shows; without, nobody knows how it stands."""
    listed = replace(run(0, scale=None), status=status)
    found = refreshed(door_to(listed, fact=CannotTell("no", Moment(NOW), DENIED)), run_entry(0))
    assert found.find(TASK.key, "task-0") == listed
    assert found.missing == frozenset()
    assert found.unreadable == ({} if status else {ObjectKey(TASK.key, "task-0"): "no"})


@pytest.mark.parametrize(
    ("failure", "stays"), [(DENIED, True), (error(status=404, code="NoSuchObject"), True), (None, False)]
)
def test_a_part_that_cannot_be_told_makes_its_object_unreadable(
    failure: ApiError | None, stays: bool
) -> None:
    """It stays among what its list shows, unless nothing says which part is ours."""
    entry = Entry(
        address=Address.parse("Dataset/d"),
        id="dg-1",
        attributes={"datasetName": "d", "publish": True},
        outputs={"datasetId": "dg-1"},
    )
    part = CannotTell("no", Moment(NOW), failure)
    found = refreshed(Door(FakeClock(), None, {"Dataset": [DATA]}, part), entry)
    assert found.find(DATASET.key, "dg-1") == (DATA if stays else None)
    assert found.unreadable == {ObjectKey(DATASET.key, "dg-1"): "no"}
    assert found.missing == frozenset()


def test_a_refresh_ends_with_what_ends_everything() -> None:
    """Of a list, a part or a read: nothing else would fare better."""
    away = error(fatal=True)
    answer = CannotTell("no", Moment(NOW), away)
    part = Door(FakeClock(), None, {"Dataset": [DATA]}, answer)
    data = Entry(address=Address.parse("Dataset/d"), id="dg-1", attributes={"publish": True})
    for door, entry in (
        (Door(FakeClock(), lists={"FineTuningTask": answer}), run_entry(0)),
        (door_to(run(0, scale=None), fact=answer), run_entry(0)),
        (part, data),
    ):
        with pytest.raises(ApiError) as raised:
            refreshed(door, entry)
        assert raised.value is away


def test_what_the_refresh_cost_is_what_the_console_counted() -> None:
    """And the account is the one that its reads showed."""
    console = Script(account="acme", stats=Stats(7, 2, 1.5))
    found = refreshed(door_to(), console=console)
    assert (found.account, found.calls, found.retries, found.seconds) == ("acme", 7, 2, 1.5)
