"""Looking for what became of a lost call: the scope of a create, the counters of an append, the object."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from qfops.core.address import Address, ObjectKey
from qfops.core.errors import ApiError
from qfops.core.plan.steps import Repeat
from qfops.core.state.entry import Entry
from qfops.core.state.neighbours import NO_NEIGHBOURS, Neighbours, ObjectOwner
from qfops.core.state.records import Before, Counters, Header, Intent
from qfops.core.values import JSON
from qfops.kinds.registry import load
from qfops.objects.answers import Moment
from qfops.objects.objects import Objects
from qfops.reconcile.lost_calls.look_up import look_for
from qfops.reconcile.lost_calls.ruling import Look, Seen
from tests.unit.objects.scripted import FakeClock, Items, Library, error

KINDS = load()
FORBIDDEN = error(status=403)
MISSING = error(status=404, code="NoSuchObject")


def look(
    console: Library,
    intent: Intent,
    repeat: Repeat,
    *entries: Entry,
    neighbours: Neighbours = NO_NEIGHBOURS,
) -> Look:
    """One look, where `entries` are what state holds, and `neighbours` what others do."""
    objects = Objects(console, FakeClock().now, 60.0)
    return asyncio.run(_looked(objects, intent, repeat, *entries, neighbours=neighbours))[0]


async def _looked(
    objects: Objects,
    intent: Intent,
    repeat: Repeat,
    *entries: Entry,
    neighbours: Neighbours = NO_NEIGHBOURS,
) -> tuple[Look, Moment]:
    held = {entry.address: entry for entry in entries}
    kind = KINDS.get(intent.header.address)
    return await look_for(objects, kind, intent, repeat, held, lambda: neighbours)


def lost(
    address: Address,
    step: str,
    planned: Entry | None,
    *,
    outputs: Mapping[str, JSON] | None = None,
    before: Before = None,
) -> Intent:
    """The intent of a call; what it plans is what is looked for."""
    return Intent(
        header=Header(attempt="a", address=address, step=step),
        planned=planned,
        attributes=planned.attributes if planned is not None else {},
        outputs=outputs or {},
        before=before,
    )


def lost_create(kind: str, attributes: dict[str, JSON], *before: str) -> Intent:
    """The intent of a create; `before` are the ids that matched already."""
    address = Address.parse(f"{kind}/x")
    planned = Entry(address=address, id=None, attributes=attributes)
    return lost(address, "create", planned, before=before)


def tasks(*items: tuple[str, str]) -> Items:
    return [{"taskId": name, "jobId": "job-1", "parameterScale": scale} for name, scale in items]


LORA: dict[str, JSON] = {"jobId": "job-1", "parameterScale": "LoRA"}


def test_a_create_is_looked_for_in_its_scope_under_its_marks() -> None:
    """The tasks of the job, and of those the ones of the planned scale."""
    items = tasks(("task-1", "LoRA"), ("task-2", "FullFineTuning"))
    console = Library(lists={"DescribeFineTuningTasks": items})
    found = look(console, lost_create("FineTuningTask", LORA), Repeat.LOOK_UP)
    assert found == Look(Seen.ALIKE, ("task-1",))
    assert console.asked == [("DescribeFineTuningTasks", {"jobId": "job-1"})]


def test_what_was_there_before_and_what_state_owns_are_no_candidates() -> None:
    """Neither can be the result of the call; an object that was retired is as much ours as a current one."""
    items = tasks(("task-1", "LoRA"), ("task-2", "LoRA"), ("task-3", "LoRA"))
    console = Library(lists={"DescribeFineTuningTasks": items})
    intent = lost_create("FineTuningTask", LORA, "task-1")
    ours = Entry(address=Address.parse("FineTuningTask/other"), id="task-2")
    retired = replace(ours.without_object(), retired=(ours.as_retired("removed", None),))
    assert look(console, intent, Repeat.LOOK_UP, ours) == Look(Seen.ALIKE, ("task-3",))
    assert look(console, intent, Repeat.LOOK_UP, retired) == Look(Seen.ALIKE, ("task-3",))
    assert look(console, intent, Repeat.LOOK_UP) == Look(Seen.MANY, ("task-2", "task-3"))


def test_what_another_state_owns_is_no_candidate() -> None:
    """A run that another environment made in the same job is not the lost one."""
    console = Library(lists={"DescribeFineTuningTasks": tasks(("task-1", "LoRA"), ("task-2", "LoRA"))})
    address = Address.parse("FineTuningTask/other")
    owner = ObjectOwner(address, "environment dev", "qfops --env dev")
    others = Neighbours({ObjectKey(address.kind_key, "task-1"): owner})
    intent = lost_create("FineTuningTask", LORA)
    assert look(console, intent, Repeat.LOOK_UP, neighbours=others) == Look(Seen.ALIKE, ("task-2",))
    console.lists["DescribeFineTuningTasks"] = tasks(("task-1", "LoRA"))
    assert look(console, intent, Repeat.LOOK_UP, neighbours=others) == Look(Seen.NONE, ())


def test_a_mark_that_the_list_does_not_show_is_read() -> None:
    """A set lists the ids of its models only; where a model comes from stands in its detail."""
    sets: Items = [
        {"modelSetId": "am-1", "modelIds": ["amv-1", "amv-2"]},
        {"modelSetId": "am-2", "modelIds": ["amv-3"]},
    ]
    console = Library(lists={"DescribeCustomModelSets": sets})
    details = iter([("amv-1", "task-1"), ("amv-2", "task-2")])

    def detail() -> JSON:
        name, task = next(details)
        return {"modelId": name, "sourceInfo": {"taskId": task}}

    console.reads["DescribeModel"] = detail
    planned: dict[str, JSON] = {"modelSetId": "am-1", "trainMeta": {"taskId": "task-2"}}
    assert look(console, lost_create("Model", planned), Repeat.LOOK_UP) == Look(Seen.ALIKE, ("amv-2",))


@pytest.mark.parametrize("answer", [FORBIDDEN, MISSING], ids=["403", "404"])
def test_what_cannot_be_listed_is_unreadable_and_not_absent(answer: ApiError) -> None:
    """Neither forbidden nor the 404 of the container says what exists."""
    console = Library(lists={"DescribeFineTuningTasks": answer})
    found = look(console, lost_create("FineTuningTask", {"jobId": "job-1"}), Repeat.LOOK_UP)
    assert found == Look(Seen.UNREADABLE, reason=str(answer))


VERSION = Address.parse("DatasetVersion/v")
IMPORTED = lost(
    VERSION,
    "import[0]",
    Entry(address=VERSION, id="ds-1"),
    outputs={"versionId": "ds-1"},
    before=Counters({"importStatus": "Created", "publishStatus": "Unpublished"}, {"sampleCount": 3}),
)


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ({"importStatus": "Created", "publishStatus": "Unpublished", "sampleCount": 3}, Seen.STILL),
        ({"importStatus": "Importing", "publishStatus": "Unpublished", "sampleCount": 3}, Seen.MOVED),
        ({"importStatus": "Created", "publishStatus": "Unpublished", "sampleCount": 9}, Seen.MOVED),
        # What is not shown has neither moved nor stood still; what is shown beside it may have moved.
        ({"publishStatus": "Unpublished", "sampleCount": 3}, Seen.UNREADABLE),
        ({"importStatus": None, "publishStatus": "Unpublished", "sampleCount": 3}, Seen.UNREADABLE),
        ({"publishStatus": "Unpublished", "sampleCount": 9}, Seen.MOVED),
        ({"importStatus": "Created", "sampleCount": 3}, Seen.STILL),
        ({"importStatus": "Created", "publishStatus": "Unpublished"}, Seen.UNREADABLE),
        ({"sampleCount": 3}, Seen.UNREADABLE),
        (MISSING, Seen.GONE),
        (FORBIDDEN, Seen.UNREADABLE),
    ],
)
def test_a_lost_import_is_read_from_the_version_itself(answer: JSON | ApiError, seen: Seen) -> None:
    """Its counters and its status tell."""
    console = Library(reads={"DescribeDatasetVersion": answer})
    assert look(console, IMPORTED, Repeat.LOOK_UP).seen is seen


def test_words_that_nobody_could_place_are_compared_as_they_were_joined() -> None:
    """A journal of an earlier version keeps one text of all the words."""
    answer: JSON = {"importStatus": "Created", "publishStatus": "Unpublished", "sampleCount": 3}
    console = Library(reads={"DescribeDatasetVersion": answer})
    for words, seen in (("Created/Unpublished", Seen.STILL), ("Created/Published", Seen.MOVED)):
        intent = replace(IMPORTED, before=Counters({"": words}, {"sampleCount": 3}))
        assert look(console, intent, Repeat.LOOK_UP).seen is seen


PROMPT = Address.parse("PromptTemplate/p")
APPLIED = Entry(
    address=PROMPT,
    id="pt-1",
    attributes={"templateName": "p", "templateContent": "old", "hyperParameters": {"topP": 0.8}},
    outputs={"templateId": "pt-1"},
)


def modified(**attributes: JSON) -> Intent:
    """The intent of an update that leaves these attributes behind."""
    return lost(PROMPT, "modify", replace(APPLIED, attributes=attributes), outputs=APPLIED.outputs)


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
    intent: Intent, shown: Mapping[str, JSON], seen: Seen
) -> None:
    """And on nothing else."""
    live: dict[str, JSON] = {
        "templateId": "pt-1",
        "templateName": "p",
        "templateContent": "new",
        "hyperParameters": {"topP": 0.8},
        **shown,
    }
    console = Library(reads={"DescribePromptTemplate": live})
    assert look(console, intent, Repeat.SAFE, APPLIED).seen is seen


def test_what_no_read_shows_is_no_proof() -> None:
    """Replicas on owned units are not echoed: a lost ScaleService is repeated, never taken for done."""
    address = Address.parse("Service/s")

    def entry(count: int) -> Entry:
        unit: JSON = {"instanceId": "u-1", "deploymentReplicasCount": count}
        return Entry(
            address=address,
            id="svco-1",
            attributes={"deploymentConfig": {"deploymentComputeUnitList": [unit]}},
            outputs={"serviceId": "svco-1"},
        )

    planned = entry(2)
    intent = lost(address, "scale", planned, outputs=planned.outputs)
    console = Library(reads={"DescribeService": {"serviceId": "svco-1", "runStatus": "Serving"}})
    assert look(console, intent, Repeat.SAFE, entry(1)).seen is Seen.NOT_SHOWN


def test_without_an_entry_there_is_nothing_to_compare_with() -> None:
    """An object that state has let go of proves nothing about a write."""
    console = Library(reads={"DescribePromptTemplate": {"templateId": "pt-1", "templateContent": "new"}})
    assert look(console, modified(templateContent="new"), Repeat.SAFE).seen is Seen.NOT_SHOWN


def test_a_lost_delete_is_seen_by_its_absence() -> None:
    """And a delete that did not happen by the object."""
    intent = lost(PROMPT, "delete", None, outputs=APPLIED.outputs)
    there = Library(reads={"DescribePromptTemplate": {"templateId": "pt-1"}})
    assert look(there, intent, Repeat.SAFE, APPLIED).seen is Seen.NOT_SHOWN
    away = Library(reads={"DescribePromptTemplate": MISSING})
    assert look(away, intent, Repeat.SAFE, APPLIED).seen is Seen.GONE


def test_a_look_never_takes_an_answer_that_began_before_it() -> None:
    """A list of a moment ago does not show what a call made since; the look says when its own began."""
    console = Library(lists={"DescribeFineTuningTasks": []})

    async def scene() -> None:
        objects = Objects(console, FakeClock().now, 60.0)
        kind = KINDS.get(Address.parse("FineTuningTask/x"))
        await objects.list(kind, "job-1", since=objects.moment())
        console.lists["DescribeFineTuningTasks"] = tasks(("task-1", "LoRA"))
        asked = objects.moment()
        found, began = await _looked(objects, lost_create("FineTuningTask", LORA), Repeat.LOOK_UP)
        assert found == Look(Seen.ALIKE, ("task-1",))
        assert began > asked
        assert len(console.asked) == 2

    asyncio.run(scene())
