"""Narrowed ends: what was chosen and what rests on it, and never what it rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.planning.policy import Approval
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, ref, trouble
from tests.support.project import run

SERVICE, MODEL, RUN = "Service/faq", "Model/faq-a", "FineTuningTask/faq-a"
DATA, PROMPT, SET = "Dataset/faq-train", "PromptTemplate/faq-answer", "ModelSet/faq"
ENDS = frozenset({"delete", "deactivate"})
BY_ITSELF = Approval(auto=True, implied=ENDS)
"""`qfops destroy --auto-approve`: the command's own words, and no others."""


def destroy(*names: str) -> PlanOptions:
    return PlanOptions(scope=Scope.DESTROY, targets=tuple(Address.parse(name) for name in names))


def prune(*names: str) -> PlanOptions:
    return replace(destroy(*names), scope=Scope.PRUNE)


def joined(plan: Plan) -> dict[str, list[str]]:
    """What joins in, with what it goes with."""
    found = {}
    for change in plan.changes:
        if change.ends.joined:
            name = str(change.address) if change.object == "current" else f"{change.address} {change.object}"
            found[name] = [str(address) for address in change.ends.joined]
    return found


def test_only_the_service_ends(assisted: Bench) -> None:
    """The help's own example: the model, the run and the data stay."""
    before = set(assisted.objects("Model"))
    plan, result = assisted.apply_plan(BY_ITSELF, destroy(SERVICE))
    assert actions(plan) == {SERVICE: "deactivate"}
    assert find(plan, SERVICE).reason == "destroyed, as asked"
    assert find(plan, SERVICE).causes == ()
    assert trouble(result) == []
    assert set(assisted.objects("Model")) == before
    assert len(assisted.objects("FineTuningTask")) == 2


@pytest.mark.parametrize("way", ["target", "path", "label"])
def test_every_way_to_choose_ends_the_same(way: str, assisted: Bench) -> None:
    """--target, PATH and -l: the chosen ones and what rests on them."""
    assisted.configure(RUN, labels={"tier": "front"})
    assert trouble(assisted.apply(AUTO)) == []
    asked = {
        "target": destroy(RUN),
        "path": PlanOptions(scope=Scope.DESTROY, paths=("a.yaml",)).within(frozenset({Address.parse(RUN)})),
        "label": PlanOptions(scope=Scope.DESTROY, labels=(("tier", "front"),)),
    }[way]
    plan = assisted.plan(asked)
    assert actions(plan) == {RUN: "delete", MODEL: "delete", SERVICE: "deactivate"}
    assert joined(plan) == {MODEL: [RUN], SERVICE: [MODEL]}
    assert find(plan, MODEL).reason == f"rests on {RUN}; not chosen itself"


def test_what_joins_in_needs_words_of_its_own(assisted: Bench) -> None:
    """`destroy --auto-approve` ends nothing that was not chosen, and so not what that rests on either."""
    before = assisted.writes()
    result = assisted.apply(BY_ITSELF, destroy(RUN))
    assert sorted(trouble(result)) == [
        f"blocked by: {RUN}: {MODEL}: it was not chosen, it rests on {RUN}: it needs --allow delete",
        f"refused: {MODEL}: it was not chosen, it rests on {RUN}: it needs --allow delete",
        f"refused: {SERVICE}: it was not chosen, it rests on {MODEL}: it needs --allow deactivate",
    ]
    assert result.exit_code == 3
    assert assisted.writes() == before
    assert assisted.state().approved is None
    assert assisted.resume() is None


def test_one_word_of_two_ends_nothing_below_the_other(assisted: Bench) -> None:
    """The models may go, their service not: everything stays, now and when it is resumed."""
    before = assisted.writes()
    assisted.apply(Approval(auto=True, allow=frozenset({"delete"}), implied=ENDS), destroy(RUN))
    assert assisted.state().approved is None
    assert assisted.resume() is None
    assert assisted.writes() == before


@pytest.mark.parametrize("approval", [WHOLE, Approval(auto=True, allow=ENDS, implied=ENDS)])
def test_with_these_words_what_rests_on_the_chosen_goes_first(approval: Approval, assisted: Bench) -> None:
    """The service, the model, the run; nothing else."""
    before = len(assisted.writes())
    assert trouble(assisted.apply(approval, destroy(RUN))) == []
    calls = [action for action in assisted.writes()[before:] if action != "ReleaseComputeUnit"]
    assert calls == ["DeactivateService", "DeleteModel", "DeleteFineTuningTask"]
    left = {str(address) for address in assisted.state().entries}
    assert {SET, DATA, "FineTuningJob/faq", "FineTuningTask/faq-b", "Model/faq-b", PROMPT} <= left


