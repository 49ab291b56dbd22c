"""What a run was made from: what decides its result, and nothing else."""

from __future__ import annotations

import pytest

from qfops.core.address import Address, KindKey
from qfops.core.values import JSON, Reference, Unknown, Value
from qfops.kinds.registry import load
from qfops.planning.actions.runs import differing, inputs_of

TASK = load().kinds[KindKey("v2", "FineTuningTask")]
JOB = {"model": "ERNIE-Speed-8K", "trainMode": "SFT", "name": "faq", "description": "x"}
SPEC: dict[str, Value] = {
    "jobId": "job-1",
    "parameterScale": "LoRA",
    "hyperParameterConfig": {"epoch": 3, "learningRate": 3e-4},
    "datasetConfig": {"versions": [{"versionId": "ds-1"}], "splitRatio": 10},
}
KEY = inputs_of(TASK, SPEC, JOB).key


@pytest.mark.parametrize(
    ("spec", "job"),
    [
        ({"jobId": "job-2"}, {}),
        ({}, {"name": "other"}),
        ({}, {"description": "other"}),
        ({"hyperParameterConfig": {"learningRate": 0.0003, "epoch": 3.0}}, {}),
    ],
    ids=["its container", "the container's name", "the container's description", "another way of writing"],
)
def test_what_decides_nothing_is_no_input(spec: dict[str, Value], job: dict[str, JSON]) -> None:
    """The same inputs: the same key."""
    assert inputs_of(TASK, {**SPEC, **spec}, {**JOB, **job}).key == KEY


@pytest.mark.parametrize(
    ("spec", "job", "path"),
    [
        ({"parameterScale": "FullFineTuning"}, {}, "parameterScale"),
        ({"hyperParameterConfig": {"epoch": 4, "learningRate": 3e-4}}, {}, "hyperParameterConfig.epoch"),
        ({"hyperParameterConfig": {"learningRate": 3e-4}}, {}, "hyperParameterConfig.epoch"),
        (
            {"datasetConfig": {"versions": [{"versionId": "ds-2"}], "splitRatio": 10}},
            {},
            "datasetConfig.versions",
        ),
        ({}, {"model": "ERNIE-Lite-8K-0308"}, "container.model"),
        ({}, {"trainMode": "DPO"}, "container.trainMode"),
        ({"extra": {"corpus": {"proportion": 0.1}}}, {}, "extra.corpus.proportion"),
    ],
)
def test_what_decides_the_result_is_an_input(spec: dict[str, Value], job: dict[str, JSON], path: str) -> None:
    """Another key, and the difference by its path."""
    before, after = inputs_of(TASK, SPEC, JOB), inputs_of(TASK, {**SPEC, **spec}, {**JOB, **job})
    assert after.key != before.key
    plain = {name: value for name, value in before.values.items() if not isinstance(value, Reference)}
    assert differing(plain, after.values) == [path]  # type: ignore[arg-type]


def test_an_input_that_is_not_known_yet_gives_no_key() -> None:
    """Nothing can be said to equal it."""
    later = Unknown(Reference(Address.parse("Dataset/d"), "versionId"))
    spec: dict[str, Value] = {**SPEC, "datasetConfig": {"versions": [{"versionId": later}]}}
    assert inputs_of(TASK, spec, JOB).key == ""
