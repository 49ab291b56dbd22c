"""The door to the console's objects: what it asks for a question, and which fact it makes of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest

from qfops.core.address import KindKey
from qfops.core.errors import ApiError
from qfops.core.observation import Phase
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.objects.answers import CannotTell, Listed, Missing, Moment, Shown
from qfops.objects.objects import Objects
from tests.unit.objects.scripted import FakeClock, Items, Library, Line, error, idle, in_a_loop

KINDS = {kind.name: kind for kind in load().kinds.values()}
JOB, TASK, MODEL, SET = (KINDS[name] for name in ("FineTuningJob", "FineTuningTask", "Model", "ModelSet"))
DATASET, VERSION, SERVICE = KINDS["Dataset"], KINDS["DatasetVersion"], KINDS["Service"]
NEVER_READ = Moment(0.0)
"""Earlier than anything: for readers whom every list serves."""
TASKS: Items = [
    {"taskId": "task-1", "parameterScale": "LoRA", "runStatus": "Running"},
    {"taskId": "task-2", "parameterScale": "FullFineTuning", "runStatus": "Done"},
]
SETS: Items = [
    {"modelSetId": "am-1", "modelSetName": "a", "modelIds": ["amv-1", "amv-2"]},
    {"modelSetId": "am-2", "modelSetName": "b", "modelIds": ["amv-3"]},
]
GONE, FORBIDDEN, AWAY = error(status=404, code="NoSuchObject"), error(status=403), error(fatal=True)


def door(
    lists: Mapping[str, Items | ApiError] | None = None, reads: Mapping[str, Line] | None = None
) -> tuple[Objects, Library]:
    """A door, and the console behind it."""
    console = Library(dict(reads or {}), dict(lists or {}))
    return Objects(console, FakeClock().now, 60.0), console


# --- lists -------------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_list_of_a_container_names_it_and_gives_it_to_every_object() -> None:
    """The items do not say where they live; the scope of the list does."""
    objects, console = door({"DescribeFineTuningTasks": TASKS})
    found = await objects.list(TASK, "job-1", since=NEVER_READ)
    assert isinstance(found, Listed)
    assert console.asked == [("DescribeFineTuningTasks", {"jobId": "job-1"})]
    assert [(live.id, live.attributes["jobId"]) for live in found.objects.values()] == [
        ("task-1", "job-1"),
        ("task-2", "job-1"),
    ]
    assert (found.objects["task-1"].status, found.objects["task-1"].phase) == (
        {"runStatus": "Running"},
        Phase.GOING,
    )
    assert not found.objects["task-1"].complete


@in_a_loop
async def test_the_fixed_fields_of_a_list_are_sent() -> None:
    """Templates that the console brought along are none of ours."""
    objects, console = door()
    await objects.list(KINDS["PromptTemplate"], since=NEVER_READ)
    assert console.asked == [("DescribePromptTemplates", {"type": "Custom"})]


@pytest.mark.parametrize("answer", [None, {}, [], "text", True, {"templateId": "pt-9", "templateName": "p"}])
@in_a_loop
async def test_a_read_that_does_not_show_the_object_tells_nothing(answer: JSON) -> None:
    """Nor does one that shows another object: neither is an object without attributes."""
    objects, _ = door({}, {"DescribePromptTemplate": answer})
    found = await objects.read(KINDS["PromptTemplate"], {"templateId": "pt-1"}, since=NEVER_READ)
    assert isinstance(found, CannotTell)


@pytest.mark.parametrize(
    "id_", [None, "", " ", True, 7, [], ["job-2"], {}, "true", "job 2", "job-2\n", "a/b"]
)
@in_a_loop
async def test_a_list_with_an_item_without_an_id_tells_nothing(id_: JSON) -> None:
    """What it is cannot be told, so nor can what is there."""
    objects, _ = door(
        {"DescribeFineTuningJobs": [{"jobId": id_, "name": "a"}, {"jobId": "job-1", "name": "b"}]}
    )
    found = await objects.list(JOB, since=NEVER_READ)
    assert isinstance(found, CannotTell)
    assert found.reason == "DescribeFineTuningJobs shows an object without a usable jobId"


@in_a_loop
async def test_two_kinds_of_one_list_share_the_request_and_are_decoded_each_by_itself() -> None:
    """The list of sets shows the sets, and the ids of their models."""
    objects, console = door({"DescribeCustomModelSets": SETS})
    sets, models = await asyncio.gather(
        objects.list(SET, since=NEVER_READ), objects.list(MODEL, since=NEVER_READ)
    )
    assert isinstance(sets, Listed)
    assert isinstance(models, Listed)
    assert len(console.asked) == 1
    assert {live.id: live.attributes["modelSetName"] for live in sets.objects.values()} == {
        "am-1": "a",
        "am-2": "b",
    }
    assert {live.id: live.attributes["modelSetId"] for live in models.objects.values()} == {
        "amv-1": "am-1",
        "amv-2": "am-1",
        "amv-3": "am-2",
    }


@in_a_loop
async def test_a_list_is_decoded_once_for_all_its_readers() -> None:
    """Objects of thousands are not decoded for each of them."""
    objects, _ = door({"DescribeFineTuningTasks": TASKS})
    first, second = [await objects.list(TASK, "job-1", since=NEVER_READ) for _ in range(2)]
    assert isinstance(first, Listed)
    assert isinstance(second, Listed)
    assert first.objects is second.objects
    assert first.began == second.began


@in_a_loop
async def test_every_question_that_lists_obeys_the_moment() -> None:
    """One that began before it never serves: not for lists, reads by lists, parts, or candidates."""
    objects, console = door({"DescribeDatasetVersions": [{"versionId": "ds-1", "description": "a"}]})
    planned: dict[str, JSON] = {"datasetId": "dg-1", "description": "a"}
    unread = replace(VERSION, read=None)
    questions: list[Callable[[Moment], Coroutine[Any, Any, Listed | Shown | Missing | CannotTell]]] = [
        lambda since: objects.list(VERSION, "dg-1", since=since),
        lambda since: objects.read(unread, {"versionId": "ds-1"}, scope="dg-1", since=since),
        lambda since: objects.part(DATASET, "dg-1", "ds-1", since=since),
        lambda since: objects.candidates(VERSION, planned, since=since),
    ]
    await objects.list(VERSION, "dg-1", since=NEVER_READ)
    for question in questions:  # the kept list serves them all
        answer = await question(NEVER_READ)
        assert answer.began == (await objects.list(VERSION, "dg-1", since=NEVER_READ)).began
    assert len(console.asked) == 1
    for asked, question in enumerate(questions, start=2):
        since = objects.moment()
        answer = await question(since)
        assert answer.began > since
        assert len(console.asked) == asked


@in_a_loop
async def test_a_list_that_cannot_be_read_says_why_and_denies_nothing() -> None:
    """Not even with 404: then the container is gone, or we may not see it."""
    for answer in (FORBIDDEN, GONE, AWAY):
        objects, _ = door({"DescribeFineTuningTasks": answer})
        since = objects.moment()
        found = await objects.list(TASK, "job-1", since=since)
        assert isinstance(found, CannotTell)
        assert (found.reason, found.error) == (str(answer), answer)
        assert found.began > since


# --- reads -------------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_read_of_its_own_shows_the_object_in_full() -> None:
    """What names it stays known, whatever the answer repeats of it."""
    objects, console = door(reads={"DescribeFineTuningTask": {"jobId": "job-1", "runStatus": "Done"}})
    since = objects.moment()
    found = await objects.read(TASK, {"taskId": "task-1"}, since=since)
    assert isinstance(found, Shown)
    assert console.asked == [("DescribeFineTuningTask", {"taskId": "task-1"})]
    assert (found.object.id, found.object.attributes["jobId"], found.object.complete) == (
        "task-1",
        "job-1",
        True,
    )
    assert found.began > since


BARE: Mapping[str, JSON] = {"versionId": "ds-1", "publishStatus": "Unpublished", "importStatus": None}
NAMED: Mapping[str, JSON] = {"versionId": "ds-1", "importTaskId": "task-1"}


@in_a_loop
async def test_an_import_that_the_version_does_not_show_is_read_from_its_task() -> None:
    """Only then, and only where its task is known; what the task says counts for the phase too."""
    task: JSON = {"versionId": "ds-1", "importStatus": "Importing"}
    objects, console = door(reads={"DescribeDatasetVersion": dict(BARE), "DescribeImportTask": task})
    found = await objects.read(VERSION, NAMED, since=NEVER_READ)
    assert isinstance(found, Shown)
    words = [("importStatus", "Importing"), ("publishStatus", "Unpublished")]
    assert [*found.object.status.items()] == words
    assert found.object.phase is Phase.GOING
    assert console.asked[-1] == ("DescribeImportTask", {"taskId": "task-1"})
    found = await objects.read(VERSION, {"versionId": "ds-1"}, since=NEVER_READ)
    assert isinstance(found, Shown)
    assert dict(found.object.status) == {"publishStatus": "Unpublished"}
    console.reads["DescribeDatasetVersion"] = {**BARE, "importStatus": "Created"}
    await objects.read(VERSION, NAMED, since=NEVER_READ)
    assert [action for action, _ in console.asked].count("DescribeImportTask") == 1


@pytest.mark.parametrize(("answer", "told"), [(GONE, True), (FORBIDDEN, False), (AWAY, False)])
@in_a_loop
async def test_a_proof_that_cannot_be_read_is_no_answer(answer: ApiError, told: bool) -> None:
    """A task that is gone proves nothing; one that may not be read says why."""
    objects, _ = door(reads={"DescribeDatasetVersion": dict(BARE), "DescribeImportTask": answer})
    found = await objects.read(VERSION, NAMED, since=NEVER_READ)
    assert isinstance(found, Shown if told else CannotTell)
    if isinstance(found, CannotTell):
        assert found.error is answer


@in_a_loop
async def test_a_status_that_no_read_shows_is_looked_for_in_the_list() -> None:
    """The list of the job shows what the task itself does not."""
    objects, _ = door({"DescribeFineTuningTasks": TASKS}, {"DescribeFineTuningTask": {"taskId": "task-2"}})
    found = await objects.read(TASK, {"taskId": "task-2"}, scope="job-1", since=NEVER_READ)
    assert isinstance(found, Shown)
    assert (dict(found.object.status), found.object.complete) == ({"runStatus": "Done"}, True)


ABSENT_CODE = "ObjectNotFound"


@pytest.mark.parametrize(
    ("answer", "denied"),
    [
        (GONE, True),
        (error(status=400, code=ABSENT_CODE), True),  # a code of the kind
        (error(status=400, code="Other"), False),
        (FORBIDDEN, False),
        (error(status=500), False),
        (AWAY, False),
    ],
    ids=["404", "its code", "another code", "403", "500", "away"],
)
@in_a_loop
async def test_only_a_read_that_says_so_makes_an_object_missing(answer: ApiError, denied: bool) -> None:
    """Everything else leaves open whether there is one, and keeps the error."""
    objects, _ = door(reads={"DescribeFineTuningTask": answer})
    kind = replace(TASK, missing_codes=(ABSENT_CODE,))
    since = objects.moment()
    found = await objects.read(kind, {"taskId": "task-1"}, since=since)
    if denied:
        assert isinstance(found, Missing)
        assert not found.listed
    else:
        assert isinstance(found, CannotTell)
        assert (found.reason, found.error) == (str(answer), answer)
    assert found.began > since


UNREAD_TASK, UNREAD_MODEL = replace(TASK, read=None), replace(MODEL, read=None)


@pytest.mark.parametrize(
    ("kind", "outputs", "scope", "body"),
    [
        (JOB, {"jobId": "job-1"}, "", {}),
        (UNREAD_TASK, {"taskId": "task-2"}, "job-1", {"jobId": "job-1"}),
        (UNREAD_MODEL, {"modelId": "amv-3"}, "", {}),
        # A dataset is read by its version, which is not known here.
        (DATASET, {"datasetId": "dg-1"}, "", {}),
    ],
    ids=["of the account", "of a container", "each of an item", "a read that cannot be named"],
)
@in_a_loop
async def test_an_object_without_a_read_is_found_in_the_list_of_its_container(
    kind: Kind, outputs: Mapping[str, JSON], scope: str, body: Mapping[str, JSON]
) -> None:
    """That is all there is to see, so nothing is left to complete; what the list does not hold is missing."""
    lists: dict[str, Items | ApiError] = {
        "DescribeFineTuningJobs": [{"jobId": "job-1", "name": "a"}],
        "DescribeFineTuningTasks": TASKS,
        "DescribeCustomModelSets": SETS,
        "DescribeDatasets": [{"datasetId": "dg-1", "datasetName": "d"}],
    }
    objects, console = door(lists)
    found = await objects.read(kind, outputs, scope=scope, since=NEVER_READ)
    assert isinstance(found, Shown)
    (name,) = outputs.values()
    assert (found.object.id, found.object.complete) == (name, True)
    assert kind.listing is not None
    assert console.asked == [(kind.listing.action, body)]
    away = await objects.read(kind, dict.fromkeys(outputs, "no-such"), scope=scope, since=NEVER_READ)
    assert isinstance(away, Missing)
    assert away.listed
    assert away.began == found.began  # of the list, not of the question


@in_a_loop
async def test_the_container_of_an_object_decides_which_list_it_is_looked_for_in() -> None:
    """Two containers, two lists, and neither speaks for the other."""
    objects, console = door({"DescribeFineTuningTasks": TASKS})
    for scope in ("job-1", "job-2"):
        found = await objects.read(UNREAD_TASK, {"taskId": "task-1"}, scope=scope, since=NEVER_READ)
        assert isinstance(found, Shown)
        assert found.object.attributes["jobId"] == scope
    assert [body for _, body in console.asked] == [{"jobId": "job-1"}, {"jobId": "job-2"}]


@in_a_loop
async def test_an_object_whose_list_cannot_be_read_is_not_missing() -> None:
    """The 404 of a container is no denial either."""
    for answer in (FORBIDDEN, GONE):
        objects, _ = door({"DescribeFineTuningTasks": answer})
        found = await objects.read(UNREAD_TASK, {"taskId": "task-1"}, scope="job-1", since=NEVER_READ)
        assert isinstance(found, CannotTell)
        assert found.error is answer


# --- parts -------------------------------------------------------------------------------------------------

VERSIONS: Items = [
    {"versionId": "ds-1", "versionNumber": 1, "importStatus": "Created"},
    {"versionId": "ds-2", "versionNumber": 2, "importStatus": "Importing"},
]


@in_a_loop
async def test_the_part_of_a_known_key_is_shown_or_missing_from_its_list() -> None:
    """Whatever else the object has."""
    objects, console = door({"DescribeDatasetVersions": VERSIONS})
    found = await objects.part(DATASET, "dg-1", "ds-2", since=NEVER_READ)
    assert isinstance(found, Shown)
    assert (found.object.outputs["versionId"], found.object.status) == ("ds-2", {"importStatus": "Importing"})
    away = await objects.part(DATASET, "dg-1", "ds-3", since=NEVER_READ)
    assert isinstance(away, Missing)
    assert away.listed
    assert console.asked == [("DescribeDatasetVersions", {"datasetId": "dg-1"})]


@pytest.mark.parametrize(
    ("items", "key"),
    [
        (VERSIONS, "ds-1"),  # the first version is the one that was made with the dataset
        ([{"versionId": "ds-9"}], "ds-9"),  # shows no number: no evidence against it
        (VERSIONS[1:], None),
        ([{"versionId": "ds-8"}, {"versionId": "ds-9"}], None),
        ([], None),
    ],
    ids=["by its mark", "the only one", "another one", "two that could be", "none"],
)
@in_a_loop
async def test_a_part_whose_key_is_not_known_is_never_guessed(items: Items, key: str | None) -> None:
    """Where nothing says which it is, that is no error of the console."""
    objects, _ = door({"DescribeDatasetVersions": items})
    since = objects.moment()
    found = await objects.part(DATASET, "dg-1", None, since=since)
    assert found.began > since
    if key is not None:
        assert isinstance(found, Shown)
        assert found.object.outputs["versionId"] == key
    else:
        assert isinstance(found, CannotTell)
        assert found.error is None
        assert "versionId" in found.reason
        assert "dg-1" in found.reason


@in_a_loop
async def test_a_part_is_listed_by_the_id_of_its_object_on_its_own_route() -> None:
    """With all that its list always sends."""
    objects, console = door({"DescribeComputeUnits": [{"instanceId": "u-1"}]})
    found = await objects.part(SERVICE, "svco-1", None, since=NEVER_READ)
    assert isinstance(found, Shown)
    assert found.object.outputs["instanceId"] == "u-1"
    assert console.asked == [("DescribeComputeUnits", {"maxKeys": None, "serviceId": "svco-1"})]


@in_a_loop
async def test_parts_that_cannot_be_listed_are_not_missing() -> None:
    """With the key and without it; 404 is the object's own absence, which its list tells."""
    for key, answer in ((None, FORBIDDEN), ("ds-1", FORBIDDEN), ("ds-1", GONE), (None, AWAY)):
        objects, _ = door({"DescribeDatasetVersions": answer})
        found = await objects.part(DATASET, "dg-1", key, since=NEVER_READ)
        assert isinstance(found, CannotTell)
        assert found.error is answer


