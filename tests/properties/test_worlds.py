"""Random lives of the assistant project: edited again and again while answers get lost and processes die.

Whatever happens: an apply that says it is done is done, a plan is a function of what it is made from, and
every state that is left behind on the way can be read and makes sense.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle, Resource
from qfops.render.plan_json import plan_json
from tests.crash.outcome import alive, known
from tests.crash.rig import Doom, Killed, When, dying, next_process
from tests.support.bench import WHOLE, Bench, actions, trouble
from tests.support.project import dataset, job, model, model_set, run, service, template, version


@dataclass(frozen=True)
class World:
    """What the manifests say: one choice for each thing that can be edited."""

    text: str = "Answer: {input}"
    settings: bool = True
    rate: float = 0.0003
    data: str = "faq_train"
    second: bool = True
    uses_second: bool = False
    spring: bool = True
    prompt: bool = True
    deletes: bool = False
    url: str = "faq-dev"

    def resources(self) -> Sequence[Resource]:
        """The manifests of this world."""
        uses = "b" if self.uses_second and self.second else "a"
        found = [dataset(datasetName=self.data), job(), run("a", self.rate), model_set(), model("a")]
        found += [run("b", 0.0001), model("b")] if self.second else []
        found += [version()] if self.spring else []
        found += [self._prompt()] if self.prompt else []
        found.append(service(f"Model/faq-{uses}", name=self.url, urlSuffix=self.url))
        after = Lifecycle(on_replace="delete" if self.deletes else None)
        return [replace(item, lifecycle=after) for item in found]

    def _prompt(self) -> Resource:
        parameters = {"temperature": 0.3, "topP": 0.8} if self.settings else {"topP": 0.8}
        return template(templateContent=self.text, hyperParameters=parameters)


WORLDS = st.builds(
    World,
    text=st.sampled_from(["Answer: {input}", "In short: {input}", "{input}?"]),
    settings=st.booleans(),
    rate=st.sampled_from([0.0003, 0.0009]),
    data=st.sampled_from(["faq_train", "faq_train_2"]),
    second=st.booleans(),
    uses_second=st.booleans(),
    spring=st.booleans(),
    prompt=st.booleans(),
    url=st.sampled_from(["faq-dev", "faq-prod"]),
)


@dataclass(frozen=True)
class Calm:
    """Nothing happens."""


@dataclass(frozen=True)
class Lost:
    """The answers to some mutating requests are lost, or the requests."""

    kind: str
    when: str
    skip: int
    times: int


@dataclass(frozen=True)
class Death:
    """The process dies at a mutating request, if it makes so many."""

    nth: int
    when: When


WHENS: st.SearchStrategy[When] = st.sampled_from(("before", "after"))
EVENTS = st.one_of(
    st.just(Calm()),
    st.builds(
        Lost,
        st.sampled_from(["reset", "cut", "nonjson:502", "status:503"]),
        st.sampled_from(["before", "after"]),
        st.integers(0, 1),
        st.integers(1, 3),
    ),
    st.builds(Death, st.integers(1, 12), WHENS),
)
LIVES = st.lists(st.tuples(WORLDS, EVENTS), min_size=1, max_size=4)
MODEST = settings(
    max_examples=12, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A project that was applied once."""
    bench = Bench(tmp_path_factory.mktemp("born"))
    bench.declare(*World().resources())
    assert trouble(bench.apply(WHOLE)) == []
    bench.close()
    return bench


@MODEST
@given(life=LIVES, deletes=st.booleans())
def test_whatever_happens_the_next_apply_converges(
    born: Bench, life: list[tuple[World, object]], deletes: bool
) -> None:
    """After each event one undisturbed apply leaves nothing to do, nothing twice and nothing over.

    What is replaced is kept all life long, or never: a dataset that holds a kept version cannot be deleted.
    """
    with tempfile.TemporaryDirectory() as folder:
        bench = next_process(born.copy(Path(folder) / "life"))
        for world, event in life:
            wanted = replace(world, deletes=deletes).resources()
            bench.resources = {item.address: item for item in wanted}
            assert shown(bench.plan()) == shown(bench.plan())
            suffer(bench, event)
            sane(bench)
            bench = next_process(bench)
            assert bench.drift().differences == ()  # nobody but us was at the console, whatever was lost
            assert trouble(bench.apply(WHOLE, allow_large_change=True)) == []
            converged(bench)
        assert trouble(bench.apply(WHOLE, PlanOptions(scope=Scope.DESTROY), allow_large_change=True)) == []
        assert bench.state().entries == {}
        assert not alive(bench)
        bench.close()


def suffer(bench: Bench, event: object) -> None:
    """An apply to which something happens."""
    if isinstance(event, Death):
        mortal = dying(bench, Doom(event.nth, event.when))
        with contextlib.suppress(Killed):
            mortal.apply(WHOLE, allow_large_change=True)
        mortal.close()
    elif isinstance(event, Lost):
        patient = next_process(bench)
        patient.emulator.configure(faults=[struck(event, action) for action in STRUCK])
        patient.apply(WHOLE, allow_large_change=True)
        patient.emulator.configure(faults=[])
        patient.close()


STRUCK = (
    "CreateDataset",
    "CreateImportTask",
    "CreateFineTuningTask",
    "ModifyService",
    "DeleteModel",
    "CreateService",
)


def struck(event: Lost, action: str) -> dict[str, object]:
    """The order for the console."""
    return {
        "kind": event.kind,
        "action": action,
        "when": event.when,
        "skip": event.skip % 3,
        "times": event.times,
    }


def sane(bench: Bench) -> None:
    """What is on disk can be read, and no object has two owners."""
    state = bench.state()
    ids = [(a.kind, entry.id) for a, entry in state.entries.items() if entry.id is not None]
    ids += [(a.kind, item.id) for a, entry in state.entries.items() for item in entry.retired]
    assert len(ids) == len(set(ids))
    for address, entry in state.entries.items():
        assert entry.address == address
        assert entry.id is not None or entry.retired
        assert entry.id is None or entry.outputs


def converged(bench: Bench) -> None:
    """Nothing is left to do or open, and console and state agree."""
    plan = bench.plan()
    assert actions(plan) == {}
    assert plan.held_back == ()
    report = bench.drift()
    assert (report.differences, report.untold) == ((), ())
    assert not bench.state().intents
    assert bench.state().approved is None
    assert alive(bench) == known(bench)
    assert bench.emulator.complaints() == []
    sane(bench)


def shown(plan: Plan) -> bytes:
    """The plan as other programs see it, without what the refresh cost."""
    data = plan_json(plan)
    data.pop("stats")
    return json.dumps(data, sort_keys=False).encode()
