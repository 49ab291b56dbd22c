"""`extra`: wire fields that the schema does not know, sent with the create call, never echoed."""

from __future__ import annotations

from tests.support.bench import AUTO, Bench, actions, ref, trouble
from tests.support.project import deployed, template

SERVICE = "Service/faq"


def test_extra_fields_are_sent_with_the_create(bench: Bench) -> None:
    """Maps merge deep, lists and scalars replace, references become ids; afterwards the plan is empty."""
    bench.declare(*deployed())
    bench.edit(SERVICE, extra={
        "protocolVersion": 1, "resourceConfig": {"qps": 2.5},
        "description": ref("ModelSet/faq", "modelSetId"),
    })  # fmt: skip
    assert trouble(bench.apply(AUTO)) == []
    sent = next(r.body for r in bench.emulator.requests(writes_only=True) if r.action == "CreateService")
    assert sent["resourceConfig"] == {"type": "GPU-1-2", "replicasCount": 1, "region": "bj", "qps": 2.5}
    assert sent["protocolVersion"] == 1
    assert sent["description"] == bench.id("ModelSet/faq")
    assert actions(bench.plan()) == {}


def test_an_edited_extra_is_an_intended_change(bench: Bench) -> None:
    """Extra fields are immutable: another value than the one applied is another object."""
    bench.declare(*deployed())
    bench.edit("Model/faq-base", extra={"importMeta": {"autoConcatPrompt": True}})
    assert trouble(bench.apply(AUTO)) == []
    bench.edit("Model/faq-base", extra={"importMeta": {"autoConcatPrompt": False}})
    assert actions(bench.plan()) == {"Model/faq-base": "replace", "Service/faq": "update"}


def test_an_extra_that_stays_is_no_difference(bench: Bench) -> None:
    """What was sent once is not sent again."""
    bench.declare(template())
    bench.edit("PromptTemplate/faq-answer", extra={"templateVariables": "input"})
    assert trouble(bench.apply(AUTO)) == []
    assert actions(bench.plan()) == {}
