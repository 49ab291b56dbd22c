"""The editors' schema: generated from the kinds, and friendly to every substitute that may be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from qfops.kinds.editor import manifest_schema, manifest_text
from qfops.kinds.registry import load

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples" / "manifests").rglob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(manifest_schema(load()))


def test_the_committed_file_is_the_generated_one() -> None:
    """After a change of a kind or schema, write `manifest_text(load())` to schemas/manifest.json."""
    assert (ROOT / "schemas" / "manifest.json").read_text(encoding="utf-8") == manifest_text(load())


def test_it_is_a_valid_schema_and_the_same_each_time() -> None:
    jsonschema.Draft202012Validator.check_schema(manifest_schema(load()))
    assert manifest_text(load()) == manifest_text(load())


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_examples_are_valid(file: Path) -> None:
    manifests = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    assert manifests
    for manifest in manifests:
        assert [error.message for error in VALIDATOR.iter_errors(manifest)] == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_examples_name_their_schema_in_the_first_line(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert named != first
    assert (file.parent / named).resolve() == ROOT / "schemas" / "manifest.json"


def test_the_examples_show_a_project_of_some_size() -> None:
    count = 0
    for file in EXAMPLES:
        for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            count += len(manifest["metadata"].get("forEach", {"": None}))
    assert count >= 12


def task(**changes: Any) -> dict[str, Any]:
    spec = {
        "jobId": {"ref": "FineTuningJob/faq"},
        "hyperParameterConfig": {"epoch": 3},
        "datasetConfig": {"sourceType": "Platform", "versions": [{"versionId": {"ref": "Dataset/faq"}}]},
    }
    return {
        "apiVersion": "qianfan/v2",
        "kind": "FineTuningTask",
        "metadata": {"name": "faq"},
        "spec": {**spec, **changes},
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"jobId": "job-8ry2kq0v3msd"},
        {"jobId": {"ref": "FineTuningJob/faq", "output": "jobId"}},
        {"jobId": {"ref": "${var.kind}/faq"}},
        {"jobId": "${var.job}"},
        {"parameterScale": "${var.scale}"},
        {"hyperParameterConfig": {"epoch": "${each.epoch}", "Packing": "${var.packing}"}},
        {"extra": {"validation": {"any": 1}}},
        {"corpusConfig": {"config": [{"corpusType": 1, "proportion": {"file": "share.txt"}}]}},
    ],
)
def test_substitutes_are_allowed_where_they_may_stand(changes: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(task(**changes))] == []


@pytest.mark.parametrize(
    "manifest",
    [
        task(jobId={"ref": "Dataset/faq"}),
        task(jobId={"ref": "FineTuningJob/faq", "output": "taskId"}),
        task(parameterScale={"ref": "FineTuningJob/faq"}),
        task(parameterScale="Lora"),
        task(hyperParameterConfig={"epoch": "three"}),
        task(hyperParameterConfig={"epochs": 3}),
        {**task(), "kind": "Dataset"},
        {**task(), "apiVersion": "qianfan/v3"},
        {**task(), "metadata": {"name": "FAQ"}},
        {**task(), "metadata": {"name": "faq", "lifecycle": {"onRemove": "keep"}}},
        {key: value for key, value in task().items() if key != "metadata"},
    ],
)
def test_mistakes_are_underlined(manifest: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(manifest)