def test_a_narrowed_destroy_that_was_left_goes_on_with_the_same(assisted: Bench) -> None:
    """Stopped while the service goes down: the rest of what was approved is done, and no more."""
    assisted.emulator.configure(durations={"deactivate": 600.0})
    result = assisted.apply(WHOLE, destroy(RUN), limit=0.0)
    assert result.exit_code == 4
    resumed = assisted.resume()
    assert resumed is not None
    assert trouble(resumed[1]) == []
    left = {str(address) for address in assisted.state().entries}
    assert not left & {RUN, MODEL, SERVICE}
    assert {SET, DATA, "FineTuningJob/faq", "FineTuningTask/faq-b", "Model/faq-b", PROMPT} <= left


def test_a_dependent_that_stays_blocks_what_it_rests_on(assisted: Bench) -> None:
    """A protected service does not join in, and everything down to the data stays with it."""
    assisted.configure(SERVICE, lifecycle=Lifecycle(protect=True))
    assert trouble(assisted.apply(AUTO)) == []
    plan = assisted.plan(destroy(MODEL))
    assert actions(plan) == {MODEL: "blocked"}
    plan = assisted.plan(destroy(RUN))
    assert actions(plan) == {RUN: "blocked", MODEL: "blocked"}
    assert find(plan, RUN).reason == f"still needed by {MODEL}, which stays"
    before = assisted.writes()
    assisted.apply(WHOLE, destroy(RUN))
    assert assisted.writes() == before


def test_what_would_only_be_forgotten_stays_and_blocks(assisted: Bench) -> None:
    """lifecycle.onRemove: forget: its object stays, and state does not lose it for the sake of another."""
    assisted.configure(MODEL, lifecycle=Lifecycle(on_remove="forget"))
    assert trouble(assisted.apply(AUTO)) == []
    plan = assisted.plan(destroy(RUN))
    assert actions(plan) == {RUN: "blocked"}
    assert f"qfops destroy --target {MODEL}" in find(plan, RUN).decision.remedy
    assert trouble(assisted.apply(WHOLE, destroy(SERVICE))) == []
    assert actions(assisted.plan(destroy(RUN, MODEL))) == {RUN: "delete", MODEL: "forget"}


def test_order_alone_makes_a_dependent(assisted: Bench) -> None:
    """dependsOn: what was made after a thing rests on it, as state remembers."""
    assisted.configure(SERVICE, depends_on=(Address.parse(PROMPT),))
    assert trouble(assisted.apply(AUTO)) == []
    plan, result = assisted.apply_plan(WHOLE, destroy(PROMPT))
    assert joined(plan) == {SERVICE: [PROMPT]}
    assert trouble(result) == []


def test_a_protected_dependent_by_order_blocks(assisted: Bench) -> None:
    """The same, and it may not go."""
    keep = Lifecycle(protect=True)
    assisted.configure(SERVICE, depends_on=(Address.parse(PROMPT),), lifecycle=keep)
    assert trouble(assisted.apply(AUTO)) == []
    assert actions(assisted.plan(destroy(PROMPT))) == {PROMPT: "blocked"}


def test_what_rests_on_a_thing_only_in_the_console_joins_in(assisted: Bench) -> None:
    """Somebody moved the service to the other model by hand: it ends before that one does."""
    assisted.emulator.edit(assisted.id(SERVICE), "modelId", assisted.id("Model/faq-b"))
    plan = assisted.plan(destroy("Model/faq-b"))
    assert joined(plan) == {SERVICE: ["Model/faq-b"]}
    assert [str(item.address) for item in find(plan, "Model/faq-b").after] == [SERVICE]


def test_dependents_without_a_manifest_join_in(assisted: Bench) -> None:
    """An entry whose manifest is gone rests on its run as before."""
    for name in (SERVICE, MODEL):
        assisted.remove(name)
    assert joined(assisted.plan(destroy(RUN))) == {MODEL: [RUN], SERVICE: [MODEL]}


def test_an_edit_that_was_not_applied_makes_no_dependent(assisted: Bench) -> None:
    """The manifest names the other model; the service still runs on the first."""
    assisted.edit(SERVICE, modelId=ref("Model/faq-b"))
    assert actions(assisted.plan(destroy("Model/faq-b"))) == {"Model/faq-b": "delete"}


def test_kept_objects_of_what_is_chosen_go_with_what_was_made_from_them(assisted: Bench) -> None:
    """The old run and the old model, which was made from it; the current ones likewise."""
    old_run, old_model = assisted.id(RUN), assisted.id(MODEL)
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    plan, result = assisted.apply_plan(WHOLE, destroy(RUN))
    assert actions(plan) == {
        RUN: "delete", f"{RUN} {old_run}": "delete", MODEL: "delete", f"{MODEL} {old_model}": "delete",
        SERVICE: "deactivate",
    }  # fmt: skip
    assert joined(plan)[f"{MODEL} {old_model}"] == [RUN]
    assert trouble(result) == []


def test_prune_joins_in_kept_objects_that_rest_on_what_is_chosen(assisted: Bench) -> None:
    """The old model was made from the old run: it goes first, when that is allowed."""
    old_run, old_model = assisted.id(RUN), assisted.id(MODEL)
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    plan = assisted.plan(prune(RUN))
    assert actions(plan) == {f"{RUN} {old_run}": "delete", f"{MODEL} {old_model}": "delete"}
    assert joined(plan) == {f"{MODEL} {old_model}": [RUN]}
    assert len(trouble(assisted.apply(BY_ITSELF, prune(RUN)))) == 2
    assert trouble(assisted.apply(BY_ITSELF, prune(MODEL))) == []
    assert actions(assisted.plan(prune(RUN))) == {f"{RUN} {old_run}": "delete"}


