"""Documents of format 1: read as the values of today, and refused with the place where they are none."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from qfops.core.address import Address, Location
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Edge, Ignore, Lifecycle, Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.records import Approved, Counters, Failure, Intent, Outcome, Strike
from qfops.core.values import JSON, Reference
from qfops.state.file.journal import read_journal
from qfops.state.format.layout import sealed
from qfops.state.format.lines import encode_line
from qfops.state.format.problems import FormatError
from qfops.state.format.snapshot import Snapshot, read_snapshot, write_snapshot
from qfops.state.format.version1 import UNPLACED

from .support import FAQ, KINDS, refusals

Document = dict[str, JSON]
MODEL = Address("Model", "m")
DATASET: Document = {"id": "ds-1", "apiVersion": "qianfan/v2", "kind": "Dataset"}
LIFECYCLE: Document = {"protect": False, "ignore": [], "onRemove": "delete", "onReplace": None}
CHANGE: Document = {
    "address": "Model/m",
    "object": "current",
    "action": "replace",
    "digest": "d1",
    "fingerprint": "f1",
    "steps": [["create", "CreateModel"], ["record", ""]],
    "from": "",
}
WANTED: Document = {
    "attributes": {
        "modelSetId": {"$ref": "ModelSet/s", "output": None},
        "versions": [{"versionId": "dv-0"}, {"versionId": {"$ref": "Dataset/faq", "output": "versionId"}}],
        "name": "m",
    },
    "labels": {"team": "support"},
    "dependsOn": ["Dataset/faq"],
    "location": ["models/m.yaml", 7],
    "lifecycle": LIFECYCLE,
}
PLAN: Document = {
    "digest": "9c41",
    "by": "zhang",
    "runUrl": "",
    "at": 1.0,
    "flags": [],
    "adopt": {"Dataset/faq": "ds-1"},
    "changes": [CHANGE],
    "resources": {"Model/m": WANTED},
}
INTENT: Document = {
    "seq": 411,
    "type": "intent",
    "attempt": "a1",
    "address": "Dataset/faq",
    "step": "import[0]",
    "operation": "CreateImportTask",
    "before": {"sampleCount": 3, "status": "Imported/Published"},
    "entries": {"Dataset/faq": {**DATASET, "status": "Imported/Published"}},
    "expires": 2.5,
}
STATE: Document = {
    "formatVersion": 1,
    "lineage": "7f3c",
    "serial": 412,
    "fence": 3,
    "project": "faq",
    "environment": "dev",
    "account": "user-1",
    "approved": PLAN,
    "entries": {
        "Dataset/faq": {
            **DATASET,
            "status": "Imported/Published",
            "retired": [{"id": "ds-0", "status": "Imported/Unpublished", "due": "delete"}],
        }
    },
    "intents": [INTENT],
}


def read(**change: JSON) -> Snapshot:
    """What the reader makes of STATE with other values for some keys."""
    return read_snapshot(sealed({**STATE, **change}), KINDS)


def approved(**change: JSON) -> ApprovedPlan:
    found = read(approved={**PLAN, **change}).state.approved
    assert found is not None
    return found


def wanted(**change: JSON) -> Resource:
    """The resource of the approved plan, with other values for some keys of it."""
    return approved(resources={"Model/m": {**WANTED, **change}}).resources[MODEL]


def test_a_whole_snapshot_is_read_and_written_again_as_one_of_today() -> None:
    found = read()
    assert (found.fence, found.state.serial, found.state.lineage) == (3, 412, "7f3c")
    assert (found.state.project, found.state.environment, found.state.account) == ("faq", "dev", "user-1")
    data = write_snapshot(found)
    assert json.loads(data)["formatVersion"] == 2
    assert read_snapshot(data, KINDS) == found


# Statuses


@pytest.mark.parametrize(
    ("address", "words", "status"),
    [
        ("Dataset/faq", "Imported/Published", {"importStatus": "Imported", "publishStatus": "Published"}),
        ("Dataset/faq", "Imported", {UNPLACED: "Imported"}),
        ("Dataset/faq", "Imported/Published/Else", {UNPLACED: "Imported/Published/Else"}),
        ("Dataset/faq", "", {}),
        ("Model/m", "Ready", {"state": "Ready"}),
        ("Service/s", "Serving/None", {UNPLACED: "Serving/None"}),
    ],
)
def test_words_are_placed_where_there_are_as_many_as_fields(
    address: str, words: str, status: dict[str, str]
) -> None:
    entry: Document = {
        "id": "x-1",
        "apiVersion": "qianfan/v2",
        "kind": address.partition("/")[0],
        "status": words,
        "retired": [{"id": "x-0", "status": words}],
    }
    found = read(entries={address: entry}).state.entries[Address.parse(address)]
    assert found.status == found.retired[0].status == status
    assert list(found.status) == list(status)


def test_an_entry_that_shows_no_status_has_none() -> None:
    found = read(entries={"Dataset/faq": {**DATASET, "retired": [{"id": "ds-0"}]}}).state.entries[FAQ]
    assert found.status == found.retired[0].status == {}


# Intents


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (
            {"sampleCount": 3, "status": "Imported/Published"},
            Counters({"importStatus": "Imported", "publishStatus": "Published"}, {"sampleCount": 3}),
        ),
        ({"status": "Imported"}, Counters({UNPLACED: "Imported"}, {})),
        ({"sampleCount": None}, Counters({}, {"sampleCount": None})),
        ({"outputs": 3, "status": ""}, Counters({}, {"outputs": 3})),
        ({}, Counters({}, {})),
        ([], ()),
        (["ds-1", "ds-2"], ("ds-1", "ds-2")),
        (None, None),
    ],
)
def test_what_was_there_before_a_call(before: JSON, expected: object) -> None:
    found = read(intents=[{**INTENT, "before": before}]).state.intents["a1"]
    assert (found.before, type(found.before)) == (expected, type(expected))


def test_an_intent_keeps_what_it_plans() -> None:
    found = read().state.intents["a1"]
    assert found.planned is not None
    assert found.planned.status == {"importStatus": "Imported", "publishStatus": "Published"}
    assert (found.header.seq, found.header.operation, found.expires) == (411, "CreateImportTask", 2.5)


# Approved plans


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        ([], PlanOptions()),
        (["destroy"], PlanOptions(scope=Scope.DESTROY)),
        (["prune"], PlanOptions(prune=True)),
        (["only_prune"], PlanOptions(scope=Scope.PRUNE)),
        (["prune", "only_prune"], PlanOptions(scope=Scope.PRUNE)),
        (["destroy", "prune"], PlanOptions(scope=Scope.DESTROY, prune=True)),
        (["retry_failed", "revert_drift"], PlanOptions(retry_failed=True, revert_drift=True)),
    ],
)
def test_flags_become_options(flags: list[JSON], options: PlanOptions) -> None:
    assert approved(flags=flags).options == options


def test_a_change_moves_from_where_it_came() -> None:
    kept = {"address": MODEL, "action": "replace", "digest": "d1", "fingerprint": "f1"}
    steps = (("create", "CreateModel"), ("record", ""))
    found = approved(
        changes=[CHANGE, {**CHANGE, "from": "Model/before", "object": "am-1", "started": True}]
    ).changes
    assert list(found.values()) == [
        OwedChange(**kept, steps=steps),  # type: ignore[arg-type]
        OwedChange(
            **kept,  # type: ignore[arg-type]
            steps=steps,
            object="am-1",
            moved_from=Address("Model", "before"),
            started=True,
        ),
    ]


def test_a_resource_gets_its_place_its_lifecycle_and_its_references_back() -> None:
    data, owner = Reference(FAQ, "versionId"), Reference(Address("ModelSet", "s"))
    assert wanted() == Resource(
        MODEL,
        {"modelSetId": owner, "versions": [{"versionId": "dv-0"}, {"versionId": data}], "name": "m"},
        Location("models/m.yaml", 7),
        labels={"team": "support"},
        depends_on=(FAQ,),
        references=(Edge("modelSetId", owner), Edge("versions[1].versionId", data)),
    )


def test_a_lifecycle_says_null_where_it_says_nothing() -> None:
    found = wanted(
        lifecycle={
            "protect": True,
            "ignore": [{"path": "a", "reason": "", "until": None}],
            "onRemove": "retire",
            "onReplace": "delete",
        }
    )
    assert found.lifecycle == Lifecycle(True, (Ignore("a"),), "retire", "delete")
    assert wanted().lifecycle == Lifecycle()


@pytest.mark.parametrize(
    ("attributes", "references"),
    [
        ({"modelSetId": {"$ref": "ModelSet/s", "output": "id"}}, ["modelSetId"]),
        ({"modelSetId": {"$ref": "ModelSet/s"}}, []),
        ({"modelSetId": {"$ref": "ModelSet/s", "output": None, "more": 1}}, []),
        ({"modelSetId": {"output": "id"}}, []),
        ({"schema": {"$ref": "ModelSet/s", "output": None}}, []),
        ({"versions": [{"other": {"$ref": "ModelSet/s", "output": None}}]}, []),
        ({"extra": {"schema": {"$ref": "#/x"}}}, []),
        ({"extra": {"a.b": [{"$ref": "ModelSet/s", "output": None}]}}, ['extra["a.b"][0]']),
    ],
)
def test_a_map_is_a_reference_only_with_its_two_keys_and_where_the_kind_takes_one(
    attributes: Document, references: list[str]
) -> None:
    found = wanted(attributes=attributes)
    assert [edge.path for edge in found.references] == references
    if not references:
        assert found.attributes == attributes


def test_no_resource_of_another_kind_takes_a_reference() -> None:
    found = approved(resources={"Service/s": WANTED}).resources[Address("Service", "s")]
    assert (found.references, found.attributes) == ((), WANTED["attributes"])


# Journals


def journal(*records: Document, version: int = 1) -> bytes:
    first: Document = {"formatVersion": version, "fence": 2, "after": 0, "lineage": "7f3c", "project": "faq"}
    return b"".join(encode_line(document) for document in (first, *records))


def said(type_: str, seq: int, **more: JSON) -> Document:
    return {"seq": seq, "type": type_, "attempt": f"a{seq}", "step": "import[0]", **more}


def test_the_records_of_a_journal() -> None:
    entry: Document = {**DATASET, "status": "Imported/Published"}
    about: Document = {"address": "Dataset/faq"}
    data = journal(
        said("outcome", 1, step="approve", approved=PLAN, at=1.0),
        {**INTENT, "seq": 2},
        said("outcome", 3, **about, entries={"Dataset/faq": entry, "Model/m": None}, done=True),
        said("failed", 4, **about, message="no"),
        said("outcome", 5, **about, step="approve", object="ds-0", done=True),
    )
    approval, intent, outcome, failed, strike = read_journal(data, 2, KINDS).records
    assert isinstance(approval, Approved)
    assert approval.plan == approved()
    assert isinstance(intent, Intent)
    assert isinstance(intent.before, Counters)
    assert intent.before.status == {"importStatus": "Imported", "publishStatus": "Published"}
    assert isinstance(outcome, Outcome)
    held = outcome.entries[FAQ]
    assert held is not None
    assert held.status == {"importStatus": "Imported", "publishStatus": "Published"}
    assert (outcome.entries[MODEL], outcome.done) == (None, True)
    assert isinstance(failed, Failure)
    assert failed.message == "no"
    assert isinstance(strike, Strike)
    assert (strike.header.address, strike.header.object) == (FAQ, "ds-0")


def test_the_first_line_alone_says_of_which_format_a_journal_is() -> None:
    """The same record is read under one and refused under the other."""
    entries: Document = {"Dataset/faq": {**DATASET, "status": "Imported/Published"}}
    line = said("outcome", 1, address="Dataset/faq", entries=entries)
    assert len(read_journal(journal(line), 2, KINDS).records) == 1
    with pytest.raises(FormatError, match=r"line 2\.entries\['Dataset/faq'\]\.status must be an object"):
        read_journal(journal(line, version=2), 2, KINDS)


# What is refused


def changed(change: Callable[[Any], object]) -> bytes:
    """The bytes of STATE after `change`."""
    document = copy.deepcopy(STATE)
    change(document)
    return sealed(document)


def change_of(document: Any) -> Any:
    return document["approved"]["changes"][0]


def resource_of(document: Any) -> Any:
    return document["approved"]["resources"]["Model/m"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(lineages=1), "state: unknown key 'lineages'"),
        (lambda d: d.update(entries=[]), "state.entries must be an object"),
        (lambda d: d.update(intents={}), "state.intents must be a list"),
        (lambda d: d.update(intents=[3]), "intents[0] must be an object"),
        (lambda d: d.update(approved=[]), "state.approved must be an object"),
        (lambda d: d["entries"].update(faq={"status": "x"}), "entries['faq']: 'faq' is not an address"),
        (lambda d: d["entries"].update({"Dataset/faq": 3}), "entries['Dataset/faq'] must be an object"),
        (
            lambda d: d["entries"]["Dataset/faq"].update(status=3),
            "entries['Dataset/faq'].status must be an obj",
        ),
        (lambda d: d["entries"]["Dataset/faq"].update(retired={}), ".retired must be a list"),
        (lambda d: d["entries"]["Dataset/faq"].update(retired=[3]), ".retired[0] must be an object"),
        (lambda d: d["intents"][0].update(address=3), "intents[0].address must be a text"),
        (lambda d: d["intents"][0].update(entries=[]), "intents[0].entries must be an object"),
        (lambda d: d["intents"][0].update(before="ds-1"), "intents[0].before must be an object"),
        (
            lambda d: d["intents"][0].update(before={"status": 3}),
            "intents[0].before.status must be an object",
        ),
        (lambda d: d["approved"].update(flags="destroy"), "state.approved.options must be an object"),
        (lambda d: d["approved"].update(flags=["destroys"]), "state.approved.options must be an object"),
        (lambda d: d["approved"].update(flags=[[]]), "state.approved.options must be an object"),
        (lambda d: d["approved"].update(adopt=[]), "state.approved.adopt must be an object"),
        (lambda d: d["approved"].update(changes={}), "state.approved.changes must be a list"),
        (lambda d: d["approved"].update(changes=["x"]), "state.approved.changes[0] must be an object"),
        (lambda d: change_of(d).update({"from": 3}), "state.approved.changes[0].movedFrom must be a text"),
        (lambda d: change_of(d).update({"from": "x"}), "state.approved.changes[0]: 'x' is not an address"),
        (lambda d: d["approved"].update(resources=[]), "state.approved.resources must be an object"),
        (lambda d: d["approved"]["resources"].update(m=WANTED), "state.approved.resources: 'm' is not an"),
        (
            lambda d: d["approved"]["resources"].update({"Model/m": 3}),
            "resources['Model/m'] must be an object",
        ),
        (lambda d: resource_of(d).update(location="a:1"), "resources['Model/m']: unknown key 'location'"),
        (lambda d: resource_of(d).update(location=["a"]), "resources['Model/m']: unknown key 'location'"),
        (lambda d: resource_of(d).update(location=[1, 1]), "resources['Model/m'].file must be a text"),
        (
            lambda d: resource_of(d).update(location=["a", "1"]),
            "resources['Model/m'].line must be a whole num",
        ),
        (lambda d: resource_of(d).pop("lifecycle"), "resources['Model/m'].lifecycle must be an object"),
        (lambda d: resource_of(d).update(lifecycle=[]), "resources['Model/m'].lifecycle must be an object"),
        (lambda d: resource_of(d).pop("attributes"), "resources['Model/m'].attributes must be an object"),
        (
            lambda d: resource_of(d)["attributes"]["modelSetId"].update({"$ref": 3}),
            "[0].target must be a text",
        ),
        (lambda d: resource_of(d)["attributes"]["modelSetId"].update({"$ref": "s"}), "'s' is not an address"),
        (
            lambda d: resource_of(d)["attributes"]["modelSetId"].update(output=[1]),
            "[0].output must be a text",
        ),
    ],
)
def test_what_no_release_wrote_is_refused_with_its_place(
    change: Callable[[Any], object], message: str
) -> None:
    with pytest.raises(FormatError) as caught:
        read_snapshot(changed(change), KINDS)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (said("outcome", 1), "line 2.address must be a text"),
        (said("outcome", 1, address="faq", entries={}), "line 2: 'faq' is not an address"),
        (said("intent", 1, address=[], before={"n": 1}), "line 2.address must be a text"),
        (said("outcome", 1, step="approve", approved=3), "line 2.approved must be an object"),
        (
            said("outcome", 1, step="approve", approved={**PLAN, "resources": {"Model/m": []}}),
            "line 2.approved.resources['Model/m'] must be an object",
        ),
    ],
)
def test_a_line_that_no_release_wrote_is_refused_with_its_number(record: Document, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_journal(journal(record), 2, KINDS)
    assert message in str(caught.value)


def test_nothing_anywhere_in_a_document_is_a_traceback() -> None:
    assert refusals(STATE) > 300
