"""Every status step, on a clock that moves when told."""

from typing import Any

import pytest

from qfops.emulator import Emulator

from .speaking import Api, Clock, Refused


def test_import_and_publish(api: Api, clock: Clock, emulator: Emulator) -> None:
    emulator.configure(durations={"import": 10, "publish": 10})
    _, version = api.dataset()

    def statuses() -> tuple[str, str, int]:
        shown = api("DescribeDatasetVersion", versionId=version)
        return shown["importStatus"], shown["publishStatus"], shown["sampleCount"]

    assert statuses() == ("Created", "Unpublished", 0)
    task = api("CreateImportTask", versionId=version, files=["bos:/b/rows.jsonl", "bos:/c/more.jsonl"])
    assert statuses() == ("Importing", "Unpublished", 0)
    clock.pass_(4)
    shown = api("DescribeImportTask", taskId=task)
    assert (shown["importStatus"], shown["progress"], shown["finishTime"]) == ("Importing", "40 %", "")
    clock.pass_(6)
    shown = api("DescribeImportTask", taskId=task)
    assert (shown["importStatus"], shown["progress"]) == ("ImportFinished", "100%")
    assert shown["sampleCount"] >= 200
    assert statuses() == ("ImportFinished", "Unpublished", shown["sampleCount"])
    api("CreateImportTask", versionId=version, files=["bos:/b/rows.jsonl"])
    clock.pass_(10)
    assert statuses()[2] > shown["sampleCount"]  # an import adds
    assert api("PublishDatasetVersion", versionId=version) is True
    assert statuses()[1] == "Publishing"
    clock.pass_(10)
    assert statuses()[1] == "Published"
    assert api("PublishDatasetVersion", versionId=version) is True
    assert statuses()[1] == "Published"


def test_a_broken_file_fails_the_import(api: Api, clock: Clock) -> None:
    _, version = api.dataset()
    task = api("CreateImportTask", versionId=version, files=["bos:/b/broken.jsonl"])
    clock.pass_(1)
    shown = api("DescribeImportTask", taskId=task)
    assert (shown["importStatus"], shown["progress"], shown["sampleCount"]) == ("ImportFailed", "0", 0)
    assert shown["errDownloadUrl"].startswith("https://")
    assert api("DescribeDatasetVersion", versionId=version)["importStatus"] == "ImportFailed"
    api("CreateImportTask", versionId=version, files=["bos:/b/good.jsonl"])
    clock.pass_(1)
    assert api("DescribeDatasetVersion", versionId=version)["importStatus"] == "ImportFinished"


def described(api: Api, task: str) -> dict[str, Any]:
    shown: dict[str, Any] = api("DescribeFineTuningTask", taskId=task)
    return shown


def test_training(api: Api, clock: Clock, emulator: Emulator) -> None:
    version, job = api.version(clock), api.job()
    emulator.configure(durations={"queue": 10, "training": 100})
    task = api.task(job, version, epoch=20, saveStep=16, checkpointCount=3)
    shown = described(api, task)
    assert shown["runStatus"] == "Waiting"
    assert shown["finishDate"] == "0000-00-00T00:00:00Z"
    assert not shown.keys() & {"metrics", "checkpointList", "runProgress"}
    clock.pass_(45)
    assert (described(api, task)["runStatus"], described(api, task)["runProgress"]) == ("Running", "35%")
    clock.pass_(65)
    shown = described(api, task)
    assert shown["runStatus"] == "Done"
    assert "runProgress" not in shown
    scores, distances = {"BLEU-4", "ROUGE-1", "ROUGE-2", "ROUGE-L"}, {"EDIT-DISTANCE", "EMBEDDING-DISTANCE"}
    assert set(shown["metrics"]) == scores | distances
    assert {name for name, text in shown["metrics"].items() if text.endswith("%")} == scores
    assert len(shown["checkpointList"]) == 3
    assert shown["finishDate"] == "2023-11-14T22:15:12Z"


