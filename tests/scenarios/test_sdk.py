"""The public Python SDK and qfops on one console: each sees what the other made.

The SDK signs with the real time, so the console's is real here as well; nothing has to be waited for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY, running
from qfops.kinds.registry import load
from qfops.reconcile.ports import SystemClock
from tests.support.bench import AUTO, Bench, actions, trouble
from tests.support.fixtures import closing
from tests.support.project import assistant, dataset, job, model, model_set, run, service, template, version

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:qianfan", "ignore::pydantic.warnings.PydanticDeprecatedSince20"
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An empty project on an empty console, by the real clock."""
    yield from closing(Bench(tmp_path / "bench", clock=SystemClock()))


@contextmanager
def _sdk(bench: Bench) -> Iterator[Any]:
    """The SDK's console resources, talking to this bench (its settings are one object per process)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK warns while it is imported
        import qianfan
        from qianfan.resources import console
        from qianfan.resources.console import consts, data, finetune, prompt
        from qianfan.resources.console import model as models
        from qianfan.resources.console import service as services
    del consts, data, finetune, prompt, models, services
    config = qianfan.get_config()
    before = (config.CONSOLE_API_BASE_URL, config.ACCESS_KEY, config.SECRET_KEY)
    with running(bench.emulator) as base:
        config.CONSOLE_API_BASE_URL = base
        config.ACCESS_KEY, config.SECRET_KEY = EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY
        try:
            yield console
        finally:
            config.CONSOLE_API_BASE_URL, config.ACCESS_KEY, config.SECRET_KEY = before


def _made_by_the_sdk(console: Any) -> dict[str, str]:
    """The assistant's objects, made by a script that knows nothing of qfops; their ids by address."""
    consts = console.consts
    data, tune = console.data.Data.V2, console.finetune.FineTune.V2
    made = data.create_dataset(
        "faq_train", consts.V2.DatasetFormat.PromptResponse, consts.V2.StorageType.SysStorage
    )["result"]
    first = made["versionId"]
    spring = data.create_dataset_version(made["datasetId"], "spring refresh")["result"]["versionId"]
    for identifier, name in ((first, "part1"), (spring, "spring")):
        data.create_dataset_version_import_task(identifier, [f"bos:/acme/faq/{name}.jsonl"])
        data.publish_dataset_version(identifier)
    base = tune.create_job("faq_speed", "ERNIE-Speed-8K", consts.TrainMode.SFT)["result"]["jobId"]
    config = {
        "sourceType": consts.TrainDatasetSourceType.Platform.value,
        "versions": [{"versionId": first}],
        "splitRatio": 10,
    }
    settings = {"epoch": 3, "learningRate": 0.0003, "maxSeqLen": 4096}
    trained = tune.create_task(base, consts.TrainParameterScale.LoRA, settings, config)["result"]["taskId"]
    models = console.model.Model.V2
    held = models.create_custom_model_set("faq_assistant", consts.CustomModelSetModelType.Text2Text)["result"]
    source = consts.CreateCustomModelSourceType.Train
    weights = models.create_custom_model(held, source, train_meta={"taskId": trained})["result"]["modelId"]
    text = str(template().attributes["templateContent"])
    prompt = console.prompt.Prompt.V2.create(
        "faq-answer", text, labels=["faq", "support"], hyper_parameters={"temperature": 0.3, "topP": 0.8}
    )["result"]["templateId"]
    deployed = console.service.Service.V2.create_service(
        held, weights, "faq-dev", "faq-dev",
        {"type": "GPU-1-2", "replicasCount": 1, "region": "bj"},
        {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
    )["result"]["serviceId"]  # fmt: skip
    return {
        "Dataset/faq-train": made["datasetId"], "DatasetVersion/faq-spring": spring,
        "FineTuningJob/faq": base,
        "FineTuningTask/faq-a": trained, "ModelSet/faq": held, "Model/faq-a": weights,
        "PromptTemplate/faq-answer": prompt, "Service/faq": deployed,
    }  # fmt: skip


def test_objects_that_the_sdk_made_are_adopted_without_spending_anything(bench: Bench) -> None:
    """A project that grew by script: declared, adopted, and from then on the plan is empty."""
    with _sdk(bench) as console:
        ids = _made_by_the_sdk(console)
    assert {Address.parse(name).kind_key for name in ids} == set(load().kinds)
    bench.declare(
        dataset(**{"import": [{"files": ["bos:/acme/faq/part1.jsonl"]}]}), version(), job(), run("a", 0.0003),
        model_set(), model("a"), template(), service(),
    )  # fmt: skip
    before = bench.writes()
    blocked = actions(bench.plan())
    assert blocked["PromptTemplate/faq-answer"] == blocked["FineTuningJob/faq"] == "blocked"
    plan, result = bench.apply_plan(AUTO, adopt=ids)
    assert set(actions(plan).values()) == {"adopt"}
    assert not any(change.billable for change in plan.changes)
    assert trouble(result) == []
    after = bench.plan()
    assert actions(after) == {}
    assert after.held_back == ()
    assert bench.writes() == before


Look = Callable[[Any, str], Any]
LOOKS: Mapping[str, Look] = {
    "Dataset": lambda console, _: console.data.Data.V2.get_dataset_list(),
    "DatasetVersion": lambda console, name: console.data.Data.V2.get_dataset_version_info(name),
    "FineTuningJob": lambda console, _: console.finetune.FineTune.V2.job_list(),
    "FineTuningTask": lambda console, name: console.finetune.FineTune.V2.task_detail(name),
    "ModelSet": lambda console, name: console.model.Model.V2.describe_model_set(model_set_id=name),
    "Model": lambda console, name: console.model.Model.V2.describe_model(name),
    "PromptTemplate": lambda console, name: console.prompt.Prompt.V2.info(name, input="why?"),
    "Service": lambda console, name: console.service.Service.V2.service_detail(name),
}


def test_the_sdk_sees_every_object_that_qfops_made(bench: Bench) -> None:
    """Scripts that use the SDK go on working beside qfops, for every kind there is."""
    assert {("v2", name) for name in LOOKS} == set(load().kinds)
    bench.declare(*assistant())
    assert trouble(bench.apply()) == []
    with _sdk(bench) as console:
        for address, entry in bench.state().entries.items():
            assert entry.id is not None
            answer = LOOKS[address.kind](console, entry.id)
            assert entry.id in str(answer["result"]), address
