"""Narrowing: targets and labels say what may be changed, never what is wanted."""

from __future__ import annotations

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions, Scope
from tests.support.bench import AUTO, WHOLE, Bench, actions, trouble
from tests.support.project import assistant, model, run, template

PROMPT = "PromptTemplate/faq-answer"


def _only(*names: str) -> PlanOptions:
    return PlanOptions(targets=tuple(Address.parse(name) for name in names))


def test_a_target_brings_what_it_needs(bench: Bench) -> None:
    """One model: its run, job, data and set join in; the prompt, the service and the other run do not."""
    bench.declare(*assistant())
    found = actions(bench.plan(_only("Model/faq-a")))
    assert set(found) == {
        "Dataset/faq-train", "FineTuningJob/faq", "FineTuningTask/faq-a", "ModelSet/faq", "Model/faq-a",
    }  # fmt: skip


def test_dependents_are_listed_as_affected(assisted: Bench) -> None:
    """A new run would change a model and a service; they are named, and not planned."""
    assisted.declare(run("a", 0.0009))
    plan = assisted.plan(_only("FineTuningTask/faq-a"))
    assert actions(plan) == {"FineTuningTask/faq-a": "run"}
    assert [str(address) for address in plan.affected] == ["Model/faq-a", "Service/faq"]
    assert not plan.complete


def test_nothing_is_deleted_because_it_was_not_named(assisted: Bench) -> None:
    """Another resource's manifest is gone, and this plan is about something else."""
    assisted.remove("Service/faq")
    assisted.edit(PROMPT, templateContent="{input}!")
    plan, result = assisted.apply_plan(WHOLE, _only(PROMPT))
    assert actions(plan) == {PROMPT: "update"}
    assert trouble(result) == []
    assert actions(assisted.plan()) == {"Service/faq": "deactivate"}


def test_a_narrowed_apply_leaves_the_rest_for_later(assisted: Bench) -> None:
    """What was narrowed away is planned as before."""
    assisted.edit(PROMPT, templateContent="{input}!")
    assisted.declare(run("c", 0.0005), model("c"))
    assert trouble(assisted.apply(AUTO, _only(PROMPT))) == []
    assert actions(assisted.plan()) == {"FineTuningTask/faq-c": "run", "Model/faq-c": "create"}


def test_a_label_selects_resources(assisted: Bench) -> None:
    """-l team=support: what carries the label, and what it needs."""
    assisted.configure(PROMPT, labels={"team": "support"})
    assisted.apply(AUTO)
    assisted.edit(PROMPT, templateContent="{input}!")
    assisted.declare(run("a", 0.0009))
    assert actions(assisted.plan(PlanOptions(labels=(("team", "support"),)))) == {PROMPT: "update"}
    assert actions(assisted.plan(PlanOptions(labels=(("team", "sales"),)))) == {}


def test_a_label_finds_what_has_no_manifest_any_more(bench: Bench) -> None:
    """Labels live in state, so a removed resource can still be selected."""
    bench.declare(template())
    bench.configure(PROMPT, labels={"team": "support"})
    bench.apply(AUTO)
    bench.remove(PROMPT)
    assert actions(bench.plan(PlanOptions(labels=(("team", "support"),)))) == {PROMPT: "delete"}
    assert actions(bench.plan(PlanOptions(labels=(("team", "sales"),)))) == {}


def test_a_narrowed_destroy_ends_what_was_named(assisted: Bench) -> None:
    """Only the prompt is named: only the prompt goes."""
    narrowed = PlanOptions(scope=Scope.DESTROY, targets=(Address.parse(PROMPT),))
    assert actions(assisted.plan(narrowed)) == {PROMPT: "delete"}
    assert trouble(assisted.apply(WHOLE, narrowed)) == []
    assert assisted.objects("Service") == [assisted.id("Service/faq")]
