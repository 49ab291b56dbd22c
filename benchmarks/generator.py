"""Realistic projects of any size: data, jobs with runs, model sets with models, prompts, services."""

from __future__ import annotations

from pathlib import Path

BLOCK = 20
_PROJECT = """\
name: bench
console: {{endpoint: "{endpoint}"}}
limits: {{runs: 1000000, change: 1}}
wait: {{initial: 100ms, max: 500ms}}
"""
_DATA = """\
apiVersion: qianfan/v2
kind: Dataset
metadata: {{name: data-{k}, labels: {{team: support, block: "{k}"}}}}
spec:
  datasetName: bench_data_{k}
  dataFormat: PromptResponse
  storageType: sysStorage
  import:
    - files: ["bos:/acme/faq/{k}/part1.jsonl"]
  publish: true
---
apiVersion: qianfan/v2
kind: FineTuningJob
metadata: {{name: job-{k}}}
spec:
  name: bench_job_{k}
  description: one of many jobs of a benchmark, with a sentence that is as long as people write them
  model: ERNIE-Speed-8K
  trainMode: SFT
---
apiVersion: qianfan/v2
kind: ModelSet
metadata: {{name: set-{k}}}
spec:
  modelSetName: bench_set_{k}
  modelType: Text2Text
  labels: [support, bench]
"""
_RUN = """\
---
apiVersion: qianfan/v2
kind: FineTuningTask
metadata:
  name: run-{k}-{i}
  labels: {{team: support, block: "{k}"}}
spec:
  jobId: {{ref: FineTuningJob/job-{k}}}
  parameterScale: LoRA
  hyperParameterConfig:
    epoch: {epoch}
    learningRate: 3e-4
    maxSeqLen: 4096
    loggingSteps: 1
    warmupRatio: 0.1
    weightDecay: 0.01
    loraRank: 8
    loraAllLinear: "True"
  datasetConfig:
    sourceType: Platform
    versions:
      - versionId: {{ref: Dataset/data-{k}}}
    splitRatio: 10
---
apiVersion: qianfan/v2
kind: Model
metadata: {{name: model-{k}-{i}}}
spec:
  modelSetId: {{ref: ModelSet/set-{k}}}
  sourceType: Train
  description: the model of run {i} of block {k}
  trainMeta:
    taskId: {{ref: FineTuningTask/run-{k}-{i}}}
"""
_PROMPT = """\
---
apiVersion: qianfan/v2
kind: PromptTemplate
metadata:
  name: prompt-{k}-{i}
  labels: {{team: support, block: "{k}"}}
spec:
  templateName: bench_prompt_{k}_{i}
  variableIdentifier: "{{}}"
  templateContent: |
    You answer the customers of a shop. The question is: {{question}}
    Answer in the customer's language, in at most {words} words, and stay polite: 礼貌地回答。
    If you do not know the answer, say so and name the page where the customer finds it.
  labels: [support, bench]
  hyperParameters:
    temperature: 0.3
    topP: 0.8
    penaltyScore: 1.1
"""
_SERVICE = """\
---
apiVersion: qianfan/v2
kind: Service
metadata: {{name: service-{k}-{i}}}
spec:
  modelSetId: {{ref: ModelSet/set-{k}}}
  modelId: {{ref: Model/model-{k}-{i}}}
  name: bench-{k}-{i}
  urlSuffix: bench-{k}-{i}
  description: service {i} of block {k}
  resourceConfig: {{type: GPU-1-2, replicasCount: 1, region: bj}}
  billing: {{paymentTiming: Postpaid, chargeType: ComputingUnit}}
"""


def block(k: int) -> str:
    """Twenty resources: a dataset, a job, four runs, a set with four models, six prompts, three services."""
    parts = [_DATA.format(k=k)]
    parts += [_RUN.format(k=k, i=i, epoch=i + 1) for i in range(4)]
    parts += [_PROMPT.format(k=k, i=i, words=80 + i) for i in range(6)]
    parts += [_SERVICE.format(k=k, i=i) for i in range(3)]
    return "".join(parts)


def write(folder: Path, resources: int, endpoint: str) -> int:
    """Write a project of (about) that many resources; how many bytes of manifests it has."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    (folder / "qfops.yaml").write_text(_PROJECT.format(endpoint=endpoint), encoding="utf-8")
    size = 0
    for k in range(resources // BLOCK):
        text = block(k)
        size += len(text.encode())
        (manifests / f"block-{k:04}.yaml").write_text(text, encoding="utf-8")
    return size


def write_prompts(folder: Path, resources: int, endpoint: str) -> None:
    """Write a project of prompts alone: creates that wait for nothing but the console."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    (folder / "qfops.yaml").write_text(_PROJECT.format(endpoint=endpoint), encoding="utf-8")
    text = "".join(_PROMPT.format(k=k, i=0, words=80) for k in range(resources)).removeprefix("---\n")
    (manifests / "prompts.yaml").write_text(text, encoding="utf-8")
