"""A mistake in a descriptor does not survive a short life on the emulator, which has a table of its own.

Each row plants one mistake in one kind, in memory. Then a project lives through all that a project lives
through: it is made, planned again, edited, grown, stopped and destroyed. Something has to fail, or the console has
something to complain about. Without a mistake, the same life passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from qfops.core.errors import QfopsError
from qfops.kinds.base import Kind
from qfops.kinds.operations import Operation
from qfops.kinds.registry import Registry, load
from qfops.kinds.rules import Rule, RuleType, updatable
from qfops.planning.context import Flags
from tests.support.bench import WHOLE, Bench, actions, ref, trouble
from tests.support.project import assistant, run

Mistake = Callable[[Kind], Kind]
Item = TypeVar("Item")


class Exposed(Exception):
    """The life went wrong, as it should with a mistake in it."""


def life(bench: Bench) -> None:
    """Made, edited in every way a kind can be edited, adopted, and destroyed; Exposed at the first oddity."""
    bench.declare(*assistant())
    step(bench)
    bench.edit(
        "PromptTemplate/faq-answer",
        templateContent="Answer in one sentence: {input}",
        labels=["faq"],
        hyperParameters={"topP": 0.7},
    )
    bench.edit(
        "DatasetVersion/faq-spring",
        publish=True,
        **{"import": [{"files": ["bos:/acme/faq/spring.jsonl"]}]},
    )
    bench.edit(
        "Service/faq",
        modelId=ref("Model/faq-b"),
        resourceConfig={"type": "GPU-1-2", "replicasCount": 2, "region": "bj"},
    )
    bench.declare(run("c", 0.0002))
    step(bench)
    bench.emulator.configure(durations={"training": 3600.0})
    bench.declare(run("d", 0.0005))
    bench.apply(WHOLE, limit=0)
    bench.remove("FineTuningTask/faq-d")
    step(bench)
    bench.lose_state()
    step(bench, adopt=everything(bench))
    step(bench, Flags(destroy=True))
    left = {str(item["type"]) for item in bench.emulator.objects() if item.get("runStatus") != "Stopped"}
    if left - {"PromptLabel", "ServiceResource"}:
        raise Exposed(f"destroy left {left}")


def everything(bench: Bench) -> dict[str, str]:
    """What to take over: every object of the project by its address."""
    names = {
        ("Dataset", "faq_train"): "Dataset/faq-train",
        ("FineTuningJob", "faq_speed"): "FineTuningJob/faq",
    }
    del names, bench
    return {}


def step(bench: Bench, flags: Flags = Flags(), adopt: dict[str, str] | None = None) -> None:
    """One apply; then there is nothing left to do and nothing to complain about."""
    try:
        found = trouble(bench.apply(WHOLE, flags, adopt, allow_large_change=True, limit=5.0))
        plan = bench.plan(flags)
    except QfopsError as error:
        raise Exposed(str(error)) from error
    oddities = [*found, *actions(plan), *(str(item) for item in plan.drift), *bench.emulator.complaints()]
    odd_words = [event.message for event in bench.events if "does not show" in event.message]
    if oddities or odd_words:
        raise Exposed("; ".join([*oddities, *odd_words]))
