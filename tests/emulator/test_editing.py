"""Changes behind everyone's back."""

import pytest

from qfops.emulator import Emulator

from .speaking import Api, Clock, Refused


def test_edit_a_template(api: Api, emulator: Emulator) -> None:
    body = {"templateName": "a", "templateContent": "Hi {name}", "variableIdentifier": "{}"}
    template = api("CreatePromptTemplate", **body, hyperParameters={"temperature": 0.5})["templateId"]
    emulator.edit(template, "templateContent", "Bye {friend}")
    emulator.edit(template, "hyperParameters.temperature", 0.9)
    emulator.edit(template, "hyperParameters.topP", 0.1)
    emulator.edit(template, "templateName", "renamed")
    emulator.edit(template, "labels", ["new"])
    shown = api("DescribePromptTemplate", templateId=template)
    assert shown["templateContent"] == "Bye {friend}"
    assert shown["templateVariables"] == "friend"
    assert shown["hyperParameters"] == {"temperature": 0.9, "topP": 0.1}
    assert shown["labels"][0]["labelName"] == "new"
    api("CreatePromptTemplate", **body)  # the old name is free again
    with pytest.raises(Refused):
        api("CreatePromptTemplate", **{**body, "templateName": "renamed"})


def test_force_a_status(api: Api, emulator: Emulator, clock: Clock) -> None:
    model = api.model(clock)
    service = api.service(model)["serviceId"]
    emulator.edit(service, "runStatus", "Stopped")
    assert api("DescribeService", serviceId=service)["runStatus"] == "Stopped"
    api.service(model)  # its name is free
    task = api.task(api.job("later"), api.version(clock))
    emulator.edit(task, "runStatus", "Failed")
    assert api("DescribeFineTuningTask", taskId=task)["runStatus"] == "Failed"
    assert api("DeleteFineTuningTask", taskId=task) is True
    emulator.edit(model[1], "status", "Fail")
    assert api("DescribeModel", modelId=model[1])["status"] == "Fail"
    _, version = api.dataset()
    emulator.edit(version, "publishStatus", "PublishFailed")
    assert api("DescribeDatasetVersion", versionId=version)["publishStatus"] == "PublishFailed"


def test_edit_a_service(api: Api, emulator: Emulator, clock: Clock) -> None:
    service = api.service(api.model(clock))["serviceId"]
    emulator.edit(service, "modelId", "amv-elsewhere")
    emulator.edit(service, "resourceConfig.replicasCount", 7)
    shown = api("DescribeService", serviceId=service)
    assert (shown["modelId"], shown["resourceConfig"]["replicasCount"]) == ("amv-elsewhere", 7)


def test_errors_name_what_exists(api: Api, emulator: Emulator) -> None:
    dataset, version = api.dataset()
    with pytest.raises(ValueError, match=f"there are {dataset}, {version}"):
        emulator.edit("dg-none", "x", 1)
    with pytest.raises(ValueError, match="dataFormat, datasetName"):
        emulator.edit(dataset, "colour", 1)
    with pytest.raises(ValueError, match="has no 'colour'"):
        emulator.edit(dataset, "colour.hue", 1)
    with pytest.raises(ValueError, match="Created, Importing"):
        emulator.edit(version, "importStatus", "Lost")
    with pytest.raises(ValueError, match="there are ComputeUnit, Dataset, DatasetVersion"):
        emulator.objects("Nothing")


def test_delete(api: Api, emulator: Emulator) -> None:
    _, version = api.dataset()
    emulator.delete(version)
    with pytest.raises(Refused):
        api("DescribeDatasetVersion", versionId=version)
    assert [entry["type"] for entry in emulator.objects()] == ["Dataset"]


def test_objects(api: Api, emulator: Emulator, clock: Clock) -> None:
    api.service(api.model(clock))
    kinds = {entry["type"] for entry in emulator.objects()}
    assert kinds == {
        "Dataset",
        "DatasetVersion",
        "ImportTask",
        "FineTuningJob",
        "FineTuningTask",
        "ModelSet",
        "Model",
        "Service",
        "ServiceResource",
    }
    [task] = emulator.objects("FineTuningTask")
    assert task["hyperParameterConfig"] == {"epoch": 10}
    [service] = emulator.objects("Service")
    assert (service["id"], service["urlSuffix"]) == (service["serviceId"], "front")
    assert service["account"] == "embedded"


def test_reset(api: Api, emulator: Emulator) -> None:
    key = emulator.add_key(emulator.add_account("stays"))
    api.dataset()
    emulator.configure(latency=5, faults=[{"kind": "reset"}])
    emulator.reset()
    assert emulator.objects() == []
    assert emulator.requests() == []
    assert emulator.knobs()["latency"] == 0
    other = Api(emulator, key)
    assert len(other("DescribeSystemModelSets")["systemModelSetList"]) > 0
    other.close()
