"""Which edits `lifecycle.ignore` silences: by path, until a day, and for the value that was accepted only."""

from __future__ import annotations

from datetime import date

import pytest

from qfops.core.address import KindKey
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.resource import Ignore
from qfops.core.values import ABSENT, Slot
from qfops.kinds.registry import load
from qfops.planning.diff.silenced import silenced, silencing

TODAY = date(2026, 11, 25)
TEMPLATE = load().kinds[KindKey("v2", "PromptTemplate")]
HYPER = "hyperParameters"


def judged(path: str, live: Slot, *ignores: Ignore, verdict: Verdict = Verdict.DRIFT) -> AttributeChange:
    vote = AttributeChange(path, "applied", live, "applied", verdict, "edited")
    return silenced(TEMPLATE, (vote,), ignores, TODAY)[0]


@pytest.mark.parametrize(
    ("ignore", "path", "live", "silent"),
    [
        (Ignore("sceneType"), "sceneType", "anything", True),
        (Ignore("sceneType"), "sceneType", ABSENT, True),
        (Ignore("sceneType"), "sceneTypes", "x", False),
        (Ignore("sceneType", until=TODAY), "sceneType", "x", True),
        (Ignore("sceneType", until=date(2026, 11, 24)), "sceneType", "x", False),
        (Ignore("sceneType", value="x"), "sceneType", "x", True),
        (Ignore("sceneType", value="x"), "sceneType", "y", False),
        (Ignore("sceneType", value="x", until=date(2026, 11, 24)), "sceneType", "x", False),
        (Ignore(f"{HYPER}.temperature", value=10), f"{HYPER}.temperature", 10.0, True),
        (Ignore(f"{HYPER}.temperature", value=1), f"{HYPER}.temperature", True, False),
        (Ignore(f"{HYPER}.temperature", value=0), f"{HYPER}.temperature", False, False),
        (Ignore(f"{HYPER}.temperature", value="0.1"), f"{HYPER}.temperature", 0.1, False),
        (Ignore("sceneType", value=None), "sceneType", None, True),
        (Ignore("sceneType", value=None), "sceneType", ABSENT, True),
        (Ignore("sceneType", value=None), "sceneType", "", False),
        (Ignore("sceneType", value=""), "sceneType", ABSENT, False),
        (Ignore("labels", value=["b", "a", "b"]), "labels", ["a", "b"], True),
        (Ignore("labels", value=["b"]), "labels", ["a", "b"], False),
        (Ignore(HYPER, value={"temperature": 0.1}), f"{HYPER}.temperature", 0.1, True),
        (Ignore(HYPER, value={"temperature": 0.1}), f"{HYPER}.temperature", 0.9, False),
        (Ignore(HYPER, value={"temperature": 0.1}), f"{HYPER}.topP", 0.9, False),
        (Ignore(HYPER, value={}), f"{HYPER}.topP", ABSENT, True),
        (Ignore(HYPER, value="text"), f"{HYPER}.topP", 0.9, False),
    ],
)
def test_an_item_silences_its_path_until_its_day_and_its_value(
    ignore: Ignore, path: str, live: Slot, silent: bool
) -> None:
    vote = judged(path, live, ignore)
    assert vote.verdict is (Verdict.IGNORED if silent else Verdict.DRIFT)
    assert silencing(TEMPLATE, vote, (ignore,), TODAY) == (ignore if silent else None)


def test_one_of_several_items_is_enough() -> None:
    first, second = Ignore("sceneType", "first", value="x"), Ignore("sceneType", "second", value="y")
    assert judged("sceneType", "y", first, second).reason == "second"
    assert judged("sceneType", "z", first, second).verdict is Verdict.DRIFT


def test_an_edit_that_is_alarming_again_says_why() -> None:
    other = judged("sceneType", "y", Ignore("sceneType", value="x"))
    assert other.reason == 'edited; accepted is another value: "x"'
    over = judged("sceneType", "x", Ignore("sceneType", value="x", until=date(2026, 11, 24)))
    assert over.reason == "edited; it was accepted until 2026-11-24, which is over (UTC)"


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.DRIFT])
def test_nothing_but_drift_is_silenced(verdict: Verdict) -> None:
    assert judged("sceneType", "x", Ignore("sceneType"), verdict=verdict).verdict is verdict
