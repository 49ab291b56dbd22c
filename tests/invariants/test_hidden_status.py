"""Each status field of each kind taken away, and shown as null: nothing hangs, nothing is claimed.

A goal of which some field is shown is reached by what is shown; one of which no field is shown is "not
proven" within the visibility time, and `unknown` from then on. The fields come from the descriptors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import pytest

from qfops.core.address import Address, KindKey
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.decoding import decode
from qfops.kinds.registry import load
from tests.support.bench import WHOLE, Bench, actions, find, ref, trouble
from tests.support.project import container, dataset, deployed, imported, job, model_set, run, version

SLOW = {
    "import": 5.0, "publish": 5.0, "queue": 5.0, "training": 30.0, "model": 5.0, "service": 20.0,
    "update": 0.0, "deactivate": 5.0,
}  # fmt: skip
AT_MOST = 300.0
"""Seconds on the simulated clock; the shortest limit of a kind is two hours."""
DESTROY = PlanOptions(scope=Scope.DESTROY)

PROJECTS: Mapping[str, tuple[str, Callable[[], Sequence[Resource]]]] = {
    "Dataset": ("Dataset/faq-train", lambda: [dataset()]),
    "DatasetVersion": ("DatasetVersion/faq-spring", lambda: [container(), version()]),
    "FineTuningTask": ("FineTuningTask/faq-a", lambda: [dataset(), job(), run("a", 0.0003)]),
    "Model": ("Model/faq-base", lambda: [model_set(), imported()]),
    "Service": ("Service/faq", deployed),
}
# What another field of the same goal, or another read, still tells of.
TOLD = {
    ("Service", "runStatus"), ("Service", "updateStatus"),
    ("Dataset", "importStatus"), ("DatasetVersion", "importStatus"),
}  # fmt: skip
FIELDS = [(kind.name, field.key) for kind in load().kinds.values() for field in kind.readiness.fields]
HOW = ("absent", "null")

each = pytest.mark.parametrize(
    ("name", "field", "how"), [(*field, how) for field, how in product(FIELDS, HOW)]
)


def test_every_kind_with_a_status_is_here() -> None:
    """A new status field is taken away too."""
    assert {name for name, _ in FIELDS} == set(PROJECTS)
    assert set(FIELDS) >= TOLD


def reads(kind: Kind) -> list[str]:
    """The actions that show an object of a kind."""
    shows = [call.action for call in (kind.listing, kind.read) if call is not None]
    return [*shows, *([kind.part.listing.action] if kind.part and kind.part.owned_when else [])]


def hide(bench: Bench, how: str, name: str, *fields: str) -> None:
    """No answer about objects of the kind shows these fields from now on."""
    actions_ = reads(load().kinds[KindKey("v2", name)])
    bench.emulator.configure(hidden={f"{action}.{field}": how for action in actions_ for field in fields})


def started(bench: Bench, name: str) -> str:
    """Declare the project of a kind on a console that takes its time; the address it is about."""
    subject, resources = PROJECTS[name]
    bench.emulator.configure(durations=SLOW)
    bench.declare(*resources())
    return subject


@each
def test_made(name: str, field: str, how: str, bench: Bench) -> None:
    """It is made once; done where something tells so, else not proven, soon, and never sent again."""
    subject = started(bench, name)
    hide(bench, how, name, field)
    began = bench.clock.now()
    result = bench.apply(WHOLE)
    assert bench.clock.now() - began < AT_MOST
    writes = bench.writes()
    if (name, field) in TOLD:
        assert (trouble(result), result.exit_code) == ([], 0)
        assert actions(bench.plan()) == {}
        assert trouble(bench.apply(WHOLE)) == []
        serial = bench.state().serial
        assert trouble(bench.apply(WHOLE)) == []
        assert bench.state().serial == serial
    else:
        said = f"not proven: accepted, but the console does not show {field}, so nothing says how far it is"
        assert f"failed: {subject}: {said}" in trouble(result)
        assert result.exit_code == 1
        change = find(bench.plan(), subject)
        assert (str(change.action), change.steps) == ("unknown", ())
        assert f"does not show {field}" in change.reason
        assert bench.apply(WHOLE).exit_code == 1
        bench.emulator.configure(hidden={})
        bench.pass_time()
        creates = writes.count(load().get(Address.parse(subject)).create.action)
        assert trouble(bench.apply(WHOLE)) == []
        assert bench.writes().count(load().get(Address.parse(subject)).create.action) == creates
        assert actions(bench.plan()) == {}
    assert len(set(writes)) == len([w for w in writes if w != "CreateImportTask"]) + (
        "CreateImportTask" in writes
    )


@each
def test_shown_once_and_not_any_more(name: str, field: str, how: str, bench: Bench) -> None:
    """What was ready stays so in a plan: a field that is gone is no news, and costs no call."""
    started(bench, name)
    assert trouble(bench.apply(WHOLE)) == []
    writes = bench.writes()
    hide(bench, how, name, *(field.key for field in load().kinds[KindKey("v2", name)].readiness.fields))
    plan = bench.plan()
    assert actions(plan) == {}
    assert plan.held_back == ()
    assert trouble(bench.apply(WHOLE)) == []
    hide(bench, how, name, field)
    assert actions(bench.plan()) == {}
    assert bench.writes() == writes


@each
def test_detached_and_resumed(name: str, field: str, how: str, bench: Bench) -> None:
    """A status of then, in state, holds nothing up; what went on meanwhile is told, or honestly not."""
    subject = started(bench, name)
    bench.apply(WHOLE, limit=0.0)
    bench.apply(WHOLE, limit=0.0)
    hide(bench, how, name, field)
    bench.pass_time()
    began = bench.clock.now()
    resumed = bench.resume()
    result = bench.apply(WHOLE)
    assert bench.clock.now() - began < 2 * AT_MOST
    assert resumed is None or resumed[1].exit_code in (0, 1, 5)
    if (name, field) in TOLD:
        assert trouble(result) == []
        assert actions(bench.plan()) == {}
    else:
        assert result.exit_code == 1
        assert actions(bench.plan())[subject] == "unknown"


@each
def test_destroyed(name: str, field: str, how: str, bench: Bench) -> None:
    """An end that waits for a field which is not shown is not proven and keeps its entry."""
    subject = started(bench, name)
    assert trouble(bench.apply(WHOLE)) == []
    hide(bench, how, name, field)
    began = bench.clock.now()
    result = bench.apply(WHOLE, DESTROY)
    assert bench.clock.now() - began < AT_MOST
    if load().get(Address.parse(subject)).end == "deactivate" and field == "runStatus":
        assert any(f"{subject}: not proven" in text for text in trouble(result))
        assert result.exit_code == 1
        assert Address.parse(subject) in bench.state().entries
    else:
        assert trouble(result) == []
        assert bench.state().entries == {}


@pytest.mark.parametrize("how", HOW)
def test_an_import_that_failed_is_not_taken_for_done(how: str, bench: Bench) -> None:
    """The import task says so where the version does not, in the apply and in every later plan."""
    bench.declare(dataset(publish=False, **{"import": [{"files": ["bos:/acme/faq/broken.jsonl"]}]}))
    hide(bench, how, "Dataset", "importStatus")
    assert "the console says ImportFailed" in trouble(bench.apply(WHOLE))[0]
    for _ in range(2):
        assert str(find(bench.plan(), "Dataset/faq-train").action) == "blocked"
    bench.edit("Dataset/faq-train", **{"import": [{"files": ["bos:/acme/faq/mended.jsonl"]}]})
    assert trouble(bench.apply(WHOLE)) == []
    assert actions(bench.plan()) == {}


@pytest.mark.parametrize("how", HOW)
def test_without_its_import_task_an_import_is_not_proven(how: str, bench: Bench) -> None:
    """Neither the version nor the task shows it: honest, soon, and nothing is imported twice."""
    bench.declare(dataset(publish=False))
    bench.emulator.configure(hidden={"Describe*.importStatus": how})
    result = bench.apply(WHOLE)
    assert result.exit_code == 1
    assert "not proven" in trouble(result)[0]
    assert actions(bench.plan()) == {"Dataset/faq-train": "unknown"}
    assert bench.writes().count("CreateImportTask") == 1


@pytest.mark.parametrize(("how", "field"), [*product(HOW, ("runStatus", "updateStatus"))])
def test_a_model_is_exchanged(how: str, field: str, bench: Bench) -> None:
    """The SDK's own mock shows no updateStatus: an exchange ends by what is shown."""
    bench.declare(*deployed(), imported("next"))
    hide(bench, how, "Service", field)
    assert trouble(bench.apply(WHOLE)) == []
    bench.edit("Service/faq", modelId=ref("Model/faq-next"))
    began = bench.clock.now()
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.clock.now() - began < AT_MOST
    assert actions(bench.plan()) == {}


