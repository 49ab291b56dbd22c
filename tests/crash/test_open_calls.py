"""Calls whose outcome nobody knows yet: what a plan says meanwhile, and how a person settles them."""

from __future__ import annotations

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions
from qfops.core.state.records import Intent
from qfops.reconcile.journal import Journal
from qfops.reconcile.state_edits import settle_by_hand
from tests.crash.conftest import Prepared
from tests.crash.outcome import converged
from tests.crash.rig import dies_at, next_process
from tests.crash.worlds import CASES
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble

CREATE = CASES[0]
NONE = PlanOptions()


def test_while_the_window_is_open_a_plan_says_unknown_and_writes_nothing(prepared: Prepared) -> None:
    """The request may still be on its way; what rests on it is unknown, too, and the rest is planned."""
    bench = prepared(CREATE)
    dies_at(bench, "CreateFineTuningJob", "before", NONE)
    before = sorted(path.read_bytes() for path in bench.store.path.iterdir())
    plan = bench.plan()
    job = find(plan, "FineTuningJob/faq")
    assert job.action is Action.UNKNOWN
    assert "the answer to CreateFineTuningJob was lost" in job.reason
    held = {str(change.address) for change in plan.changes if change.action is Action.UNKNOWN}
    assert held >= {"FineTuningTask/faq-a", "Model/faq-a", "Service/faq"}
    assert not plan.complete
    assert sorted(path.read_bytes() for path in bench.store.path.iterdir()) == before
    bench.close()


def test_a_lost_create_that_is_seen_is_planned_as_done(prepared: Prepared) -> None:
    """One look is enough to find it; nothing is written down by a plan."""
    bench = prepared(CREATE)
    dies_at(bench, "CreateFineTuningJob", "after", NONE)
    serial = bench.state().serial
    assert "FineTuningJob/faq" not in actions(bench.plan())
    assert bench.state().serial == serial
    assert len(bench.state().intents) >= 1
    bench.close()


def test_a_lost_update_that_is_seen_is_never_drift(prepared: Prepared) -> None:
    """Even when the manifest has gone back meanwhile: it is our own call that must be undone."""
    case = next(case for case in CASES if case.name == "update")
    bench = prepared(case)
    dies_at(bench, "ModifyPromptTemplate", "after", NONE)
    CREATE.declare(bench)
    plan = bench.plan()
    assert plan.held_back == ()
    assert actions(plan)["PromptTemplate/faq-answer"] == "update"
    after = next_process(bench)
    assert trouble(after.apply(AUTO)) == []
    converged(after, CREATE)
    after.close()
    bench.close()


def torn(prepared: Prepared) -> tuple[Bench, list[str]]:
    """Killed after a run was created, and before anybody looks, somebody starts another run in that job."""
    bench = prepared(CREATE)
    bench.concurrency = 1
    dies_at(bench, "CreateFineTuningTask", "after", NONE)
    after = next_process(bench)
    lost = next(intent for intent in after.state().intents.values() if intent.header.address)
    body = {key: value for key, value in lost.attributes.items() if key != "import"}
    after.call("/v2/finetuning", "CreateFineTuningTask", body)
    bench.close()
    return after, sorted(after.objects("FineTuningTask"))


def open_call(bench: Bench) -> Intent:
    """The call that waits to be settled."""
    (intent,) = [i for i in bench.state().intents.values() if i.header.operation == "CreateFineTuningTask"]
    return intent


def test_two_candidates_are_shown_and_nothing_is_guessed(prepared: Prepared) -> None:
    """The run and what rests on it wait for a person; everything else goes on."""
    bench, candidates = torn(prepared)
    found = trouble(bench.apply(WHOLE))
    intent = open_call(bench)
    (said,) = [text for text in found if text.startswith(f"failed: {intent.header.address}")]
    assert f"({', '.join(candidates)})" in said
    assert f"state settle {intent.header.address} --id ID" in said
    assert bench.writes().count("CreateFineTuningTask") == 3  # ours, theirs, and that of the other address
    assert find(bench.plan(), str(intent.header.address)).action is Action.UNKNOWN
    bench.close()


@pytest.mark.parametrize("ours", [True, False], ids=["--id", "--none"])
def test_a_person_settles_it_and_the_next_apply_goes_on(prepared: Prepared, ours: bool) -> None:
    """With the id, that object is the run; with none, the run is made again and both others are strangers."""
    bench, candidates = torn(prepared)
    bench.apply(WHOLE)
    intent = open_call(bench)
    address, chosen = intent.header.address, candidates[0]

    async def settle() -> None:
        session = await bench.store.begin(bench._owner(), timeout=5, notify=lambda _: None)
        journal = Journal(session, bench.clock)
        try:
            said = chosen if ours else None
            async with bench.client() as client:
                await settle_by_hand(journal, bench.world(client), address, said, "qfops", done=False)
        finally:
            await session.release()

    bench.run(settle())
    assert not bench.state().intents
    assert trouble(bench.apply(WHOLE)) == []
    assert actions(bench.plan()) == {}
    assert (bench.id(str(address)) == chosen) is ours
    assert len(bench.objects("FineTuningTask")) == (3 if ours else 4)
    bench.close()
