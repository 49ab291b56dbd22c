"""What the console refuses: names in use, wrong states, objects in use, bad references, bad bodies."""

from typing import Any

import pytest

from qfops.emulator import Emulator

from .speaking import Api, Clock, Refused

CONFLICT = (409, "StateConflict")
IN_USE = (409, "ResourceInUse")
NAME = (409, "NameConflict")
MISSING = (404, "NoSuchObject")
BAD = (400, "InappropriateJSON")
NOT_READY = (400, "ReferenceNotReady")
NO_REFERENCE = (400, "InvalidReference")


def refused(api: Api, action: str, /, **body: object) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        api(action, **body)
    return caught.value.code


# datasets


def test_dataset_names_may_repeat_unless_strict(api: Api, emulator: Emulator) -> None:
    api.dataset("same")
    api.dataset("same")
    emulator.configure(strict_dataset_names=True)
    body = {"datasetName": "same", "dataFormat": "Text", "storageType": "sysStorage"}
    assert refused(api, "CreateDataset", **body) == NAME


@pytest.mark.parametrize(
    "change",
    [
        {"datasetName": ""},
        {"datasetName": "has space"},
        {"datasetName": "x" * 51},
        {"dataFormat": "Sonnet"},
        {"storageType": "BOS"},
        {"storageType": "BOS", "storagePath": "bos:/bucket/no-slash"},
        {"datasetName": None},
        {"datasetName": 7},
    ],
)
def test_create_dataset_refuses(api: Api, change: dict[str, object]) -> None:
    body: dict[str, object] = {"datasetName": "a", "dataFormat": "Text", "storageType": "sysStorage"}
    assert refused(api, "CreateDataset", **{**body, **change}) == BAD


def test_chinese_dataset_name(api: Api) -> None:
    api.dataset("训练集-1")
    listed = api("DescribeDatasets", filter={"datasetName": "训练"})["datasetList"]
    assert [item["datasetName"] for item in listed] == ["训练集-1"]


def test_imports(api: Api, clock: Clock) -> None:
    _, version = api.dataset()
    several = ["bos:/b/dir/", "bos:/b/file.jsonl"]
    assert refused(api, "CreateImportTask", versionId=version, files=several) == BAD
    assert refused(api, "CreateImportTask", versionId=version, files=[]) == BAD
    assert refused(api, "CreateImportTask", versionId=version, files=["http://x/y"]) == BAD
    assert refused(api, "CreateImportTask", versionId="ds-none", files=["bos:/b/f"]) == MISSING
    api("CreateImportTask", versionId=version, files=["bos:/b/dir/"])
    assert refused(api, "CreateImportTask", versionId=version, files=["bos:/b/f"]) == CONFLICT
    assert refused(api, "PublishDatasetVersion", versionId=version) == CONFLICT
    assert refused(api, "DeleteDatasetVersion", versionId=version) == CONFLICT
    clock.pass_(1)
    api("PublishDatasetVersion", versionId=version)
    assert refused(api, "DeleteDatasetVersion", versionId=version) == CONFLICT
    clock.pass_(1)
    assert refused(api, "CreateImportTask", versionId=version, files=["bos:/b/f"]) == CONFLICT


def test_an_empty_version_cannot_be_published(api: Api) -> None:
    assert refused(api, "PublishDatasetVersion", versionId=api.dataset()[1]) == CONFLICT


def test_deleting_datasets(api: Api, clock: Clock) -> None:
    dataset, first = api.dataset()
    second = api("CreateDatasetVersion", datasetId=dataset)["versionId"]
    task = api("CreateImportTask", versionId=second, files=["bos:/b/f"])
    assert refused(api, "DeleteDataset", datasetId=dataset) == CONFLICT
    clock.pass_(1)
    assert api("DeleteDatasetVersion", versionId=second) is True
    assert refused(api, "DescribeImportTask", taskId=task) == MISSING
    assert refused(api, "DeleteDatasetVersion", versionId=second) == MISSING
    assert api("CreateDatasetVersion", datasetId=dataset)["versionNumber"] == 3
    assert api("DeleteDataset", datasetId=dataset) is True
    assert refused(api, "DescribeDatasetVersion", versionId=first) == MISSING
    assert refused(api, "DeleteDataset", datasetId=dataset) == MISSING