@pytest.mark.parametrize("how", HOW)
def test_with_no_field_at_all_an_exchange_is_not_proven(how: str, bench: Bench) -> None:
    """The call was accepted; what the service shows of its model decides the next plan."""
    bench.declare(*deployed(), imported("next"))
    assert trouble(bench.apply(WHOLE)) == []
    hide(bench, how, "Service", "runStatus", "updateStatus")
    bench.edit("Service/faq", modelId=ref("Model/faq-next"))
    began = bench.clock.now()
    result = bench.apply(WHOLE)
    assert bench.clock.now() - began < AT_MOST
    assert "not proven" in trouble(result)[0]
    assert "runStatus and updateStatus" in trouble(result)[0]
    assert actions(bench.plan()) == {}
    assert bench.writes().count("ModifyService") == 1


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_purchase_is_not_repeated_on_a_status_that_is_not_shown(
    how: str, when: str, bench: Bench
) -> None:
    """An update under way shows the old count: without updateStatus "as before" proves nothing."""
    bench.declare(*deployed())
    assert trouble(bench.apply(WHOLE)) == []
    bench.emulator.configure(durations={"update": 900.0})
    hide(bench, how, "Service", "updateStatus")
    bench.emulator.configure(faults=[{"kind": "reset", "action": "PurchaseComputeUnit", "when": when}])
    bench.edit("Service/faq", resourceConfig={"type": "GPU-1-2", "replicasCount": 2, "region": "bj"})
    result = bench.apply(WHOLE)
    assert result.exit_code == 1
    assert "it does not show updateStatus" in trouble(result)[0]
    assert bench.writes().count("PurchaseComputeUnit") == 1


