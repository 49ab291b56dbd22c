"""Answers that get lost, and requests that never arrive: one apply copes, without making anything twice."""

from __future__ import annotations

import pytest

from qfops.core.plan_options import PlanOptions, Scope
from qfops.kinds.registry import load
from qfops.reconcile.apply.result import How
from tests.crash.conftest import Prepared
from tests.crash.outcome import converged
from tests.crash.rig import next_process
from tests.crash.worlds import CASES, Case
from tests.support.bench import WHOLE, trouble

CREATE, *LATER = CASES
WRITES = sorted({call.action for kind in load().kinds.values() for call in kind.operations.values()})
LOSSES = ("reset", "cut", "nonjson", "nonjson:502", "status:500", "error:InternalError")


def struck(kind: str, when: str, times: int | None = 1) -> list[dict[str, object]]:
    """Faults that strike every mutating action."""
    return [{"kind": kind, "action": action, "when": when, "times": times} for action in WRITES]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", LOSSES)
def test_each_first_answer_of_an_action_is_lost(prepared: Prepared, kind: str, when: str) -> None:
    """Whether the request took effect cannot be seen: it is looked for, and repeated if it is not there."""
    bench = next_process(prepared(CREATE))
    bench.emulator.configure(faults=struck(kind, when))
    assert trouble(bench.apply(WHOLE)) == []
    converged(bench, CREATE)
    bench.close()


def test_no_answer_to_a_create_ever_arrives(prepared: Prepared) -> None:
    """Every look-up step takes effect in silence: each is found, none is sent twice."""
    bench = next_process(prepared(CREATE))
    faults = [fault for fault in struck("reset", "after", None) if str(fault["action"]).startswith("Create")]
    bench.emulator.configure(faults=faults)
    assert trouble(bench.apply(WHOLE)) == []
    converged(bench, CREATE)
    assert len(bench.writes()) == CREATE.writes
    bench.close()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("case", LATER, ids=str)
def test_edits_replacements_and_ends_lose_answers(prepared: Prepared, case: Case, when: str) -> None:
    """Also for what may simply be repeated: "does not exist" is what a second delete wants to hear."""
    bench = next_process(prepared(case))
    bench.emulator.configure(faults=struck("reset", when))
    assert trouble(bench.apply(WHOLE, case.flags, allow_large_change=True)) == []
    converged(bench, case)
    bench.close()


def test_a_throttled_console_is_asked_again(prepared: Prepared) -> None:
    """429 had no effect: the call waits its turn and is made once."""
    bench = next_process(prepared(CREATE))
    bench.emulator.configure(faults=struck("status:429", "before", 3))
    assert trouble(bench.apply(WHOLE)) == []
    converged(bench, CREATE)
    bench.close()


def test_a_failure_stops_its_dependents_only_and_the_next_apply_goes_on(prepared: Prepared) -> None:
    """A refused job leaves runs, models and service for later; data and prompt are made."""
    bench = prepared(CREATE)
    bench.emulator.configure(faults=[{"kind": "error:AccessDenied", "action": "CreateFineTuningJob"}])
    result = bench.apply(WHOLE)
    assert [str(item.change.address) for item in result.of(How.FAILED)] == ["FineTuningJob/faq"]
    assert {item.change.address.kind for item in result.of(How.BLOCKED_BY)} == {
        "FineTuningTask",
        "Model",
        "Service",
    }
    assert {item.change.address.kind for item in result.of(How.APPLIED)} == {
        "Dataset",
        "DatasetVersion",
        "ModelSet",
        "PromptTemplate",
    }
    assert trouble(bench.apply(WHOLE)) == []
    converged(bench, CREATE)
    bench.close()


def test_compute_that_a_lost_create_bought_is_given_back(prepared: Prepared) -> None:
    """It is paid for until it is released; the service's resources tell what it is."""
    bench = next_process(prepared(CREATE))
    bench.emulator.configure(faults=[{"kind": "reset", "action": "CreateService", "when": "after"}])
    assert trouble(bench.apply(WHOLE)) == []
    assert trouble(bench.apply(WHOLE, PlanOptions(scope=Scope.DESTROY))) == []
    assert "ReleaseComputeUnit" in bench.writes()
