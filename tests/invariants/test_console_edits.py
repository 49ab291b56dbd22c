"""Edits in the console: every attribute that a read echoes, of every kind, taken from the descriptors' rules.

A rule that `EDITS` has no row for fails the first test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest

from qfops.core.address import Address, KindKey
from qfops.core.plan.plan import HeldBack
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.values import JSON
from qfops.kinds.registry import load
from qfops.kinds.rules import RuleType
from qfops.planning.policy import Approval
from tests.support.bench import AUTO, Bench, actions, ref, resource, trouble
from tests.support.project import (
    container,
    dataset,
    deployed,
    imported,
    job,
    model_set,
    run,
    template,
    version,
)

REVERT = PlanOptions(revert_drift=True)
MAY_REVERT = Approval(auto=True, allow=frozenset({"revert-drift"}))
ALL_SETTINGS: Mapping[str, JSON] = {
    "modelName": "ERNIE-4.0-8K", "temperature": 0.3, "topP": 0.7, "penaltyScore": 1.5, "disableSearch": True,
    "enableCitation": True, "stop": ["END"], "system": "You help customers.",
}  # fmt: skip


class Edit(NamedTuple):
    """One edit: in the project of `resources`, the console's `field` of the subject becomes `value`.

    `path` is the leaf of ours that shows it, where it is not the path of the rule; `part` is the output that
    names the edited object, where it is not the subject itself. A `value` like "=Model/a" is a resource's id.
    """

    subject: str
    resources: Sequence[Resource]
    field: str
    value: JSON
    path: str = ""
    part: str = ""


def _prompt(field: str, value: JSON, path: str = "") -> Edit:
    full = template(hyperParameters=dict(ALL_SETTINGS))
    return Edit("PromptTemplate/faq-answer", (full,), field, value, path)


def _setting(name: str, value: JSON) -> Edit:
    return _prompt(f"hyperParameters.{name}", value, f"hyperParameters.{name}")


def _banner(field: str, value: JSON) -> Edit:
    made = template(
        templateContent="A banner about {topic}", sceneType="TextToImage", hyperParameters={}, labels=[],
        negativeTemplateContent="blurred {topic}",
    )  # fmt: skip
    return Edit("PromptTemplate/faq-answer", (made,), field, value)


def _second_set() -> list[Resource]:
    other = resource("ModelSet/other", {"modelSetName": "other_set", "modelType": "Text2Text"})
    inside = imported("other")
    return [other, resource(str(inside.address), {**inside.attributes, "modelSetId": ref("ModelSet/other")})]


def _service(field: str, value: JSON, path: str = "") -> Edit:
    return Edit("Service/faq", [*deployed(), imported("next"), *_second_set()], field, value, path)


def _run(field: str, value: JSON) -> Edit:
    return Edit("FineTuningTask/faq-a", (dataset(), job(), run("a", 0.0003)), field, value)


def _bucket() -> Resource:
    return dataset(storageType="BOS", storagePath="bos:/acme/faq/", publish=False)


EDITS: Mapping[tuple[str, str], Edit] = {
    ("PromptTemplate", "templateName"): _prompt("templateName", "faq-reply"),
    ("PromptTemplate", "templateContent"): _prompt("templateContent", "Reply: {input}"),
    ("PromptTemplate", "variableIdentifier"): _prompt("variableIdentifier", "[]"),
    ("PromptTemplate", "labels"): _prompt("labels", ["faq", "sales"]),
    ("PromptTemplate", "negativeTemplateContent"): _banner("negativeTemplateContent", "dark {topic}"),
    ("PromptTemplate", "sceneType"): _banner("sceneType", "TextToText"),
    ("PromptTemplate", "hyperParameters"): _setting("modelName", "ERNIE-Lite-8K"),
    ("PromptTemplate", "hyperParameters.temperature"): _setting("temperature", 0.9),
    ("PromptTemplate", "hyperParameters.topP"): _setting("topP", 0.1),
    ("PromptTemplate", "hyperParameters.penaltyScore"): _setting("penaltyScore", 1.2),
    ("PromptTemplate", "hyperParameters.disableSearch"): _setting("disableSearch", False),
    ("PromptTemplate", "hyperParameters.enableCitation"): _setting("enableCitation", False),
    ("PromptTemplate", "hyperParameters.stop"): _setting("stop", ["END", "STOP"]),
    ("PromptTemplate", "hyperParameters.system"): _setting("system", "You sell."),
    ("Service", "modelSetId"): _service("modelSetId", "=ModelSet/other"),
    ("Service", "modelId"): _service("modelId", "=Model/faq-next"),
    ("Service", "name"): _service("name", "faq-prod"),
    ("Service", "resourceConfig"): _service("resourceConfig.type", "GPU-1-4", "resourceConfig.type"),
    ("Service", "resourceConfig.replicasCount"): _service("resourceConfig.replicasCount", 3),
    ("Dataset", "datasetName"): Edit("Dataset/faq-train", (container(),), "datasetName", "faq_test"),
    ("Dataset", "dataFormat"): Edit("Dataset/faq-train", (container(),), "dataFormat", "Text"),
    ("Dataset", "storageType"): Edit("Dataset/faq-train", (_bucket(),), "storageType", "sysStorage"),
    ("Dataset", "storagePath"): Edit("Dataset/faq-train", (_bucket(),), "storagePath", "bos:/other/"),
    ("Dataset", "publish"): Edit(
        "Dataset/faq-train", (_bucket(),), "publishStatus", "Published", part="versionId"
    ),
    ("DatasetVersion", "publish"): Edit(
        "DatasetVersion/faq-spring", (container(), version(publish=False)), "publishStatus", "Published"
    ),
    ("FineTuningJob", "name"): Edit("FineTuningJob/faq", (job(),), "name", "faq_slow"),
    ("FineTuningJob", "model"): Edit("FineTuningJob/faq", (job(),), "model", "ERNIE-Lite-8K"),
    ("FineTuningJob", "trainMode"): Edit("FineTuningJob/faq", (job(),), "trainMode", "DPO"),
    ("FineTuningTask", "parameterScale"): _run("parameterScale", "FullFineTuning"),
    ("ModelSet", "modelSetName"): Edit("ModelSet/faq", (model_set(),), "modelSetName", "faq_other"),
    ("ModelSet", "modelType"): Edit("ModelSet/faq", (model_set(),), "modelType", "Text2Image"),
}
# A finished object of which nothing can be changed is confirmed by its presence in the list, and not read.
UNREAD = {
    ("Model", "sourceType"),
    ("Model", "trainMeta"),
}  # fmt: skip
# Where an object lives is no field of it: nobody can edit that, in the console or behind it.
PLACES = {
    ("DatasetVersion", "datasetId"),
    ("FineTuningTask", "jobId"),
    ("Model", "modelSetId"),
}  # fmt: skip


def _echoed(*types: RuleType) -> list[tuple[str, str]]:
    return [
        (kind.name, rule.path)
        for kind in load().kinds.values()
        for rule in kind.rules
        if rule.type in types and not rule.write_only and (kind.name, rule.path) not in PLACES | UNREAD
    ]


UPDATABLE = _echoed(RuleType.UPDATABLE)
FIXED = _echoed(RuleType.IMMUTABLE, RuleType.ONE_WAY)


def test_every_echoed_attribute_is_edited() -> None:
    """The rules decide what is tested: a new attribute needs a row, an old row a rule."""
    assert set(EDITS) == {*UPDATABLE, *FIXED}
    places: set[tuple[KindKey, str]] = {
        (kind.key, kind.container.path) for kind in load().kinds.values() if kind.container
    }
    assert {(key[1], path) for key, path in places} == PLACES


def _edited(bench: Bench, attribute: tuple[str, str]) -> tuple[str, HeldBack]:
    """Apply the project, edit the console, and the drift that stands for it."""
    edit = EDITS[attribute]
    bench.declare(*edit.resources)
    assert trouble(bench.apply(AUTO)) == []
    assert bench.plan().held_back == ()
    value = edit.value
    if isinstance(value, str) and value.startswith("="):
        value = bench.id(value[1:])
    entry = bench.state().entries[Address.parse(edit.subject)]
    edited = str(entry.outputs[edit.part]) if edit.part else bench.id(edit.subject)
    bench.emulator.edit(edited, edit.field, value)
    plan = bench.plan()
    assert actions(plan) == {}
    path = edit.path or attribute[1]
    assert [(str(drift.address), drift.attribute.path) for drift in plan.held_back] == [(edit.subject, path)]
    return edit.subject, plan.held_back[0]


@pytest.mark.parametrize("attribute", [*UPDATABLE, *FIXED], ids="-".join)
def test_a_console_edit_shows_as_drift_and_is_left_alone(attribute: tuple[str, str], bench: Bench) -> None:
    """Drift names what was applied, what the console holds and what the manifest says; apply keeps off."""
    name, drift = _edited(bench, attribute)
    assert drift.attribute.prior == drift.attribute.desired
    assert drift.attribute.live != drift.attribute.desired
    before, writes = bench.shown(name), bench.writes()
    result = bench.apply(AUTO)
    assert trouble(result) == []
    assert result.held_back == 1
    assert bench.writes() == writes
    assert bench.shown(name) == before
    assert [item.attribute.path for item in bench.plan().held_back] == [drift.attribute.path]


@pytest.mark.parametrize("attribute", UPDATABLE, ids="-".join)
def test_revert_drift_restores_what_can_be_updated(attribute: tuple[str, str], bench: Bench) -> None:
    """Asked for and allowed, the manifest's value is put back in place, and that is all that happens."""
    name, drift = _edited(bench, attribute)
    writes = len(bench.writes())
    assert actions(bench.plan(REVERT)) == {name: "update"}
    refused = bench.apply(AUTO, REVERT)
    assert "revert-drift" in trouble(refused)[0]
    assert trouble(bench.apply(MAY_REVERT, REVERT)) == []
    assert len(bench.writes()) == writes + 1
    plan = bench.plan()
    assert actions(plan) == {}
    assert plan.held_back == ()
    assert drift.revertible


@pytest.mark.parametrize("attribute", FIXED, ids="-".join)
def test_what_no_call_can_undo_is_never_acted_upon(attribute: tuple[str, str], bench: Bench) -> None:
    """Drift alone is no reason for a replacement or a run, whatever is allowed."""
    _, drift = _edited(bench, attribute)
    assert not drift.revertible
    writes = bench.writes()
    plan = bench.plan(REVERT)
    assert actions(plan) == {}
    assert [item.attribute.path for item in plan.held_back] == [drift.attribute.path]
    assert trouble(bench.apply(MAY_REVERT, REVERT)) == []
    assert bench.writes() == writes
