"""One or more cases for every kind: the smallest project in which it can exist.

A new kind adds a case here; until then `test_every_kind.py` fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qfops.core.address import KindKey
from qfops.core.resource import Resource
from qfops.core.values import ABSENT
from qfops.kinds.registry import load
from tests.support.bench import Bench, ref, resource
from tests.support.project import (
    assistant,
    container,
    dataset,
    deployed,
    imported,
    job,
    model_set,
    run,
    template,
    trained,
    version,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A project in which the resource at `subject` stands with nothing but what it needs."""

    kind: KindKey
    label: str
    subject: str
    resources: Sequence[Resource]

    def declare(self, bench: Bench) -> None:
        """Give the project to a bench."""
        bench.declare(*self.resources)

    def __str__(self) -> str:
        return f"{self.kind[1]}-{self.label}"


def _case(label: str, subject: str, *resources: Resource) -> Case:
    kind = next(item.address.kind_key for item in resources if str(item.address) == subject)
    return Case(kind, label, subject, resources)


def _image_prompt() -> Resource:
    return template(
        templateName="faq-banner", templateContent="A banner about {topic}", sceneType="TextToImage",
        negativeTemplateContent="blurred {topic}", hyperParameters=ABSENT, labels=[],
    )  # fmt: skip


def _continued() -> Resource:
    first = run("b", 0.0001)
    return resource(
        "FineTuningTask/faq-b", {**first.attributes, "incrementTaskId": ref("FineTuningTask/faq-a")}
    )


CASES: Sequence[Case] = (
    _case("empty", "Dataset/faq-train", container()),
    _case("published", "Dataset/faq-train", dataset()),
    _case("unpublished", "Dataset/faq-train", dataset(publish=False)),
    _case("published", "DatasetVersion/faq-spring", container(), version()),
    _case("bare", "DatasetVersion/faq-bare",
          container(), resource("DatasetVersion/faq-bare", {"datasetId": ref("Dataset/faq-train")})),
    _case("full", "FineTuningJob/faq", job()),
    _case("lora", "FineTuningTask/faq-a", dataset(), job(), run("a", 0.0003)),
    _case("continued", "FineTuningTask/faq-b", dataset(), job(), run("a", 0.0003), _continued()),
    _case("full", "ModelSet/faq", model_set()),
    _case("imported", "Model/faq-base", model_set(), imported()),
    _case("trained", "Model/faq-a", *trained()),
    _case("text", "PromptTemplate/faq-answer", template()),
    _case("image", "PromptTemplate/faq-answer", _image_prompt()),
    _case("bought", "Service/faq", *deployed()),
    Case(KindKey("v2", "Service"), "all together", "Service/faq", assistant()),
)  # fmt: skip


def uncovered() -> set[KindKey]:
    """The kinds of the registry that no case stands for."""
    return set(load().kinds) - {case.kind for case in CASES}
