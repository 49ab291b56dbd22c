"""The pure hooks of descriptors: bodies that no rule can say, answers in terms of the kind."""

from __future__ import annotations

import pytest

from qfops.core.observation import Phase
from qfops.core.values import JSON
from qfops.kinds.base import Kind, StatusField
from qfops.kinds.findings import Finding
from qfops.kinds.operations import CallValues
from qfops.kinds.v2 import dataset, dataset_version, service

# --- datasets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [dataset.KIND, dataset_version.KIND], ids=lambda kind: kind.name)
def test_an_import_sends_the_files_and_keeps_the_digest(kind: Kind) -> None:
    encode = kind.operations["import"].encode
    assert encode is not None
    item: JSON = {"files": ["bos:/b/a.jsonl"], "digest": "sha256:0"}
    call = CallValues(
        id="dg-1", outputs={"versionId": "ds-1"}, attributes={}, live={}, path="import[0]", item=item
    )
    assert encode(call) == {"versionId": "ds-1", "files": ["bos:/b/a.jsonl"]}


@pytest.mark.parametrize(
    ("status", "published"),
    [("Unpublished", False), ("Publishing", True), ("Published", True), ("PublishFailed", False)],
)
def test_publish_is_read_off_the_status(status: str, published: bool) -> None:
    assert dataset.KIND.decode is not None
    item: dict[str, JSON] = {"versionId": "ds-1", "publishStatus": status}
    assert dataset.KIND.decode(item)["publish"] is published
    assert "publish" not in item


def test_a_status_that_is_not_shown_says_nothing_about_publish() -> None:
    assert dataset_version.KIND.decode is not None
    assert dataset_version.KIND.decode({"versionId": "ds-1"}) == {"versionId": "ds-1"}


# --- services -------------------------------------------------------------------------------------


def purchase(wanted: JSON, present: JSON, billing: JSON = None) -> CallValues:
    attributes: dict[str, JSON] = {"resourceConfig": {"replicasCount": wanted}}
    if billing is not None:
        attributes["billing"] = billing
    live: dict[str, JSON] = {} if present is None else {"resourceConfig": {"replicasCount": present}}
    return CallValues(id="svco-1", outputs={"serviceId": "svco-1"}, attributes=attributes, live=live)


def test_a_purchase_asks_for_what_is_missing_paid_for_as_before() -> None:
    encode = service.KIND.operations["purchase"].encode
    assert encode is not None
    billing: JSON = {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"}
    assert encode(purchase(3, 1, billing)) == {
        "serviceId": "svco-1",
        "replicasCount": 2,
        "billing": {"paymentTiming": "Postpaid"},
    }


@pytest.mark.parametrize(("wanted", "present"), [(3, None), (3, 3), (3, 4), (None, 1)])
def test_nothing_is_bought_on_a_guess(wanted: JSON, present: JSON) -> None:
    encode = service.KIND.operations["purchase"].encode
    assert encode is not None
    found = encode(purchase(wanted, present))
    assert isinstance(found, Finding)
    assert "Nothing was bought" in found.remedy


def test_older_answers_name_the_model_differently() -> None:
    assert service.decode({"serviceId": "svco-1", "modelId": "am-1", "modelVersionId": "amv-1"}) == {
        "serviceId": "svco-1",
        "modelSetId": "am-1",
        "modelId": "amv-1",
        "modelVersionId": "amv-1",
    }


def test_todays_answers_are_left_as_they_are_and_count_the_replicas() -> None:
    item: dict[str, JSON] = {"modelSetId": "am-1", "modelId": "amv-1", "resourceConfig": {"replicasCount": 2}}
    assert service.decode(item) == {**item, "replicasCount": 2}


def test_a_stopped_service_frees_its_name_and_an_unknown_update_word_means_going_on() -> None:
    run, update = service.KIND.readiness.fields
    assert service.KIND.identity is not None
    assert service.KIND.identity.released == ("Stopped",)
    assert (update.phase("None"), update.phase("Rolling")) == (Phase.READY, Phase.GOING)
    assert run.phase("Rolling") is Phase.UNREADABLE


def test_words_have_the_declared_meaning() -> None:
    field = StatusField("s", ready=("R",), going=("",), failed=("F",), stopped=("S",))
    assert [field.phase(word) for word in ("R", "", "F", "S", "?")] == [
        Phase.READY,
        Phase.GOING,
        Phase.FAILED,
        Phase.STOPPED,
        Phase.UNREADABLE,
    ]
