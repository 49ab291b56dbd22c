"""The assistant project of the examples, as resources: every kind, all together."""

from __future__ import annotations

from qfops.core.resource import Resource
from tests.support.bench import ref, resource


def assistant() -> list[Resource]:
    """A support assistant: data, a job with two runs, a set with a model from each, a prompt, a service."""
    return [
        resource("Dataset/faq-train", {
            "datasetName": "faq_train", "dataFormat": "PromptResponse", "storageType": "sysStorage",
            "import": [{"files": ["bos:/acme/faq/part1.jsonl"]}, {"files": ["bos:/acme/faq/part2.jsonl"]}],
            "publish": True,
        }),
        resource("DatasetVersion/faq-spring", {
            "datasetId": ref("Dataset/faq-train"), "description": "spring refresh",
            "import": [{"files": ["bos:/acme/faq/spring.jsonl"]}], "publish": True,
        }),
        resource("FineTuningJob/faq", {
            "name": "faq_speed", "model": "ERNIE-Speed-8K", "trainMode": "SFT", "description": "support FAQ",
        }),
        run("a", 0.0003),
        run("b", 0.0001),
        resource("ModelSet/faq", {"modelSetName": "faq_assistant", "modelType": "Text2Text", "labels": ["support"]}),
        model("a"),
        model("b"),
        resource("PromptTemplate/faq-answer", {
            "templateName": "faq-answer", "templateContent": "Answer the customer: {input}\nAt most 120 words.",
            "variableIdentifier": "{}", "labels": ["support", "faq"],
            "hyperParameters": {"temperature": 0.3, "topP": 0.8},
        }),
        resource("Service/faq", {
            "modelSetId": ref("ModelSet/faq"), "modelId": ref("Model/faq-a"), "name": "faq-dev",
            "urlSuffix": "faq-dev", "description": "support bot",
            "resourceConfig": {"type": "GPU-1-2", "replicasCount": 1, "region": "bj"},
            "billing": {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
        }),
    ]  # fmt: skip


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
