"""A response holds the keys of its fact table and no other: every action is called, every answer compared.

`EXPECTED` is written here by hand, apart from the code's tables, so that a key cannot slip into both
unnoticed. A key that ends in `?` may be absent.
"""

from typing import Any

import pytest

from qfops.emulator import Emulator
from qfops.emulator.catalogue import ACTIONS
from qfops.emulator.vocabulary.facts import ShapeError, shaped

from .speaking import Api, Clock

VERSION = (
    "datasetId versionId versionNumber datasetName dataFormat description storageType storagePath creator"
    " createTime"
)
TASK = (
    "taskId jobId jobName jobDescription model trainMode parameterScale runStatus metrics? checkpointList?"
    " createDate finishDate"
)
SET = "modelSetId modelSetName modelType modelIds modelNames modifyTime"
MODEL = (
    "modelSetId modelId status modelName model sourceInfo description? createTime modifyTime"
    " modelApplicationType isSupportModelComp"
)
TEMPLATE = (
    "templateId templateName templateContent templateVariables variableIdentifier negativeTemplateContent?"
    " negativeTemplateVariables? labels type sceneType hyperParameters? createTime updateTime"
)
SERVICE = (
    "serviceId modelSetId modelId baseModel name description url endpoint serviceType runStatus updateStatus"
    " chargeType payType chargeStatus resourceConfig createTime"
)
BOUGHT = "instanceId paymentTiming replicasCount status startTime expiredTime"

# action: keys of the result, or of the items under a list key
EXPECTED: dict[str, str | dict[str, str]] = {
    "CreateDataset": VERSION,
    "CreateDatasetVersion": VERSION,
    "DescribeDatasetVersion": f"{VERSION} importStatus publishStatus sampleCount sizeMB",
    "DescribeDatasetVersions": {"versionList": f"{VERSION} importStatus publishStatus sampleCount sizeMB"},
    "DescribeDatasets": {
        "datasetList": "datasetId datasetName dataFormat storageType storagePath creator createTime"
    },
    "DescribeImportTask": (
        "versionId importStatus progress sizeMB sampleCount creator startTime finishTime errDownloadUrl"
    ),
    "CreateFineTuningJob": "jobId",
    "CreateFineTuningTask": "jobId taskId",
    "DescribeFineTuningJobs": {"jobList": "jobId name description model trainMode createDate"},
    "DescribeFineTuningTasks": {"taskList": TASK},
    "DescribeFineTuningTask": f"{TASK} runProgress? vdlLink",
    "DescribeCustomModelSets": {"customModelSetList": f"{SET} labels createTime modelCount"},
    "DescribeSystemModelSets": {"systemModelSetList": f"{SET} description modelCount"},
    "DescribeModelSet": f"{SET} source labels createTime description?",
    "CreateCustomModel": "modelId",
    "DescribeModel": MODEL,
    "DescribeSystemModel": f"{MODEL} isSupportDeploy isSupportEvaluation",
    "DeleteModel": "",
    "DeleteModelSet": "",
    "CreatePromptTemplate": "templateId",
    "ModifyPromptTemplate": "templateId",
    "DescribePromptTemplate": f"{TEMPLATE} content",
    "DescribePromptTemplates": {"items": TEMPLATE},
    "CreatePromptLabel": "labels",
    "DescribePromptLabels": {"items": "labelId labelName type createTime updateTime"},
    "CreateService": "serviceId instanceId?",
    "DescribeService": SERVICE,
    "DescribeServices": {"serviceList": SERVICE},
    "DescribePresetServices": {
        "serviceList": "serviceId name url endpoint serviceType chargeType chargeStatus"
    },
    "DeactivateService": "operation message",
    "PurchaseServiceResource": "instanceId",
    "PurchaseComputeUnit": "instanceId",
    "DescribeServiceResources": {"instances": BOUGHT},
    "DescribeServiceResource": "instance",
}
BARE = {  # actions whose result is no object
    "DeleteDataset": bool,
    "DeleteDatasetVersion": bool,
    "PublishDatasetVersion": bool,
    "CreateImportTask": str,
    "StopFineTuningTask": bool,
    "DeleteFineTuningTask": bool,
    "DeleteFineTuningJob": bool,
    "DescribeFineTuningSupportModels": list,
    "CreateCustomModelSet": str,
    "DeletePromptTemplate": bool,
    "DeletePromptLabel": bool,
    "ModifyService": bool,
    "ScaleService": bool,
    "ReleaseComputeUnit": bool,
}
SAME_ON_TWO_ROUTES = {"PurchaseComputeUnit", "DescribeComputeUnits", "DescribeComputeUnit"}


