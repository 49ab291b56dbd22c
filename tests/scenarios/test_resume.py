"""Long work: detached, interrupted and taken up again; approved plans that are owed."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.errors import Stale
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.reconcile.workflow import AppliedBefore
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, ref, trouble
from tests.support.project import dataset, deployed, imported, job, model, run, template, trained

RUN, MODEL, PROMPT = "FineTuningTask/faq-a", "Model/faq-a", "PromptTemplate/faq-answer"


def _training(bench: Bench) -> None:
    """Apply with --detach while training takes its time."""
    bench.emulator.configure(durations={"training": 600.0})
    bench.declare(*trained(), template())
    bench.apply(AUTO, limit=0.0)


def _train_on(bench: Bench) -> None:
    """The training that is going on comes to its end."""
    bench.emulator.edit(bench.id(RUN), "runStatus", "Done")


def test_detached_it_is_in_progress_and_the_rest_is_done(bench: Bench) -> None:
    """The run has begun, the model waits for it, the prompt is there: exit 4."""
    bench.emulator.configure(durations={"training": 600.0})
    bench.declare(*trained(), template())
    result = bench.apply(AUTO, limit=0.0)
    found = trouble(result)
    assert any(text.startswith(f"in progress: {RUN}: still going: ") for text in found)
    assert any(text.startswith(f"blocked by: {MODEL}: {RUN}") for text in found)
    assert len(found) == 2
    assert result.exit_code == 4
    assert str(next(a for a in bench.state().entries if a.kind == "PromptTemplate")) == PROMPT


def test_while_it_goes_on_the_plan_says_wait(bench: Bench) -> None:
    """Started earlier and still going is a wait, never a second run."""
    _training(bench)
    plan = bench.plan()
    assert actions(plan) == {RUN: "wait", MODEL: "create"}
    assert find(plan, RUN).reason.startswith("still going: ")
    trained_before = bench.writes().count("CreateFineTuningTask")
    bench.apply(AUTO, limit=0.0)
    assert bench.writes().count("CreateFineTuningTask") == trained_before


def test_resume_finishes_what_was_approved(bench: Bench) -> None:
    """With the training done, resume makes the model, and the project is applied."""
    _training(bench)
    _train_on(bench)
    done = bench.resume()
    assert done is not None
    plan, result = done
    assert actions(plan)[MODEL] == "create"
    assert trouble(result) == []
    assert result.exit_code == 0
    assert actions(bench.plan()) == {}
    assert bench.state().approved is None


def test_resume_with_nothing_stored_is_nothing_to_do(bench: Bench) -> None:
    """All was done: nothing is owed."""
    bench.declare(template())
    bench.apply(AUTO)
    assert bench.resume() is None


def test_resume_does_nothing_that_was_not_approved(bench: Bench) -> None:
    """An edit of something else after the approval is not carried out by resume; the next plan shows it."""
    _training(bench)
    bench.edit(PROMPT, templateContent="not approved: {input}")
    _train_on(bench)
    done = bench.resume()
    assert done is not None
    assert trouble(done[1]) == []
    assert actions(done[0]) == {MODEL: "create"}
    assert bench.shown(PROMPT)["templateContent"] != "not approved: {input}"
    assert actions(bench.plan()) == {PROMPT: "update"}


def test_resume_does_nothing_that_the_manifests_do_not_ask_for_any_more(bench: Bench) -> None:
    """Approved with another description: dropped by name, exit 5; nothing is sent."""
    _training(bench)
    bench.edit(MODEL, description="edited later")
    _train_on(bench)
    before = bench.writes()
    done = bench.resume()
    assert done is not None
    assert done[1].dropped == (MODEL,)
    assert done[1].why_dropped[MODEL].startswith("planned otherwise now (create")
    assert done[1].exit_code == 5
    assert bench.writes() == before
    assert bench.resume() is None


def _refused_run(bench: Bench) -> None:
    """A run that was approved and refused for lack of room; nothing was made."""
    bench.declare(*trained())
    assert trouble(bench.apply(AUTO)) == []
    bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "CreateFineTuningTask"}])
    bench.declare(run("b", 0.0002))
    assert "AccessDenied" in trouble(bench.apply(AUTO))[0]


def test_a_refused_run_whose_manifest_was_reverted_is_not_trained(bench: Bench) -> None:
    """The plan says what is stored and what becomes of it; resume drops it, exit 5, and trains nothing."""
    _refused_run(bench)
    bench.remove("FineTuningTask/faq-b")
    stored = bench.plan().stored
    assert stored is not None
    assert [(str(item.address), item.dropped) for item in stored.changes] == [
        ("FineTuningTask/faq-b", "no manifest asks for it any more")
    ]
    before = bench.writes()
    done = bench.resume()
    assert done is not None
    assert (done[1].dropped, done[1].exit_code) == (("FineTuningTask/faq-b",), 5)
    assert bench.writes() == before
    assert bench.state().approved is None


def test_a_step_that_was_refused_without_effect_stays_owed(bench: Bench) -> None:
    """Nothing happened, so the approval still covers it: resume makes it, once."""
    _refused_run(bench)
    plan = bench.plan()
    assert find(plan, "FineTuningTask/faq-b").seal.owed
    assert plan.stored is not None
    assert [item.dropped for item in plan.stored.changes] == [""]
    done = bench.resume()
    assert done is not None
    assert (trouble(done[1]), done[1].exit_code) == ([], 0)
    assert bench.writes().count("CreateFineTuningTask") == 3  # the first, the refused one, and this


@pytest.mark.parametrize("started_by", ["apply", "resume"])
def test_repeating_what_ran_and_failed_is_a_change_of_its_own(bench: Bench, started_by: str) -> None:
    """It stands in the digest, and the digest of a plan that does nothing does not approve it."""
    _training(bench)
    bench.emulator.edit(bench.id(RUN), "runStatus", "Failed")
    nothing = bench.plan().digest
    again = PlanOptions(retry_failed=True)
    plan = bench.plan(again)
    assert find(plan, RUN).action is Action.RUN
    assert not find(plan, RUN).seal.owed
    assert plan.digest != nothing
    before = bench.writes().count("CreateFineTuningTask")
    if started_by == "apply":
        with pytest.raises(Stale, match="not the one that was approved"):
            bench.apply(WHOLE, again, expected=nothing)
    else:
        done = bench.resume()
        assert done is not None
        assert set(done[1].dropped) == {RUN, MODEL}
        assert done[1].exit_code == 5
    assert bench.writes().count("CreateFineTuningTask") == before


def test_a_run_that_was_started_is_left_alone_by_a_drop(bench: Bench) -> None:
    """Its manifest is gone, so its approval is dropped; but nothing stops it, and state keeps it."""
    _training(bench)
    bench.remove(RUN)
    bench.remove(MODEL)
    before = bench.writes()
    done = bench.resume()
    assert done is not None
    assert set(done[1].dropped) == {RUN, MODEL}
    assert "goes on" in done[1].why_dropped[RUN]
    assert done[1].exit_code == 5
    assert bench.writes() == before
    assert bench.shown(RUN)["runStatus"] == "Running"


def test_what_waits_for_a_dropped_change_is_dropped_too(bench: Bench) -> None:
    """A model of a run that is not trained must not be made of another one."""
    _refused_run(bench)
    bench.declare(model("b"))
    bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "CreateFineTuningTask"}])
    bench.apply(WHOLE)
    bench.declare(run("b", 0.0009))
    before = bench.writes()
    done = bench.resume()
    assert done is not None
    assert done[1].dropped == ("FineTuningTask/faq-b", "Model/faq-b")
    assert "waits for run FineTuningTask/faq-b" in done[1].why_dropped["Model/faq-b"]
    assert bench.writes() == before


def test_ends_that_are_no_longer_asked_for_are_dropped(bench: Bench) -> None:
    """A manifest that was taken away has come back: its object stays."""
    bench.declare(template())
    bench.apply(AUTO)
    kept = bench.resources.copy()
    bench.remove(PROMPT)
    bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "DeletePromptTemplate"}])
    assert "AccessDenied" in trouble(bench.apply(WHOLE))[0]
    bench.resources = kept
    before = bench.writes()
    done = bench.resume()
    assert done is not None
    assert (done[1].dropped, done[1].exit_code) == ((PROMPT,), 5)
    assert bench.writes() == before


def test_what_was_narrowed_goes_on_narrowed(bench: Bench) -> None:
    """The stored flags are those of the approval: a destroy of one resource ends no other."""
    bench.declare(template(), dataset())
    bench.apply(AUTO)
    bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "DeletePromptTemplate"}])
    asked = PlanOptions(scope=Scope.DESTROY, targets=(Address.parse(PROMPT),))
    assert "AccessDenied" in trouble(bench.apply(WHOLE, asked))[0]
    done = bench.resume()
    assert done is not None
    assert (trouble(done[1]), actions(done[0])) == ([], {PROMPT: "delete"})
    assert len(bench.objects("Dataset")) == 1


def test_a_digest_of_nothing_does_not_carry_out_what_is_owed(bench: Bench) -> None:
    """It was perhaps shown when nothing was owed; resume is what says what it does."""
    nothing = bench.plan().digest
    _refused_run(bench)
    assert bench.plan().digest == nothing
    before = bench.writes()
    with pytest.raises(Stale, match="approves nothing") as caught:
        bench.apply(WHOLE, expected=nothing)
    assert "FineTuningTask/faq-b" in str(caught.value)
    assert bench.writes() == before


def test_a_plan_that_was_done_to_the_end_is_remembered_by_its_digest(bench: Bench) -> None:
    """Whoever asks for it again learns when; a plan of now with that digest is done all the same."""
    bench.declare(template())
    first = bench.plan().digest
    assert trouble(bench.apply(WHOLE, expected=first)) == []
    with pytest.raises(AppliedBefore) as caught:
        bench.apply(WHOLE, expected=first)
    assert caught.value.plan.digest == first
    assert caught.value.plan.at > 0
    bench.apply(WHOLE, PlanOptions(scope=Scope.DESTROY))
    assert bench.plan().digest == first
    assert trouble(bench.apply(WHOLE, expected=first)) == []
    assert bench.objects("PromptTemplate")


@pytest.mark.parametrize("lost", ["a refused delete", "a dropped change"])
def test_a_plan_that_was_done_in_part_is_not_remembered(bench: Bench, lost: str) -> None:
    """Its digest covers more than what was done."""
    bench.declare(template(), dataset())
    bench.apply(AUTO)
    bench.remove(PROMPT)
    bench.edit("Dataset/faq-train", **{"import": [{"files": ["bos:/acme/faq/part1.jsonl"]}]})
    bench.declare(job())
    whole = bench.plan().digest
    if lost == "a refused delete":
        bench.apply(AUTO)
    else:
        bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "DeletePromptTemplate"}])
        bench.apply(WHOLE)
        bench.declare(template())
        assert bench.resume() is not None
    with pytest.raises(Stale):
        bench.apply(WHOLE, expected=whole)


def test_resume_while_it_still_goes_on_stays_in_progress(bench: Bench) -> None:
    """Nothing is lost by asking too early."""
    _training(bench)
    bench.emulator.configure(durations={"model": 0.0})
    plan, result = bench.apply_plan(AUTO, limit=0.0)
    assert actions(plan) == {RUN: "wait", MODEL: "create"}
    assert result.exit_code == 4
    assert bench.state().approved is not None


def test_an_apply_of_its_own_takes_the_approval_over(bench: Bench) -> None:
    """A normal apply later finishes it: the owed create is still approved, and nothing remains stored."""
    _training(bench)
    _train_on(bench)
    plan = bench.plan()
    assert find(plan, MODEL).seal.owed
    assert trouble(bench.apply(AUTO)) == []
    assert bench.state().approved is None
    assert actions(bench.plan()) == {}


def test_what_is_owed_stays_out_of_the_digest(bench: Bench) -> None:
    """An approval covers it already: a plan of only that has the digest of an empty plan."""
    _training(bench)
    waiting = bench.plan().digest
    _train_on(bench)
    assert bench.plan().digest == waiting
    bench.resume()
    assert bench.plan().digest == waiting


def test_an_edited_rest_is_no_longer_owed(bench: Bench) -> None:
    """Other inputs while the run goes on: a new decision, not covered by the old approval."""
    _training(bench)
    bench.declare(run("a", 0.0009))
    change = find(bench.plan(), RUN)
    assert change.action is Action.RUN
    assert not change.seal.owed


def test_an_object_that_moved_meanwhile_is_dropped_by_name(bench: Bench) -> None:
    """Approved, then edited in the console before it was carried out: resume leaves it alone, exit 5."""
    bench.declare(*trained(), template())
    assert trouble(bench.apply(AUTO)) == []
    bench.emulator.configure(durations={"training": 600.0})
    bench.declare(run("a", 0.0009))
    bench.configure(PROMPT, depends_on=(find(bench.plan(), RUN).address,))
    bench.edit(PROMPT, templateContent="approved: {input}")
    bench.apply(WHOLE, limit=0.0)
    bench.emulator.edit(bench.id(PROMPT), "templateContent", "console: {input}")
    _train_on(bench)
    done = bench.resume()
    assert done is not None
    assert done[1].dropped == (PROMPT,)
    assert done[1].exit_code == 5
    assert bench.shown(PROMPT)["templateContent"] == "console: {input}"


def test_an_expected_digest_must_still_fit(bench: Bench) -> None:
    """--expect-digest: the approved plan is carried out, another one is refused before anything is done."""
    bench.declare(template())
    approved = bench.plan().digest
    bench.edit(PROMPT, templateContent="other: {input}")
    with pytest.raises(Stale, match="not the one that was approved"):
        bench.apply(WHOLE, expected=approved)
    assert bench.writes() == []
    bench.declare(template())
    assert trouble(bench.apply(WHOLE, expected=approved)) == []


def test_a_change_of_two_calls_is_resumed_after_the_first(bench: Bench) -> None:
    """Another model and more replicas: the second call is refused, and --resume makes just that one."""
    bench.declare(*deployed(), imported("next"))
    assert trouble(bench.apply(AUTO)) == []
    bench.edit(
        "Service/faq",
        modelId=ref("Model/faq-next"),
        resourceConfig={"type": "GPU-1-2", "replicasCount": 2, "region": "bj"},
    )
    bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "PurchaseComputeUnit"}])
    assert any("AccessDenied" in text for text in trouble(bench.apply(WHOLE)))
    before = len(bench.writes())
    resumed = bench.resume()
    assert resumed is not None
    assert (trouble(resumed[1]), resumed[1].exit_code) == ([], 0)
    assert bench.writes()[before:] == ["PurchaseComputeUnit"]
    assert actions(bench.plan()) == {}
    assert bench.state().approved is None
