"""Killed around a move: either none of the moves is done or all are, and the next command goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions
from tests.crash.conftest import Prepared
from tests.crash.outcome import converged
from tests.crash.rig import When, dies_after_records, dies_at, next_process
from tests.crash.worlds import CASES
from tests.support.bench import AUTO, WHOLE, Bench, actions, ref, trouble
from tests.support.project import model, run

CREATE, UPDATE = (next(case for case in CASES if case.name == name) for name in ("create", "update"))
NONE = PlanOptions()
TASK_A, TASK_B, TASK_C = (Address("FineTuningTask", f"faq-{key}") for key in "abc")
RECORDS = 13
"""How many records the apply of `shifted` writes: moves, approval, and two calls with all around them."""


def moved(bench: Bench, lines: Mapping[Address, Address]) -> None:
    bench.settings = replace(bench.settings, moved=lines)


def shifted(bench: Bench) -> None:
    """The keys a, b of the runs become b, c, their models with them; and two edits beside it."""
    CREATE.declare(bench)
    for key in "ab":
        bench.remove(f"FineTuningTask/faq-{key}")
        bench.remove(f"Model/faq-{key}")
    bench.declare(run("b", 0.0003), run("c", 0.0001), model("b"), model("c"))
    bench.edit("Service/faq", modelId=ref("Model/faq-c"))
    bench.edit("PromptTemplate/faq-answer", templateContent="Answer: {input}")
    moved(bench, {TASK_A: TASK_B, TASK_B: TASK_C})


@pytest.mark.parametrize("count", range(1, RECORDS + 1))
def test_killed_at_any_record_the_next_apply_goes_on(prepared: Prepared, count: int) -> None:
    """No run is trained again, no model made again, and no entry is written over by another."""
    bench = prepared(UPDATE)
    shifted(bench)
    before = {
        a: entry.id for a, entry in bench.state().entries.items() if a.kind in ("FineTuningTask", "Model")
    }
    made = [action for action in bench.writes() if action.startswith("Create")]
    dies_after_records(bench, count)
    after = next_process(bench)
    assert trouble(after.apply(WHOLE)) == []
    converged(after, CREATE)
    assert [action for action in after.writes() if action.startswith("Create")] == made
    found = after.state()
    assert {a: entry.id for a, entry in found.entries.items() if a.kind in ("FineTuningTask", "Model")} == {
        Address(a.kind, {"faq-a": "faq-b", "faq-b": "faq-c"}[a.name]): id_ for a, id_ in before.items()
    }
    assert found.moved == {TASK_A: TASK_B, TASK_B: TASK_C}
    after.close()


def test_all_records_are_tried(prepared: Prepared) -> None:
    """Otherwise the last ones would never be the last."""
    bench = prepared(UPDATE)
    shifted(bench)
    serial = bench.state().serial
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.state().serial - serial == RECORDS
    bench.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_that_was_lost_under_the_old_address_is_not_made_under_the_new_one(
    prepared: Prepared, when: When
) -> None:
    """The run may have begun although state has no entry of it: its line waits for the settlement."""
    bench = prepared(CREATE)
    dies_at(bench, "CreateFineTuningTask", when, NONE)
    lost = {intent.header.address for intent in bench.state().intents.values()} & {TASK_A, TASK_B}
    assert lost
    for key, rate in (("a", 0.0003), ("b", 0.0001)):
        bench.remove(f"FineTuningTask/faq-{key}")
        bench.declare(run(f"new-{key}", rate))
        bench.edit(f"Model/faq-{key}", trainMeta={"taskId": ref(f"FineTuningTask/faq-new-{key}")})
    moved(bench, {a: Address("FineTuningTask", a.name.replace("faq-", "faq-new-")) for a in (TASK_A, TASK_B)})
    if when == "before":
        planned = actions(bench.plan())
        assert all(planned[str(bench.settings.moved[address])] == "unknown" for address in lost)
    after = next_process(bench)
    assert trouble(after.apply(WHOLE)) == []
    assert trouble(after.apply(WHOLE)) == []
    assert after.writes().count("CreateFineTuningTask") == 2
    converged(after, CREATE)
    after.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_edit_of_the_old_address_is_settled_before_it_moves(prepared: Prepared, when: When) -> None:
    bench = prepared(UPDATE)
    dies_at(bench, "ModifyPromptTemplate", when, NONE)
    old, new = Address("PromptTemplate", "faq-answer"), Address("PromptTemplate", "reply")
    declared = bench.resources.pop(old)
    bench.declare(replace(declared, address=new))
    moved(bench, {old: new})
    after = next_process(bench)
    assert trouble(after.apply(AUTO)) == []
    assert trouble(after.apply(AUTO)) == []
    assert old not in after.state().entries
    converged(after, UPDATE)
    after.close()