# --- candidates --------------------------------------------------------------------------------------------


@in_a_loop
async def test_candidates_are_those_in_scope_whose_marks_match() -> None:
    """The runs of the job, of the planned scale; a path that the list hides counts as equal."""
    objects, console = door({"DescribeFineTuningTasks": [*TASKS, {"taskId": "task-3"}]})
    details: dict[str, JSON] = {"taskId": "task-3"}
    console.reads["DescribeFineTuningTask"] = details
    planned: dict[str, JSON] = {"jobId": "job-1", "parameterScale": "LoRA"}
    found = await objects.candidates(TASK, planned, since=NEVER_READ)
    assert isinstance(found, Listed)
    assert list(found.objects) == ["task-1", "task-3"]
    assert console.asked == [
        ("DescribeFineTuningTasks", {"jobId": "job-1"}),
        ("DescribeFineTuningTask", {"taskId": "task-3"}),  # the list shows the marks of all others
    ]


@in_a_loop
async def test_marks_that_a_list_never_shows_are_read_in_the_right_container_only() -> None:
    """A set lists the ids of its models; where each comes from stands in its detail."""
    objects, console = door({"DescribeCustomModelSets": SETS})
    details = iter(["task-1", "task-2"])
    console.reads["DescribeModel"] = lambda: {"sourceInfo": {"taskId": next(details)}, "status": "Ready"}
    planned: dict[str, JSON] = {"modelSetId": "am-1", "trainMeta": {"taskId": "task-2"}}
    found = await objects.candidates(MODEL, planned, since=NEVER_READ)
    assert isinstance(found, Listed)
    assert list(found.objects) == ["amv-2"]
    assert [body for action, body in console.asked if action == "DescribeModel"] == [
        {"modelId": "amv-1"},
        {"modelId": "amv-2"},
    ]
    live = found.objects["amv-2"]
    assert (live.attributes["modelSetId"], live.status) == ("am-1", {"status": "Ready"})


