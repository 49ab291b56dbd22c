"""The digest: one approval for one plan, wherever it is made, and for no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions, Scope
from tests.support.bench import Bench
from tests.support.project import run

PROMPT = "PromptTemplate/faq-answer"
Move = Callable[[Bench], None]


def _edited(bench: Bench) -> Bench:
    """With one edit that is still to be applied."""
    bench.declare(run("a", 0.0009))
    bench.edit(PROMPT, templateContent="{input}!")
    return bench


def test_the_same_plan_on_another_machine_has_the_same_digest(assisted: Bench, tmp_path: Path) -> None:
    """Review on one machine, apply on another: same manifests, state and console, same digest."""
    other = _edited(assisted).copy(tmp_path / "other")
    assert other.plan().digest == assisted.plan().digest
    other.close()


def test_time_and_status_do_not_move_the_digest(assisted: Bench) -> None:
    """Asked again, and with reads that cost more calls, it is the same plan."""
    before = _edited(assisted).plan().digest
    assisted.emulator.configure(page_size=1)
    assert assisted.plan().digest == before


@pytest.mark.parametrize(
    "move",
    [
        lambda bench: bench.declare(run("a", 0.0008)),
        lambda bench: bench.edit(PROMPT, templateContent="{input}?"),
        lambda bench: bench.declare(run("b", 0.0002)),
        lambda bench: bench.remove(PROMPT),
        lambda bench: bench.emulator.edit(bench.id(PROMPT), "templateContent", "console {input}"),
        lambda bench: bench.emulator.edit(bench.id("FineTuningJob/faq"), "name", "renamed"),
        lambda bench: bench.emulator.delete(bench.id("DatasetVersion/faq-spring")),
    ],
    ids=[
        "another number", "another text", "one more run", "a removed file", "a console edit in the way",
        "a console edit of what it refers to", "a missing object",
    ],
)  # fmt: skip
def test_whatever_is_relevant_moves_the_digest(move: Move, assisted: Bench) -> None:
    """What the reviewer would have wanted to know makes the approval worthless."""
    before = _edited(assisted).plan().digest
    move(assisted)
    assert assisted.plan().digest != before


@pytest.mark.parametrize(
    "flags",
    [
        PlanOptions(scope=Scope.DESTROY),
        PlanOptions(scope=Scope.PRUNE),
        PlanOptions(targets=(Address.parse(PROMPT),)),
    ],
    ids=["destroy", "prune", "target"],
)
def test_flags_that_change_what_is_done_change_the_digest(flags: PlanOptions, assisted: Bench) -> None:
    """An approval of a plan is none of a plan with other flags."""
    assert _edited(assisted).plan(flags).digest != assisted.plan().digest
