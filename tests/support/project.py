"""The assistant project of the examples, as resources: every kind, one by one and all together.

Keyword arguments change attributes; those that are ABSENT are taken out.
"""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.resource import Lifecycle, Resource
from qfops.core.values import Marker, Slot, Value
from tests.support.bench import ref, resource


def assistant() -> list[Resource]:
    """A support assistant: data, a job with two runs, a set with a model from each, a prompt, a service."""
    return [
        dataset(), version(), job(), run("a", 0.0003), run("b", 0.0001), model_set(), model("a"), model("b"),
        template(), service(),
    ]  # fmt: skip


def trained() -> list[Resource]:
    """One run with all that it needs, and the model that is made from it."""
    return [dataset(), job(), run("a", 0.0003), model_set(), model("a")]


def deployed() -> list[Resource]:
    """A service with all that it needs, and no training: its model is imported."""
    return [model_set(), imported(), service("Model/faq-base")]


def dataset(**spec: Slot) -> Resource:
    """A dataset whose first version holds two files and is published."""
    return resource("Dataset/faq-train", _with({
        "datasetName": "faq_train", "dataFormat": "PromptResponse", "storageType": "sysStorage",
        "import": [{"files": ["bos:/acme/faq/part1.jsonl"]}, {"files": ["bos:/acme/faq/part2.jsonl"]}],
        "publish": True,
    }, spec))  # fmt: skip


def container() -> Resource:
    """A dataset that owns no version."""
    return resource("Dataset/faq-train", {
        "datasetName": "faq_train", "dataFormat": "PromptResponse", "storageType": "sysStorage",
    })  # fmt: skip


def version(**spec: Slot) -> Resource:
    """A further version of that dataset, published."""
    return resource("DatasetVersion/faq-spring", _with({
        "datasetId": ref("Dataset/faq-train"), "description": "spring refresh",
        "import": [{"files": ["bos:/acme/faq/spring.jsonl"]}], "publish": True,
    }, spec))  # fmt: skip


def job() -> Resource:
    """The job of the runs."""
    return resource("FineTuningJob/faq", {
        "name": "faq_speed", "model": "ERNIE-Speed-8K", "trainMode": "SFT", "description": "support FAQ",
    })  # fmt: skip


def run(key: str, rate: float) -> Resource:
    """One training run."""
    return resource(
        f"FineTuningTask/faq-{key}",
        {
            "jobId": ref("FineTuningJob/faq"),
            "parameterScale": "LoRA",
            "hyperParameterConfig": {"epoch": 3, "learningRate": rate, "maxSeqLen": 4096},
            "datasetConfig": {
                "sourceType": "Platform",
                "versions": [{"versionId": ref("Dataset/faq-train")}],
                "splitRatio": 10,
            },
        },
    )


def model_set() -> Resource:
    """The set of the models."""
    return resource("ModelSet/faq", {
        "modelSetName": "faq_assistant", "modelType": "Text2Text", "labels": ["support"],
    })  # fmt: skip


def model(key: str) -> Resource:
    """A model from one run."""
    return resource(
        f"Model/faq-{key}",
        {
            "modelSetId": ref("ModelSet/faq"),
            "sourceType": "Train",
            "description": f"cut {key}",
            "trainMeta": {"taskId": ref(f"FineTuningTask/faq-{key}")},
        },
    )


def imported(key: str = "base") -> Resource:
    """A model from weights in a bucket."""
    return resource(f"Model/faq-{key}", {
        "modelSetId": ref("ModelSet/faq"), "sourceType": "Import", "description": f"weights {key}",
        "importMeta": {"bucket": "acme", "objectPath": f"weights/{key}", "modelFormat": "Safetensors"},
    })  # fmt: skip


def template(**spec: Slot) -> Resource:
    """A prompt that can be edited in place."""
    return resource("PromptTemplate/faq-answer", _with({
        "templateName": "faq-answer", "templateContent": "Answer the customer: {input}\nAt most 120 words.",
        "variableIdentifier": "{}", "labels": ["support", "faq"],
        "hyperParameters": {"temperature": 0.3, "topP": 0.8},
    }, spec))  # fmt: skip


def service(model_of: str = "Model/faq-a", *, lifecycle: Lifecycle = Lifecycle(), **spec: Slot) -> Resource:
    """A service on compute that is bought for it."""
    return resource("Service/faq", _with({
        "modelSetId": ref("ModelSet/faq"), "modelId": ref(model_of),
        "name": "faq-dev", "urlSuffix": "faq-dev",
        "description": "support bot",
        "resourceConfig": {"type": "GPU-1-2", "replicasCount": 1, "region": "bj"},
        "billing": {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
    }, spec), lifecycle=lifecycle)  # fmt: skip


def _with(spec: Mapping[str, Value], changes: Mapping[str, Slot]) -> dict[str, Value]:
    return {key: value for key, value in {**spec, **changes}.items() if not isinstance(value, Marker)}
