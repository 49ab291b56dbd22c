"""What a create sends: what silence means where the console wants to be told, and whole numbers as such."""

from __future__ import annotations

import copy

import pytest

from qfops.core.address import KindKey
from qfops.core.paths import get
from qfops.core.values import ABSENT, JSON
from qfops.kinds.bodies import call_body, create_body
from qfops.kinds.operations import CallValues
from qfops.kinds.registry import load

TASK = load().kinds[KindKey("v2", "FineTuningTask")]
PROMPT = load().kinds[KindKey("v2", "PromptTemplate")]
RATIO = "datasetConfig.splitRatio"


def task(**config: JSON) -> dict[str, JSON]:
    """A run without or with a ratio."""
    return {"jobId": "job-1", "datasetConfig": {"sourceType": "Platform", "versions": [], **config}}


@pytest.mark.parametrize(
    ("attributes", "sent"),
    [
        (task(), 20),
        (task(splitRatio=None), 20),
        (task(splitRatio=0), 0),
        (task(splitRatio=12.5), 12.5),
        ({**task(), "extra": {"datasetConfig": {"splitRatio": 5}}}, 5),
        ({"jobId": "job-1"}, ABSENT),
    ],
    ids=["absent", "null", "nothing", "a part of a percent", "in extra", "without data"],
)
def test_the_console_is_always_told_what_is_held_out(attributes: dict[str, JSON], sent: JSON) -> None:
    """And nothing of the wanted values is touched, so that state keeps what was written."""
    before = copy.deepcopy(attributes)
    assert get(create_body(TASK, attributes), RATIO) == sent
    assert attributes == before


def test_whole_numbers_are_sent_as_integers() -> None:
    """3.0 means 3, and a console that wants an integer refuses 3.0; true and texts stay what they are."""
    attributes: dict[str, JSON] = {
        "hyperParameterConfig": {"epoch": 3.0, "learningRate": 0.5, "Packing": True, "earlyStopping": "1.0"},
        "extra": {"list": [1.0, {"deep": -0.0}]},
    }
    body = create_body(TASK, attributes)
    assert repr(body["hyperParameterConfig"]) == (
        "{'epoch': 3, 'learningRate': 0.5, 'Packing': True, 'earlyStopping': '1.0'}"
    )
    assert repr(body["list"]) == "[1, {'deep': 0}]"


def test_an_edit_sends_whole_numbers_too() -> None:
    """Whatever the call."""
    wanted: dict[str, JSON] = {"hyperParameters": {"penaltyScore": 1.0}}
    values = CallValues("pt-1", {"templateId": "pt-1"}, wanted, {})
    body = call_body(PROMPT, PROMPT.operations["modify"], values, ["hyperParameters.penaltyScore"])
    assert repr(body) == "{'templateId': 'pt-1', 'hyperParameters': {'penaltyScore': 1}}"
