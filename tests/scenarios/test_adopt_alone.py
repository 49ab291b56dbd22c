"""`adopt` is reads and state: one change, and nothing that the object rests on is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.reconcile.apply.result import ApplyResult
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import deployed, job, model, model_set, run, service, template, trained

SERVICE, MODEL, BASE, SET = "Service/faq", "Model/faq-a", "Model/faq-base", "ModelSet/faq"
RUN, DATA, JOB, PROMPT = (
    "FineTuningTask/faq-a",
    "Dataset/faq-train",
    "FineTuningJob/faq",
    "PromptTemplate/faq-answer",
)


def asked(name: str) -> PlanOptions:
    return PlanOptions(scope=Scope.ADOPT, targets=(Address.parse(name),))


def adopt(bench: Bench, name: str, object_id: str) -> tuple[Plan, ApplyResult]:
    """`qfops adopt NAME ID --auto-approve`."""
    return bench.apply_plan(AUTO, asked(name), adopt={name: object_id})


def refused(bench: Bench, name: str, object_id: str) -> Change:
    """The one change of an adoption that is refused before anything is done."""
    before, serial = bench.writes(), bench.state().serial
    plan, result = adopt(bench, name, object_id)
    (change,) = plan.changes
    assert change.action is Action.BLOCKED
    assert change.decision.remedy
    assert (bench.writes(), bench.state().serial, result.exit_code) == (before, serial, 3)
    return change


def lost(bench: Bench) -> dict[str, str]:
    """The ids of what was applied, once the state is gone."""
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    bench.pass_time()
    bench.lose_state()
    return ids


def test_a_service_is_taken_over_and_nothing_else(assisted: Bench) -> None:
    """With no state, its model, run and data are neither imported, trained nor made."""
    ids, before = lost(assisted), assisted.writes()
    plan, result = adopt(assisted, SERVICE, ids[SERVICE])
    assert actions(plan) == {SERVICE: "adopt"}
    assert len(plan.changes) == 1
    assert trouble(result) == []
    assert assisted.writes() == before
    entries = assisted.state().entries
    assert {str(address) for address in entries} == {SERVICE}
    entry = entries[Address.parse(SERVICE)]
    assert (entry.attributes["modelId"], entry.attributes["modelSetId"]) == (ids[MODEL], ids[SET])
    assert {str(address) for address in entry.dependencies} == {MODEL, SET}


def test_what_only_the_console_knows_is_marked(assisted: Bench) -> None:
    """The plan says which values are the console's, and whose they should be."""
    ids = lost(assisted)
    change = find(assisted.plan(asked(SERVICE), {SERVICE: ids[SERVICE]}), SERVICE)
    assert change.decision.notes == (
        f"modelId {ids[MODEL]}: taken from the console, {MODEL} has no object in this state",
        f"modelSetId {ids[SET]}: taken from the console, {SET} has no object in this state",
    )
    votes = {vote.path: vote for vote in change.attributes if vote.verdict is Verdict.NOTE}
    assert votes["modelId"].live == votes["modelId"].desired == ids[MODEL]
    assert [step.id for step in change.steps] == ["link"]


def test_the_rest_is_taken_over_afterwards_and_then_nothing_is_left(bench: Bench) -> None:
    """From the top: the service, its model, the set. The ids that they took are those that they get."""
    bench.declare(*deployed())
    assert trouble(bench.apply(AUTO)) == []
    ids = lost(bench)
    for name in (SERVICE, BASE, SET):
        assert trouble(adopt(bench, name, ids[name])[1]) == []
    plan = bench.plan()
    assert actions(plan) == {}
    assert plan.held_back == ()


def test_a_project_is_taken_over_one_by_one(assisted: Bench) -> None:
    """From the bottom: no call, no training, and an empty plan in the end."""
    ids, before = lost(assisted), assisted.writes()
    order = [DATA, "DatasetVersion/faq-spring", JOB, RUN, "FineTuningTask/faq-b", SET, MODEL, "Model/faq-b"]
    for name in (*order, PROMPT, SERVICE):
        plan, result = adopt(assisted, name, ids[name])
        assert (len(plan.changes), trouble(result)) == (1, [])
    after = assisted.plan()
    assert (actions(after), after.held_back, assisted.writes()) == ({}, (), before)


