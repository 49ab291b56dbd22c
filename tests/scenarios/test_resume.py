"""Long work: detached, interrupted and taken up again; approved plans that are owed."""

from __future__ import annotations

import pytest

from qfops.core.errors import Stale
from qfops.core.plan.actions import Action
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, ref, trouble
from tests.support.project import deployed, imported, run, template, trained

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


def test_resume_uses_the_approved_values_whatever_the_manifests_say_now(bench: Bench) -> None:
    """An edit after the approval is not carried out by resume; the next plan shows it."""
    _training(bench)
    bench.edit(PROMPT, templateContent="not approved: {input}")
    bench.edit(MODEL, description="edited later")
    _train_on(bench)
    done = bench.resume()
    assert done is not None
    assert trouble(done[1]) == []
    assert bench.shown(MODEL)["description"] == "cut a"
    assert bench.shown(PROMPT)["templateContent"] != "not approved: {input}"
    assert actions(bench.plan()) == {PROMPT: "update"}


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
