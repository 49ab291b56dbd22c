"""What an adoption takes from the console, what it refuses to guess, and which object is another one."""

from __future__ import annotations

import copy
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.plan.change import Change
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.state.entry import Retired
from tests.support.bench import ref
from tests.support.project import dataset, job, run, version
from tests.unit.planning.given import World, edited

RUN, JOB = "FineTuningTask/faq-a", "FineTuningJob/faq"
DATA, SPRING = "Dataset/faq-train", "DatasetVersion/faq-spring"
VERSIONS = "datasetConfig.versions"


def world() -> World:
    """A run, its job and its data, all of it in state and in the console."""
    return World(dataset(), version(), job(), run("a", 0.0003))


def adopted(here: World, name: str = RUN) -> Change:
    """The adoption of an object that state has just lost."""
    address = Address.parse(name)
    here.adopt[address] = here.entries.pop(address).id or ""
    (change,) = here.plan(PlanOptions(scope=Scope.ADOPT, targets=(address,))).changes
    return change


def lose(here: World, *names: str) -> None:
    """State has no object of these."""
    for name in names:
        del here.entries[Address.parse(name)]


def test_what_state_has_needs_no_look_at_the_console() -> None:
    change = adopted(world())
    assert (str(change.action), change.decision.notes, change.after) == ("adopt", (), ())


def test_a_value_is_taken_where_the_console_alone_knows_it() -> None:
    here = world()
    lose(here, DATA)
    change = adopted(here)
    assert change.decision.notes == (
        f"{VERSIONS}[0].versionId versionId-of-faq-train: "
        f"taken from the console, {DATA} has no object in this state",
    )


def test_of_several_values_none_is_paired_by_guess() -> None:
    both = edited(run("a", 0.0003), datasetConfig={
        "sourceType": "Platform", "splitRatio": 10,
        "versions": [{"versionId": ref(DATA)}, {"versionId": ref(SPRING)}],
    })  # fmt: skip
    here = World(dataset(), version(), job(), both)
    lose(here, DATA, SPRING)
    change = adopted(here)
    assert str(change.action) == "blocked"
    assert f"{VERSIONS}[0].versionId for {DATA}" in change.reason
    here = World(dataset(), version(), job(), both)
    lose(here, SPRING)
    assert str(adopted(here).action) == "adopt"  # the one that is left over is no guess


def test_what_a_plan_would_replace_is_what_it_is_until_then() -> None:
    """The data would be made anew, and the console does not show which data the run read."""
    here = world().want(edited(dataset(), datasetName="another"))
    live = here.live(RUN)
    shown = copy.deepcopy({**live.attributes})
    del shown["datasetConfig"]
    here.show(replace(live, attributes=shown, complete=False), Address.parse(RUN).kind_key)
    change = adopted(here)
    assert (str(change.action), change.decision.notes) == ("adopt", ())


def test_a_container_that_nobody_can_see_decides_nothing() -> None:
    """What the run was made from could not be compared with the manifest later."""
    here = world()
    here.hide(JOB)
    lose(here, JOB)
    change = adopted(here)
    assert str(change.action) == "blocked"
    assert change.reason.endswith("the console does not show jobId-of-faq, where it lives")
    assert change.decision.remedy == f"adopt what it rests on first: qfops adopt {JOB} ID"


def test_a_kept_run_counts_by_its_inputs() -> None:
    """Also where no attribute of its own differs."""
    here = world()
    address = Address.parse(RUN)
    entry = here.entries[address]
    kept = Retired(entry.id or "", entry.attributes, entry.outputs, "other", entry.status, "replaced")
    for key, action in (("other", "blocked"), (entry.run_key, "adopt")):
        here.entries[address] = replace(
            entry.without_object(), retired=(replace(kept, run_key=key, due="delete"),)
        )
        here.adopt[address] = kept.id
        (change,) = here.plan(PlanOptions(scope=Scope.ADOPT, targets=(address,))).changes
        assert str(change.action) == action