def test_what_the_console_does_not_show_is_adopted_first(bench: Bench) -> None:
    """A run does not say which data it read: nothing is guessed, and the way on works."""
    bench.declare(*trained())
    assert trouble(bench.apply(AUTO)) == []
    ids = lost(bench)
    change = refused(bench, RUN, ids[RUN])
    assert f"qfops adopt {DATA} ID" in change.decision.remedy
    assert trouble(adopt(bench, DATA, ids[DATA])[1]) == []
    plan, result = adopt(bench, RUN, ids[RUN])
    assert trouble(result) == []
    assert [note.partition(" ")[0] for note in find(plan, RUN).decision.notes] == ["jobId"]
    assert trouble(adopt(bench, JOB, ids[JOB])[1]) == []
    assert RUN not in actions(bench.plan())


def test_an_edit_of_what_it_rests_on_is_not_carried_out(assisted: Bench) -> None:
    """The run would train again; the adoption takes the model that there is, and waits for none."""
    theirs = assisted.id(SERVICE)
    assisted.declare(run("a", 0.0009))
    forget(assisted, SERVICE)
    before = assisted.writes()
    plan, result = adopt(assisted, SERVICE, theirs)
    assert (actions(plan), trouble(result)) == ({SERVICE: "adopt"}, [])
    assert assisted.writes() == before
    found = assisted.state().entries
    assert found[Address.parse(SERVICE)].attributes["modelId"] == found[Address.parse(MODEL)].id
    assert set(actions(assisted.plan())) == {RUN, MODEL, SERVICE}


def test_a_service_on_another_model_of_ours_is_no_other_service(assisted: Bench) -> None:
    """Its model can be changed: it is taken over with the one it has, and the next plan moves it."""
    theirs, on = assisted.id(SERVICE), assisted.id(MODEL)
    forget(assisted, SERVICE)
    assisted.declare(run("c", 0.0005), model("c"), service("Model/faq-c"))
    plan, result = adopt(assisted, SERVICE, theirs)
    assert (actions(plan), trouble(result)) == ({SERVICE: "adopt"}, [])
    assert assisted.state().entries[Address.parse(SERVICE)].attributes["modelId"] == on
    found = actions(assisted.plan())
    assert found == {"FineTuningTask/faq-c": "run", "Model/faq-c": "create", SERVICE: "update"}


def forget(bench: Bench, name: str) -> None:
    """Let go of an object without ending it."""
    address = Address.parse(name)
    kept = bench.resources.pop(address)
    bench.settings = replace(bench.settings, forget=(address,))
    assert trouble(bench.apply(WHOLE, PlanOptions(targets=(address,)))) == []
    bench.settings = replace(bench.settings, forget=())
    bench.resources[address] = kept
    assert address not in bench.state().entries


def test_an_adoption_beside_other_changes_waits_for_none_of_them(assisted: Bench) -> None:
    """`adopt:` in qfops.yaml: the service is taken over while its new model is still trained; that it moves
    there is what the next plan says."""
    ids = lost(assisted)
    assisted.declare(run("c", 0.0005), model("c"), service("Model/faq-c"))
    assisted.settings = replace(
        assisted.settings, adopt={Address.parse(name): object_id for name, object_id in ids.items()}
    )
    plan, result = assisted.apply_plan(AUTO)
    found = find(plan, SERVICE)
    assert (found.action, found.after, [step.id for step in found.steps]) == (Action.ADOPT, (), ["link"])
    made = {name: action for name, action in actions(plan).items() if action != "adopt"}
    assert made == {"FineTuningTask/faq-c": "run", "Model/faq-c": "create"}
    assert trouble(result) == []
    assert assisted.shown("FineTuningTask/faq-c")["jobId"] == ids[JOB]
    assert assisted.state().entries[Address.parse(SERVICE)].attributes["modelId"] == ids[MODEL]
    assert actions(assisted.plan()) == {SERVICE: "update"}


def test_what_is_no_such_object_is_refused(bench: Bench) -> None:
    """Not there, or of another kind."""
    bench.declare(template(), job())
    assert trouble(bench.apply(AUTO)) == []
    other = replace(template(templateName="faq-b"), address=Address.parse("PromptTemplate/faq-b"))
    bench.declare(other)
    gone = refused(bench, "PromptTemplate/faq-b", "pt-0000000000000000")
    assert "does not exist" in gone.reason
    another = refused(bench, "PromptTemplate/faq-b", bench.id(JOB))
    assert another.reason == f"{bench.id(JOB)} is a FineTuningJob, no PromptTemplate"


def test_the_object_of_another_address_is_refused(assisted: Bench) -> None:
    """A new model with a run of its own, and the id of the model that another address has."""
    assisted.declare(run("d", 0.0005), model("d"))
    change = refused(assisted, "Model/faq-d", assisted.id("Model/faq-b"))
    assert change.reason == f"{assisted.id('Model/faq-b')} belongs to another address already: Model/faq-b"