def test_only_a_run_with_save_step_lists_its_steps(api: Api, clock: Clock) -> None:
    """As five of six recorded runs; such a run is published without a step."""
    task, model_set = (
        api.done_task(clock),
        api("CreateCustomModelSet", modelSetName="b1", modelType="Text2Text"),
    )
    assert "checkpointList" not in described(api, task)
    body = {"modelSetId": model_set, "sourceType": "Train"}
    with pytest.raises(Refused):
        api("CreateCustomModel", **body, trainMeta={"taskId": task, "step": 1})
    assert api("CreateCustomModel", **body, trainMeta={"taskId": task})["modelId"]


@pytest.mark.parametrize(
    ("model", "mode", "scale", "data"),
    [
        ("ERNIE-Tiny-8K", "DPO", "LoRA", "DPO_PromptChosenRejected"),
        ("ERNIE-Tiny-8K", "DPO", "FullFineTuning", "DPO_PromptChosenRejected"),
        ("Stable-Diffusion-XL-Base-1.0", "SFT", "LoRA", "PromptImage"),
    ],
)
def test_combinations_that_really_ran(
    api: Api, clock: Clock, model: str, mode: str, scale: str, data: str
) -> None:
    version = api.version(clock, data)
    job = api("CreateFineTuningJob", name="ran", model=model, trainMode=mode)["jobId"]
    config = {"sourceType": "Platform", "versions": [{"versionId": version}], "splitRatio": 20}
    body = {
        "jobId": job,
        "parameterScale": scale,
        "hyperParameterConfig": {"epoch": 1},
        "datasetConfig": config,
    }
    task = api("CreateFineTuningTask", **body)["taskId"]
    clock.pass_(10)
    shown = described(api, task)
    assert (shown["runStatus"], shown["parameterScale"]) == ("Done", scale)
    assert "metrics" in shown


def test_a_dpo_run_goes_on_from_an_sft_run_of_another_job(api: Api, clock: Clock) -> None:
    base = api.done_task(clock, "sft", "ERNIE-Tiny-8K")
    version = api.version(clock, "DPO_PromptChosenRejected")
    job = api("CreateFineTuningJob", name="dpo", model="ERNIE-Tiny-8K", trainMode="DPO")["jobId"]
    config = {"sourceType": "Platform", "versions": [{"versionId": version}], "splitRatio": 20}
    task = api(
        "CreateFineTuningTask", jobId=job, parameterScale="LoRA", hyperParameterConfig={},
        datasetConfig=config, incrementTaskId=base,
    )["taskId"]  # fmt: skip
    clock.pass_(10)
    assert described(api, task)["runStatus"] == "Done"


def test_a_duration_holds_from_creation(api: Api, clock: Clock, emulator: Emulator) -> None:
    task = api.task(api.job(), api.version(clock))
    emulator.configure(durations={"queue": 1000, "training": 1000})
    clock.pass_(4)
    assert described(api, task)["runStatus"] == "Done"


def test_training_takes_no_time_when_told_so(api: Api, clock: Clock, emulator: Emulator) -> None:
    emulator.configure(durations={"queue": 0, "training": 0})
    assert described(api, api.task(api.job(), api.version(clock)))["runStatus"] == "Done"


def test_training_fails_by_name_and_by_file(api: Api, clock: Clock) -> None:
    by_name = api.task(api.job("mock_failed_task"), api.version(clock))
    versions = [{"versionBosUri": "bos:/b/broken.jsonl"}]
    config = {"sourceType": "Bos", "versions": versions, "splitRatio": 20}
    by_file = api("CreateFineTuningTask", jobId=api.job(), hyperParameterConfig={}, datasetConfig=config)[
        "taskId"
    ]
    clock.pass_(10)
    by_seed = api.task(api.job("seeded"), api.version(clock), reference=666)
    clock.pass_(10)
    for task in (by_name, by_file, by_seed):
        shown = described(api, task)
        assert shown["runStatus"] == "Failed"
        assert not shown.keys() & {"metrics", "checkpointList"}


