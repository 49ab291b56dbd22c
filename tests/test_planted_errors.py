"""A mistake in a descriptor does not survive a short life on the emulator, which has a table of its own.

Each row plants one mistake in one kind, in memory. Then a project lives through what projects live through:
it is made while answers get lost, edited, edited behind our back, stopped, and destroyed. Something has to
fail, or the console has something to complain about. Without a mistake, the same life passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from qfops.core.errors import QfopsError
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.core.settings import WaitSettings
from qfops.core.values import Value
from qfops.kinds.base import Identity, Kind, Output, Search
from qfops.kinds.operations import Listing, Operation, Read, Repeat
from qfops.kinds.registry import Registry, load
from qfops.kinds.rules import Rule, updatable
from tests.crash.outcome import alive, known
from tests.support.bench import WHOLE, Bench, actions, find, ref, resource, trouble
from tests.support.project import job, model, run, service, template, trained, version

# Publishing takes longer than a lost answer is looked for: that must not save who does not wait for it.
SLOW = {"queue": 5.0, "training": 60.0, "publish": 150.0, "model": 5.0, "service": 5.0, "deactivate": 5.0}
REVERT = PlanOptions(revert_drift=True)
DESTROY = PlanOptions(scope=Scope.DESTROY)


class Exposed(Exception):
    """The life went wrong, as it should with a mistake in it."""


# --- the life


def live(bench: Bench) -> None:
    """From nothing to nothing; Exposed at the first oddity."""
    made(bench)
    edited(bench)
    edited_behind_our_back(bench)
    blocked_by_a_name(bench)
    stopped(bench)
    step(bench, DESTROY)
    expect(not bench.state().entries, "something is left in state")
    left = {str(item["type"]) for item in bench.emulator.objects() if item.get("runStatus") != "Stopped"}
    expect(left <= {"PromptLabel", "ServiceResource"}, f"destroy left {left}")
    expect("ReleaseComputeUnit" in bench.writes(), "the compute that was bought is still paid for")


def made(bench: Bench) -> None:
    """Everything is created, with the first answer to each create lost."""
    lost = {kind.create.action for kind in bench.registry.kinds.values()} | {"CreateImportTask"}
    lost.discard("CreateService")  # its answer alone says which compute was bought
    faults = [{"kind": "reset", "action": action, "when": "after"} for action in sorted(lost)]
    bench.emulator.configure(durations=SLOW, faults=faults)
    bench.declare(*trained(), version(), template(), service())
    step(bench)
    expect(alive(bench) == known(bench), "something was made twice")
    expect(bench.writes().count("CreateImportTask") == 3, "rows were imported twice")


def edited(bench: Bench) -> None:
    """Whatever can be edited is edited in place; what no call edits is left alone."""
    ids = {address: entry.id for address, entry in bench.state().entries.items()}
    bench.declare(run("b", 0.0001), model("b"), other_set())
    bench.edit("FineTuningJob/faq", description="no call can edit it")
    bench.edit(
        "PromptTemplate/faq-answer", templateContent="Answer in short: {input}", labels=["faq", "short"]
    )
    told = len(bench.events)
    step(bench)
    lost = [event for event in bench.events[told:] if "looking whether it took effect" in event.message]
    expect(not lost, "an answer was not understood")
    more: dict[str, Value] = {"type": "GPU-1-2", "replicasCount": 2, "region": "bj"}
    bench.edit("Service/faq", modelId=ref("Model/faq-b"), resourceConfig=more)
    bench.emulator.configure(faults=[{"kind": "reset", "action": "PurchaseComputeUnit", "when": "after"}])
    step(bench)
    entries = bench.state().entries
    expect(all(entries[address].id == id_ for address, id_ in ids.items()), "an edit has replaced an object")
    shown = bench.shown("Service/faq")
    expect(shown["modelId"] == bench.id("Model/faq-b"), "the service answers with the old model")


def edited_behind_our_back(bench: Bench) -> None:
    """A console edit is seen, held back, and undone when that is asked for."""
    template_id = bench.id("PromptTemplate/faq-answer")
    bench.emulator.edit(template_id, "labels", ["short", "faq"])
    bench.emulator.edit(template_id, "templateContent", "Ask again: {input}")
    expect(
        [item.attribute.path for item in bench.plan().held_back] == ["templateContent"],
        "a console edit is not seen",
    )
    step(bench, REVERT)


def other_set() -> Resource:
    """A second model set, the answer to whose creation is not lost."""
    return resource("ModelSet/other", {"modelSetName": "faq_other", "modelType": "Text2Text"})


def blocked_by_a_name(bench: Bench) -> None:
    """What cannot work is blocked before it is tried: a job of that name exists."""
    bench.edit("FineTuningJob/faq", model="ERNIE-Lite-8K-0308")
    change = find(bench.plan(), "FineTuningJob/faq")
    expect(change.action is Action.BLOCKED, "a replacement that the console will refuse is planned")
    bench.declare(job())


def stopped(bench: Bench) -> None:
    """A run in progress is stopped before it is deleted."""
    bench.declare(run("c", 0.0002))
    bench.apply(WHOLE, limit=0.0)
    bench.remove("FineTuningTask/faq-c")
    step(bench)


def step(bench: Bench, flags: PlanOptions = PlanOptions()) -> None:
    """One apply; then there is nothing left to do and nothing to complain about."""
    try:
        found = trouble(bench.apply(WHOLE, flags, allow_large_change=True, limit=600.0))
        plan = bench.plan(flags)
    except (QfopsError, KeyError, ValueError, AssertionError) as error:
        raise Exposed(repr(error)) from error
    said = [event.message for event in bench.events if "does not show" in event.message]
    drift = [f"drift: {item.attribute.path}" for item in plan.held_back]
    oddities = [*found, *actions(plan).items(), *drift, *said, *bench.emulator.complaints()]
    expect(not oddities, str(oddities))


def expect(holds: bool, otherwise: str) -> None:
    """Exposed unless it holds."""
    if not holds:
        raise Exposed(otherwise)


# --- the mistakes

Mistake = Callable[[Kind], Kind]


@dataclass(frozen=True)
class Row:
    """One mistake in one kind."""

    kind: str
    what: str
    mistake: Mistake

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


def operation(name: str, **changes: object) -> Mistake:
    """Change an operation."""

    def plant(kind: Kind) -> Kind:
        wrong: Operation = replace(kind.operations[name], **changes)  # type: ignore[arg-type]
        return replace(kind, operations={**kind.operations, name: wrong})

    return plant


def without(name: str) -> Mistake:
    """Forget an operation."""
    return lambda kind: replace(
        kind, operations={key: value for key, value in kind.operations.items() if key != name}
    )


def listing(**changes: object) -> Mistake:
    """Change the list."""

    def plant(kind: Kind) -> Kind:
        assert kind.listing is not None
        wrong: Listing = replace(kind.listing, **changes)  # type: ignore[arg-type]
        return replace(kind, listing=wrong)

    return plant


def read(**changes: object) -> Mistake:
    """Change the read."""

    def plant(kind: Kind) -> Kind:
        assert kind.read is not None
        wrong: Read = replace(kind.read, **changes)  # type: ignore[arg-type]
        return replace(kind, read=wrong)

    return plant


def rule(path: str, **changes: object) -> Mistake:
    """Change a rule."""

    def plant(kind: Kind) -> Kind:
        wrong: Rule = replace(kind.rules_by_path[path], **changes)  # type: ignore[arg-type]
        return replace(kind, rules=tuple(wrong if item.path == path else item for item in kind.rules))

    return plant


def words(key: str, **changes: object) -> Mistake:
    """Change what status words mean."""

    def plant(kind: Kind) -> Kind:
        fields = tuple(
            replace(field, **changes) if field.key == key else field  # type: ignore[arg-type]
            for field in kind.readiness.fields
        )
        return replace(kind, readiness=replace(kind.readiness, fields=fields))

    return plant


def editable_description(kind: Kind) -> Kind:
    """A job whose description an action would change that does not exist."""
    modify = Operation("ModifyFineTuningJob", Repeat.SAFE, keys={"jobId": "jobId"}, sends="changed")
    wrong = updatable("description", by="modify", why="it looks editable", no_reset="none")
    rules = tuple(wrong if item.path == "description" else item for item in kind.rules)
    return replace(kind, operations={**kind.operations, "modify": modify}, rules=rules)


def waits_only_for_creation(kind: Kind) -> Kind:
    """A run that does not wait until its data is published."""
    return replace(kind, references=tuple(replace(item, waits_for="created") for item in kind.references))


def other_part(kind: Kind) -> Kind:
    """A dataset whose own version is looked for under another key."""
    assert kind.part is not None
    return replace(kind, part=replace(kind.part, key="id"))


def deletable(kind: Kind) -> Kind:
    """A service that an action would delete that does not exist."""
    delete = Operation("DeleteService", Repeat.SAFE, keys={"serviceId": "serviceId"})
    return replace(kind, operations={**kind.operations, "delete": delete}, end="delete")


def named_by_us(kind: Kind) -> Kind:
    """A job name that the console is thought to allow twice."""
    assert kind.identity is not None
    wrong: Identity = replace(kind.identity, enforced_by="us")
    return replace(kind, identity=wrong)


def echoed_elsewhere(kind: Kind) -> Kind:
    """A run id that is read from the wrong place of the answer."""
    return replace(kind, echo={**kind.echo, "trainMeta.taskId": "sourceInfo.sourceType"})


def other_id(kind: Kind) -> Kind:
    """A template whose id stands under another name."""
    return replace(kind, id=("id",), outputs=(Output("id", "Id of the template."),))


def searched_by(*match: str) -> Mistake:
    """Look for a lost create under other marks."""
    return lambda kind: replace(kind, search=Search(kind.search.scope, match))


IMPORTED: Mapping[str, tuple[str, ...]] = {"importStatus": ("Finished",)}
UNFINISHED = words("runStatus", ready=("Done", "Waiting", "Running"), going=("",))
POSTPAID = ("billing.paymentTiming", "postpaid")
ROWS = [
    Row("Dataset", "wrong action", operation("create", action="MakeDataset")),
    Row("Dataset", "wrong key in delete", operation("delete", keys={"id": "datasetId"})),
    Row("Dataset", "wrong list", listing(action="ListDatasets")),
    Row("Dataset", "wrong word after an import", operation("import", until=IMPORTED)),
    Row("Dataset", "no wait after publishing", operation("publish", until={})),
    Row("Dataset", "a lost create is simply repeated", operation("create", repeat=Repeat.SAFE)),
    Row("Dataset", "a lost import is simply repeated", operation("import", repeat=Repeat.SAFE)),
    Row("Dataset", "the part has another key", other_part),
    Row("Dataset", "wrong key in publish", operation("publish", keys={"id": "versionId"})),
    Row("DatasetVersion", "wrong scope", listing(scope="dataset")),
    Row("DatasetVersion", "wrong read", read(action="DescribeVersion")),
    Row("DatasetVersion", "wrong key in read", read(keys={"id": "versionId"})),
    Row("DatasetVersion", "unknown status word", words("importStatus", ready=("Created",))),
    Row("FineTuningJob", "wrong list", listing(action="DescribeFineTuningTasks")),
    Row("FineTuningJob", "updatable that is not", editable_description),
    Row("FineTuningJob", "a name that is thought free", named_by_us),
    Row("FineTuningTask", "data is not waited for", waits_only_for_creation),
    Row("FineTuningTask", "wrong stop", operation("stop", action="StopTask")),
    Row("FineTuningTask", "no stop", without("stop")),
    Row("FineTuningTask", "unknown status word", words("runStatus", going=("Running",))),
    Row("FineTuningTask", "a lost run is simply repeated", operation("create", repeat=Repeat.SAFE)),
    Row(
        "FineTuningTask",
        "an unfinished run is ready",
        words("runStatus", ready=("Done", "Running"), going=("",)),
    ),
    Row("Model", "wrong echo", echoed_elsewhere),
    Row("Model", "wrong carry", listing(carry={"modelSetId": "id"})),
    Row("Model", "wrong list of ids", listing(each="models")),
    Row("Model", "no wait after creation", operation("create", until={})),
    Row("ModelSet", "wrong result", operation("create", result="")),
    Row("ModelSet", "wrong route", lambda kind: replace(kind, route="/v2/modelsets")),
    Row("PromptTemplate", "wrong update", operation("modify", action="UpdatePromptTemplate")),
    Row("PromptTemplate", "wrong id", other_id),
    Row("PromptTemplate", "shown labels are not names", rule("labels", normalise="")),
    Row("PromptTemplate", "labels have an order", rule("labels", set_of=None)),
    Row(
        "PromptTemplate", "a text that is shown is taken for hidden", rule("templateContent", write_only=True)
    ),
    Row("PromptTemplate", "wrong key in the update", operation("modify", keys={"id": "templateId"})),
    Row("PromptTemplate", "the update sends nothing", operation("modify", sends="nothing")),
    Row("PromptTemplate", "looked for under the wrong marks", searched_by("labels")),
    Row("Service", "missing requirement", operation("modify", requires=())),
    Row("Service", "wrong word", operation("create", until={"runStatus": ("Running",)})),
    Row("Service", "no wait after deactivating", operation("deactivate", until={})),
    Row("Service", "wrong route of the release", operation("release", route="/v2/service")),
    Row(
        "Service",
        "wrong condition of the release",
        operation("release", when=("billing.paymentTiming", "postpaid")),
    ),
    Row("Service", "deletable that is not", deletable),
    Row("Service", "wrong operation", rule("modelId", by="scale")),
    Row("Service", "wrong route of the purchase", operation("purchase", route="/v2/service")),
    Row("Service", "a purchase is simply repeated", operation("purchase", repeat=Repeat.SAFE)),
    Row("Service", "unknown status word", words("runStatus", going=("New",))),
]


def world(tmp_path: Path, registry: Registry) -> Bench:
    """An empty console, seen through these kinds, on a clock that nobody waits for."""
    bench = Bench(tmp_path, registry=registry)
    bench.settings = replace(bench.settings, wait=WaitSettings(limit=3600.0))  # some mistakes wait for ever
    return bench


def planted(row: Row) -> Registry:
    """All kinds, one of them wrong; as only a mistake could pass the checks at start-up."""
    kinds = load().kinds.values()
    return Registry([row.mistake(kind) if kind.name == row.kind else kind for kind in kinds])


def test_without_a_mistake_the_life_passes(tmp_path: Path) -> None:
    """Otherwise the rows would prove nothing."""
    bench = world(tmp_path, load())
    live(bench)
    bench.close()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_mistake_is_exposed(tmp_path: Path, row: Row) -> None:
    """By a failure, a plan that does not come to rest, or a complaint of the console."""
    bench = world(tmp_path, planted(row))
    with pytest.raises(Exposed):
        live(bench)
    bench.close()


def test_every_kind_has_its_rows() -> None:
    """A new kind brings its mistakes along."""
    assert {row.kind for row in ROWS} == {name for _, name in load().kinds}
