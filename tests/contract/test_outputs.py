"""The JSON that programs read: real plans and events of a real project fit their published schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from qfops.core.plan_options import PlanOptions, Scope
from qfops.render.events import event_json
from qfops.render.plan_json import plan_file, plan_json
from qfops.render.saved_plan import read_plan
from tests.support.bench import AUTO, Bench
from tests.support.project import assistant, run

SCHEMAS = Path(__file__).parents[2] / "schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "bench")
    bench.declare(*assistant())
    yield bench
    assert bench.emulator.complaints() == []
    bench.emulator.close()


def test_real_plans_fit_the_schema(bench: Bench) -> None:
    """First apply, an edit beside a console edit, a destroy: each as it would be printed and saved."""
    check = validator("plan.json")

    def fits(flags: PlanOptions = PlanOptions()) -> None:
        plan = bench.plan(flags)
        printed = json.loads(json.dumps(plan_json(plan)))
        assert list(check.iter_errors(printed)) == []
        saved = json.loads(json.dumps(plan_file(plan)))
        assert read_plan(saved).digest == plan.digest

    fits()
    bench.apply(AUTO)
    fits()
    bench.declare(run("a", 0.0009))
    bench.edit("PromptTemplate/faq-answer", templateContent="Answer {input} briefly.")
    bench.emulator.edit(bench.id("PromptTemplate/faq-answer"), "hyperParameters.temperature", 0.1)
    fits()
    fits(PlanOptions(revert_drift=True))
    fits(PlanOptions(scope=Scope.DESTROY))


def test_real_events_fit_the_schema(bench: Bench) -> None:
    """Every event of an apply that creates everything."""
    check = validator("event.json")
    bench.apply(AUTO)
    assert {event.type for event in bench.events} >= {"start", "progress", "done"}
    for event in bench.events:
        assert list(check.iter_errors(json.loads(json.dumps(event_json(event))))) == []