@pytest.mark.parametrize(
    "asked", [prune(RUN), prune(), PlanOptions(prune=True, targets=(Address.parse(RUN),))]
)
def test_prune_never_takes_a_current_object(asked: PlanOptions, assisted: Bench) -> None:
    """The model was not made again yet: it still rests on the old run, which stays until it is."""
    old = assisted.id(RUN)
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO, PlanOptions(targets=(Address.parse(RUN),)))) == []
    plan, _ = assisted.apply_plan(WHOLE, asked)
    change = find(plan, RUN, old)
    assert change.action is Action.BLOCKED
    assert change.reason == f"still needed by {MODEL}, which stays"
    assert change.decision.remedy.endswith(f"qfops apply --target {MODEL}")
    assert old in assisted.objects("FineTuningTask")
    assert trouble(assisted.apply(AUTO)) == []
    assert find(assisted.plan(prune()), RUN, old).action is Action.DELETE


@pytest.mark.parametrize("asked", [prune(RUN), prune()])
def test_prune_keeps_what_a_kept_object_rests_on_that_is_still_used(
    asked: PlanOptions, assisted: Bench
) -> None:
    """The service was not moved yet: the old model stays for it, and so the run that it was made from."""
    old_run, old_model = assisted.id(RUN), assisted.id(MODEL)
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO, PlanOptions(targets=(Address.parse(MODEL),)))) == []
    before = assisted.writes()
    plan, _ = assisted.apply_plan(WHOLE, asked)
    assert actions(plan) == {f"{RUN} {old_run}": "blocked", f"{MODEL} {old_model}": "blocked"}
    assert assisted.writes() == before
    assert trouble(assisted.apply(AUTO)) == []
    assert trouble(assisted.apply(WHOLE, asked)) == []
    assert not {old_run, old_model} & {*assisted.objects("FineTuningTask"), *assisted.objects("Model")}


def test_an_apply_ends_what_was_chosen_and_not_what_it_needs(assisted: Bench) -> None:
    """`apply --prune --target`: the service's kept objects, not those of the model and run that it needs."""
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    assert actions(assisted.plan(PlanOptions(prune=True, targets=(Address.parse(SERVICE),)))) == {}
    found = actions(assisted.plan(PlanOptions(prune=True, targets=(Address.parse(MODEL),))))
    assert list(found.values()) == ["delete"]


def test_a_removed_manifest_takes_what_rests_on_it_along(assisted: Bench) -> None:
    """`apply --target`: service and model are removed, the model is named: the service joins in."""
    for name in (SERVICE, MODEL):
        assisted.remove(name)
    asked = PlanOptions(targets=(Address.parse(MODEL),))
    plan = assisted.plan(asked)
    assert actions(plan) == {MODEL: "delete", SERVICE: "deactivate"}
    assert joined(plan) == {SERVICE: [MODEL]}
    assert actions(assisted.plan(PlanOptions(targets=(Address.parse(SERVICE),)))) == {SERVICE: "deactivate"}


def test_a_removed_run_stays_under_a_model_that_was_not_moved_away_yet(assisted: Bench) -> None:
    """The model's manifest names the other run by now, but this apply is about the removed one only."""
    assisted.remove(RUN)
    assisted.edit(MODEL, trainMeta={"taskId": ref("FineTuningTask/faq-b")})
    plan = assisted.plan(PlanOptions(targets=(Address.parse(RUN),)))
    assert actions(plan) == {RUN: "blocked"}
    assert find(plan, RUN).reason == f"still needed by {MODEL}, which stays"


def test_a_narrowed_replacement_ends_no_other_object(assisted: Bench) -> None:
    """Old ones are not kept; the run alone is made again. The old run stays under the model that was made
    from it, and that model, which is not replaced by this plan, does not go with it."""
    for name in (RUN, MODEL):
        assisted.configure(name, lifecycle=Lifecycle(on_replace="delete"))
    assert trouble(assisted.apply(AUTO)) == []
    old_run, old_model = assisted.id(RUN), assisted.id(MODEL)
    assisted.declare(replace(run("a", 0.0009), lifecycle=Lifecycle(on_replace="delete")))
    plan, result = assisted.apply_plan(WHOLE, PlanOptions(targets=(Address.parse(RUN),)))
    assert actions(plan) == {RUN: "run", f"{RUN} {old_run}": "blocked"}
    assert result.exit_code == 3
    assert (assisted.id(MODEL), old_run in assisted.objects("FineTuningTask")) == (old_model, True)
    assert trouble(assisted.apply(WHOLE)) == []
    assert assisted.id(MODEL) != old_model
    assert not {old_run, old_model} & {*assisted.objects("FineTuningTask"), *assisted.objects("Model")}
