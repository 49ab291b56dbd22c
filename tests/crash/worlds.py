"""What runs are killed in: projects that are made, edited, replaced, taken back and destroyed.

Each case prepares a console and a state once, then declares what an apply shall do. `writes` is how many
mutating requests that takes when nobody dies; a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle
from qfops.core.values import ABSENT
from tests.support.bench import AUTO, WHOLE, Bench, ref, trouble
from tests.support.project import assistant, run

DELETED = Lifecycle(on_replace="delete")


@dataclass(frozen=True)
class Case:
    """`prepare` fills the console, `declare` says what is wanted then."""

    name: str
    writes: int
    prepare: Callable[[Bench], None]
    declare: Callable[[Bench], None]
    flags: PlanOptions = PlanOptions()

    def __str__(self) -> str:
        return self.name


def _applied(bench: Bench) -> None:
    bench.declare(*assistant())
    assert trouble(bench.apply(WHOLE)) == []


def _nothing(bench: Bench) -> None:
    """An empty console."""


def _assistant(bench: Bench) -> None:
    bench.declare(*assistant())


def _edited(bench: Bench) -> None:
    """Updates in place: a text, a removed setting, the model behind a service, more compute."""
    _assistant(bench)
    bench.edit(
        "PromptTemplate/faq-answer",
        templateContent="Answer the customer: {input}\nAt most 80 words.",
        hyperParameters={"topP": 0.8},
    )
    bench.edit(
        "Service/faq",
        modelId=ref("Model/faq-b"),
        resourceConfig={"type": "GPU-1-2", "replicasCount": 2, "region": "bj"},
    )


def _other_prompt(bench: Bench) -> None:
    """A replacement whose old object is deleted: sceneType cannot be edited."""
    _assistant(bench)
    bench.edit(
        "PromptTemplate/faq-answer",
        templateName="faq-images",
        sceneType="TextToImage",
        hyperParameters=ABSENT,
    )


def _other_service(bench: Bench) -> None:
    """A replacement whose old object is stopped and whose compute is given back."""
    _assistant(bench)
    bench.edit("Service/faq", name="faq-prod", urlSuffix="faq-prod")


def _other_data(bench: Bench) -> None:
    """A replacement at the root, whose old objects all go: everything made from the data is made again."""
    _assistant(bench)
    bench.edit("Dataset/faq-train", datasetName="faq_train_2")
    for address in list(bench.resources):
        if address.kind in ("Dataset", "DatasetVersion", "FineTuningTask", "Model"):
            bench.configure(str(address), lifecycle=DELETED)


def _retrained(bench: Bench) -> None:
    _applied(bench)
    bench.declare(run("a", 0.0009))
    assert trouble(bench.apply(AUTO)) == []


def _undone(bench: Bench) -> None:
    """An edit taken back: the run and the model that were kept are linked again."""
    bench.declare(run("a", 0.0003))


def _smaller(bench: Bench) -> None:
    """Manifests removed: one model and its run go, and so does what was retired earlier."""
    for name in ("Model/faq-b", "FineTuningTask/faq-b"):
        bench.remove(name)


CASES = (
    Case("create", 15, _nothing, _assistant),
    Case("update", 3, _applied, _edited),
    Case("replace a prompt", 2, _applied, _other_prompt),
    Case("replace a service", 3, _applied, _other_service),
    Case("replace the data", 18, _applied, _other_data),
    Case("link again", 1, _retrained, _undone),
    Case("remove and prune", 4, _retrained, _smaller, PlanOptions(prune=True)),
    Case("destroy", 11, _applied, _assistant, PlanOptions(scope=Scope.DESTROY)),
)