def test_a_model_of_another_run_is_refused(assisted: Bench) -> None:
    """Nobody manages it, but it was made from the run of another address: that is not what is asked for."""
    theirs = assisted.id("Model/faq-b")
    forget(assisted, "Model/faq-b")
    assisted.declare(run("d", 0.0005), model("d"))
    change = refused(assisted, "Model/faq-d", theirs)
    assert "which is FineTuningTask/faq-b, and not FineTuningTask/faq-d" in change.reason


def test_a_run_of_another_job_is_refused(bench: Bench) -> None:
    """The job that the console shows is plainly not the one of the manifest."""
    bench.declare(*trained())
    assert trouble(bench.apply(AUTO)) == []
    ids = lost(bench)
    bench.edit(JOB, name="faq_other", model="ERNIE-Lite-8K")
    assert trouble(adopt(bench, DATA, ids[DATA])[1]) == []
    change = refused(bench, RUN, ids[RUN])
    assert f"jobId is {ids[JOB]}, which differs from {JOB} in name, model" in change.reason


def test_an_object_of_another_name_is_refused(bench: Bench) -> None:
    """The name is all that says which template it is, though a call could change it."""
    made = bench.call("/v2/promptTemplates", "CreatePromptTemplate", {
        "templateName": "other", "templateContent": "Reply: {input}", "variableIdentifier": "{}",
    })  # fmt: skip
    assert isinstance(made, dict)
    bench.declare(template())
    change = refused(bench, PROMPT, str(made["templateId"]))
    assert change.reason.endswith("differs from the manifest in templateName, which says which object it is")
    assert any(vote.path == "templateName" and vote.live == "other" for vote in change.attributes)


def test_a_stopped_service_is_refused(bench: Bench) -> None:
    """No call starts it again, so the next apply would only make a new one."""
    bench.declare(*deployed())
    assert trouble(bench.apply(AUTO)) == []
    ids = lost(bench)
    bench.call("/v2/service", "DeactivateService", {"serviceId": ids[SERVICE]})
    assert "no call starts it again" in refused(bench, SERVICE, ids[SERVICE]).reason


def test_what_is_still_made_is_taken_over_and_waited_for_later(bench: Bench) -> None:
    """An object that is not ready yet is no less the one; the next plan waits for it."""
    bench.declare(model_set(), *deployed()[1:2])
    assert trouble(bench.apply(AUTO)) == []
    ids = lost(bench)
    bench.emulator.edit(ids[BASE], "status", "Creating")
    assert trouble(adopt(bench, SET, ids[SET])[1]) == []
    plan, result = adopt(bench, BASE, ids[BASE])
    assert (actions(plan), trouble(result)) == ({BASE: "adopt"}, [])
    assert actions(bench.plan()) == {BASE: "wait"}


def test_a_kept_object_of_the_address_is_linked_again(assisted: Bench) -> None:
    """Its manifest was removed and the object retired: adopting it by its id takes it back as it was."""
    assisted.configure(PROMPT, lifecycle=Lifecycle(on_remove="retire"))
    assert trouble(assisted.apply(AUTO)) == []
    kept, manifest = assisted.id(PROMPT), assisted.resources[Address.parse(PROMPT)]
    assisted.remove(PROMPT)
    assert trouble(assisted.apply(AUTO)) == []
    assisted.declare(manifest)
    plan, result = adopt(assisted, PROMPT, kept)
    assert (actions(plan), trouble(result)) == ({PROMPT: "adopt"}, [])
    assert assisted.id(PROMPT) == kept
    assert assisted.state().entries[Address.parse(PROMPT)].retired == ()
    assert actions(assisted.plan()) == {}


def test_a_kept_run_with_other_inputs_is_refused(assisted: Bench) -> None:
    """The old run of the address is not what its manifest asks for now."""
    old = assisted.id(RUN)
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    assisted.configure(RUN, lifecycle=Lifecycle(on_remove="retire"))
    assert trouble(assisted.apply(AUTO)) == []
    wanted = {name: assisted.resources.pop(Address.parse(name)) for name in (SERVICE, MODEL, RUN)}
    assert trouble(assisted.apply(WHOLE)) == []
    assisted.declare(*wanted.values())
    assert (
        "differs from the manifest in hyperParameterConfig.learningRate" in refused(assisted, RUN, old).reason
    )


@pytest.mark.parametrize("name", [SERVICE, MODEL])
def test_a_digest_approves_an_adoption_as_it_was_shown(name: str, assisted: Bench) -> None:
    """Two plans of the same adoption are the same plan."""
    ids = lost(assisted)
    first = assisted.plan(asked(name), {name: ids[name]})
    assert trouble(assisted.apply(WHOLE, asked(name), {name: ids[name]}, expected=first.digest)) == []
