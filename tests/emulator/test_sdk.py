"""The public Python SDK drives the emulator over loopback, from create to delete."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY, Emulator, running

from .speaking import Clock

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:qianfan", "ignore::pydantic.warnings.PydanticDeprecatedSince20"
)


@pytest.fixture
def sdk(emulator: Emulator) -> Iterator[Any]:
    """The SDK's console resources, configured (its settings are one object per process) for the emulator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK warns while it is imported
        import qianfan
        from qianfan.resources import console
    config = qianfan.get_config()
    before = (config.CONSOLE_API_BASE_URL, config.ACCESS_KEY, config.SECRET_KEY)
    with running(emulator) as base:
        config.CONSOLE_API_BASE_URL = base
        config.ACCESS_KEY, config.SECRET_KEY = EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY
        yield console
    config.CONSOLE_API_BASE_URL, config.ACCESS_KEY, config.SECRET_KEY = before
    assert [text for text in emulator.complaints() if "unknown" in text] == []


def test_from_dataset_to_service(sdk: Any, clock: Clock) -> None:
    import qianfan.errors
    from qianfan.resources.console import consts
    from qianfan.resources.console.data import Data
    from qianfan.resources.console.finetune import FineTune
    from qianfan.resources.console.model import Model
    from qianfan.resources.console.service import Service
    from qianfan.resources.console.utils import call_action

    data = Data.V2
    made = data.create_dataset(
        "faq", consts.V2.DatasetFormat.PromptResponse, consts.V2.StorageType.SysStorage
    )["result"]
    version = made["versionId"]
    second = data.create_dataset_version(made["datasetId"], "more")["result"]["versionId"]
    task = data.create_dataset_version_import_task(version, ["bos:/bucket/rows.jsonl"])["result"]
    clock.pass_(1)
    assert data.get_dataset_version_import_task_info(task)["result"]["importStatus"] == "ImportFinished"
    assert data.publish_dataset_version(version)["result"] is True
    clock.pass_(1)
    assert data.get_dataset_version_info(version)["result"]["publishStatus"] == "Published"
    assert len(data.get_dataset_version_list(made["datasetId"])["result"]["versionList"]) == 2
    assert data.delete_dataset_version(second)["result"] is True
    assert data.get_dataset_list()["result"]["datasetList"][0]["datasetName"] == "faq"

    tune = FineTune.V2
    assert tune.supported_models()["result"][0]["model"] == "ERNIE-Speed-8K"
    job = tune.create_job("faq_job", "ERNIE-Speed-8K", consts.TrainMode.SFT)["result"]["jobId"]
    config = {
        "sourceType": consts.TrainDatasetSourceType.Platform.value,
        "versions": [{"versionId": version}],
        "splitRatio": 10,
    }
    run = tune.create_task(job, consts.TrainParameterScale.LoRA, {"epoch": 2}, config)["result"]["taskId"]
    untold = {key: value for key, value in config.items() if key != "splitRatio"}
    with pytest.raises(qianfan.errors.RequestError, match=r"param\[splitRatio\] invalid"):
        tune.create_task(job, consts.TrainParameterScale.LoRA, {"epoch": 2}, untold)
    assert tune.task_detail(run)["result"]["runStatus"] == "Waiting"
    clock.pass_(10)
    assert tune.task_detail(run)["result"]["runStatus"] == "Done"
    assert tune.job_list()["result"]["jobList"][0]["jobId"] == job
    assert tune.task_list(job)["result"]["taskList"][0]["taskId"] == run
    stopped = tune.create_task(job, consts.TrainParameterScale.LoRA, {}, config)["result"]["taskId"]
    assert tune.stop_task(stopped)["result"] is True
    assert tune.delete_task(stopped)["result"] is True

    model = Model.V2
    text = consts.CustomModelSetModelType.Text2Text
    model_set = model.create_custom_model_set("faq_bot", text)["result"]
    train = consts.CreateCustomModelSourceType.Train
    weights = model.create_custom_model(model_set, train, train_meta={"taskId": run})["result"]["modelId"]
    clock.pass_(1)
    assert model.describe_model(weights)["result"]["status"] == "Ready"
    assert model.describe_model_set(model_set_id=model_set)["result"]["modelIds"] == [weights]
    assert model.describe_custom_model_sets()["result"]["customModelSetList"][0]["modelCount"] == 1
    assert model.describe_system_model_sets()["result"]["systemModelSetList"]

    service = Service.V2
    deployed = service.create_service(
        model_set,
        weights,
        "faq-prod",
        "faq-prod",
        {"type": "GPU-I-2", "replicasCount": 2},
        {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
    )["result"]
    name = deployed["serviceId"]
    clock.pass_(2)
    assert service.service_detail(name)["result"]["runStatus"] == "Serving"
    assert service.service_list()["result"]["serviceList"][0]["serviceId"] == name
    assert service.describe_preset_services()["result"]["serviceList"]
    assert service.modify_service(name, model_set, weights)["result"] is True
    clock.pass_(1)
    scale = {"serviceId": name, "instanceId": deployed["instanceId"], "deploymentReplicasCount": 1}
    assert call_action("/v2/service", "ScaleService", scale)["result"] is True
    clock.pass_(1)
    assert service.service_detail(name)["result"]["resourceConfig"]["replicasCount"] == 1
    assert call_action("/v2/service", "DeactivateService", {"serviceId": name})["result"]["operation"] is True
    clock.pass_(1)
    assert service.service_detail(name)["result"]["runStatus"] == "Stopped"

    assert model.delete_model(weights)["result"] == {}
    assert model.delete_model_set(model_set)["result"] == {}
    assert tune.delete_job(job)["result"] is True
    assert data.delete_dataset(made["datasetId"])["result"] is True


def test_prompts(sdk: Any) -> None:
    from qianfan.resources.console.prompt import Prompt

    prompt = Prompt.V2
    made = prompt.create("city-food", "Ten dishes of {city}", labels=["food"])["result"]["templateId"]
    shown = prompt.info(made, city="Xi'an")["result"]
    assert shown["content"] == "Ten dishes of Xi'an"
    prompt.update(made, template_content="Nine dishes of {town}", hyper_parameters={"topP": 0.5})
    assert prompt.info(made)["result"]["templateVariables"] == "town"
    listed = prompt.list(name="city", type="Custom")["result"]["items"]
    assert [item["templateId"] for item in listed] == [made]
    label = prompt.create_label(["travel"])["result"]["labels"][0]["labelId"]
    assert len(prompt.list_labels()["result"]["items"]) == 3
    assert prompt.delete_label(label)["result"] is True
    assert prompt.delete(made)["result"] is True


def test_a_prompt_of_the_platform_is_read_with_its_variables(sdk: Any) -> None:
    """The SDK's own Prompt takes the variables apart at their commas."""
    from qianfan.common.prompt.prompt import Prompt as Held
    from qianfan.resources.console.prompt import Prompt

    text = "Ten dishes of {city} for {guests}"
    made = Prompt.V2.create("city-food", text)["result"]["templateId"]
    assert len(made.removeprefix("pt-")) == 16
    for shown in (Prompt.V2.info(made)["result"], *Prompt.V2.list(type="Custom")["result"]["items"]):
        assert shown["templateVariables"] == "city,guests"
    held = Held(template=text)
    assert sorted(held.variables or []) == sorted(shown["templateVariables"].split(","))


def test_a_service_without_update_status(sdk: Any, emulator: Emulator, clock: Clock) -> None:
    """The SDK waits on runStatus alone, and makes names of 35 characters by itself."""
    from qianfan.resources.console.service import Service

    from .speaking import Api

    emulator.configure(hidden={"DescribeService*.updateStatus": "absent"})
    api = Api(emulator)
    model_set, model = api.model(clock)
    api.close()
    name = f"svc{model_set}_{model}"
    assert len(name) == 35
    hourly = {
        "paymentTiming": "Prepaid", "reservation": {"reservationTimeUnit": "Hour", "reservationLength": 1},
    }  # fmt: skip
    compute = {"type": "GPU-I-2", "replicasCount": 1}
    made = Service.V2.create_service(model_set, model, name, name, compute, hourly)["result"]["serviceId"]
    clock.pass_(2)
    shown = Service.V2.service_detail(made)["result"]
    assert shown["runStatus"] == "Serving"
    assert "updateStatus" not in shown


def test_every_scale_that_is_listed_is_one_that_the_sdk_knows(sdk: Any) -> None:
    """One unknown scale makes it drop every model of the mode."""
    from qianfan.resources.console.consts import TrainParameterScale
    from qianfan.resources.console.finetune import FineTune

    known = {scale.value for scale in TrainParameterScale}
    for model in FineTune.V2.supported_models()["result"]:
        for mode in model["supportTrainMode"]:
            assert {scale["parameterScale"] for scale in mode["supportParameterScale"]} <= known


def test_compute(sdk: Any, emulator: Emulator, clock: Clock) -> None:
    from qianfan.resources.console.charge import Charge

    from .speaking import Api

    api = Api(emulator)
    made = api.service(api.model(clock))
    clock.pass_(2)
    name = made["serviceId"]
    bought = Charge.purchase_service_resource(name, {"paymentTiming": "Postpaid"}, 1)["result"]
    assert len(Charge.get_service_resource_list(name)["result"]["instances"]) == 2
    shown = Charge.get_service_resource_instance_info(name, bought["instanceId"])["result"]
    assert shown["instance"]["replicasCount"] == 1
    api.close()


def test_refusals_reach_the_sdk(sdk: Any) -> None:
    import qianfan
    from qianfan.errors import RequestError
    from qianfan.resources.console.data import Data

    with pytest.raises(RequestError, match="404"):
        Data.V2.get_dataset_version_info("ds-none")
    qianfan.get_config().SECRET_KEY = "wrong"
    with pytest.raises(Exception, match="Secret Key"):
        Data.V2.get_dataset_version_info("ds-none")
