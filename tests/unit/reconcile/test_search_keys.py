"""Search keys: who may be mistaken for whom, and what was there before a create."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from qfops.core.address import KindKey
from qfops.core.observation import LiveObject, Observed, Place, Searched
from qfops.core.values import JSON
from qfops.kinds.registry import load
from qfops.objects.matching import matches, search_key
from qfops.objects.objects import Objects
from qfops.reconcile.lost_calls.search_keys import SearchKeys
from tests.unit.objects.scripted import FakeClock, Items, Library

TASK = load().kinds[KindKey("v2", "FineTuningTask")]
PROMPT = load().kinds[KindKey("v2", "PromptTemplate")]


def keys(
    *live: LiveObject, console: Library | None = None, fresh: float = 60.0
) -> tuple[SearchKeys, FakeClock]:
    """Search keys over a refresh of runs that was made just now."""
    clock = FakeClock()
    searches = {Place(TASK.key, scope): Searched() for scope in ("job-1", "job-2")}
    observed = Observed({TASK.key: {item.id: item for item in live}}, searches=dict(searches))
    objects = Objects(console or Library(), clock.now, 10 * fresh)
    return SearchKeys(objects, observed, clock.now(), fresh), clock


def task(name: str, job: str, scale: str) -> LiveObject:
    return LiveObject(name, {"jobId": job, "parameterScale": scale}, {"taskId": name})


PLANNED: dict[str, JSON] = {"jobId": "job-1", "parameterScale": "LoRA", "hyperParameterConfig": {"epoch": 1}}


def test_equal_keys_share_a_lock_and_others_do_not() -> None:
    """Two runs of one job and scale go one at a time, whatever else they are made from."""
    search, _ = keys()
    other: JSON = {"epoch": 2}
    assert search.alone(TASK, PLANNED) is search.alone(TASK, {**PLANNED, "hyperParameterConfig": other})
    assert search.alone(TASK, PLANNED) is not search.alone(TASK, {**PLANNED, "jobId": "job-2"})
    assert search.alone(TASK, PLANNED) is not search.alone(
        TASK, {**PLANNED, "parameterScale": "FullFineTuning"}
    )
    assert search.alone(TASK, PLANNED) is not search.alone(PROMPT, PLANNED)


def test_a_mark_that_is_silent_equals_one_that_is_shown_empty() -> None:
    """A description that was not given comes back as an empty text."""
    version = load().kinds[KindKey("v2", "DatasetVersion")]
    search, _ = keys()
    silent: dict[str, JSON] = {"datasetId": "dg-1"}
    assert search.alone(version, silent) is search.alone(version, {**silent, "description": ""})
    assert search.alone(version, silent) is not search.alone(version, {**silent, "description": "spring"})


def test_a_fresh_refresh_tells_what_was_there_before() -> None:
    """Only what could be confused with the new object counts; what hides its marks always does."""
    search, _ = keys(
        task("task-1", "job-1", "LoRA"),
        task("task-2", "job-2", "LoRA"),
        task("task-3", "job-1", "FullFineTuning"),
        LiveObject("task-4", {"jobId": "job-1"}, {"taskId": "task-4"}),
    )
    assert asyncio.run(search.before(TASK, PLANNED, {})) == ("task-1", "task-4")


def test_an_old_refresh_is_not_trusted() -> None:
    """After the visibility time the scope is read again."""
    items: Items = [{"taskId": "task-9", "jobId": "job-1", "parameterScale": "LoRA"}]
    console = Library(lists={"DescribeFineTuningTasks": items})
    search, clock = keys(task("task-1", "job-1", "LoRA"), console=console)
    clock.time += 59.9
    assert asyncio.run(search.before(TASK, PLANNED, {})) == ("task-1",)
    clock.time += 0.1
    assert asyncio.run(search.before(TASK, PLANNED, {})) == ("task-9",)


def test_looks_of_one_scope_share_a_list_while_it_is_fresh() -> None:
    """Creates that follow each other need not list again: what this run has made is in its state."""
    console = Library(lists={"DescribeFineTuningTasks": [{"taskId": "task-9", "parameterScale": "LoRA"}]})
    search, clock = keys(console=console)
    clock.time += 60.0
    for passed, asked in ((0.0, 1), (59.0, 1), (2.0, 2)):
        clock.time += passed
        assert asyncio.run(search.before(TASK, PLANNED, {})) == ("task-9",)
        assert len(console.asked) == asked
    asyncio.run(search.before(TASK, {**PLANNED, "jobId": "job-2"}, {}))
    assert [body for _, body in console.asked] == [{"jobId": "job-1"}] * 2 + [{"jobId": "job-2"}]


def test_what_the_console_chooses_may_be_any_of_its_choices() -> None:
    """Without a scale every run of the job may be taken for the new one, so all of them are known before."""
    search, _ = keys(
        task("task-1", "job-1", "LoRA"),
        task("task-2", "job-2", "LoRA"),
        task("task-3", "job-1", "PromptTuning"),
    )
    assert asyncio.run(search.before(TASK, {"jobId": "job-1"}, {})) == ("task-1", "task-3")


def test_a_lost_create_is_found_although_the_console_chose_the_scale() -> None:
    """It would be sent, and paid, a second time."""
    items: Items = [{"taskId": "task-9", "jobId": "job-1", "parameterScale": "LoRA"}]
    search, _ = keys(console=Library(lists={"DescribeFineTuningTasks": items}), fresh=0.0)
    assert asyncio.run(search.before(TASK, {"jobId": "job-1"}, {})) == ("task-9",)


def test_a_description_that_is_written_empty_or_shown_as_null_is_silence() -> None:
    """In the key, and in the comparison with what a list shows."""
    version = load().kinds[KindKey("v2", "DatasetVersion")]
    for shown in (None, ""):
        live = LiveObject("ds-1", {"datasetId": "dg-1", "description": shown}, {"versionId": "ds-1"})
        for planned in ({"datasetId": "dg-1"}, {"datasetId": "dg-1", "description": ""}):
            assert matches(version, planned, live)
            assert search_key(version, planned) == search_key(version, live.attributes)
        assert not matches(version, {"datasetId": "dg-1", "description": "spring"}, live)


def test_a_default_is_silence_in_a_key() -> None:
    """Whatever the default of a mark is."""
    kind = replace(TASK, defaults={"parameterScale": "LoRA"})
    silent, said = {"jobId": "job-1"}, {"jobId": "job-1", "parameterScale": "LoRA"}
    assert search_key(kind, silent) == search_key(kind, said)
    assert matches(kind, silent, task("task-1", "job-1", "LoRA"))