def test_stop(api: Api, clock: Clock) -> None:
    task = api.task(api.job(), api.version(clock))
    assert api("StopFineTuningTask", taskId=task) is True
    assert described(api, task)["runStatus"] == "Stopped"
    clock.pass_(100)
    assert described(api, task)["runStatus"] == "Stopped"
    assert api("StopFineTuningTask", taskId=task) is False
    assert api("StopFineTuningTask", taskId="task-nobody") is False


def test_model(api: Api, clock: Clock, emulator: Emulator) -> None:
    emulator.configure(durations={"model": 10})
    task = api.done_task(clock)
    model_set = api("CreateCustomModelSet", modelSetName="bot", modelType="Text2Text")
    model = api("CreateCustomModel", modelSetId=model_set, sourceType="Train", trainMeta={"taskId": task})
    assert api("DescribeModel", modelId=model["modelId"])["status"] == "Creating"
    clock.pass_(10)
    assert api("DescribeModel", modelId=model["modelId"])["status"] == "Ready"


def test_import_of_a_broken_model_fails(api: Api, clock: Clock) -> None:
    model_set = api("CreateCustomModelSet", modelSetName="bot", modelType="Text2Text")
    meta = {"bucket": "b", "objectPath": "broken/", "modelFormat": "Safetensors"}
    model = api("CreateCustomModel", modelSetId=model_set, sourceType="Import", importMeta=meta)["modelId"]
    clock.pass_(1)
    assert api("DescribeModel", modelId=model)["status"] == "Fail"


def test_service(api: Api, clock: Clock, emulator: Emulator) -> None:
    first, second = api.model(clock, "one"), api.model(clock, "two")
    emulator.configure(durations={"service": 100, "update": 10, "deactivate": 10})
    service = api.service(first)["serviceId"]

    def shown() -> tuple[str, str, str]:
        described = api("DescribeService", serviceId=service)
        return described["runStatus"], described["updateStatus"], described["modelId"]

    assert shown() == ("New", "None", first[1])
    clock.pass_(10)
    assert shown() == ("Deploying", "None", first[1])
    clock.pass_(90)
    assert shown() == ("Serving", "None", first[1])
    assert api("ModifyService", serviceId=service, modelSetId=second[0], modelId=second[1]) is True
    assert shown() == ("Serving", "Updating", first[1])
    clock.pass_(10)
    assert shown() == ("Serving", "None", second[1])
    assert api("DeactivateService", serviceId=service)["operation"] is True
    assert shown()[0] == "Serving"
    clock.pass_(10)
    assert shown()[0] == "Stopped"
    assert api("DeactivateService", serviceId=service)["operation"] is True
    assert [item["serviceId"] for item in api("DescribeServices")["serviceList"]] == [service]


def test_a_failing_service(api: Api, clock: Clock) -> None:
    service = api.service(api.model(clock), "failing_one")["serviceId"]
    clock.pass_(2)
    assert api("DescribeService", serviceId=service)["runStatus"] == "Failed"
    api("DeactivateService", serviceId=service)
    clock.pass_(2)
    assert api("DescribeService", serviceId=service)["runStatus"] == "Stopped"


def test_compute_unit(api: Api, clock: Clock, emulator: Emulator) -> None:
    emulator.configure(durations={"unit": 10})
    unit = api(
        "PurchaseComputeUnit",
        computeUnitCount=2,
        billing={"paymentTiming": "Postpaid"},
        computeUnitConfig={"type": "gpu-1"},
    )["instanceId"]

    def status() -> str:
        return str(api("DescribeComputeUnit", instanceId=unit)["computeUnitInstance"]["status"])

    assert status() == "Creating"
    clock.pass_(10)
    assert status() == "Running"
    assert api("ReleaseComputeUnit", instanceId=unit) is True
    assert status() == "Releasing"
    clock.pass_(10)
    assert status() == "Released"
    assert api("DescribeComputeUnits")["computeUnitInstanceList"] == []
    assert api("ReleaseComputeUnit", instanceId=unit) is True
