"""Adoption: taking over what exists, and refusing to take over what was not asked for."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Ignore, Lifecycle
from qfops.planning.policy import Approval
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import assistant, dataset, deployed, job, model_set, run, template, trained

PROMPT = "PromptTemplate/faq-answer"
DATA = "Dataset/faq-train"
NEW_TEXT = {"templateName": "faq-answer", "templateContent": "Reply: {input}", "variableIdentifier": "{}"}


def _theirs(bench: Bench) -> str:
    made = bench.call("/v2/promptTemplates", "CreatePromptTemplate", NEW_TEXT)
    assert isinstance(made, dict)
    return str(made["templateId"])


def test_an_unmanaged_object_of_the_same_identity_is_not_taken_over(bench: Bench) -> None:
    """Somebody else's template of that name: blocked, naming it and how to adopt it."""
    theirs = _theirs(bench)
    bench.declare(template())
    change = find(bench.plan(), PROMPT)
    assert change.action is Action.BLOCKED
    assert change.reason == f"{theirs} has the same templateName and is not managed here"
    assert f"adopt {PROMPT} {theirs}" in change.decision.remedy
    writes = bench.writes()
    bench.apply(WHOLE)
    assert bench.writes() == writes
    assert bench.state().entries == {}


def test_a_stopped_service_of_the_same_name_is_in_nobodys_way(bench: Bench) -> None:
    """A stopped service no longer holds its name."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    bench.apply(WHOLE, PlanOptions(scope=Scope.DESTROY))
    assert actions(bench.plan())["Service/faq"] == "create"


def test_a_lost_state_is_never_answered_with_a_second_project(bench: Bench) -> None:
    """Without its state everything is in the way: nothing is created, and every object names its adoption."""
    bench.declare(job(), model_set(), template())
    bench.apply(AUTO)
    bench.lose_state()
    assert set(actions(bench.plan()).values()) == {"blocked"}
    writes = bench.writes()
    bench.apply(WHOLE)
    assert bench.writes() == writes


def test_an_updatable_difference_is_held_back_on_adoption(bench: Bench) -> None:
    """The object is taken over as it is; what differs shows as drift and can be brought in line."""
    theirs = _theirs(bench)
    bench.declare(template())
    writes = bench.writes()
    plan, result = bench.apply_plan(AUTO, adopt={PROMPT: theirs})
    assert actions(plan) == {PROMPT: "adopt"}
    assert "templateContent" in {drift.attribute.path for drift in plan.held_back}
    assert trouble(result) == []
    assert bench.writes() == writes
    after = bench.plan()
    assert actions(after) == {}
    assert {drift.attribute.path for drift in after.held_back} >= {"templateContent"}
    allowed = Approval(auto=True, allow=frozenset({"revert-drift"}))
    assert trouble(bench.apply(allowed, PlanOptions(revert_drift=True))) == []
    assert bench.plan().held_back == ()
    assert bench.shown(PROMPT)["templateContent"] == template().attributes["templateContent"]


def test_an_immutable_difference_blocks_adoption(bench: Bench) -> None:
    """Another base model can never become what the manifest says: no replacement, no run, a reason."""
    made = bench.call("/v2/finetuning", "CreateFineTuningJob", {
        "name": "faq_speed", "model": "ERNIE-Lite-8K-0308", "trainMode": "SFT",
    })  # fmt: skip
    assert isinstance(made, dict)
    bench.declare(job())
    plan = bench.plan(adopt={"FineTuningJob/faq": str(made["jobId"])})
    change = find(plan, "FineTuningJob/faq")
    assert change.action is Action.BLOCKED
    assert change.reason == f"{made['jobId']} differs from the manifest in model, which cannot be changed"


def test_ignored_differences_are_silent_on_adoption(bench: Bench) -> None:
    """lifecycle.ignore counts for an adopted object from the first plan on."""
    theirs = _theirs(bench)
    bench.declare(template())
    rules = tuple(Ignore(path) for path in ("templateContent", "labels", "hyperParameters"))
    bench.configure(PROMPT, lifecycle=Lifecycle(ignore=rules))
    assert all(drift.ignored for drift in bench.plan(adopt={PROMPT: theirs}).held_back)


def test_what_does_not_exist_cannot_be_adopted(bench: Bench) -> None:
    """A wrong id is blocked, and nothing is made in its place."""
    bench.declare(template())
    change = find(bench.plan(adopt={PROMPT: "pt-0000000000000000"}), PROMPT)
    assert change.action is Action.BLOCKED
    assert "pt-0000000000000000 to adopt does not exist" in change.reason


def test_an_object_belongs_to_one_address(bench: Bench) -> None:
    """What one resource manages, another one cannot adopt."""
    bench.declare(template())
    bench.apply(AUTO)
    other = template(templateName="faq-other")
    bench.declare(replace(other, address=Address.parse("PromptTemplate/faq-other")))
    name = "PromptTemplate/faq-other"
    change = find(bench.plan(adopt={name: bench.id(PROMPT)}), name)
    assert change.action is Action.BLOCKED
    assert "belongs to another address" in change.reason


def test_adopt_in_the_settings_acts_once(bench: Bench) -> None:
    """`adopt:` may stay in qfops.yaml: with an object in state it says nothing any more."""
    theirs = _theirs(bench)
    bench.declare(template())
    bench.settings = replace(bench.settings, adopt={Address.parse(PROMPT): theirs})
    assert trouble(bench.apply(AUTO)) == []
    assert actions(bench.plan()) == {}
    bench.emulator.delete(theirs)
    assert actions(bench.plan(PlanOptions(allow_large_change=True))) == {PROMPT: "create"}


def test_an_adopted_run_trains_again_only_for_an_edit(bench: Bench) -> None:
    """What no read shows is assumed from the manifest; changing it afterwards is an intent."""
    bench.declare(*trained())
    bench.apply(AUTO)
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    bench.lose_state()
    assert trouble(bench.apply(AUTO, adopt=ids)) == []
    entry = bench.state().entries[Address.parse("FineTuningTask/faq-a")]
    assert "hyperParameterConfig.learningRate" in entry.assumed
    bench.declare(run("a", 0.0009))
    assert actions(bench.plan()) == {"FineTuningTask/faq-a": "run", "Model/faq-a": "replace"}


def test_adopting_a_part_of_a_project_creates_the_rest(bench: Bench) -> None:
    """The dataset and job exist, the rest does not: two adoptions, the others are made."""
    bench.declare(*assistant())
    bench.apply(AUTO)
    keep = {name: bench.id(name) for name in ("Dataset/faq-train", "FineTuningJob/faq")}
    for address in bench.resources:
        if str(address) not in keep:
            bench.emulator.delete(bench.id(str(address)))
    bench.lose_state()
    found = actions(bench.plan(adopt=keep))
    assert {found[name] for name in keep} == {"adopt"}
    assert {action for name, action in found.items() if name not in keep} == {"create", "run"}
    assert trouble(bench.apply(AUTO, adopt=keep)) == []
    assert actions(bench.plan()) == {}


def test_an_adopted_dataset_owns_the_version_that_was_made_with_it(bench: Bench) -> None:
    """Version 1 of several, wherever it is listed; where it is gone, nothing is guessed."""
    bench.declare(dataset())
    assert trouble(bench.apply(AUTO)) == []
    owner, first = bench.id(DATA), bench.state().entries[Address.parse(DATA)].outputs["versionId"]
    bench.call("/v2/dataset", "CreateDatasetVersion", {"datasetId": owner, "description": "theirs"})
    bench.lose_state()
    assert trouble(bench.apply(AUTO, adopt={DATA: owner})) == []
    assert bench.state().entries[Address.parse(DATA)].outputs["versionId"] == first
    bench.lose_state()
    bench.call("/v2/dataset", "DeleteDatasetVersion", {"versionId": first})
    change = find(bench.plan(adopt={DATA: owner}), DATA)
    assert change.action is Action.UNKNOWN
    assert change.reason == f"nothing says which versionId was made with {owner}, or it is gone"