@in_a_loop
async def test_a_candidate_that_has_gone_meanwhile_is_judged_by_its_list() -> None:
    """It may still be the one: nothing that was shown says otherwise."""
    objects, _ = door({"DescribeCustomModelSets": SETS}, {"DescribeModel": GONE})
    planned: dict[str, JSON] = {"modelSetId": "am-2", "trainMeta": {"taskId": "task-2"}}
    found = await objects.candidates(MODEL, planned, since=NEVER_READ)
    assert isinstance(found, Listed)
    assert list(found.objects) == ["amv-3"]


@pytest.mark.parametrize(
    ("lists", "detail"), [(FORBIDDEN, {}), (SETS, FORBIDDEN)], ids=["the list", "a detail"]
)
@in_a_loop
async def test_candidates_of_which_one_cannot_be_read_are_not_told(
    lists: Items | ApiError, detail: Line
) -> None:
    """Half an answer would pass for "there is none"."""
    objects, _ = door({"DescribeCustomModelSets": lists}, {"DescribeModel": detail})
    found = await objects.candidates(MODEL, {"modelSetId": "am-1"}, since=NEVER_READ)
    assert isinstance(found, CannotTell)
    assert found.error is FORBIDDEN


@in_a_loop
async def test_a_candidate_without_a_read_is_judged_by_the_list_that_showed_it() -> None:
    """No other list is asked: without its container there is none."""
    objects, console = door({"DescribeFineTuningTasks": [{"taskId": "task-1"}]})
    planned: dict[str, JSON] = {"jobId": "job-1", "parameterScale": "LoRA"}
    found = await objects.candidates(UNREAD_TASK, planned, since=NEVER_READ)
    assert isinstance(found, Listed)
    assert list(found.objects) == ["task-1"]
    assert console.asked == [("DescribeFineTuningTasks", {"jobId": "job-1"})]


