"""Each rule of the contract breaks at `validate`, not at `apply`; what is legitimate passes.

Every case is judged by jsonschema and by jsonschema-rs, because the loader uses both.
"""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from qfops.core.address import KindKey
from qfops.kinds.registry import load

GONE = object()
SPECS: dict[str, dict[str, Any]] = {
    "Dataset": {
        "datasetName": "faq",
        "dataFormat": "PromptResponse",
        "storageType": "BOS",
        "storagePath": "bos:/bucket/dir/",
        "import": [{"files": ["bos:/bucket/dir/a.jsonl", "bos:/other/b.zip"], "digest": "sha256:0"}],
        "publish": True,
    },
    "DatasetVersion": {"datasetId": "dg-1", "description": "d", "import": [], "publish": False},
    "FineTuningJob": {"name": "faq", "description": "", "model": "ERNIE-Speed-8K", "trainMode": "SFT"},
    "FineTuningTask": {
        "jobId": "job-1",
        "parameterScale": "LoRA",
        "hyperParameterConfig": {"epoch": 3, "learningRate": 3e-4, "loraAllLinear": "True"},
        "datasetConfig": {
            "sourceType": "Platform",
            "versions": [{"versionId": "ds-1", "samplingRate": 1}],
            "splitRatio": 10,
        },
        "incrementTaskId": "task-1",
        "incrementCheckpointStep": 64,
        "corpusConfig": {"copyData": False, "config": [{"corpusType": 1, "proportion": "50%"}]},
        "modelConfig": {"any": 1},
        "resourceConfig": {"resourceId": "r", "nodeNum": 1, "idleResource": True},
    },
    "ModelSet": {"modelSetName": "faq_助手", "modelType": "Text2Text", "labels": ["a", "b"]},
    "Model": {
        "modelSetId": "am-1",
        "sourceType": "Train",
        "description": "d",
        "trainMeta": {"taskId": "task-1", "step": 64},
        "importMeta": {"bucket": "b", "objectPath": "p", "modelFormat": "Safetensors", "chatConf": {"a": 1}},
    },
    "PromptTemplate": {
        "templateName": "answer",
        "templateContent": "Say {word}",
        "variableIdentifier": "{}",
        "sceneType": "TextToText",
        "labels": ["a", "b", "c"],
        "hyperParameters": {"temperature": 0.3, "topP": 0, "penaltyScore": 1.5, "stop": ["."], "system": "s"},
    },
    "Service": {
        "modelSetId": "am-1",
        "modelId": "amv-1",
        "name": "faq",
        "urlSuffix": "faq-1",
        "description": "d",
        "resourceConfig": {"type": "GPU-1-2", "replicasCount": 1, "qps": 1.5, "region": "bj"},
        "billing": {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
        "protocolVersion": 1,
    },
}
TASK_VERSIONS = "datasetConfig.versions"
UNIT = {"instanceId": "unit-1", "deploymentReplicasCount": 1}
MONTH = {"reservationTimeUnit": "Month", "reservationLength": 1}
FILES = "import.0.files"

ACCEPTED: list[tuple[str, str, Any]] = [
    ("Dataset", "datasetName", "中文 name"),
    ("Dataset", "storagePath", "bos:/bucket/"),
    ("Dataset", FILES, ["bos:/bucket/dir/"]),
    ("FineTuningJob", "name", "ab"),
    ("FineTuningJob", "name", "a" * 20),
    ("FineTuningJob", "description", "d" * 500),
    ("FineTuningTask", "parameterScale", "LoRA-GA"),
    ("Service", "name", "svcam-4k2x9w7q1m3z_amv-8c5v1n6b0l2s"),
    ("Service", "urlSuffix", "svcam-4k2x9w7q1m3z_amv-8c5v1n6b0l2s"),
    ("FineTuningTask", "hyperParameterConfig", {}),
    ("FineTuningTask", "hyperParameterConfig.batchSize", 960),
    ("FineTuningTask", "hyperParameterConfig.learningRate", 0.03),
    ("FineTuningTask", "hyperParameterConfig.maxSeqLen", 32768),
    ("FineTuningTask", "hyperParameterConfig.epoch", 3.0),
    ("FineTuningTask", "hyperParameterConfig.Packing", "True"),
    ("FineTuningTask", "hyperParameterConfig.Packing", True),
    ("FineTuningTask", "datasetConfig.splitRatio", 100),
    ("FineTuningTask", "datasetConfig.splitRatio", GONE),
    ("FineTuningTask", "corpusConfig.config.0.proportion", "1:5"),
    (
        "FineTuningTask",
        "datasetConfig",
        {"sourceType": "Bos", "versions": [{"versionBosUri": "bos:/bucket/a.jsonl"}]},
    ),
    ("ModelSet", "modelSetName", "模型_1"),
    ("ModelSet", "modelType", "VioceGeneration"),
    ("Model", "description", "d" * 300),
    ("PromptTemplate", "hyperParameters.penaltyScore", 0.5),
    ("PromptTemplate", "hyperParameters.system", "s" * 1024),
    ("Service", "urlSuffix", "a1"),
    ("Service", "urlSuffix", "a_-b" * 5),
    ("Service", "name", "客服"),
    ("Service", "resourceConfig.type", "GPU-I-2"),
    ("Service", "resourceConfig.type", "CPU-1-1"),
    ("Service", "billing", {"paymentTiming": "Prepaid", "reservation": MONTH}),
]
REFUSED: list[tuple[str, str, Any, str]] = [
    ("Dataset", "datasetName", "", "datasetName"),
    ("Dataset", "datasetName", "name ", "datasetName"),
    ("Dataset", "datasetName", "name\n", "datasetName"),
    ("Dataset", "dataFormat", "PromptSortedResponses", "dataFormat"),
    ("Dataset", "storageType", "sysBos", "storageType"),
    ("Dataset", "storagePath", "bos:/bucket/dir", "storagePath"),
    ("Dataset", "storagePath", "bos://bucket/dir/", "storagePath"),
    ("Dataset", "storagePath", "/bucket/dir/", "storagePath"),
    ("Dataset", "storagePath", "bos:/bucket/dir/\n", "storagePath"),
    ("Dataset", "storagePath", GONE, ""),
    ("Dataset", FILES, [], FILES),
    ("Dataset", FILES, ["bucket/a.jsonl"], f"{FILES}.0"),
    ("Dataset", FILES, ["bos:/bucket/dir/", "bos:/bucket/dir/a.jsonl"], FILES),
    ("Dataset", FILES, GONE, "import.0"),
    ("Dataset", "import.0.digest", "", "import.0.digest"),
    ("Dataset", "import.0.url", "x", "import.0"),
    ("Dataset", "publish", "yes", "publish"),
    ("Dataset", "description", "d", ""),
    ("DatasetVersion", "datasetId", GONE, ""),
    ("DatasetVersion", "datasetId", "", "datasetId"),
    ("FineTuningJob", "name", "a", "name"),
    ("FineTuningJob", "name", "a" * 21, "name"),
    ("FineTuningJob", "description", "d" * 501, "description"),
    ("FineTuningJob", "trainMode", "sft", "trainMode"),
    ("FineTuningJob", "model", GONE, ""),
    ("FineTuningTask", "parameterScale", "Lora", "parameterScale"),
    ("FineTuningTask", "hyperParameterConfig", GONE, ""),
    ("FineTuningTask", "hyperParameterConfig.epochs", 3, "hyperParameterConfig"),
    ("FineTuningTask", "hyperParameterConfig.packing", "True", "hyperParameterConfig"),
    ("FineTuningTask", "hyperParameterConfig.epoch", 0, "hyperParameterConfig.epoch"),
    ("FineTuningTask", "hyperParameterConfig.epoch", 51, "hyperParameterConfig.epoch"),
    ("FineTuningTask", "hyperParameterConfig.epoch", 1.5, "hyperParameterConfig.epoch"),
    ("FineTuningTask", "hyperParameterConfig.epoch", "3", "hyperParameterConfig.epoch"),
    ("FineTuningTask", "hyperParameterConfig.learningRate", 1, "hyperParameterConfig.learningRate"),
    ("FineTuningTask", "hyperParameterConfig.loraAllLinear", True, "hyperParameterConfig.loraAllLinear"),
    ("FineTuningTask", "hyperParameterConfig.loraAllLinear", "true", "hyperParameterConfig.loraAllLinear"),
    ("FineTuningTask", "hyperParameterConfig.checkpointCount", 11, "hyperParameterConfig.checkpointCount"),
    ("FineTuningTask", "hyperParameterConfig.lrSchedulerType", "cos", "hyperParameterConfig.lrSchedulerType"),
    ("FineTuningTask", "datasetConfig.sourceType", "BOS", "datasetConfig.sourceType"),
    ("FineTuningTask", "datasetConfig.sourceType", "Bos", f"{TASK_VERSIONS}.0"),
    ("FineTuningTask", TASK_VERSIONS, [], TASK_VERSIONS),
    ("FineTuningTask", TASK_VERSIONS, [{"versionBosUri": "bos:/b/a.jsonl"}], f"{TASK_VERSIONS}.0"),
    ("FineTuningTask", f"{TASK_VERSIONS}.0.samplingRate", 0, f"{TASK_VERSIONS}.0.samplingRate"),
    ("FineTuningTask", f"{TASK_VERSIONS}.0.samplingRate", 10.5, f"{TASK_VERSIONS}.0.samplingRate"),
    ("FineTuningTask", f"{TASK_VERSIONS}.0.versionBosUri", "b/a.jsonl", f"{TASK_VERSIONS}.0.versionBosUri"),
    ("FineTuningTask", "datasetConfig.splitRatio", 101, "datasetConfig.splitRatio"),
    ("FineTuningTask", "incrementTaskId", GONE, ""),
    ("FineTuningTask", "incrementCheckpointStep", 0, "incrementCheckpointStep"),
    ("FineTuningTask", "corpusConfig.config.0.corpusType", 4, "corpusConfig.config.0.corpusType"),
    ("FineTuningTask", "corpusConfig.config.0.proportion", "half", "corpusConfig.config.0.proportion"),
    ("FineTuningTask", "corpusConfig.config.0.labels", list("abcdef"), "corpusConfig.config.0.labels"),
    ("FineTuningTask", "resourceConfig.nodeNum", 0, "resourceConfig.nodeNum"),
    ("ModelSet", "modelSetName", "_faq", "modelSetName"),
    ("ModelSet", "modelSetName", "a", "modelSetName"),
    ("ModelSet", "modelSetName", "a" * 21, "modelSetName"),
    ("ModelSet", "modelSetName", "faq-1", "modelSetName"),
    ("ModelSet", "modelSetName", "faq\n", "modelSetName"),
    ("ModelSet", "modelType", "text2text", "modelType"),
    ("ModelSet", "labels", ["a", "a"], "labels"),
    ("Model", "sourceType", "Acceleration", "sourceType"),
    ("Model", "description", "d" * 301, "description"),
    ("Model", "trainMeta.taskId", GONE, "trainMeta"),
    ("Model", "trainMeta.checkpointStep", 64, "trainMeta"),
    ("Model", "trainMeta.step", 0, "trainMeta.step"),
    ("Model", "importMeta.bucket", GONE, "importMeta"),
    ("Model", "importMeta.modelFormat", "HuggingFace", "importMeta.modelFormat"),
    ("PromptTemplate", "templateContent", "", "templateContent"),
    ("PromptTemplate", "variableIdentifier", "<>", "variableIdentifier"),
    ("PromptTemplate", "variableIdentifier", {}, "variableIdentifier"),
    ("PromptTemplate", "variableIdentifier", GONE, ""),
    ("PromptTemplate", "sceneType", 1, "sceneType"),
    ("PromptTemplate", "labels", list("abcd"), "labels"),
    ("PromptTemplate", "hyperParameters.temperature", 0, "hyperParameters.temperature"),
    ("PromptTemplate", "hyperParameters.temperature", 1.1, "hyperParameters.temperature"),
    ("PromptTemplate", "hyperParameters.topP", -0.1, "hyperParameters.topP"),
    ("PromptTemplate", "hyperParameters.top_p", 0.1, "hyperParameters"),
    ("PromptTemplate", "hyperParameters.system", "s" * 1025, "hyperParameters.system"),
    ("PromptTemplate", "templateVariables", "word", ""),
    ("Service", "name", "a", "name"),
    ("Service", "urlSuffix", "a", "urlSuffix"),
    ("Service", "urlSuffix", "FAQ", "urlSuffix"),
    ("Service", "urlSuffix", "-faq", "urlSuffix"),
    ("Service", "urlSuffix", "faq_", "urlSuffix"),
    ("Service", "urlSuffix", "faq\n", "urlSuffix"),
    ("Service", "description", "d" * 501, "description"),
    ("Service", "resourceConfig.type", "GPU", "resourceConfig.type"),
    ("Service", "resourceConfig.type", GONE, "resourceConfig"),
    ("Service", "resourceConfig.qps", 0, "resourceConfig.qps"),
    ("Service", "resourceConfig.qps", 50.1, "resourceConfig.qps"),
    ("Service", "resourceConfig.replicasCount", 0, "resourceConfig.replicasCount"),
    ("Service", "resourceConfig.region", "sh", "resourceConfig.region"),
    ("Service", "resourceConfig", GONE, ""),
    ("Service", "billing", GONE, ""),
    ("Service", "billing.chargeType", GONE, "billing"),
    ("Service", "billing", {"paymentTiming": "Prepaid"}, "billing"),
    ("Service", "billing.paymentTiming", "Prepay", "billing.paymentTiming"),
    (
        "Service",
        "billing",
        {"paymentTiming": "Prepaid", "reservation": {**MONTH, "reservationLength": 13}},
        "billing.reservation.reservationLength",
    ),
    (
        "Service",
        "deploymentConfig",
        {"deploymentComputeUnitList": []},
        "deploymentConfig.deploymentComputeUnitList",
    ),
    ("Service", "protocolVersion", 3, "protocolVersion"),
]


def changed(kind: str, path: str, value: object) -> dict[str, Any]:
    spec = copy.deepcopy(SPECS[kind])
    *parents, last = path.split(".")
    here: Any = spec
    for part in parents:
        here = here[int(part)] if isinstance(here, list) else here[part]
    key: Any = int(last) if isinstance(here, list) else last
    if value is GONE:
        del here[key]
    else:
        here[key] = value
    return spec


def errors(kind: str, spec: object) -> list[tuple[str, str]]:
    """Path and message of every error; both validators must give the same verdict."""
    schema = load().schema(KindKey("v2", kind))
    found = list(jsonschema.Draft202012Validator(schema).iter_errors(spec))
    assert jsonschema_rs.validator_for(schema).is_valid(spec) is not bool(found)
    return [(".".join(str(part) for part in error.absolute_path), error.message) for error in found]


@pytest.mark.parametrize("kind", SPECS)
def test_a_full_spec_passes(kind: str) -> None:
    assert errors(kind, SPECS[kind]) == []


def test_there_is_a_full_spec_of_every_kind() -> None:
    assert {KindKey("v2", kind) for kind in SPECS} == {key for key in load().kinds if key[0] == "v2"}


@pytest.mark.parametrize(("kind", "path", "value"), ACCEPTED)
def test_legitimate_values_pass(kind: str, path: str, value: object) -> None:
    assert errors(kind, changed(kind, path, value)) == []


@pytest.mark.parametrize(("kind", "path", "value", "at"), REFUSED)
def test_a_broken_rule_is_named_at_its_path(kind: str, path: str, value: object, at: str) -> None:
    found = errors(kind, changed(kind, path, value))
    assert {place for place, _ in found} == {at}, found


def test_a_service_on_units_that_are_owned_needs_no_billing() -> None:
    spec = changed("Service", "deploymentConfig", {"deploymentComputeUnitList": [UNIT]})
    del spec["billing"], spec["resourceConfig"]
    assert errors("Service", spec) == []


def test_a_service_that_is_paid_by_tokens_buys_no_compute() -> None:
    spec = changed("Service", "billing.chargeType", "Tokens")
    del spec["resourceConfig"]
    assert errors("Service", spec) == []


def test_a_dataset_on_platform_storage_has_no_path() -> None:
    spec = changed("Dataset", "storageType", "sysStorage")
    del spec["storagePath"]
    assert errors("Dataset", spec) == []


@pytest.mark.parametrize("key", load().kinds)
def test_placeholders_are_accepted_where_references_stand(key: KindKey) -> None:
    """The loader puts a text in place of a reference before the schema judges."""
    kind = load().get(key)
    spec = copy.deepcopy(SPECS[key[1]])
    for ref in kind.references:
        _put(spec, ref.path.replace("[*]", ".0").split("."), "$ref")
    assert errors(key[1], spec) == []


def _put(value: Any, parts: list[str], text: str) -> None:
    for part in parts[:-1]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    value[parts[-1]] = text