@pytest.mark.parametrize("how", HOW)
def test_a_plan_counts_what_only_the_list_shows(how: str, bench: Bench) -> None:
    """The read of a version shows its import, the list its publication: together they tell all."""
    bench.declare(dataset())
    bench.emulator.configure(hidden={"DescribeDatasetVersion.publishStatus": how})
    assert "does not show publishStatus" in trouble(bench.apply(WHOLE))[0]
    assert actions(bench.plan()) == {}
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.writes().count("PublishDatasetVersion") == 1


@pytest.mark.parametrize("how", HOW)
def test_a_status_of_then_that_is_not_shown_any_more_holds_nothing_up(how: str, bench: Bench) -> None:
    """State says Updating; the console shows that it serves, and of an update nothing at all."""
    bench.declare(*deployed(), imported("next"))
    assert trouble(bench.apply(WHOLE)) == []
    bench.emulator.configure(durations={"update": 600.0})
    bench.edit("Service/faq", modelId=ref("Model/faq-next"))
    bench.apply(WHOLE, limit=0.0)
    assert actions(bench.plan()) == {"Service/faq": "wait"}
    bench.apply(WHOLE, limit=0.0)
    bench.pass_time()
    hide(bench, how, "Service", "updateStatus")
    assert actions(bench.plan()) == {}
    assert trouble(bench.apply(WHOLE)) == []
    entry = bench.state().entries[Address.parse("Service/faq")]
    assert dict(entry.status) == {"runStatus": "Serving"}


@pytest.mark.parametrize("how", HOW)
def test_a_status_that_goes_away_while_we_wait_is_not_the_end_of_the_run(how: str, bench: Bench) -> None:
    """The plan saw it going; that nothing is shown of it now does not mean that it is done."""
    subject = started(bench, "FineTuningTask")
    bench.emulator.configure(durations={"import": 0.0, "publish": 0.0, "queue": 0.0, "training": 600.0})
    bench.apply(WHOLE, limit=0.0)
    bench.pass_time(60.0)
    plan, result = bench.apply_plan(WHOLE, between=lambda _: hide(bench, how, "FineTuningTask", "runStatus"))
    assert actions(plan) == {subject: "wait"}
    assert "not proven" in trouble(result)[0]
    assert result.exit_code == 1
    assert bench.writes().count("CreateFineTuningTask") == 1


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("PromptTemplate", {"templateId": "pt-0", "templateName": "a", "templateContent": None}),
        ("Service", {"serviceId": "svco-0", "name": "a", "modelId": "amv-0", "modelVersionId": None}),
        ("Model", {"modelId": "amv-0", "status": None, "sourceInfo": {"sourceType": None}}),
    ],
)
def test_null_is_not_shown_in_attributes_either(name: str, answer: dict[str, JSON]) -> None:
    """An answer with null decodes as the same answer without the member."""
    kind = load().kinds[KindKey("v2", name)]
    shorter = {key: value for key, value in answer.items() if value is not None}
    shorter = {key: {} if isinstance(value, dict) else value for key, value in shorter.items()}
    assert decode(kind, answer) == decode(kind, shorter)


@pytest.mark.parametrize("how", HOW)
def test_the_read_of_an_adopted_object_does_not_hide_what_its_list_shows(how: str, bench: Bench) -> None:
    """Of the two answers each shows one field; state keeps both with their fields."""
    bench.declare(*deployed())
    assert trouble(bench.apply(WHOLE)) == []
    ids = {str(address): bench.id(str(address)) for address in bench.resources}
    bench.lose_state()
    bench.emulator.configure(hidden={"DescribeService.runStatus": how})
    assert trouble(bench.apply(WHOLE, adopt=ids)) == []
    entry = bench.state().entries[Address.parse("Service/faq")]
    assert dict(entry.status) == {"runStatus": "Serving", "updateStatus": "None"}