# --- an object known by its id -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("versions", "key"), [(["ds-1"], "ds-1"), (["ds-1", "ds-2"], None), ([], None)], ids=["1", "2", "0"]
)
@in_a_loop
async def test_the_outputs_of_a_found_object_hold_its_part_where_that_is_sure(
    versions: list[str], key: str | None
) -> None:
    """A dataset's own version is known where there is one version only; it is never guessed."""
    lists: dict[str, Items | ApiError] = {
        "DescribeDatasetVersions": [{"versionId": name} for name in versions],
        "DescribeDatasets": [{"datasetId": "dg-1"}],
    }
    read: JSON = {"datasetId": "dg-1", "versionId": "ds-1", "sampleCount": 7}
    objects, _ = door(lists, {"DescribeDatasetVersion": read})
    outputs = await objects.outputs_of(DATASET, "dg-1", since=NEVER_READ)
    assert not isinstance(outputs, CannotTell)
    assert outputs["datasetId"] == "dg-1"
    assert outputs.get("versionId") == key
    assert outputs.get("sampleCount") == (7 if key else None)


@in_a_loop
async def test_outputs_that_could_not_be_read_are_not_told_in_part() -> None:
    """Neither the part nor the object; but that nothing says which part it is leaves the rest."""
    objects, _ = door({"DescribeComputeUnits": FORBIDDEN}, {"DescribeService": {"serviceId": "svco-1"}})
    found = await objects.outputs_of(SERVICE, "svco-1", since=NEVER_READ)
    assert isinstance(found, CannotTell)
    assert found.error is FORBIDDEN
    objects, _ = door({"DescribeComputeUnits": []}, {"DescribeService": AWAY})
    found = await objects.outputs_of(SERVICE, "svco-1", since=NEVER_READ)
    assert isinstance(found, CannotTell)
    assert found.error is AWAY
    objects, _ = door({"DescribeComputeUnits": []}, {"DescribeService": {"url": "http://x"}})
    assert await objects.outputs_of(SERVICE, "svco-1", since=NEVER_READ) == {
        "serviceId": "svco-1",
        "url": "http://x",
    }