def test_the_last_version_takes_its_dataset_along(api: Api) -> None:
    dataset, version = api.dataset()
    api("DeleteDatasetVersion", versionId=version)
    assert refused(api, "DescribeDatasetVersions", datasetId=dataset) == MISSING


def test_a_version_in_training_stays(api: Api, clock: Clock) -> None:
    version = api.version(clock)
    task = api.task(api.job(), version)
    assert refused(api, "DeleteDatasetVersion", versionId=version) == IN_USE
    clock.pass_(10)
    assert api("DescribeFineTuningTask", taskId=task)["runStatus"] == "Done"
    assert api("DeleteDatasetVersion", versionId=version) is True


# fine-tuning


def test_jobs(api: Api) -> None:
    job = api.job("once")
    body: dict[str, object] = {"name": "other", "model": "ERNIE-Speed-8K", "trainMode": "SFT"}
    assert refused(api, "CreateFineTuningJob", **{**body, "name": "once"}) == NAME
    assert refused(api, "CreateFineTuningJob", **{**body, "name": "x"}) == BAD
    assert refused(api, "CreateFineTuningJob", **{**body, "model": "GPT"}) == BAD
    assert refused(api, "CreateFineTuningJob", **{**body, "trainMode": "RLHF"}) == BAD
    assert refused(api, "CreateFineTuningJob", **{**body, "parameterScale": "PromptTuning"}) == BAD
    api("DeleteFineTuningJob", jobId=job)
    api.job("once")


@pytest.mark.parametrize(
    ("parameters", "fine"),
    [
        ({"epoch": 1, "learningRate": 0.0003, "loraRank": 8, "loraAllLinear": "True"}, True),
        ({"epoch": 0}, False),
        ({"epoch": 1.5}, False),
        ({"loraRank": 3}, False),
        ({"loraAllLinear": True}, False),
        ({"sparkle": 1}, False),
    ],
)
def test_hyper_parameters(api: Api, clock: Clock, parameters: dict[str, object], fine: bool) -> None:
    job, version = api.job(), api.version(clock)
    if fine:
        api.task(job, version, **parameters)
        return
    with pytest.raises(Refused) as caught:
        api.task(job, version, **parameters)
    assert caught.value.code == BAD
    assert "param[hyperParameterConfig." in caught.value.body["message"]


def test_training_data(api: Api, clock: Clock) -> None:
    job = api.job()

    def start(version: str, **more: object) -> tuple[int, str]:
        config = {"sourceType": "Platform", "versions": [{"versionId": version, **more}]}
        body: dict[str, Any] = {"jobId": job, "hyperParameterConfig": {}, "datasetConfig": config}
        return refused(api, "CreateFineTuningTask", **body)

    assert start("ds-none") == NO_REFERENCE
    assert start(api.version(clock, publish=False)) == NOT_READY
    assert start(api.version(clock, "Text")) == BAD
    assert start(api.version(clock), samplingRate=11) == BAD
    assert start(api.version(clock), samplingRate=0.01) == (400, "DatasetTooSmall")
    post = api.job("post", mode="PostPretrain")
    config = {"sourceType": "Platform", "versions": [{"versionId": api.version(clock, "Text")}]}
    api("CreateFineTuningTask", jobId=post, hyperParameterConfig={}, datasetConfig=config)
    tiny = {"sourceType": "Bos", "versions": [{"versionBosUri": "bos:/b/tiny.jsonl"}]}
    body = {"jobId": job, "hyperParameterConfig": {}, "datasetConfig": tiny}
    assert refused(api, "CreateFineTuningTask", **body) == (400, "DatasetTooSmall")
    assert refused(api, "CreateFineTuningTask", **{**body, "jobId": "job-none"}) == MISSING


