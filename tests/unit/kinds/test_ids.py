"""The forms of ids: data of each kind; and what no id looks like."""

from __future__ import annotations

import pytest

from qfops.core.values import JSON
from qfops.kinds.base import IdForm, Kind, Output, is_plain_id
from qfops.kinds.ids import created_outputs, object_id, outputs_in
from qfops.kinds.registry import load

KINDS = load()
NO_IDS: tuple[JSON, ...] = (
    *(None, True, False, 0, 7, 1.5, "", " ", "\t", "true", "False", "null", "None", "undefined"),
    *(" pt-1", "pt-1 ", "pt 1", "pt-1\n", "pt\u20281", "pt-\x1b[1m", "a/b", [], {}),
)


@pytest.mark.parametrize("value", NO_IDS, ids=repr)
def test_what_is_no_id(value: JSON) -> None:
    """Of no kind: not a plain word."""
    assert not is_plain_id(value)
    assert not IdForm().fits(value)


@pytest.mark.parametrize(
    ("form", "value", "fits"),
    [
        (IdForm(), "0c9d8e7f", True),
        (IdForm("pt-"), "pt-x", True),
        (IdForm("pt-"), "pt-", False),
        (IdForm("pt-"), "ds-x", False),
        (IdForm("pt-", 4), "pt-a1b2", True),
        (IdForm("pt-", 4), "pt-a1b", False),
        (IdForm("pt-", 4), "pt-a1b23", False),
        (IdForm("pt-", 4), "pt-A1B2", False),
        (IdForm("pt-", 4), "pt-a1\u00e92", False),
    ],
)
def test_a_form_is_a_prefix_and_so_many_letters_and_digits(form: IdForm, value: str, fits: bool) -> None:
    """A prefix alone is no id."""
    assert form.fits(value) is fits


@pytest.mark.parametrize("kind", KINDS.kinds.values(), ids=lambda kind: kind.name)
def test_every_kind_says_how_its_ids_begin(kind: Kind) -> None:
    """As the contract states it for all of today's kinds."""
    forms = {output.name: output.form for output in kind.outputs}
    for name in kind.id:
        form = forms[name]
        assert form is not None
        assert form.prefix


def test_an_answer_to_a_create_is_believed_as_a_whole() -> None:
    """Where one id has not the form, nothing of the answer counts; where one is missing, the rest does."""
    dataset = next(kind for kind in KINDS.kinds.values() if kind.name == "Dataset")
    good: dict[str, JSON] = {"datasetId": "dg-k3v0p8s2m7q1x9ab", "versionId": "ds-k3v0p8s2m7q1x9ab"}
    assert created_outputs(dataset, dict(good)) == good
    assert created_outputs(dataset, {**good, "versionId": True}) == {}
    assert created_outputs(dataset, {**good, "datasetId": "ds-k3v0p8s2m7q1x9ab"}) == {}
    assert created_outputs(dataset, {"datasetId": good["datasetId"]}) == {"datasetId": good["datasetId"]}
    model_set = next(kind for kind in KINDS.kinds.values() if kind.name == "ModelSet")
    assert created_outputs(model_set, "am-4k2x9w7q1m3z") == {"modelSetId": "am-4k2x9w7q1m3z"}
    wrong: tuple[JSON, ...] = (True, "true", [], "amv-4k2x9w7q1m3z", "")
    for value in wrong:
        assert not object_id(model_set, created_outputs(model_set, value))


def test_an_answer_of_the_console_with_no_id_in_its_place_has_none() -> None:
    """Other outputs may be anything; those of another form are still ids, of objects that are not ours."""
    prompt = next(kind for kind in KINDS.kinds.values() if kind.name == "PromptTemplate")
    assert outputs_in(prompt, {"templateId": True}) == {}
    assert outputs_in(prompt, {"templateId": "old-1"}) == {"templateId": "old-1"}
    assert Output("count", "Rows.").form is None
