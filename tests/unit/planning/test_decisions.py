"""One pass over what is declared: entries after moves, what a run hangs on, what others see of a resource."""

from __future__ import annotations

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.planning.actions import decisions
from tests.support.bench import ref
from tests.support.project import assistant, dataset, job, model, model_set, run, template, trained, version
from tests.unit.planning.given import World, edited


def passed(world: World, flags: PlanOptions | None = None) -> decisions.Decisions:
    found = decisions.Decisions(world.given(flags))
    found.reach()
    return found


# --- what a run hangs on


def feeding(*resources: Resource) -> set[str]:
    return {str(address) for address in passed(World(*resources)).feeding}


def test_a_run_hangs_on_what_it_reads_and_not_on_where_it_lives() -> None:
    assert feeding(dataset(), job(), run("a", 0.1)) == {"Dataset/faq-train"}


def test_a_run_hangs_on_the_run_that_it_goes_on_from_and_on_its_data() -> None:
    second = edited(run("b", 0.1), incrementTaskId=ref("FineTuningTask/faq-a"))
    assert feeding(dataset(), job(), run("a", 0.1), second) == {"Dataset/faq-train", "FineTuningTask/faq-a"}


def test_a_run_that_was_never_made_holds_nothing() -> None:
    world = World(dataset(), job()).want(run("a", 0.1))
    assert passed(world).feeding == set()


def test_a_version_hangs_on_its_dataset_only_as_its_place() -> None:
    spring = {"versionId": ref("DatasetVersion/faq-spring", "versionId")}
    reads_version = edited(run("a", 0.1), datasetConfig={"sourceType": "Platform", "versions": [spring]})
    assert feeding(dataset(), version(), job(), reads_version) == {"DatasetVersion/faq-spring"}


# --- what others see


def outputs(world: World, name: str) -> dict[str, object] | None:
    found = passed(world).outlooks[Address.parse(name)].wished.outputs
    return dict(found) if found is not None else None


def test_what_stays_shows_what_state_and_console_know_of_it() -> None:
    world = World(dataset())
    world.remember("Dataset/faq-train", outputs={"datasetId": "stale", "sampleCount": 3})
    assert outputs(world, "Dataset/faq-train") == {
        "datasetId": "datasetId-of-faq-train",
        "versionId": "versionId-of-faq-train",
        "sampleCount": "sampleCount-of-faq-train",
    }


def test_what_is_made_is_known_only_afterwards() -> None:
    assert outputs(World().want(dataset()), "Dataset/faq-train") is None
    replaced = World(dataset()).want(dataset(dataFormat="Role"))
    assert outputs(replaced, "Dataset/faq-train") is None


def test_what_is_blocked_hands_on_what_was_applied_and_not_what_is_wished() -> None:
    world = World(dataset(), job(), run("a", 0.1)).want(edited(job(), model="ERNIE-Lite-8K-0308"))
    found = passed(world).outlooks[Address.parse("FineTuningJob/faq")]
    assert found.applied.outputs == {"jobId": "jobId-of-faq"}
    assert found.applied.attributes["model"] != "ERNIE-Lite-8K-0308"
    assert found.wished.outputs is None
    assert found.wished.attributes["model"] == "ERNIE-Lite-8K-0308"


def held(world: World, name: str) -> str:
    found = passed(world).outlooks[Address.parse(name)]
    return found.held if found.unusable else ""


def test_nothing_is_built_on_what_failed_is_gone_or_could_not_be_told() -> None:
    world = World(*trained()).set_status("FineTuningTask/faq-a", runStatus="Failed")
    assert held(world, "FineTuningTask/faq-a").startswith("the console says it failed")
    gone = World(*trained())
    gone.missing.add(gone.hide("FineTuningTask/faq-a"))
    assert held(gone, "FineTuningTask/faq-a").startswith("gone from the console")
    unread = World(*trained())
    unread.unreadable[unread.hide("FineTuningTask/faq-a")] = "the keys may not read it"
    assert held(unread, "FineTuningTask/faq-a") == "the keys may not read it"


def test_what_is_blocked_while_its_object_works_may_be_built_upon() -> None:
    world = World(job()).want(edited(job(), model="ERNIE-Lite-8K-0308"))
    assert held(world, "FineTuningJob/faq") == ""


def test_what_rests_on_something_held_is_held_in_turn_and_says_what_all_wait_for() -> None:
    world = World(dataset(), job(), model_set()).want(run("a", 0.1), model("a"))
    world.unreadable[world.hide("FineTuningJob/faq")] = "the keys may not read it"
    changes = {str(change.address): change for change in world.plan().changes}
    task, last = changes["FineTuningTask/faq-a"], changes["Model/faq-a"]
    assert (str(task.action), str(last.action)) == ("unknown", "unknown")
    assert task.steps == last.steps == ()
    assert task.reason == "waits for FineTuningJob/faq: the keys may not read it"
    assert last.reason == "waits for FineTuningTask/faq-a, which waits for FineTuningJob/faq"


# --- fingerprints


def print_of(item: Resource, path: str, value: str) -> str:
    """The fingerprint of the applied template once the manifest says `item` and the console was edited."""
    world = World(template()).want(item).edit_console("PromptTemplate/faq-answer", path, value)
    return passed(world).print_of(item.address)


def test_a_fingerprint_is_made_of_what_is_declared() -> None:
    assert print_of(template(), "sceneType", "TextToImage") == print_of(template(), "sceneType", "TextToText")
    wanted = edited(template(), templateContent="new")
    assert print_of(wanted, "templateContent", "a") != print_of(wanted, "templateContent", "b")


def test_what_is_held_back_is_no_part_of_a_fingerprint() -> None:
    assert print_of(template(), "templateContent", "a") == print_of(template(), "templateContent", "b")


def test_what_has_no_object_has_no_fingerprint() -> None:
    assert passed(World().want(template())).print_of(template().address) == ""
    assert passed(World()).print_of(template().address) == ""


def test_targets_are_judged_before_those_that_refer_to_them() -> None:
    order = [str(change.address) for change in decisions.Decisions(World(*assistant()).given()).reach()]
    assert order.index("FineTuningJob/faq") < order.index("FineTuningTask/faq-a") < order.index("Model/faq-a")
