"""What the vendor's own artefacts show and its pages do not: what really ran, answers in another form."""

from __future__ import annotations

import pytest

from qfops.core.address import KindKey
from qfops.core.resource import Resource
from qfops.core.values import JSON, Value
from qfops.kinds.decoding import decode
from qfops.kinds.registry import load
from tests.support.bench import WHOLE, Bench, actions, ref, resource, trouble
from tests.support.project import dataset, model_set, service, template


def _job(name: str, base: str, mode: str) -> Resource:
    return resource(f"FineTuningJob/{name}", {"name": name, "model": base, "trainMode": mode})


def _run(name: str, job: str, data: str, **spec: JSON) -> Resource:
    config: Value = {
        "sourceType": "Platform", "versions": [{"versionId": ref(f"Dataset/{data}")}], "splitRatio": 20,
    }  # fmt: skip
    return resource(
        f"FineTuningTask/{name}",
        {"jobId": ref(f"FineTuningJob/{job}"), "hyperParameterConfig": {"epoch": 1}, "datasetConfig": config,
         **spec},
    )  # fmt: skip


def _data(name: str, form: str) -> Resource:
    rows = dataset(dataFormat=form, datasetName=name)
    return resource(f"Dataset/{name}", rows.attributes)


def test_a_preference_run_goes_on_from_a_tuning_run_of_another_job(bench: Bench) -> None:
    """ERNIE-Tiny-8K, SFT and then DPO; the model is published without a step, for no step is listed."""
    preferences = _run("dpo", "dpo", "pairs", parameterScale="LoRA")
    preferences = resource(
        "FineTuningTask/dpo", {**preferences.attributes, "incrementTaskId": ref("FineTuningTask/sft")}
    )
    bench.declare(
        _data("rows", "PromptResponse"), _data("pairs", "DPO_PromptChosenRejected"),
        _job("sft", "ERNIE-Tiny-8K", "SFT"), _job("dpo", "ERNIE-Tiny-8K", "DPO"),
        _run("sft", "sft", "rows", parameterScale="LoRA"), preferences, model_set(),
        resource("Model/tiny", {
            "modelSetId": ref("ModelSet/faq"), "sourceType": "Train",
            "trainMeta": {"taskId": ref("FineTuningTask/dpo")},
        }),
    )  # fmt: skip
    assert trouble(bench.apply(WHOLE)) == []
    assert "checkpointList" not in bench.shown("FineTuningTask/dpo")
    assert actions(bench.plan()) == {}


@pytest.mark.parametrize("scale", ["LoRA", "FullFineTuning"])
def test_an_image_model_is_tuned(scale: str, bench: Bench) -> None:
    """Stable-Diffusion-XL-Base-1.0 with SFT."""
    bench.declare(
        _data("pictures", "PromptImage"), _job("xl", "Stable-Diffusion-XL-Base-1.0", "SFT"),
        _run("xl", "xl", "pictures", parameterScale=scale),
    )  # fmt: skip
    assert trouble(bench.apply(WHOLE)) == []
    assert actions(bench.plan()) == {}


@pytest.mark.parametrize("shown", ["input,tone", ["input", "tone"], "", [], None])
def test_the_variables_of_a_template_may_be_a_text_or_an_array(shown: JSON) -> None:
    """They are computed by the console and never compared: either form is the same template."""
    kind = load().kinds[KindKey("v2", "PromptTemplate")]
    answer = {"templateId": "pt-0", "templateName": "a", "templateContent": "{input} {tone}"}
    live = decode(kind, {**answer, "templateVariables": shown})
    assert (live.id, dict(live.attributes)) == (
        "pt-0",
        {"templateName": "a", "templateContent": "{input} {tone}"},
    )


def test_a_template_whose_variables_come_as_a_text_plans_empty(bench: Bench) -> None:
    bench.declare(template())
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.shown("PromptTemplate/faq-answer")["templateVariables"] == "input"
    assert actions(bench.plan()) == {}


def test_a_service_with_the_name_that_the_sdk_makes(bench: Bench) -> None:
    """35 characters: `svc`, the set's id and the model's."""
    long = "svcam-4k2x9w7q1m3z_amv-8c5v1n6b0l2s"
    bench.declare(
        model_set(),
        resource("Model/faq-base", {
            "modelSetId": ref("ModelSet/faq"), "sourceType": "Import",
            "importMeta": {"bucket": "acme", "objectPath": "w", "modelFormat": "Safetensors"},
        }),
        service("Model/faq-base", name=long, urlSuffix=long),
    )  # fmt: skip
    assert trouble(bench.apply(WHOLE)) == []
    assert actions(bench.plan()) == {}
