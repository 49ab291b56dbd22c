"""For all states, records and damages: what is written is read again, and nothing damaged is believed."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from qfops.state.replay import replay

from qfops.core.address import Address
from qfops.core.resource import Ignore, Lifecycle
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.records import Record
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.state.format.lines import compact, decode_lines, encode_line
from qfops.state.format.problems import FormatError
from qfops.state.format.records import read_record, write_record
from qfops.state.format.snapshot import Snapshot, read_snapshot, write_snapshot

texts = st.text(max_size=12)
filled = st.text(min_size=1, max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e12)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values: st.SearchStrategy[JSON] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, values, max_size=3)
addresses = st.builds(
    Address,
    st.sampled_from(["Dataset", "Model", "FineTuningTask"]),
    st.from_regex(r"[a-z0-9]([-a-z0-9]{0,5}[a-z0-9])?", fullmatch=True),
    st.sampled_from(["v1", "v2"]),
)
ignores = st.builds(Ignore, texts, texts, st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)))
lifecycles = st.builds(
    Lifecycle,
    st.booleans(),
    st.lists(ignores, max_size=2).map(tuple),
    st.sampled_from(["delete", "retire", "forget"]),
    st.sampled_from([None, "retire", "delete"]),
)
retired = st.builds(
    Retired, filled, objects, objects, texts, texts, texts, st.sampled_from([None, "delete", "deactivate"])
)


def entries_of(address: Address) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        st.just(address),
        st.none() | filled,
        objects,
        st.lists(texts, max_size=2).map(tuple),
        objects,
        st.lists(addresses, max_size=2).map(tuple),
        lifecycles,
        st.dictionaries(texts, texts, max_size=2),
        texts,
        texts,
        objects,
        numbers,
        numbers,
        st.lists(retired, max_size=2).map(tuple),
    )


def keyed(optional: bool) -> st.SearchStrategy[dict[Address, Any]]:
    pairs = addresses.flatmap(
        lambda address: st.tuples(
            st.just(address), st.none() | entries_of(address) if optional else entries_of(address)
        )
    )
    return st.lists(pairs, max_size=3).map(dict)


changes = st.fixed_dictionaries({"address": addresses.map(str), "object": filled, "why": values})
plans = st.fixed_dictionaries(
    {"digest": texts, "changes": st.lists(changes, max_size=3), "resources": objects}
)
records = st.builds(
    Record,
    type=st.sampled_from(["intent", "outcome", "failed"]),
    attempt=texts,
    address=st.none() | addresses,
    step=st.sampled_from(["create", "import[0]", "approve", "unapprove", ""]),
    operation=texts,
    object=st.just("current") | filled,
    attributes=objects,
    before=values,
    id=texts,
    outputs=objects,
    entries=keyed(optional=True),
    at=numbers,
    expires=numbers,
    by=texts,
    commit=texts,
    message=texts,
    done=st.booleans(),
    approved=st.none() | plans,
    seq=st.integers(1, 10**9),
)
states = st.builds(
    State,
    project=filled,
    environment=texts,
    lineage=filled,
    serial=st.integers(0, 10**9),
    account=texts,
    entries=keyed(optional=False),
    intents=st.lists(records, max_size=2).map(lambda items: {item.attempt: item for item in items}),
    approved=st.none() | plans,
)


@given(states, st.integers(0, 9))
def test_every_state_comes_back(state: State, fence: int) -> None:
    data = write_snapshot(Snapshot(state, fence))
    assert read_snapshot(data) == Snapshot(state, fence)
    assert write_snapshot(read_snapshot(data)) == data


@given(records)
def test_every_record_comes_back(record: Record) -> None:
    ((_, document),) = decode_lines(encode_line(write_record(record)))
    assert read_record(document, "line 1") == record


@given(states, st.lists(records, max_size=6), st.integers(0, 6))
def test_replaying_in_two_parts_is_replaying_at_once(state: State, found: list[Record], cut: int) -> None:
    journal = [replace(record, seq=state.serial + index) for index, record in enumerate(found, 1)]
    whole = replay(state, journal)
    assert replay(replay(state, journal[:cut]), journal) == whole
    through_a_snapshot = read_snapshot(write_snapshot(Snapshot(replay(state, journal[:cut])))).state
    assert replay(through_a_snapshot, journal) == whole


@given(st.lists(st.dictionaries(filled, values, min_size=1, max_size=3), min_size=1, max_size=4), st.data())
def test_no_damaged_line_is_believed(documents: list[dict[str, object]], data: st.DataObject) -> None:
    whole = b"".join(map(encode_line, documents))
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[place] ^= data.draw(st.integers(1, 255))
    try:
        found = [document for _, document in decode_lines(bytes(damaged))]
    except FormatError:
        return
    assert found == documents[: len(found)]
    assert len(found) >= len(documents) - 1


@given(objects)
def test_the_sum_does_not_depend_on_the_order_of_keys(document: dict[str, JSON]) -> None:
    assert compact(dict(reversed(document.items()))) == compact(document)
    assert compact(json.loads(compact(document))) == compact(document)
