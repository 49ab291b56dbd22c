"""Runs that an earlier version keyed by what was written are known by what it means: none is made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.resource import Resource
from qfops.core.state.entry import Retired
from qfops.core.values import JSON, Value, plain
from qfops.kinds.registry import load
from qfops.planning.actions.known_runs import entry_of_today, with_keys_of_today
from qfops.planning.actions.runs import Inputs, inputs_as_written, inputs_of
from tests.support.bench import ref, resource
from tests.support.project import dataset, job, run, version
from tests.unit.planning.given import World, shown

RUN = Address.parse("FineTuningTask/faq-a")
KIND = load().get(RUN)
SOURCES: list[Value] = [
    {"versionId": ref("Dataset/faq-train"), "samplingRate": 1},
    {"versionId": ref("DatasetVersion/faq-spring"), "samplingRate": 2.0},
]
TURNED: list[Value] = [
    {"samplingRate": 2, "versionId": ref("DatasetVersion/faq-spring")},
    {"versionId": ref("Dataset/faq-train")},
]


def wanted(sources: list[Value], rate: float = 0.0003, key: str = "a", **config: Value) -> Resource:
    """A run of two versions."""
    data = {"sourceType": "Platform", "versions": sources, **config}
    return resource(f"FineTuningTask/faq-{key}", {**run(key, rate).attributes, "datasetConfig": data})


def old(world: World, attributes: Mapping[str, JSON]) -> Inputs:
    """The inputs and the key as they were made of what was written."""
    return inputs_as_written(KIND, attributes, world.entries[Address.parse("FineTuningJob/faq")].attributes)


def before(*, inputs: bool = True) -> World:
    """A state in which the run has a key of old; `inputs`: with what it was made from."""
    world = World(dataset(), version(), job(), wanted(SOURCES, splitRatio=20))
    made = old(world, world.entries[RUN].attributes)
    assert made.key != world.entries[RUN].run_key
    recorded = {path: plain(value) for path, value in made.values.items()} if inputs else {}
    return world.remember(str(RUN), run_key=made.key, inputs=recorded)


@pytest.mark.parametrize("inputs", [True, False], ids=["with its inputs", "with its attributes only"])
@pytest.mark.parametrize(
    "today",
    [wanted(SOURCES, splitRatio=20), wanted(TURNED), wanted(TURNED, splitRatio=20.0)],
    ids=["as it was", "in silence", "in another order"],
)
def test_a_run_of_old_is_not_made_again(today: Resource, *, inputs: bool) -> None:
    """Untouched, or written in another way."""
    assert shown(before(inputs=inputs).want(today).plan().changes) == []


@pytest.mark.parametrize("inputs", [True, False], ids=["with its inputs", "with its attributes only"])
def test_other_inputs_are_another_run(*, inputs: bool) -> None:
    """And the reason names what really differs, not how it is written."""
    change = next(
        c for c in before(inputs=inputs).want(wanted(TURNED, splitRatio=10)).plan().changes if c.acts
    )
    assert (str(change.action), str(change.address)) == ("run", str(RUN))
    if inputs:
        assert change.reason == "runs again: only datasetConfig.splitRatio differs"


def retired(world: World, rate: float, key: str = "") -> Retired:
    """A kept run with another rate and a key of old."""
    attributes = {**world.entries[RUN].attributes}
    attributes["hyperParameterConfig"] = {"epoch": 3, "learningRate": rate, "maxSeqLen": 4096}
    world.show(replace(world.live(str(RUN)), id="task-old"), KIND.key)
    return Retired("task-old", attributes, {"taskId": "task-old"}, key or old(world, attributes).key)


def test_a_kept_run_of_old_is_linked_again() -> None:
    """However its inputs are written today: undoing an edit costs nothing."""
    world = before()
    world.remember(str(RUN), retired=(retired(world, 0.001),))
    plan = world.want(wanted(TURNED, 0.001)).plan()
    assert shown(plan.changes) == [f"adopt {RUN}"]
    assert next(c for c in plan.changes if c.acts).origin.link == "task-old"


def test_a_key_that_cannot_be_proven_stays() -> None:
    """Something else was keyed than what the attributes say now: it matches only what it made."""
    world = before()
    world.remember(str(RUN), retired=(retired(world, 0.001, key="of another time"),))
    entry = with_keys_of_today(world.given()).state.entries[RUN]
    assert [item.run_key for item in entry.retired] == ["of another time"]
    assert shown(world.want(wanted(TURNED, 0.001)).plan().changes) == [f"run {RUN}"]


def test_a_run_of_old_is_known_under_a_new_name() -> None:
    """Its manifest was renamed and written otherwise: the plan asks for the move and trains nothing."""
    world = before().remove(str(RUN)).want(wanted(TURNED, key="b"))
    change = next(c for c in world.plan().changes if str(c.address) == "FineTuningTask/faq-b")
    assert (str(change.action), change.origin.looks_like) == ("blocked", RUN)


def test_a_run_that_was_linked_again_is_known_by_its_inputs() -> None:
    """Its key is that of the kept object, older than the inputs beside it."""
    world = World(dataset(), version(), job(), wanted(TURNED))
    today = world.entries[RUN].run_key
    world.remember(str(RUN), run_key="older")
    given, kind = world.given(), load().get(RUN)
    assert entry_of_today(given, kind, given.state.entries[RUN]).run_key == today
    assert with_keys_of_today(given) is given  # asked for only where its inputs are not plainly the same
    world.remove(str(RUN))
    assert with_keys_of_today(world.given()).state.entries[RUN].run_key == today


def test_without_a_run_of_old_nothing_is_made_anew() -> None:
    """The very same input, so that a plan of today pays nothing for it."""
    given = World(dataset(), version(), job(), wanted(TURNED)).given()
    assert with_keys_of_today(given) is given


def test_both_ways_give_one_key_where_nothing_was_written_twice() -> None:
    """A run in its plain form keeps its key byte for byte."""
    world = World(dataset(), job(), run("a", 0.0003))
    attributes = world.entries[RUN].attributes
    home = world.entries[Address.parse("FineTuningJob/faq")].attributes
    assert inputs_of(KIND, attributes, home) == inputs_as_written(KIND, attributes, home)
