"""state.json: a public format, pinned byte by byte, and strict on reading."""

import gc
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.resource import Ignore, Lifecycle
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.records import Record
from qfops.core.state.state import State
from qfops.state.format.entries import read_entry, write_entry
from qfops.state.format.layout import sealed
from qfops.state.format.lines import compact
from qfops.state.format.problems import FormatError
from qfops.state.format.records import read_record, write_record
from qfops.state.format.snapshot import Snapshot, read_snapshot, write_snapshot

from .support import FAQ, entry, record

FULL = Entry(
    FAQ,
    "ds-1",
    {"datasetName": "问答", "importFrom": None, "n": [1, 2.5, {"a": True}]},
    assumed=("storageType",),
    outputs={"versionId": "dv-1"},
    dependencies=(Address("PromptTemplate", "faq"), Address("Dataset", "old", "v1")),
    lifecycle=Lifecycle(
        True, (Ignore("description", "support", date(2027, 1, 31)), Ignore("x")), "retire", "delete"
    ),
    labels={"team": "support"},
    status="Published",
    run_key="abc",
    inputs={"model": "m"},
    created=1.5,
    seconds=9.0,
    retired=(Retired("ds-0", {"a": 1}, {"o": "p"}, "key", "Done", "replaced", "delete"), Retired("ds-9", {})),
)
STATE = State(
    "faq-assistant",
    "dev",
    "7f3c",
    412,
    "user-1",
    {FAQ: FULL, Address("Model", "m"): Entry(Address("Model", "m"), None, retired=(Retired("amv-1", {}),))},
    {"a1": replace(record("intent", "a1", entry=entry(None), before=[]), seq=411)},
    {"digest": "9c41", "changes": [{"address": "Dataset/faq", "object": "current"}]},
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
  "formatVersion": 1,
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


def test_a_state_comes_back_as_it_was() -> None:
    assert read_snapshot(write_snapshot(Snapshot(STATE, 3))) == Snapshot(STATE, 3)


def test_the_file_is_pretty_sorted_and_leaves_out_what_says_nothing() -> None:
    state = State("faq", "dev", "7f3c", 5, entries={FAQ: entry(datasetName="问答", n=[1])})
    text = write_snapshot(Snapshot(state, 3)).decode()
    assert text == PINNED.replace("CHECKSUM", json.loads(text)["checksum"])


def test_an_edited_file_is_refused() -> None:
    data = write_snapshot(Snapshot(STATE)).replace(b'"serial": 412', b'"serial": 413')
    with pytest.raises(FormatError, match="edited or damaged"):
        read_snapshot(data)


def test_the_garbage_collector_is_left_as_it_was() -> None:
    data = write_snapshot(Snapshot(STATE))
    read_snapshot(data)
    assert gc.isenabled()
    with pytest.raises(FormatError):
        read_snapshot(data[:-9])
    assert gc.isenabled()
    gc.disable()
    try:
        read_snapshot(data)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_newer_version_says_what_to_do() -> None:
    with pytest.raises(FormatError, match="format version 2, written by a newer qfops") as caught:
        read_snapshot(b'{"formatVersion": 2, "checksum": "not ours to know"}')
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
    ],
)
def test_what_is_no_state_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_snapshot(data)


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
        (lambda d: d.update(approved=[]), "state.approved must be an object"),
        (lambda d: d["approved"]["changes"].append({}), "changes[1].address must be a text"),
    ],
)
def test_reading_is_strict(change: Any, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_snapshot(edited(change))
    assert message in str(caught.value)


def test_an_entry_without_an_id_of_its_own() -> None:
    document = write_entry(Entry(FAQ, None))
    assert document["id"] is None
    assert read_entry(document, FAQ, "entry") == Entry(FAQ, None)


def test_an_empty_id_is_never_written() -> None:
    with pytest.raises(ValueError, match="Dataset/faq"):
        write_entry(Entry(FAQ, ""))


RECORD = Record(
    type="outcome",
    attempt="a1",
    address=FAQ,
    step="import[0]",
    operation="CreateImportTask",
    object="ds-0",
    attributes={"a": [None]},
    before={"sampleCount": 3},
    id="ds-1",
    outputs={"versionId": "dv-1"},
    entries={FAQ: FULL, Address("Model", "m"): None},
    at=1.0,
    expires=2.5,
    by="zhang",
    commit="c0ffee",
    message="没有",
    done=True,
    approved={"changes": []},
    seq=7,
)


@pytest.mark.parametrize("item", [RECORD, Record("intent", "", None, "", seq=1), replace(RECORD, before=[])])
def test_a_record_comes_back_as_it_was(item: Record) -> None:
    assert read_record(json.loads(compact(write_record(item))), "line 1") == item


def test_an_approved_plan_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(FormatError, match="address"):
        write_record(replace(RECORD, approved={"changes": [{}]}))
