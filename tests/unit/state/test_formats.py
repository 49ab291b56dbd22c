"""state.json and the journal's lines: a public format, pinned byte by byte, and strict on reading."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from qfops.core.address import Address, Location
from qfops.core.paths import get
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Edge, Ignore, Lifecycle, Resource
from qfops.core.state.approved_plan import AppliedPlan, ApprovedPlan, OwedChange
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.records import (
    Approved,
    Counters,
    Failure,
    Header,
    Intent,
    Moved,
    Outcome,
    Record,
    Strike,
)
from qfops.core.state.state import State
from qfops.core.values import JSON, Reference, Unknown
from qfops.state.format.approved import read_approved, write_approved
from qfops.state.format.entries import read_entry, write_entry
from qfops.state.format.layout import sealed
from qfops.state.format.lines import compact
from qfops.state.format.problems import FormatError
from qfops.state.format.records import read_record, write_record
from qfops.state.format.resources import read_resource, write_resource
from qfops.state.format.snapshot import Snapshot, read_snapshot, write_snapshot

from .support import FAQ, KINDS, entry, header, intent, refusals

MODEL, TASK = Address("Model", "m"), Address("FineTuningTask", "t", "v1")
ACCEPTED: tuple[JSON, ...] = (None, False, 0, "", 0.1, [], {"a": [1, None]})
FULL = Entry(
    address=FAQ,
    id="ds-1",
    attributes={"datasetName": "问答", "importFrom": None, "n": [1, 2.5, {"a": True}]},
    assumed=("storageType",),
    outputs={"versionId": "dv-1"},
    dependencies=(Address("PromptTemplate", "faq"), Address("Dataset", "old", "v1")),
    lifecycle=Lifecycle(
        True,
        (
            Ignore("description", "support", date(2027, 1, 31)),
            Ignore("x"),
            *(Ignore("y", value=value) for value in ACCEPTED),
        ),
        "retire",
        "delete",
    ),
    labels={"team": "support"},
    status={"importStatus": "Imported", "publishStatus": "Published"},
    run_key="abc",
    inputs={"model": "m"},
    created=1.5,
    seconds=9.0,
    retired=(
        Retired("ds-0", {"a": 1}, {"o": "p"}, "key", {"state": "Done"}, "replaced", "delete"),
        Retired("ds-9", {}),
    ),
)
VERSION = Reference(FAQ, "versionId")
SCHEMA: dict[str, JSON] = {"$ref": "#/x"}
PRETENDER: dict[str, JSON] = {"$ref": "Dataset/x"}
RESOURCE = Resource(
    TASK,
    {
        "datasetConfig": {"versions": [{"versionId": "dv-0"}, {"versionId": VERSION}], "splitRatio": None},
        "jobs": ["job-1", Reference(MODEL)],
        "extra": {"schema": SCHEMA, "looksLikeOne": PRETENDER, "a.b": {"[0]": VERSION}},
        "modelId": Reference(MODEL),
    },
    Location("task.yaml", 7),
    labels={"team": "support"},
    lifecycle=Lifecycle(protect=True, on_replace="delete"),
    depends_on=(Address("Service", "s"),),
    references=(
        Edge("datasetConfig.versions[1].versionId", VERSION),
        Edge("jobs[1]", Reference(MODEL)),
        Edge('extra["a.b"]["[0]"]', VERSION),
        Edge("modelId", Reference(MODEL)),
    ),
)
CHANGES = (
    OwedChange(
        address=TASK,
        action="run",
        digest="d1",
        object="task-0",
        fingerprint="f1",
        steps=(("create", "CreateTask"), ("record", "")),
        moved_from=Address("FineTuningTask", "before"),
        started=True,
    ),
    OwedChange(address=FAQ, action="create", digest="d2"),
)
PLAN = ApprovedPlan(
    digest="9c41",
    by="zhang",
    run_url="https://ci.example/7",
    at=2.5,
    options=PlanOptions(
        scope=Scope.PROJECT,
        paths=("a b", "c"),
        targets=(FAQ, TASK),
        labels=(("team", "support"), ("tier", "")),
        prune=True,
        retry_failed=True,
        revert_drift=True,
    ),
    adopt={FAQ: "ds-1"},
    changes={change.key: change for change in CHANGES},
    resources={TASK: RESOURCE, FAQ: Resource(FAQ, {}, Location("", 0))},
)
STATE = State(
    project="faq-assistant",
    environment="dev",
    lineage="7f3c",
    serial=412,
    account="user-1",
    entries={FAQ: FULL, MODEL: Entry(address=MODEL, id=None, retired=(Retired("amv-1", {}),))},
    intents={"a1": intent("a1", entry(None), before=(), seq=411)},
    approved=PLAN,
)
PINNED = """\
{
  "account": "",
  "approved": null,
  "checksum": "CHECKSUM",
  "entries": {
    "Dataset/faq": {
      "apiVersion": "qianfan/v2",
      "attributes": {"datasetName": "问答", "n": [1]},
      "id": "ds-1",
      "kind": "Dataset"
    }
  },
  "environment": "dev",
  "fence": 3,
  "formatVersion": 2,
  "intents": [],
  "lineage": "7f3c",
  "project": "faq",
  "serial": 5
}
"""


def edited(change: Any) -> bytes:
    """The bytes of STATE with `change` made to the document, and the checksum put right."""
    document = json.loads(write_snapshot(Snapshot(STATE, 3)))
    del document["checksum"]
    change(document)
    return sealed(document)


def task(document: Any) -> Any:
    """The stored resource of the approved plan."""
    return document["approved"]["resources"]["v1/FineTuningTask/t"]


def test_a_state_comes_back_as_it_was() -> None:
    data = write_snapshot(Snapshot(STATE, 3))
    assert read_snapshot(data, KINDS) == Snapshot(STATE, 3)
    assert write_snapshot(read_snapshot(data, KINDS)) == data


def test_the_file_is_pretty_sorted_and_leaves_out_what_says_nothing() -> None:
    state = State(
        project="faq",
        environment="dev",
        lineage="7f3c",
        serial=5,
        entries={FAQ: entry(datasetName="问答", n=[1])},
    )
    text = write_snapshot(Snapshot(state, 3)).decode()
    assert text == PINNED.replace("CHECKSUM", json.loads(text)["checksum"])


def test_an_edited_file_is_refused() -> None:
    data = write_snapshot(Snapshot(STATE)).replace(b'"serial": 412', b'"serial": 413')
    with pytest.raises(FormatError, match="edited or damaged"):
        read_snapshot(data, KINDS)


def test_a_newer_version_says_what_to_do() -> None:
    with pytest.raises(FormatError, match="format version 3, written by a newer qfops") as caught:
        read_snapshot(b'{"formatVersion": 3, "checksum": "not ours to know"}', KINDS)
    assert caught.value.remedy.startswith("Upgrade qfops")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "must be a JSON object"),
        (b"{}", "no formatVersion"),
        (b'{"formatVersion": true}', "no formatVersion"),
        (b'{"formatVersion": 0}', "no release of qfops wrote"),
        (b'{"formatVersion": 1}', "checksum"),
        (b'{"formatVersion": 2}', "checksum"),
    ],
)
def test_what_is_no_state_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_snapshot(data, KINDS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(lineages=1), "state: unknown key 'lineages'. Did you mean \"lineage\"?"),
        (lambda d: d.update(lineage=""), "state.lineage must be a text that is not empty"),
        (lambda d: d.update(serial="5"), "state.serial must be a whole number"),
        (lambda d: d.update(serial=True), "state.serial must be a whole number"),
        (lambda d: d.update(entries=[]), "state.entries must be an object"),
        (lambda d: d["entries"].update({"v2/Dataset/faq": {}}), "must be written Dataset/faq"),
        (lambda d: d["entries"].update({"faq": {}}), "is not an address"),
        (lambda d: d["entries"].update({"Model/x": {"id": "1"}}), "apiVersion and kind must be those"),
        (lambda d: d["entries"]["Dataset/faq"].update(ids="1"), "entries['Dataset/faq']: unknown key 'ids'"),
        (lambda d: d["entries"]["Dataset/faq"].update(id=""), ".id must be a text that is not empty"),
        (lambda d: d["entries"]["Dataset/faq"].pop("id"), ".id must be a text that is not empty"),
        (lambda d: d["entries"]["Dataset/faq"].update(created="1"), ".created must be a number"),
        (lambda d: d["entries"]["Dataset/faq"].update(labels={"a": 1}), ".labels must hold texts"),
        (lambda d: d["entries"]["Dataset/faq"].update(status="Imported"), ".status must be an object"),
        (lambda d: d["entries"]["Dataset/faq"].update(status={"a": 1}), ".status must hold texts"),
        (
            lambda d: d["entries"]["Dataset/faq"]["retired"][0].update(status={"a": 1}),
            "retired[0].status must",
        ),
        (lambda d: d["entries"]["Dataset/faq"].update(assumed=[1]), ".assumed must be a list of texts"),
        (lambda d: d["entries"]["Dataset/faq"].update(dependencies=["x"]), "is not an address"),
        (lambda d: d["entries"]["Dataset/faq"]["retired"][0].update(due="now"), "one of delete, deactivate"),
        (lambda d: d["entries"]["Dataset/faq"]["retired"][0].update(id=None), "retired[0].id must be a text"),
        (lambda d: d["entries"]["Dataset/faq"]["lifecycle"].update(onRemove="x"), "delete, retire, forget"),
        (
            lambda d: d["entries"]["Dataset/faq"]["lifecycle"].update(protect=1),
            "protect must be true or false",
        ),
        (lambda d: d["entries"]["Dataset/faq"]["lifecycle"]["ignore"][0].update(until="x"), "must be a date"),
        (
            lambda d: d["intents"][0].update(type="done"),
            "intents[0].type must be one of intent, outcome, failed",
        ),
        (lambda d: d["intents"][0].pop("type"), "intents[0].type is missing"),
        (lambda d: d["intents"][0].update(seq=0), "intents[0].seq must be a whole number from 1 on"),
        (lambda d: d["intents"].append(d["intents"][0]), "an attempt stands there twice"),
        (lambda d: d["intents"][0].update(type="outcome"), "intents[0] is no intent"),
        (lambda d: d["intents"][0].update(before=[1]), "intents[0].before must be a list of texts"),
        (lambda d: d["intents"][0].update(before="ds-1"), "intents[0].before must be an object"),
        (lambda d: d["intents"][0].update(before={"count": 3}), "intents[0].before: unknown key 'count'"),
        (
            lambda d: d["intents"][0].update(before={"status": "x"}),
            "intents[0].before.status must be an object",
        ),
        (
            lambda d: d["intents"][0].update(before={"outputs": 3}),
            "intents[0].before.outputs must be an object",
        ),
        (lambda d: d.update(approved=[]), "state.approved must be an object"),
        (lambda d: d["approved"].update(flags=[]), "state.approved: unknown key 'flags'"),
        (lambda d: d["approved"].update(adopt={"Dataset/faq": 1}), "state.approved.adopt must hold texts"),
        (
            lambda d: d["approved"].update(adopt={"faq": "ds-1"}),
            "state.approved.adopt: 'faq' is not an address",
        ),
        (lambda d: d["approved"].update(options=[]), "state.approved.options must be an object"),
        (lambda d: d["approved"]["options"].pop("prune"), "state.approved: options must have the keys"),
        (
            lambda d: d["approved"]["options"].update(scope="all"),
            "options.scope must be one of project, destroy",
        ),
        (
            lambda d: d["approved"]["options"].update(targets=["faq"]),
            "state.approved: 'faq' is not an address",
        ),
        (lambda d: d["approved"]["changes"].append({}), "changes[2].address must be a text"),
        (
            lambda d: d["approved"]["changes"][0].update(steps=[["a"]]),
            "changes[0].steps must be pairs of texts",
        ),
        (lambda d: d["approved"]["changes"][0].update(movedFrom="x"), "changes[0]: 'x' is not an address"),
        (lambda d: d["approved"]["changes"][0].update(started=1), "changes[0].started must be true or false"),
        (
            lambda d: task(d).update(location=["a", 1]),
            "resources['v1/FineTuningTask/t']: unknown key 'location'",
        ),
        (
            lambda d: task(d).update(labels={"a": 1}),
            "resources['v1/FineTuningTask/t'].labels must hold texts",
        ),
        (lambda d: task(d).update(line="7"), ".line must be a whole number"),
        (lambda d: task(d)["references"][0].update(target="m"), "references[0]: 'm' is not an address"),
        (
            lambda d: task(d)["references"][0].pop("path"),
            "references[0].path must be a text that is not empty",
        ),
        (
            lambda d: task(d)["references"][0].update(path="["),
            "references[0].path does not fit the attributes",
        ),
        (lambda d: task(d)["references"][0].update(path="jobs.a"), "references[0].path does not fit"),
        (lambda d: task(d)["references"][0].update(path="jobs[2]"), "references[0].path does not fit"),
    ],
)
def test_reading_is_strict(change: Any, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_snapshot(edited(change), KINDS)
    assert message in str(caught.value)


def test_nothing_anywhere_in_a_document_is_a_traceback() -> None:
    document = json.loads(write_snapshot(Snapshot(STATE, 3)))
    del document["checksum"]
    assert refusals(document) > 700


def test_an_entry_without_an_id_of_its_own() -> None:
    document = write_entry(entry(None))
    assert document["id"] is None
    assert read_entry(document, FAQ, "entry") == entry(None)


def test_an_empty_id_is_never_written() -> None:
    with pytest.raises(ValueError, match="Dataset/faq"):
        write_entry(entry(""))


HEADER = Header(
    attempt="a1",
    address=FAQ,
    step="import[0]",
    operation="CreateImportTask",
    object="ds-0",
    at=1.0,
    by="zhang",
    commit="c0ffee",
    seq=7,
)
INTENT = Intent(
    header=HEADER,
    planned=FULL,
    attributes={"a": [None]},
    outputs={"versionId": "dv-1"},
    before=("ds-1", "ds-2"),
    expires=2.5,
)
OUTCOME = Outcome(
    header=HEADER,
    entries={FAQ: FULL, MODEL: None},
    id="ds-1",
    outputs={"versionId": "dv-1"},
    message="没有",
    done=True,
)
APPROVED = Approved(plan=PLAN, attempt="p1", at=1.0, by="zhang", commit="c0ffee", seq=1)
STRIKE = Strike(header=replace(HEADER, step="approve", operation=""))
MOVED = Moved(
    header=replace(HEADER, step="move", operation=""),
    places={FAQ: Address("Dataset", "new")},
    lines={FAQ: Address("Dataset", "new"), MODEL: None},
)


@pytest.mark.parametrize(
    "item",
    [
        INTENT,
        replace(INTENT, planned=None),
        replace(INTENT, before=()),
        replace(INTENT, before=None),
        replace(INTENT, before=Counters({"importStatus": "Imported"}, {"sampleCount": 3})),
        replace(INTENT, before=Counters({})),
        intent("", seq=1),
        OUTCOME,
        Outcome(header=header("", seq=1), entries={}),
        Failure(header=HEADER, message="没有"),
        Failure(header=header("", seq=1)),
        APPROVED,
        Approved(plan=ApprovedPlan(digest=""), attempt="", seq=1),
        STRIKE,
        MOVED,
        replace(MOVED, places={}),
        replace(MOVED, lines={}),
        replace(MOVED, places={}, lines={}),
        replace(STRIKE, dropped=True),
    ],
)
def test_a_record_comes_back_as_it_was(item: Record) -> None:
    found = read_record(json.loads(compact(write_record(item))), "line 1")
    assert (type(found), found) == (type(item), item)


def test_an_approval_and_a_strike_are_written_as_outcomes_of_the_step_approve() -> None:
    """So that a journal is read by whoever knows three types of record."""
    plan = ApprovedPlan(digest="9c41", changes={change.key: change for change in CHANGES})
    assert write_record(Approved(plan=plan, attempt="p1", by="li", seq=1)) == {
        "seq": 1,
        "type": "outcome",
        "attempt": "p1",
        "step": "approve",
        "by": "li",
        "approved": {
            "digest": "9c41",
            "options": PlanOptions().to_json(),
            "changes": [
                {
                    "address": "v1/FineTuningTask/t",
                    "object": "task-0",
                    "action": "run",
                    "digest": "d1",
                    "fingerprint": "f1",
                    "steps": [["create", "CreateTask"], ["record", ""]],
                    "movedFrom": "FineTuningTask/before",
                    "started": True,
                },
                {"address": "Dataset/faq", "action": "create", "digest": "d2"},
            ],
        },
    }
    assert write_record(Strike(header=replace(header("s", what="ds-0", seq=2), step="approve"))) == {
        "seq": 2,
        "type": "outcome",
        "attempt": "s",
        "address": "Dataset/faq",
        "step": "approve",
        "object": "ds-0",
        "done": True,
    }


def test_a_move_is_written_as_an_outcome_with_its_places_and_lines() -> None:
    """null: the line was taken out of qfops.yaml."""
    record = write_record(replace(MOVED, header=replace(header("m", seq=3), step="move")))
    assert record == {
        "seq": 3, "type": "outcome", "attempt": "m", "address": "Dataset/faq", "step": "move",
        "moved": {"Dataset/faq": "Dataset/new"},
        "lines": {"Dataset/faq": "Dataset/new", str(MODEL): None},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"moved": {"Dataset/faq": None}}, "line 1.moved must hold texts"),
        ({"moved": {"Dataset/faq": "x"}}, "line 1.moved: 'x' is not an address"),
        ({"moved": ["x"]}, "line 1.moved must be an object"),
        ({"lines": {"Dataset/faq": 3}}, "line 1.lines must hold texts"),
        ({"lines": {"x": None}}, "line 1.lines: 'x' is not an address"),
    ],
)
def test_a_move_that_is_no_move_is_refused(edit: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_record({**write_record(MOVED), **edit}, "line 1")
    assert said in str(caught.value)


def test_lines_that_were_carried_out_stand_in_the_state_where_there_are_any() -> None:
    """What has never moved anything stays as earlier versions wrote it."""
    assert b'"moved"' not in write_snapshot(Snapshot(STATE))
    moved = replace(STATE, moved={FAQ: Address("Dataset", "new")})
    written = write_snapshot(Snapshot(moved))
    assert json.loads(written)["moved"] == {"Dataset/faq": "Dataset/new"}
    assert read_snapshot(written, KINDS).state == moved


@pytest.mark.parametrize(
    "item", [Strike(header=HEADER), Outcome(header=replace(HEADER, step="approve"), entries={})]
)
def test_a_record_that_would_be_read_as_another_is_not_written(item: Record) -> None:
    with pytest.raises(ValueError, match="step approve"):
        write_record(item)


def test_an_approved_plan_comes_back_as_it_was() -> None:
    assert read_approved(json.loads(compact(write_approved(PLAN))), "state") == PLAN


def test_references_stand_beside_the_values_that_hold_null_in_their_place() -> None:
    document = write_resource(RESOURCE)
    assert document["attributes"] == {
        "datasetConfig": {"versions": [{"versionId": "dv-0"}, {"versionId": None}], "splitRatio": None},
        "jobs": ["job-1", None],
        "extra": {"schema": {"$ref": "#/x"}, "looksLikeOne": {"$ref": "Dataset/x"}, "a.b": {"[0]": None}},
        "modelId": None,
    }
    assert document["references"] == [
        {"path": "datasetConfig.versions[1].versionId", "target": "Dataset/faq", "output": "versionId"},
        {"path": "jobs[1]", "target": "Model/m"},
        {"path": 'extra["a.b"]["[0]"]', "target": "Dataset/faq", "output": "versionId"},
        {"path": "modelId", "target": "Model/m"},
    ]


def test_what_a_user_wrote_like_a_reference_is_read_as_written() -> None:
    """And every true one as a reference, at its path."""
    found = read_resource(json.loads(compact(write_resource(RESOURCE))), TASK, "it")
    assert found == RESOURCE
    assert get(found.attributes, "extra.schema") == {"$ref": "#/x"}
    assert get(found.attributes, "extra.looksLikeOne") == {"$ref": "Dataset/x"}
    for edge in RESOURCE.references:
        assert get(found.attributes, edge.path) == edge.reference
    assert found.references == RESOURCE.references


def test_an_approved_plan_that_could_not_be_read_again_is_not_written() -> None:
    """A value that is known only after apply has no place among what was agreed to."""
    unknown = replace(RESOURCE, attributes={"extra": [Unknown(VERSION)]})
    with pytest.raises(ValueError, match="cannot be stored"):
        write_record(replace(APPROVED, plan=replace(PLAN, resources={TASK: unknown})))


def test_what_was_done_of_an_approval_comes_back() -> None:
    """Which calls of a change took effect, how much an approval covers, which plans were done to the end."""
    begun = replace(CHANGES[0], done=("create", "import[0]"))
    plan = replace(PLAN, covers="all", changes={begun.key: begun})
    state = replace(STATE, approved=plan, applied=(AppliedPlan("ab" * 32, 9.5), AppliedPlan("cd" * 32, 2.0)))
    assert read_snapshot(write_snapshot(Snapshot(state)), KINDS).state == state


def test_a_state_of_before_says_nothing_of_it() -> None:
    """Nothing was kept then, so no digest names its approval, and no key stands for nothing."""
    data = write_snapshot(Snapshot(STATE))
    for key in (b'"applied"', b'"covers"', b'"done"'):
        assert key not in data
    found = read_snapshot(data, KINDS).state
    assert found.applied == ()
    assert found.approved is not None
    assert not found.approved.is_named_by(PLAN.digest)


@pytest.mark.parametrize("applied", [{}, [1], [{"digest": ""}], [{"digest": "ab", "by": "li"}]])
def test_plans_that_nobody_wrote_are_refused(applied: JSON) -> None:
    data = edited(lambda document: document.update(applied=applied))
    with pytest.raises(FormatError, match="applied"):
        read_snapshot(data, KINDS)