def test_incremental_training(api: Api, clock: Clock) -> None:
    base, job, version = api.done_task(clock), api.job("next"), api.version(clock)
    config = {"sourceType": "Platform", "versions": [{"versionId": version}]}
    body: dict[str, Any] = {"jobId": job, "hyperParameterConfig": {}, "datasetConfig": config}
    running = api("CreateFineTuningTask", **body, incrementTaskId=base)["taskId"]
    assert refused(api, "CreateFineTuningTask", **body, incrementTaskId=running) == NOT_READY
    assert refused(api, "CreateFineTuningTask", **body, incrementTaskId="task-none") == NO_REFERENCE
    wrong = {"incrementTaskId": base, "incrementCheckpointStep": 999999}
    assert refused(api, "CreateFineTuningTask", **body, **wrong) == BAD
    other = {**body, "jobId": api.job("lite", "ERNIE-Lite-8K-0308"), "incrementTaskId": base}
    assert refused(api, "CreateFineTuningTask", **other) == (409, "BaseModelMismatch")


def test_deleting_training(api: Api, clock: Clock) -> None:
    version, job = api.version(clock), api.job()
    task = api.task(job, version)
    assert refused(api, "DeleteFineTuningTask", taskId=task) == CONFLICT
    assert refused(api, "DeleteFineTuningJob", jobId=job) == CONFLICT
    api("StopFineTuningTask", taskId=task)
    assert api("DeleteFineTuningTask", taskId=task) is True
    assert refused(api, "DeleteFineTuningTask", taskId=task) == MISSING
    second = api.task(job, version)
    clock.pass_(10)
    assert api("DeleteFineTuningJob", jobId=job) is True
    assert refused(api, "DescribeFineTuningTask", taskId=second) == MISSING


# models


def test_model_sets(api: Api) -> None:
    body: dict[str, object] = {"modelSetName": "bot", "modelType": "Text2Text"}
    model_set = api("CreateCustomModelSet", **body)
    assert refused(api, "CreateCustomModelSet", **body) == NAME
    for name in ("_bot", "b", "has-dash", "x" * 21):
        assert refused(api, "CreateCustomModelSet", **{**body, "modelSetName": name}) == BAD
    assert api("DescribeModelSet", modelSetName="bot")["modelSetId"] == model_set
    assert refused(api, "DescribeModelSet", modelSetName="none") == MISSING
    assert refused(api, "DescribeModelSet") == BAD
    assert refused(api, "DescribeModelSet", modelSetName="bot", modelSetId=model_set) == BAD
    assert api("DeleteModelSet", modelSetId=model_set) == {}
    assert refused(api, "DeleteModelSet", modelSetId=model_set) == MISSING
    assert api("CreateCustomModelSet", **body) != model_set


def test_publishing_a_model(api: Api, clock: Clock) -> None:
    model_set, task = (
        api("CreateCustomModelSet", modelSetName="bot", modelType="Text2Text"),
        api.done_task(clock),
    )
    body: dict[str, object] = {"modelSetId": model_set, "sourceType": "Train"}

    def publish(**meta: object) -> dict[str, object]:
        return {**body, "trainMeta": {"taskId": task, **meta}}

    points = api("DescribeFineTuningTask", taskId=task)["checkpointList"]
    first, last = points[0]["step"], points[-1]["step"]
    assert first != last
    model = api("CreateCustomModel", **publish(checkpointStep=first))["modelId"]
    assert refused(api, "CreateCustomModel", **publish(step=first)) == (409, "AlreadyPublished")
    api("CreateCustomModel", **publish())
    assert refused(api, "CreateCustomModel", **publish(step=last)) == (409, "AlreadyPublished")
    assert refused(api, "CreateCustomModel", **publish(step=first, checkpointStep=last)) == BAD
    assert refused(api, "CreateCustomModel", **publish(step=7)) == BAD
    assert refused(api, "CreateCustomModel", **publish(taskId="task-none")) == NO_REFERENCE
    assert refused(api, "CreateCustomModel", **body) == BAD
    assert refused(api, "CreateCustomModel", **{**publish(), "modelSetId": "am-none"}) == MISSING
    running = api.task(api.job("slow"), api.version(clock))
    assert refused(api, "CreateCustomModel", **publish(taskId=running)) == NOT_READY
    lite = api.done_task(clock, "lite", "ERNIE-Lite-8K-0308")
    assert refused(api, "CreateCustomModel", **publish(taskId=lite)) == (409, "BaseModelMismatch")
    shown = api("DescribeModelSet", modelSetId=model_set)
    assert (shown["modelNames"], shown["modelIds"][0]) == (["1", "2"], model)
    assert api("DeleteModel", modelId=model) == {}
    assert api("DescribeModelSet", modelSetId=model_set)["modelNames"] == ["2"]
    api("CreateCustomModel", **publish(step=first))
    assert api("DescribeModelSet", modelSetId=model_set)["modelNames"] == ["2", "3"]


