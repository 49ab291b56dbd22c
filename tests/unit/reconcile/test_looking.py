"""Looking for what became of a lost call: the scope of a create, the counters of an append, the object."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from qfops.reconcile.looking import Searcher
from qfops.reconcile.settle import Look, Seen

from qfops.core.address import Address
from qfops.core.errors import ApiError, ErrorClass
from qfops.core.state.entry import Entry
from qfops.core.state.records import Record
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.kinds.operations import Repeat
from qfops.kinds.registry import load
from tests.unit.reconcile.scripted import Script, error

KINDS = load().kinds
NOTHING = State("demo")
FORBIDDEN = error(ErrorClass.REFUSED, status=403)
MISSING = error(ErrorClass.REFUSED, status=404)


def look(kind: str, console: Script, intent: Record, repeat: Repeat, state: State = NOTHING) -> Look:
    """One look."""
    return asyncio.run(Searcher(console, KINDS[("v2", kind)]).effect(intent, repeat, state))


def lost_create(kind: str, attributes: dict[str, JSON], before: list[JSON]) -> Record:
    """The intent of a create."""
    address = Address.parse(f"{kind}/x")
    return Record("intent", "a", address, "create", attributes=attributes, before=before)


def tasks(*items: tuple[str, str]) -> list[dict[str, JSON]]:
    return [{"taskId": name, "jobId": "job-1", "parameterScale": scale} for name, scale in items]


def test_a_create_is_looked_for_in_its_scope_under_its_marks() -> None:
    """The tasks of the job, and of those the ones of the planned scale."""
    console = Script(
        lists={"DescribeFineTuningTasks": tasks(("task-1", "LoRA"), ("task-2", "FullFineTuning"))}
    )
    intent = lost_create("FineTuningTask", {"jobId": "job-1", "parameterScale": "LoRA"}, [])
    assert look("FineTuningTask", console, intent, Repeat.LOOK_UP) == Look(Seen.ONE, ("task-1",))
    assert console.asked == [("DescribeFineTuningTasks", {"jobId": "job-1"})]


def test_what_was_there_before_and_what_state_owns_are_no_candidates() -> None:
    """Neither can be the result of the call."""
    found = tasks(("task-1", "LoRA"), ("task-2", "LoRA"), ("task-3", "LoRA"))
    console = Script(lists={"DescribeFineTuningTasks": found})
    intent = lost_create("FineTuningTask", {"jobId": "job-1", "parameterScale": "LoRA"}, ["task-1"])
    ours = Entry(Address.parse("FineTuningTask/other"), "task-2")
    state = State("demo", entries={ours.address: ours})
    assert look("FineTuningTask", console, intent, Repeat.LOOK_UP, state) == Look(Seen.ONE, ("task-3",))
    assert look("FineTuningTask", console, intent, Repeat.LOOK_UP) == Look(Seen.MANY, ("task-2", "task-3"))


def test_a_mark_that_the_list_does_not_show_is_read() -> None:
    """A set lists the ids of its models only; where a model comes from stands in its detail."""
    sets: list[dict[str, JSON]] = [
        {"modelSetId": "am-1", "modelIds": ["amv-1", "amv-2"]},
        {"modelSetId": "am-2", "modelIds": ["amv-3"]},
    ]
    console = Script(lists={"DescribeCustomModelSets": sets})
    details = iter(["task-1", "task-2"])
    console.reads["DescribeModel"] = lambda: {"modelId": "amv", "sourceInfo": {"taskId": next(details)}}
    planned: dict[str, JSON] = {"modelSetId": "am-1", "trainMeta": {"taskId": "task-2"}}
    intent = lost_create("Model", planned, [])
    assert look("Model", console, intent, Repeat.LOOK_UP) == Look(Seen.ONE, ("amv-2",))


def test_what_cannot_be_listed_is_unreadable_and_not_absent() -> None:
    """Forbidden says nothing about what exists."""
    console = Script(lists={"DescribeFineTuningTasks": FORBIDDEN})
    intent = lost_create("FineTuningTask", {"jobId": "job-1"}, [])
    found = look("FineTuningTask", console, intent, Repeat.LOOK_UP)
    assert found.seen is Seen.UNREADABLE
    assert "403" in found.reason


VERSION = Address.parse("DatasetVersion/v")
COUNTED = Record(
    "intent", "a", VERSION, "import[0]", outputs={"versionId": "ds-1"},
    before={"status": "Created/Unpublished", "sampleCount": 3},
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ({"importStatus": "Created", "publishStatus": "Unpublished", "sampleCount": 3}, Seen.STILL),
        ({"importStatus": "Importing", "publishStatus": "Unpublished", "sampleCount": 3}, Seen.MOVED),
        ({"importStatus": "Created", "publishStatus": "Unpublished", "sampleCount": 9}, Seen.MOVED),
        (MISSING, Seen.GONE),
        (FORBIDDEN, Seen.UNREADABLE),
    ],
)
def test_a_lost_import_is_read_from_the_version_itself(answer: JSON | ApiError, seen: Seen) -> None:
    """Its counters and its status tell."""
    console = Script(reads={"DescribeDatasetVersion": answer})
    assert look("DatasetVersion", console, COUNTED, Repeat.LOOK_UP).seen is seen


PROMPT = Address.parse("PromptTemplate/p")
APPLIED = Entry(
    PROMPT, "pt-1", {"templateName": "p", "templateContent": "old", "hyperParameters": {"topP": 0.8}},
    outputs={"templateId": "pt-1"},
)  # fmt: skip


def modified(**attributes: JSON) -> Record:
    """The intent of an update that leaves these attributes behind."""
    planned = replace(APPLIED, attributes=attributes)
    return Record(
        "intent",
        "a",
        PROMPT,
        "modify",
        attributes=attributes,
        outputs=APPLIED.outputs,
        entries={PROMPT: planned},
    )


STATE = State("demo", entries={PROMPT: APPLIED})
SETTINGS: dict[str, JSON] = {"topP": 0.8}


@pytest.mark.parametrize(
    ("intent", "shown", "seen"),
    [
        (modified(templateName="p", templateContent="new", hyperParameters=SETTINGS), {}, Seen.SHOWN),
        (modified(templateName="p", templateContent="newer", hyperParameters=SETTINGS), {}, Seen.NOT_SHOWN),
        # Somebody renamed it meanwhile: no matter, the call was not about the name.
        (
            modified(templateName="p", templateContent="new", hyperParameters=SETTINGS),
            {"templateName": "q"},
            Seen.SHOWN,
        ),
        # A reset: the console shows its default.
        (
            modified(templateName="p", templateContent="old"),
            {"templateContent": "old", "hyperParameters": {"topP": 0.8}},
            Seen.SHOWN,
        ),
        (
            modified(templateName="p", templateContent="old"),
            {"templateContent": "old", "hyperParameters": {"topP": 0.7}},
            Seen.NOT_SHOWN,
        ),
    ],
)
def test_a_lost_safe_write_is_seen_on_what_it_was_to_change(
    intent: Record, shown: Mapping[str, JSON], seen: Seen
) -> None:
    """And on nothing else."""
    live: dict[str, JSON] = {
        "templateId": "pt-1",
        "templateName": "p",
        "templateContent": "new",
        "hyperParameters": {"topP": 0.8},
        **shown,
    }
    console = Script(reads={"DescribePromptTemplate": live})
    assert look("PromptTemplate", console, intent, Repeat.SAFE, STATE).seen is seen


def test_what_no_read_shows_is_no_proof() -> None:
    """Replicas on owned units are not echoed: a lost ScaleService is repeated, never taken for done."""
    address = Address.parse("Service/s")

    def entry(count: int) -> Entry:
        unit: JSON = {"instanceId": "u-1", "deploymentReplicasCount": count}
        return Entry(
            address, "svco-1", {"deploymentConfig": {"deploymentComputeUnitList": [unit]}},
            outputs={"serviceId": "svco-1"},
        )  # fmt: skip

    planned = entry(2)
    intent = Record(
        "intent", "a", address, "scale", attributes=planned.attributes, outputs=planned.outputs,
        entries={address: planned},
    )  # fmt: skip
    console = Script(reads={"DescribeService": {"serviceId": "svco-1", "runStatus": "Serving"}})
    state = State("demo", entries={address: entry(1)})
    assert look("Service", console, intent, Repeat.SAFE, state).seen is Seen.NOT_SHOWN


def test_a_lost_delete_is_seen_by_its_absence() -> None:
    """And a delete that did not happen by the object."""
    intent = Record("intent", "a", PROMPT, "delete", outputs=APPLIED.outputs, entries={PROMPT: None})
    there = Script(reads={"DescribePromptTemplate": {"templateId": "pt-1"}})
    assert look("PromptTemplate", there, intent, Repeat.SAFE, STATE).seen is Seen.NOT_SHOWN
    away = Script(reads={"DescribePromptTemplate": MISSING})
    assert look("PromptTemplate", away, intent, Repeat.SAFE, STATE).seen is Seen.GONE


def test_an_object_without_a_read_is_found_in_its_list() -> None:
    """Jobs have no detail."""
    console = Script(lists={"DescribeFineTuningJobs": [{"jobId": "job-1", "name": "a"}, {"jobId": "job-2"}]})
    searcher = Searcher(console, KINDS[("v2", "FineTuningJob")])
    found = asyncio.run(searcher.read({"jobId": "job-1"}))
    assert found is not None
    assert found.attributes["name"] == "a"
    assert asyncio.run(searcher.read({"jobId": "job-3"})) is None


@pytest.mark.parametrize(("versions", "key"), [(["ds-1"], "ds-1"), (["ds-1", "ds-2"], None), ([], None)])
def test_the_part_of_a_found_object_is_never_guessed(versions: list[str], key: str | None) -> None:
    """A dataset's own version is known where there is one version only."""
    listed: list[dict[str, JSON]] = [{"versionId": name} for name in versions]
    console = Script(lists={"DescribeDatasetVersions": listed, "DescribeDatasets": [{"datasetId": "dg-1"}]})
    console.reads["DescribeDatasetVersion"] = {"datasetId": "dg-1", "versionId": "ds-1"}
    outputs = asyncio.run(Searcher(console, KINDS[("v2", "Dataset")]).outputs_of("dg-1"))
    assert outputs["datasetId"] == "dg-1"
    assert outputs.get("versionId") == key