class Watching(Api):
    """An api that compares every answer."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self.seen: set[str] = set()

    def __call__(self, action: str, route: str | None = None, /, **body: object) -> Any:
        result = super().__call__(action, route, **body)
        self.seen.add(action)
        if action in BARE:
            assert type(result) is BARE[action], action
        elif isinstance(expected := EXPECTED.get(action), dict):
            paged = action not in ("DescribePresetServices", "DescribeServiceResources")
            assert set(result) == set(expected) | ({"pageInfo"} if paged else set())
            for key, names in expected.items():
                assert result[key], f"{action} shows nothing"
                for item in result[key]:
                    compare(action, item, names)
        elif expected is not None:
            compare(action, result, expected)
        else:
            assert action in SAME_ON_TWO_ROUTES, f"{action} has no expectation"
        return result


def compare(action: str, shown: dict[str, object], names: str) -> None:
    allowed = {name.removesuffix("?") for name in names.split()}
    required = {name for name in names.split() if not name.endswith("?")}
    assert required <= set(shown) <= allowed, action


def test_every_action(emulator: Emulator, clock: Clock) -> None:
    api = Watching(emulator)
    model = api.model(clock)
    task = api("DescribeModel", modelId=model[1])["sourceInfo"]["taskId"]
    other = api.model(clock, "other")
    _datasets(api, clock)
    _training(api, clock, task)
    _models(api, model)
    _prompts(api)
    _services(api, clock, model, other)
    _deletions(api, other, task)
    assert {name for _, name in ACTIONS} - SAME_ON_TWO_ROUTES <= api.seen | SAME_ON_TWO_ROUTES
    assert emulator.complaints() == []
    api.close()


def _datasets(api: Api, clock: Clock) -> None:
    dataset, version = api.dataset()
    api("CreateDatasetVersion", datasetId=dataset)
    task = api("CreateImportTask", versionId=version, files=["bos:/b/f.jsonl"])
    api("DescribeImportTask", taskId=task)
    clock.pass_(1)
    api("PublishDatasetVersion", versionId=version)
    clock.pass_(1)
    api("DescribeDatasets")
    api("DescribeDatasetVersions", datasetId=dataset)
    api("DescribeDatasetVersion", versionId=version)
    api("DeleteDatasetVersion", versionId=version)
    api("DeleteDataset", datasetId=dataset)


def _training(api: Api, clock: Clock, done: str) -> None:
    task = api.task(api.job("extra"), api.version(clock))
    clock.pass_(2)
    assert "runProgress" in api("DescribeFineTuningTask", taskId=task)
    assert "metrics" in api("DescribeFineTuningTask", taskId=done)
    api("DescribeFineTuningJobs")
    api("DescribeFineTuningTasks", jobId=api("DescribeFineTuningTask", taskId=task)["jobId"])
    api("DescribeFineTuningSupportModels")
    api("StopFineTuningTask", taskId=task)
    api("DeleteFineTuningTask", taskId=task)


def _models(api: Api, model: tuple[str, str]) -> None:
    api("DescribeCustomModelSets")
    system = api("DescribeSystemModelSets")["systemModelSetList"][0]
    api("DescribeSystemModel", modelId=system["modelIds"][0])
    assert api("DescribeModelSet", modelSetId=system["modelSetId"])["source"] == "System"
    assert "description" not in api("DescribeModelSet", modelSetId=model[0])


def _prompts(api: Api) -> None:
    body = {"templateName": "a", "templateContent": "x", "variableIdentifier": "{}", "labels": ["l"]}
    template = api("CreatePromptTemplate", **body, hyperParameters={"topP": 0.5})["templateId"]
    api("DescribePromptTemplate", templateId=template)
    api("DescribePromptTemplates")
    api("ModifyPromptTemplate", templateId=template, templateContent="y")
    api("DeletePromptTemplate", templateId=template)
    label = api("CreatePromptLabel", name=["l"])["labels"][0]
    assert set(label) == {"labelName", "labelId"}
    api("DescribePromptLabels")
    api("DeletePromptLabel", labelId=label["labelId"])


def _services(api: Api, clock: Clock, model: tuple[str, str], other: tuple[str, str]) -> None:
    service = api.service(model)
    clock.pass_(2)
    where = {"serviceId": service["serviceId"]}
    shown = api("DescribeService", **where)
    assert set(shown["resourceConfig"]) == {"type", "qps", "replicasCount", "region"}
    api("DescribeServices")
    api("DescribePresetServices")
    api("ModifyService", **where, modelSetId=other[0], modelId=other[1])
    clock.pass_(2)
    charge, billing = "/v2/charge", {"paymentTiming": "Postpaid"}
    bought = api("PurchaseServiceResource", charge, **where, replicasCount=1, billing=billing)
    clock.pass_(2)
    api("DescribeServiceResources", charge, **where)
    assert set(api("DescribeServiceResource", charge, **where, **bought)["instance"]) == set(BOUGHT.split())
    api("ScaleService", **where, **bought, deploymentReplicasCount=0)
    clock.pass_(2)
    api("DeactivateService", **where)
    clock.pass_(2)
    unit = api("PurchaseComputeUnit", computeUnitCount=1, billing=billing, computeUnitConfig={"type": "cpu"})
    clock.pass_(2)
    keys = "instanceId region status type totalComputeUnits usedComputeUnits paymentTiming startTime"
    assert set(api("DescribeComputeUnits")["computeUnitInstanceList"][0]) == set(keys.split())
    shown = api("DescribeComputeUnit", **unit)
    assert set(shown) == {"computeUnitInstance", "serviceUsageList"}
    assert set(shown["computeUnitInstance"]) == set(keys.split())
    api("ReleaseComputeUnit", **unit)


def _deletions(api: Api, model: tuple[str, str], task: str) -> None:
    api("DeleteModel", modelId=model[1])
    api("DeleteModelSet", modelSetId=model[0])
    api("DeleteFineTuningJob", jobId=api("DescribeFineTuningTask", taskId=task)["jobId"])


def test_shapes() -> None:
    assert shaped({"a": 1, "b": 2}, {"a": "int", "c?": "str"}) == {"a": 1}
    wrong: list[object] = [{}, {"a": "1"}, {"a": True}, {"a": None}, [], "a"]
    for value in wrong:
        with pytest.raises(ShapeError):
            shaped(value, {"a": "int"})
    with pytest.raises(ShapeError):
        shaped({}, ["str"])


def test_ids(emulator: Emulator, clock: Clock) -> None:
    """Ids have the console's forms."""
    api = Api(emulator)
    api.service(api.model(clock))
    api("CreatePromptLabel", name=["l"])
    forms = {
        "Dataset": "dg- 16",
        "DatasetVersion": "ds- 16",
        "ImportTask": "task- 16",
        "FineTuningJob": "job- 12",
        "FineTuningTask": "task- 12",
        "ModelSet": "am- 12",
        "Model": "amv- 12",
        "PromptLabel": "pl- 16",
        "Service": "svco- 12",
        "ServiceResource": " 32",
    }
    for entry in emulator.objects():
        prefix, length = forms[entry["type"]].split(" ")
        rest = entry["id"].removeprefix(prefix)
        assert len(rest) == int(length)
        assert rest.isalnum()
        assert rest == rest.lower()
    api.close()