# --- answers and moments -----------------------------------------------------------------------------------


def test_an_answer_is_fatal_only_by_an_error_that_is() -> None:
    """Then nothing else will work either; an answer that was not enough is no error at all."""
    began = Moment(1.0)
    assert not CannotTell("nothing says which", began).fatal
    assert not CannotTell("403", began, FORBIDDEN).fatal
    assert CannotTell("away", began, AWAY).fatal


def test_moments_of_one_time_come_in_the_order_of_their_naming() -> None:
    """And an age in seconds is before all moments of its time."""
    clock = FakeClock()
    objects = Objects(Library(), clock.now, 60.0)
    first, second = objects.moment(), objects.moment()
    assert first < second
    assert first.time == second.time
    clock.time += 10.0
    assert objects.ago(10.0) < first < second < objects.ago(9.9) < objects.moment()


@in_a_loop
async def test_leaving_the_room_ends_what_is_in_flight() -> None:
    """Nobody reads a list for a run that is over."""
    held: asyncio.Future[Items] = asyncio.get_running_loop().create_future()

    class Slow(Library):
        async def pages(self, route: str, action: str, body: Mapping[str, JSON], *, items: str) -> Items:
            return await held

    async with Objects(Slow(), FakeClock().now, 60.0) as objects:
        reader = asyncio.ensure_future(objects.list(JOB, since=NEVER_READ))
        await idle()
    assert held.cancelled()
    await idle()
    assert reader.cancelled()


def test_the_kinds_that_these_tests_take_for_examples_are_what_they_say() -> None:
    """One without a read, one with a list of a container, two of one list, two with a part."""
    assert JOB.key == KindKey("v2", "FineTuningJob")
    assert JOB.read is None
    assert TASK.listing is not None
    assert MODEL.listing is not None
    assert SET.listing is not None
    assert TASK.listing.scope == "jobId"
    assert MODEL.listing.each
    assert MODEL.listing.action == SET.listing.action
    assert DATASET.part is not None
    assert SERVICE.part is not None
