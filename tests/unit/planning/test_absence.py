"""What proves that a new object doubles none, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address, ObjectKey
from qfops.core.observation import Place
from qfops.core.plan.actions import Action
from qfops.core.settings import Settings
from qfops.core.state.entry import Retired
from qfops.kinds.registry import load
from qfops.planning.actions.absence import way_out
from qfops.planning.planner import make_plan
from tests.support.bench import find, ref, resource
from tests.support.project import dataset, job, run, template
from tests.unit.planning.given import World, shown

RUN = Address.parse("FineTuningTask/faq-a")
PROMPT = Address.parse("PromptTemplate/faq-answer")


def with_kept_run() -> tuple[World, ObjectKey]:
    """A run whose manifest is edited to what an older run was made from, which was kept."""
    wanted = run("a", 0.0009)
    world = World(dataset(), job(), run("a", 0.0003))
    entry = world.entries[RUN]
    again = World(dataset(), job(), wanted).entries[RUN]
    kept = Retired(
        "task-kept", again.attributes, {"taskId": "task-kept"}, run_key=again.run_key, why="replaced"
    )
    world.remember(str(RUN), retired=(kept,))
    world.want(wanted)
    assert entry.run_key != again.run_key
    return world, ObjectKey(RUN.kind_key, kept.id)


def test_a_kept_run_that_could_not_be_read_is_not_paid_for_again() -> None:
    """It may be what is wanted; one that is gone is not."""
    world, kept = with_kept_run()
    world.unreadable[kept] = "the keys may not read it"
    change = find(world.plan(), str(RUN))
    assert change.action is Action.UNKNOWN
    assert "task-kept, which was kept, could not be read: the keys may not read it" in change.reason
    world, kept = with_kept_run()
    world.missing.add(kept)
    assert find(world.plan(), str(RUN)).action is Action.RUN


@pytest.mark.parametrize("unlisted", [True, False])
def test_a_container_that_is_made_is_empty_whatever_the_list_says(unlisted: bool) -> None:
    """The list of all models cannot be read; the set is new, so no model can be in it."""
    world = World()
    models = load().get(Address.parse("Model/x"))
    world.want(
        resource("ModelSet/s", {"modelSetName": "s", "modelType": "Text2Text"}),
        resource("Model/x", {
            "modelSetId": ref("ModelSet/s"), "sourceType": "Import", "importMeta": {"storageType": "BOS"},
        }),
    )  # fmt: skip
    if unlisted:
        world.unlisted[Place(models.key)] = "403"
    assert shown(world.plan().changes) == ["create ModelSet/s", "create Model/x"]


def test_what_a_person_says_of_one_address_says_nothing_of_another() -> None:
    """Both lists cannot be read; only the address that is named is made."""
    world = World()
    world.want(template(), job())
    for item in (template(), job()):
        world.unlisted[Place(item.address.kind_key)] = "403"
    given = replace(world.given(), vouched=frozenset({PROMPT}))
    assert sorted(shown(make_plan(given).changes)) == [f"create {PROMPT}", "unknown FineTuningJob/faq"]


@pytest.mark.parametrize(
    ("environment", "place"), [("", "qfops.yaml:"), ("prod", "qfops.yaml, under environments.prod:")]
)
def test_the_way_out_names_the_line_and_its_place(environment: str, place: str) -> None:
    """In a project with environments the line belongs to the one in which somebody has looked."""
    given = replace(World().given(), settings=Settings("demo", environment))
    assert way_out(given, PROMPT).endswith(f'add to {place}  adopt: {{"{PROMPT}": null}}')
