"""The verdicts as a table: what state knows × what the console shows × what is wanted × what was asked for.

The rows stand in `verdicts/`, one file for each sort of subject; `situations.py` says what the words mean.
For each, the plan must show these actions for the subject (for a renamed one, also for its old address), this
beginning of the first one's reason (`…` is any text, `-` no reason at all), and these sorts of votes, no
more. `!` marks what overwrites a console edit, `kept` and `lost` what becomes of the object until now.

The table holds what is: a line that starts with `#` says what is odd about the row below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Change
from qfops.core.resource import Resource
from qfops.core.values import Value
from tests.support.bench import resource
from tests.support.project import (
    dataset,
    deployed,
    job,
    model_set,
    run,
    template,
    trained,
    version,
)
from tests.unit.planning.situations import COLUMNS, Situation, situation, words_of

HERE = Path(__file__).parent / "verdicts"
EMPTY = "-"
RUN = [dataset(), job(), run("a", 0.0003)]
UNITS: dict[str, Value] = {
    "deploymentComputeUnitList": [{"instanceId": "cu-1", "deploymentReplicasCount": 1}]
}
ON_UNITS = resource("Service/faq", {
    "modelSetId": "am-1", "modelId": "amv-1", "name": "faq", "urlSuffix": "faq", "deploymentConfig": UNITS,
})  # fmt: skip
SUBJECTS: dict[str, tuple[str, Sequence[Resource]]] = {
    "prompt": ("PromptTemplate/faq-answer", [template()]),
    "job": ("FineTuningJob/faq", [job()]),
    "job-of-a-run": ("FineTuningJob/faq", RUN),
    "model-set": ("ModelSet/faq", [model_set()]),
    "dataset": ("Dataset/faq-train", [dataset()]),
    "dataset-unpublished": ("Dataset/faq-train", [dataset(publish=False)]),
    "dataset-of-a-run": ("Dataset/faq-train", RUN),
    "dataset-version": ("DatasetVersion/faq-spring", [dataset(), version()]),
    "run": ("FineTuningTask/faq-a", RUN),
    "model": ("Model/faq-a", trained()),
    "model-of-a-service": ("Model/faq-base", deployed()),
    "service": ("Service/faq", deployed()),
    "service-on-units": ("Service/faq", [ON_UNITS]),
}


@dataclass(frozen=True)
class Row:
    """One line of a table; `place` is its file and line."""

    place: str
    subject: str
    state: str
    console: str
    manifest: str
    command: str
    actions: str
    votes: str
    reason: str

    def situation(self) -> Situation:
        name, resources = SUBJECTS[self.subject]
        return situation(name, resources, {column: getattr(self, column) for column in COLUMNS})


@dataclass(frozen=True)
class Outcome:
    """What the plan says of the subject."""

    changes: tuple[Change, ...]

    @classmethod
    def of(cls, found: Situation) -> Outcome:
        asked = [address for address in (found.subject.address, found.old) if address is not None]
        changes = [change for change in found.world.plan(found.flags).changes if change.address in asked]
        return cls(
            tuple(sorted(changes, key=lambda item: (asked.index(item.address), item.object != "current")))
        )

    @property
    def actions(self) -> str:
        return " + ".join(map(_action, self.changes)) or EMPTY

    @property
    def reason(self) -> str:
        return self.changes[0].reason if self.changes else ""

    @property
    def votes(self) -> str:
        votes = [vote for change in self.changes for vote in change.attributes]
        said = {f"{vote.verdict}{'!' if vote.overwrites else ''}" for vote in votes}
        order = list(Verdict)
        return " ".join(sorted(said, key=lambda word: order.index(Verdict(word.rstrip("!"))))) or EMPTY


def _action(change: Change) -> str:
    """The action, and for one that puts another object in place of the current one: what becomes of that."""
    if change.action not in (Action.REPLACE, Action.RUN, Action.ADOPT):
        return str(change.action)
    fate = "kept" if change.ends.keeps else "lost" if change.ends.destroys else ""
    return f"{change.action} {fate}".strip()


def _rows() -> Iterator[Row]:
    for file in sorted(HERE.glob("*.txt")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if line and not line.startswith("#"):
                cells = [cell.strip() for cell in line.split("|")]
                yield Row(f"{file.name}:{number}", file.stem, *cells)


ROWS = list(_rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.place)
def test_the_plan_is_as_the_table_says(row: Row) -> None:
    found = Outcome.of(row.situation())
    assert (found.actions, found.votes) == (row.actions, row.votes), found.reason
    if row.reason == EMPTY:
        assert found.reason == ""
    else:
        assert re.match(".*".join(map(re.escape, row.reason.split("…"))), found.reason), found.reason


def test_the_table_leaves_nothing_out() -> None:
    assert len(ROWS) >= 200
    assert {row.subject for row in ROWS} == SUBJECTS.keys()
    assert {word.split()[0] for row in ROWS for word in row.actions.split(" + ")} - {EMPTY} == set(Action)
    assert {word.rstrip("!") for row in ROWS for word in row.votes.split()} - {EMPTY} == set(Verdict)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_word_is_said(column: str) -> None:
    said = {word.strip() for row in ROWS for word in getattr(row, column).split(" + ")}
    assert words_of(column) <= {word.partition(" ")[2] if word.startswith("@") else word for word in said}


def test_no_situation_stands_twice() -> None:
    seen = [(row.subject, row.state, row.console, row.manifest, row.command) for row in ROWS]
    assert [row.place for row, key in zip(ROWS, seen, strict=True) if seen.count(key) > 1] == []
