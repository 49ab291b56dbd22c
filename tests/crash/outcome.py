"""How a run has to end, whatever happened to it: converged, nothing twice, nothing left over."""

from __future__ import annotations

from collections import Counter

from tests.crash.rig import next_process
from tests.crash.worlds import Case
from tests.support.bench import WHOLE, Bench, actions, trouble

# What the console makes beside an object, or keeps after its end.
NOT_OURS = ("PromptLabel", "ImportTask", "ServiceResource")


def settled(bench: Bench, case: Case) -> None:
    """Apply in a new process; then all is as it should be."""
    after = next_process(bench)
    assert trouble(after.apply(WHOLE, case.flags, allow_large_change=True)) == []
    converged(after, case)
    after.close()


def converged(bench: Bench, case: Case) -> None:
    """Nothing is left to do, nothing is open, and console and state agree on every object."""
    plan = bench.plan(case.flags)
    assert actions(plan) == {}
    assert plan.held_back == ()
    state = bench.state()
    assert not state.intents
    assert state.approved is None
    assert alive(bench) == known(bench)
    assert bench.emulator.complaints() == []


def alive(bench: Bench) -> Counter[str]:
    """How many objects of each kind the console holds; a stopped service is at its end."""
    found = [item for item in bench.emulator.objects() if item["type"] not in NOT_OURS]
    ended = [item for item in found if item.get("runStatus") == "Stopped" and item["type"] == "Service"]
    return Counter(str(item["type"]) for item in found) - Counter(str(item["type"]) for item in ended)


def known(bench: Bench) -> Counter[str]:
    """How many objects of each kind the state owns; a dataset owns the version that was made with it, too."""
    count = Counter(kind for (_, kind), _ in bench.state().ids())
    return count + Counter(DatasetVersion=count["Dataset"])