def test_a_model_in_service_stays(api: Api, clock: Clock) -> None:
    first, second = api.model(clock, "one"), api.model(clock, "two")
    service = api.service(first)["serviceId"]
    assert refused(api, "DeleteModel", modelId=first[1]) == IN_USE
    assert refused(api, "DeleteModelSet", modelSetId=first[0]) == IN_USE
    clock.pass_(2)
    api("ModifyService", serviceId=service, modelSetId=second[0], modelId=second[1])
    assert refused(api, "DeleteModel", modelId=first[1]) == IN_USE
    assert refused(api, "DeleteModel", modelId=second[1]) == IN_USE
    clock.pass_(2)
    assert api("DeleteModelSet", modelSetId=first[0]) == {}
    api("DeactivateService", serviceId=service)
    clock.pass_(2)
    assert api("DeleteModelSet", modelSetId=second[0]) == {}
    assert refused(api, "DescribeModel", modelId=second[1]) == MISSING


def test_the_platform_keeps_its_models(api: Api) -> None:
    model_set = api("DescribeSystemModelSets")["systemModelSetList"][0]
    assert refused(api, "DeleteModelSet", modelSetId=model_set["modelSetId"]) == (403, "AccessDenied")
    assert refused(api, "DeleteModel", modelId=model_set["modelIds"][0]) == (403, "AccessDenied")
    shown = api("DescribeSystemModel", modelId=model_set["modelIds"][0])
    assert shown["sourceInfo"] == {"sourceType": "PlatformPreset"}
    assert refused(api, "DescribeSystemModel", modelId="amv-none") == MISSING


# services and compute


def test_services(api: Api, clock: Clock) -> None:
    model = api.model(clock)
    creating = api("CreateCustomModelSet", modelSetName="empty", modelType="Text2Text")
    result = api.service(model)
    assert len(result["instanceId"]) == 32

    def create(**change: object) -> tuple[int, str]:
        with pytest.raises(Refused) as caught:
            api.service(model, "other", **change)
        return caught.value.code

    assert create(name="front") == NAME
    assert create(urlSuffix="front") == NAME
    assert create(urlSuffix="-front") == BAD
    assert create(modelSetId=creating) == BAD
    assert create(modelId="amv-none") == NO_REFERENCE
    assert create(billing={"paymentTiming": "Prepaid"}) == BAD
    assert create(billing={"paymentTiming": "Postpaid"}) == BAD
    assert create(billing=None) == BAD
    assert create(resourceConfig={"replicasCount": 1}) == BAD
    tokens = {"paymentTiming": "Postpaid", "chargeType": "Tokens"}
    assert "instanceId" not in api.service(model, "tokens", billing=tokens, resourceConfig=None)
    service = result["serviceId"]
    assert refused(api, "DeactivateService", serviceId=service) == CONFLICT
    change = {"serviceId": service, "modelSetId": model[0], "modelId": model[1]}
    assert refused(api, "ModifyService", **change) == CONFLICT
    clock.pass_(2)
    api("DeactivateService", serviceId=service)
    clock.pass_(2)
    assert refused(api, "ModifyService", **change) == CONFLICT
    assert api.service(model)["serviceId"] != service


