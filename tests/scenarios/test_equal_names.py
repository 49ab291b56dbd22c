"""Two manifests that name one object are an error before anything is asked, whatever the name is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from qfops.core.errors import InputError
from qfops.kinds.registry import load
from qfops.manifests import load_project

SET = """apiVersion: qianfan/v2
kind: ModelSet
metadata: {name: faq}
spec: {modelSetName: faq, modelType: Text2Text}
"""


def service(key: str, name: str, suffix: str) -> str:
    return f"""apiVersion: qianfan/v2
kind: Service
metadata: {{name: {key}}}
spec:
  name: {name}
  urlSuffix: {suffix}
  modelSetId: {{ref: ModelSet/faq}}
  modelId: amv-1a2b3c4d5e6f
  resourceConfig: {{type: GPU-1-2, replicasCount: 1}}
  billing: {{paymentTiming: Postpaid, chargeType: ComputingUnit}}
"""


def model(key: str, meta: str) -> str:
    return f"""apiVersion: qianfan/v2
kind: Model
metadata: {{name: {key}}}
spec: {{modelSetId: {{ref: ModelSet/faq}}, sourceType: Train, trainMeta: {{taskId: task-1a2b3c4d5e6f{meta}}}}}
"""


def found(folder: Path, *manifests: str) -> list[str]:
    (folder / "manifests").mkdir()
    (folder / "qfops.yaml").write_text("name: demo\n", encoding="utf-8")
    (folder / "manifests" / "all.yaml").write_text("---\n".join((SET, *manifests)), encoding="utf-8")
    try:
        load_project(folder, environment=None, variables={}, env_variables={}, registry=load())
    except InputError as error:
        return [item.summary for item in error.diagnostics if item.code == "same-identity"]
    return []


def test_two_services_of_one_url(tmp_path: Path) -> None:
    assert found(tmp_path, service("a", "one", "same"), service("b", "two", "same")) == [
        "Service/b and Service/a name the same object: equal urlSuffix"
    ]


@pytest.mark.parametrize("meta", ["", ", step: 100"])
def test_two_models_of_one_run_in_one_set(meta: str, tmp_path: Path) -> None:
    paths = "modelSetId and trainMeta.taskId" + (" and trainMeta.step" if meta else "")
    assert found(tmp_path, model("a", meta), model("b", meta)) == [
        f"Model/b and Model/a name the same object: equal {paths}"
    ]


def test_two_steps_of_one_run_are_two_models(tmp_path: Path) -> None:
    assert found(tmp_path, model("a", ", step: 100"), model("b", ", step: 200")) == []
