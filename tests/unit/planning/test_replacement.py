"""A new object in place of an old one: when that works, what it costs, which kept object is linked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from qfops.core.address import KindKey
from qfops.core.observation import Observed, Phase
from qfops.core.plan.change import Change
from qfops.core.resolve import resolve
from qfops.core.resource import Lifecycle, Resource
from qfops.core.state.entry import Retired
from qfops.core.values import JSON, Value
from qfops.kinds.registry import load
from qfops.planning.actions import case as cases
from qfops.planning.actions import replacement
from qfops.planning.context import PlannedValues
from tests.support.project import dataset, deployed, job, run, service, template
from tests.unit.planning.given import World, edited

TASK = KindKey("v2", "FineTuningTask")
CONTAINER = {"model": "ERNIE-Speed-8K", "trainMode": "SFT"}


def case_of(world: World, item: Resource) -> cases.Case:
    """What is known of a resource whose references are resolved as the world applied it."""
    desired: Mapping[str, Value] = {**item.attributes, **_resolved(world, item)}
    kind = load().get(item.address)
    return cases.Case(world.given(), kind, item, desired, CONTAINER if kind.run else {}, {})


def _resolved(world: World, item: Resource) -> Mapping[str, Value]:
    known = world.entries[item.address].attributes
    return {edge.path.partition(".")[0]: known[edge.path.partition(".")[0]] for edge in item.references}


def replaced(world: World, item: Resource, why: str = "edited") -> Change:
    name = str(item.address)
    return replacement.replacement(
        case_of(world, item), world.entries[item.address], world.live(name), (), why
    )


# --- names that the console keeps unique


def test_a_new_object_cannot_be_made_under_a_name_that_the_console_keeps_unique() -> None:
    blocked = replaced(World(job()), job())
    assert str(blocked.action) == "blocked"
    assert blocked.reason.endswith("so change spec.name too")
    assert blocked.steps == ()


def test_nor_is_there_a_conflict_where_the_name_changes_too_or_only_we_mind() -> None:
    assert str(replaced(World(job()), edited(job(), name="new")).action) == "replace"
    assert str(replaced(World(dataset()), dataset()).action) == "replace"


def test_a_stopped_service_has_let_go_of_its_name() -> None:
    world = World(*deployed())
    assert str(replaced(world, service("Model/faq-base")).action) == "blocked"
    world.set_status("Service/faq", runStatus="Stopped", updateStatus="None")
    assert str(replaced(world, service("Model/faq-base")).action) == "replace"


def test_the_conflict_is_named_before_the_protection() -> None:
    guarded = replace(job(), lifecycle=Lifecycle(protect=True))
    assert "unique" in replaced(World(job()), guarded).reason
    assert (
        replaced(World(job()), edited(guarded, name="new")).reason
        == "protected (lifecycle.protect), but edited"
    )


# --- what becomes of the old one


@pytest.mark.parametrize(
    ("item", "on_replace", "kept"),
    [
        (edited(job(), name="new"), None, True),
        (edited(job(), name="new"), "delete", False),
        (template(), None, False),
        (template(), "retire", True),
    ],
    ids=["as the kind says: kept", "to be deleted", "as the kind says: not kept", "to be kept"],
)
def test_the_old_object_stays_as_the_lifecycle_or_else_the_kind_says(
    item: Resource, on_replace: str | None, kept: bool
) -> None:
    wanted = replace(item, lifecycle=Lifecycle(on_replace=on_replace))  # type: ignore[arg-type]
    world = World(job(), template())
    change = replaced(world, wanted)
    old = (world.entries[item.address].id,)
    assert (change.ends.keeps, change.ends.destroys) == ((old, ()) if kept else ((), old))


def test_what_is_still_going_is_thrown_away_even_where_finished_ones_are_kept() -> None:
    world = World(dataset(), job(), run("a", 0.1)).set_status("FineTuningTask/faq-a", runStatus="Running")
    change = replaced(world, run("a", 0.2))
    assert (change.ends.keeps, change.ends.destroys) == ((), ("taskId-of-faq-a",))
    assert change.steps[0].id == "stop"
    assert change.decision.notes == (
        "a run in progress is stopped and thrown away (taskId-of-faq-a, Running)",
    )


def test_a_service_that_is_replaced_has_another_url_and_is_billed_twice_until_the_old_one_ends() -> None:
    renamed = edited(service("Model/faq-base"), name="new", urlSuffix="new")
    until = [note for note in replaced(World(*deployed()), renamed).decision.notes if "billed twice" in note]
    assert until == ["billed twice until the old one has ended (serviceId-of-faq)"]
    kept = replace(renamed, lifecycle=Lifecycle(on_replace="retire"))
    notes = replaced(World(*deployed()), kept).decision.notes
    assert notes == (
        "new URL; the one until now is url-of-faq",
        "billed twice until the old one is pruned (serviceId-of-faq)",
    )


def test_a_stopped_service_costs_nothing_beside_the_new_one() -> None:
    world = World(*deployed()).set_status("Service/faq", runStatus="Stopped", updateStatus="None")
    assert not any(
        "billed twice" in note for note in replaced(world, service("Model/faq-base")).decision.notes
    )


# --- kept objects that are linked again


def with_kept(world: World, name: str, *kept: tuple[str, dict[str, JSON]]) -> World:
    """State keeps objects like the current one, each with other attributes, all of them finished."""
    item = next(resource for address, resource in world.resources.items() if str(address) == name)
    entry, live = world.entries[item.address], world.live(name)
    retired = []
    for object_id, changes in kept:
        attributes = {**entry.attributes, **changes}
        key = world.inputs(item, attributes).key
        retired.append(Retired(object_id, attributes, dict(entry.outputs), run_key=key, why="replaced"))
        world.show(replace(live, id=object_id, attributes=attributes), item.address.kind_key)
    return world.remember(name, retired=tuple(retired))


def linkable(world: World, item: Resource) -> str | None:
    found = replacement.linkable(case_of(world, item), world.entries[item.address])
    return found[1].id if found else None


def test_the_one_that_is_exactly_what_is_wanted_is_found_the_latest_first() -> None:
    older: dict[str, JSON] = {"name": "older"}
    world = with_kept(
        World(job()), "FineTuningJob/faq", ("job-1", older), ("job-2", older), ("job-3", {"name": "x"})
    )
    assert linkable(world, edited(job(), name="older")) == "job-2"
    assert linkable(world, edited(job(), name="other")) is None


def test_a_difference_that_can_be_edited_is_no_obstacle_but_one_of_the_name_is() -> None:
    changes: dict[str, JSON] = {"templateContent": "older"}
    world = with_kept(World(template()), "PromptTemplate/faq-answer", ("pt-1", changes))
    assert linkable(world, template()) == "pt-1"
    assert linkable(world, edited(template(), templateName="other")) is None
    assert linkable(world, edited(template(), sceneType="TextToImage")) is None


def test_what_the_console_shows_counts_and_not_only_what_was_applied() -> None:
    world = with_kept(World(job()), "FineTuningJob/faq", ("job-1", {"name": "older"}))
    live = world.inventory[job().address.kind_key]["job-1"]
    world.show(replace(live, phase=Phase.FAILED), job().address.kind_key)
    assert linkable(world, edited(job(), name="older")) is None
    del world.inventory[job().address.kind_key]["job-1"]
    assert linkable(world, edited(job(), name="older")) is None


def trained_world() -> World:
    rates: dict[str, JSON] = {"hyperParameterConfig": {"epoch": 3, "learningRate": 0.2, "maxSeqLen": 4096}}
    return with_kept(World(dataset(), job(), run("a", 0.1)), "FineTuningTask/faq-a", ("task-1", rates))


def test_a_run_is_found_by_its_inputs() -> None:
    assert linkable(trained_world(), run("a", 0.2)) == "task-1"
    assert linkable(trained_world(), run("a", 0.3)) is None


def test_a_run_of_which_nothing_says_that_it_is_done_is_not_linked() -> None:
    """Neither the console nor the state shows a status: it may be going still, or have failed."""
    world = trained_world()
    shown = world.inventory[TASK]["task-1"]
    assert linkable(world, run("a", 0.2)) == "task-1"
    world.inventory[TASK]["task-1"] = replace(shown, status={})
    assert linkable(world, run("a", 0.2)) is None


def test_a_run_that_another_address_keeps_is_found_as_well_and_its_owner_named() -> None:
    world = trained_world()
    owner, kept = run("a", 0.1).address, world.entries[run("a", 0.1).address].retired[0]
    item = replace(run("a", 0.2), address=load().kinds[TASK].address("elsewhere"))
    known = world.entries[owner]
    kept_runs = {(TASK, kept.run_key): (owner, kept)}
    case = case_of(world, run("a", 0.2))._replace(resource=item, kept_runs=kept_runs)
    assert replacement.linkable(case, None) == (owner, kept)
    change = replacement.linked(case, None, (owner, kept))
    assert (change.origin.link, change.origin.linked_from, change.ends.keeps, change.ends.destroys) == (
        "task-1",
        owner,
        (),
        (),
    )
    assert (
        replacement.linked(case._replace(resource=run("a", 0.2)), known, (owner, kept)).origin.linked_from
        is None
    )


def test_a_run_whose_inputs_are_not_known_yet_equals_none_not_even_one_of_unknown_inputs() -> None:
    world = trained_world()
    kept = world.entries[run("a", 0.1).address].retired[0]
    world.remember("FineTuningTask/faq-a", retired=(kept, replace(kept, run_key="")))
    unresolved = run("a", 0.2)
    later = {
        key: resolve(value, PlannedValues({}, Observed({}))) for key, value in unresolved.attributes.items()
    }
    case = case_of(world, unresolved)._replace(desired=later)
    assert case.inputs().key == ""
    assert replacement.linkable(case, world.entries[unresolved.address]) is None


def test_a_kept_object_is_brought_up_to_date_where_it_can_be_edited() -> None:
    world = with_kept(World(template()), "PromptTemplate/faq-answer", ("pt-1", {"templateContent": "older"}))
    entry = world.entries[template().address]
    found = replacement.linkable(case_of(world, template()), entry)
    assert found is not None
    change = replacement.linked(case_of(world, template()), entry, found)
    assert [step.id for step in change.steps] == ["link", "modify"]
    assert change.ends.destroys == ("templateId-of-faq-answer",)