def test_scaling_on_bought_and_owned_units(api: Api, clock: Clock) -> None:
    model = api.model(clock)
    unit = api(
        "PurchaseComputeUnit",
        computeUnitCount=2,
        billing={"paymentTiming": "Postpaid"},
        computeUnitConfig={"type": "gpu-1"},
    )["instanceId"]
    on_units = {
        "deploymentConfig": {
            "deploymentComputeUnitList": [{"instanceId": unit, "deploymentReplicasCount": 1}]
        }
    }
    with pytest.raises(Refused) as caught:
        api.service(model, "early", billing=None, resourceConfig=None, **on_units)
    assert caught.value.code == NOT_READY
    clock.pass_(1)
    result = api.service(model, "owned", billing=None, resourceConfig=None, **on_units)
    assert "instanceId" not in result
    clock.pass_(2)
    assert refused(api, "ReleaseComputeUnit", instanceId=unit) == IN_USE
    scale: dict[str, Any] = {"serviceId": result["serviceId"], "instanceId": unit}
    assert api("ScaleService", **scale, deploymentReplicasCount=2) is True
    clock.pass_(1)
    shown = api("DescribeComputeUnit", instanceId=unit)
    assert shown["computeUnitInstance"]["usedComputeUnits"] == 2
    assert shown["serviceUsageList"][0]["serviceId"] == result["serviceId"]
    full = (409, "InsufficientResource")
    assert refused(api, "ScaleService", **scale, deploymentReplicasCount=3) == full
    assert refused(api, "ScaleService", **{**scale, "instanceId": "x"}, deploymentReplicasCount=1) == MISSING
    assert api("DescribeService", serviceId=result["serviceId"])["resourceConfig"]["replicasCount"] == 2
    api("ScaleService", **scale, deploymentReplicasCount=0)
    clock.pass_(1)
    assert api("DescribeService", serviceId=result["serviceId"])["runStatus"] == "Stopped"
    assert api("ReleaseComputeUnit", instanceId=unit) is True


@pytest.mark.parametrize("route", ["/v2/serviceresources", "/v2/charge"])
def test_buying_for_a_service(api: Api, clock: Clock, route: str) -> None:
    result = api.service(api.model(clock))
    service: dict[str, Any] = {"serviceId": result["serviceId"]}
    clock.pass_(2)
    bought = api(
        "PurchaseServiceResource", route, **service, replicasCount=1, billing={"paymentTiming": "Postpaid"}
    )
    clock.pass_(2)
    listed = api("DescribeComputeUnits", route, **service, paymentTiming=None)["instances"]
    assert [item["instanceId"] for item in listed] == [result["instanceId"], bought["instanceId"]]
    assert api("DescribeServiceResource", route, **service, **bought)["instance"]["status"] == "Running"
    assert api("DescribeService", **service)["resourceConfig"]["replicasCount"] == 3
    api("ScaleService", **service, **bought, deploymentReplicasCount=0)
    clock.pass_(2)
    assert api("DescribeService", **service)["resourceConfig"]["replicasCount"] == 2


def test_releasing_what_was_bought_for_a_service(api: Api, clock: Clock) -> None:
    result = api.service(api.model(clock))
    clock.pass_(2)
    bought = {"instanceId": result["instanceId"]}
    assert refused(api, "ReleaseComputeUnit", **bought) == IN_USE
    api("DeactivateService", serviceId=result["serviceId"])
    clock.pass_(2)
    assert api("ReleaseComputeUnit", **bought) is True
    service = {"serviceId": result["serviceId"]}
    listed = api("DescribeComputeUnits", "/v2/serviceresources", **service)["instances"]
    assert [item["status"] for item in listed] == ["Released"]


# prompts


def template(api: Api, name: str = "greeting", **more: object) -> str:
    body: dict[str, object] = {
        "templateName": name,
        "templateContent": "Hi {name}",
        "variableIdentifier": "{}",
    }
    return str(api("CreatePromptTemplate", **{**body, **more})["templateId"])


def test_template_names(api: Api, emulator: Emulator) -> None:
    first = template(api)
    with pytest.raises(Refused) as caught:
        template(api)
    assert caught.value.code == NAME
    second = template(api, "other")
    assert refused(api, "ModifyPromptTemplate", templateId=second, templateName="greeting") == NAME
    api("ModifyPromptTemplate", templateId=first, templateName="greeting")
    emulator.configure(unique_template_names=False)
    template(api)
    template(api, "summary")  # a system template's name is free


