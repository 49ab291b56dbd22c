"""The walk over a plan, on the emulator: what goes on after a failure, and what state and history hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.reconcile.apply.result import How
from tests.crash.outcome import converged
from tests.crash.rig import kill, next_process
from tests.crash.worlds import CASES, Case
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import assistant, run, template

DESTROY = PlanOptions(scope=Scope.DESTROY)
NAMED = {case.name: case for case in CASES}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """The assistant project, applied."""
    made = Bench(tmp_path)
    made.declare(*assistant())
    assert trouble(made.apply(WHOLE)) == []
    yield made
    made.close()


def test_ends_of_one_address_do_not_bring_each_other_back(bench: Bench) -> None:
    """The current run and the kept ones end at the same time; the entry goes with the last of them."""
    for rate in (0.0009, 0.0008):
        bench.declare(run("a", rate))
        assert trouble(bench.apply(AUTO)) == []
    assert trouble(bench.apply(WHOLE, DESTROY)) == []
    assert bench.state().entries == {}
    assert bench.objects("FineTuningTask") == []
    assert bench.objects("Model") == []


def test_what_failed_to_be_made_is_not_replaced_by_what_was_there(bench: Bench) -> None:
    """The new dataset is refused: no version may be made in the old one."""
    bench.edit("Dataset/faq-train", datasetName="faq_train_2")
    bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "CreateDataset"}])
    before = bench.writes()
    result = bench.apply(WHOLE)
    assert [str(item.change.address) for item in result.of(How.FAILED)] == ["Dataset/faq-train"]
    assert "DatasetVersion/faq-spring" in {str(item.change.address) for item in result.of(How.BLOCKED_BY)}
    assert bench.writes() == [*before, "CreateDataset"]


def test_a_container_whose_filling_failed_still_is_a_container(bench: Bench) -> None:
    """A further version needs the dataset, not its rows."""
    bench.apply(WHOLE, DESTROY)
    bench.declare(*assistant())
    bench.edit("Dataset/faq-train", **{"import": [{"files": ["bos:/acme/broken.jsonl"]}]})
    result = bench.apply(WHOLE)
    assert "Dataset/faq-train" in {str(item.change.address) for item in result.of(How.FAILED)}
    assert "DatasetVersion/faq-spring" in {str(item.change.address) for item in result.of(How.APPLIED)}


def test_a_stopped_service_leaves_a_line_in_history(bench: Bench) -> None:
    """It stays in the console, and state does not know it any more."""
    service_id = bench.id("Service/faq")
    bench.remove("Service/faq")
    assert trouble(bench.apply(WHOLE)) == []
    history = (bench.store.path / "history.jsonl").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in map(json.loads, history) if line["event"] == "deactivated"]
    assert (line["address"], line["id"]) == ("Service/faq", service_id)


def test_an_object_that_moved_after_the_plan_is_held_back(bench: Bench) -> None:
    """Seen by a read before the call once the refresh is a minute old: exit 5, the console edit stands."""
    bench.edit("PromptTemplate/faq-answer", labels=["faq"])
    prompt = bench.id("PromptTemplate/faq-answer")

    def edited(_plan: Plan) -> None:
        """Somebody edits the template while the plan is read for two minutes."""
        bench.pass_time(120)
        bench.emulator.edit(prompt, "templateContent", "theirs {input}")

    result = bench.apply(between=edited)
    assert [str(item.change.address) for item in result.of(How.STALE)] == ["PromptTemplate/faq-answer"]
    assert result.exit_code == 5
    assert bench.shown("PromptTemplate/faq-answer")["templateContent"] == "theirs {input}"


@pytest.mark.parametrize(
    ("case", "nth"),
    [("create", 5), ("create", 15), ("replace a service", 2), ("link again", 1), ("remove and prune", 3),
     ("destroy", 6)],
)  # fmt: skip
def test_resume_carries_out_the_rest(tmp_path: Path, case: str, nth: int) -> None:
    """With the stored flags; then nothing is stored any more, and resuming again does nothing."""
    todo: Case = NAMED[case]
    made = Bench(tmp_path)
    todo.prepare(made)
    todo.declare(made)
    kill(made, nth, "after", todo.flags)
    after = next_process(made)
    found = after.resume()
    assert found is not None
    assert trouble(found[1]) == []
    assert after.state().approved is None
    assert after.resume() is None
    converged(after, todo)
    after.close()
    made.close()


def test_resume_drops_what_moved_by_name(bench: Bench) -> None:
    """Exit 5, and the rest is done."""
    bench.edit("PromptTemplate/faq-answer", templateContent="In short: {input}")
    bench.declare(run("c", 0.0002))
    kill(bench, 1, "before", PlanOptions())
    after = next_process(bench)
    after.emulator.edit(after.id("PromptTemplate/faq-answer"), "templateContent", "theirs {input}")
    found = after.resume()
    assert found is not None
    assert found[1].dropped == ("PromptTemplate/faq-answer",)
    assert found[1].exit_code == 5
    assert after.id("FineTuningTask/faq-c")
    assert after.state().approved is None
    after.close()


def test_an_apply_of_its_own_takes_over(bench: Bench) -> None:
    """What it plans otherwise is no longer approved as it was; it says so by name."""
    bench.edit("PromptTemplate/faq-answer", templateContent="In short: {input}")
    kill(bench, 1, "before", PlanOptions())
    after = next_process(bench)
    after.declare(template(templateContent="Shorter: {input}"))
    assert trouble(after.apply(AUTO)) == []
    (said,) = [event for event in after.events if "approved earlier" in event.message]
    assert said.address == "PromptTemplate/faq-answer"
    assert said.message.startswith(
        "approved earlier, and that approval is dropped: planned otherwise now (update: templateContent"
    )
    assert after.state().approved is None
    after.close()


def test_what_is_blocked_or_unknown_stops_its_dependents_only(bench: Bench) -> None:
    """A failed run is blocked; the prompt is edited all the same."""
    bench.emulator.edit(bench.id("FineTuningTask/faq-a"), "runStatus", "Failed")
    bench.edit("PromptTemplate/faq-answer", labels=["faq"])
    plan, result = bench.apply_plan(AUTO)
    assert find(plan, "FineTuningTask/faq-a").action is Action.BLOCKED
    assert [str(item.change.address) for item in result.of(How.APPLIED)] == ["PromptTemplate/faq-answer"]
    assert actions(bench.plan()).get("PromptTemplate/faq-answer") is None


def test_what_is_ours_alone_is_noted_without_a_call(bench: Bench) -> None:
    """Lifecycle is ours alone."""
    item = bench.resources[next(a for a in bench.resources if a.kind == "ModelSet")]
    bench.declare(replace(item, lifecycle=Lifecycle(protect=True)))
    before = bench.writes()
    assert trouble(bench.apply(AUTO)) == []
    assert bench.writes() == before
    assert bench.state().entries[item.address].lifecycle.protect