def test_variables_follow_the_text(api: Api) -> None:
    created = template(api, templateContent="{name} and {name} and {other} {1x} {x}")
    shown = api("DescribePromptTemplate", templateId=created, name="Ann", stranger="x")
    assert shown["templateVariables"] == ["name", "other"]
    assert shown["content"] == "Ann and Ann and {other} {1x} {x}"
    api(
        "ModifyPromptTemplate",
        templateId=created,
        templateContent="((who)) {gone}",
        variableIdentifier="(())",
    )
    assert api("DescribePromptTemplate", templateId=created)["templateVariables"] == ["who"]
    template(api, "subset", templateContent="{one1} {two2}", templateVariables="one1")
    with pytest.raises(Refused) as caught:
        template(api, "strange", templateVariables="stranger")
    assert caught.value.code == BAD


def test_labels(api: Api) -> None:
    created = template(api, labels=["food", "travel"])
    labels = {item["labelName"]: item["labelId"] for item in api("DescribePromptLabels")["items"]}
    assert {"food", "travel"} <= set(labels)
    assert api("CreatePromptLabel", name=["food", "food"])["labels"] == [
        {"labelName": "food", "labelId": labels["food"]}
    ]
    found = api("DescribePromptTemplates", labelIds=[labels["food"]])["items"]
    assert [item["templateId"] for item in found] == [created]
    api("DeletePromptLabel", labelId=labels["food"])
    shown = api("DescribePromptTemplate", templateId=created)
    assert [entry["labelName"] for entry in shown["labels"]] == ["travel"]
    api("ModifyPromptTemplate", templateId=created, templateContent="still {here}")
    assert len(api("DescribePromptTemplate", templateId=created)["labels"]) == 1
    api("ModifyPromptTemplate", templateId=created, labels=[])
    assert api("DescribePromptTemplate", templateId=created)["labels"] == []
    assert refused(api, "ModifyPromptTemplate", templateId=created, labels=["a", "b", "c", "d"]) == BAD
    assert refused(api, "DeletePromptLabel", labelId=labels["food"]) == MISSING
    assert refused(api, "CreatePromptLabel", name=[]) == BAD


def test_system_templates(api: Api) -> None:
    system = api("DescribePromptTemplates", type="System")["items"]
    assert {item["type"] for item in system} == {"System"}
    template(api)
    assert len(api("DescribePromptTemplates")["items"]) == len(system) + 1
    assert len(api("DescribePromptTemplates", type="Custom")["items"]) == 1
    assert refused(api, "DeletePromptTemplate", templateId=system[0]["templateId"]) == (403, "AccessDenied")
    label = next(item for item in api("DescribePromptLabels")["items"] if item["type"] == "System")
    assert refused(api, "DeletePromptLabel", labelId=label["labelId"]) == (403, "AccessDenied")


def test_templates_are_found_by_name_or_content(api: Api) -> None:
    template(api, "unicorn")
    template(api, "content", templateContent="about a unicorn {name}")
    template(api, "neither")
    found = api("DescribePromptTemplates", name="unicorn")["items"]
    assert [item["templateName"] for item in found] == ["content", "unicorn"]


def test_image_templates(api: Api) -> None:
    image = {"sceneType": "TextToImage", "negativeTemplateContent": "no {thing}"}
    created = template(api, "image", **image, negativeTemplateVariables="thing")
    shown = api("DescribePromptTemplate", templateId=created)
    assert shown["negativeTemplateContent"] == "no {thing}"
    assert shown["negativeTemplateVariables"] == ["thing"]
    assert "negativeTemplateContent" not in api("DescribePromptTemplate", templateId=template(api))


def test_hyper_parameters_of_templates(api: Api) -> None:
    created = template(api, hyperParameters={"temperature": 0.5, "stop": ["x"]})
    assert api("DescribePromptTemplate", templateId=created)["hyperParameters"]["temperature"] == 0.5
    assert refused(api, "ModifyPromptTemplate", templateId=created, hyperParameters={"topP": 2}) == BAD
    assert "hyperParameters" not in api("DescribePromptTemplate", templateId=template(api, "plain"))
