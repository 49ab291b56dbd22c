"""For all states, records and damages: what is written is read again, and nothing damaged is believed."""

import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qfops.core.address import Address, KindKey, Location
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Edge, Ignore, Lifecycle, Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.entry import CURRENT, Entry, Retired
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
    numbered,
)
from qfops.core.state.state import State
from qfops.core.values import JSON, Reference, Value, references_in
from qfops.state.format.lines import compact, decode_lines, encode_line
from qfops.state.format.problems import FormatError
from qfops.state.format.records import read_record, write_record
from qfops.state.format.snapshot import Snapshot, read_snapshot, write_snapshot
from qfops.state.live_state import LiveState

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
words = st.dictionaries(texts, texts, max_size=2)
retired = st.builds(
    Retired,
    id=filled,
    attributes=objects,
    outputs=objects,
    run_key=texts,
    status=words,
    why=texts,
    due=st.sampled_from([None, "delete", "deactivate"]),
    created=st.floats(0.0, 2e9),
)


def entries_of(address: Address) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        address=st.just(address),
        id=st.none() | filled,
        attributes=objects,
        assumed=st.lists(texts, max_size=2).map(tuple),
        outputs=objects,
        dependencies=st.lists(addresses, max_size=2).map(tuple),
        lifecycle=lifecycles,
        labels=words,
        status=words,
        run_key=texts,
        inputs=objects,
        created=numbers,
        seconds=numbers,
        retired=st.lists(retired, max_size=2).map(tuple),
    )


def keyed(optional: bool) -> st.SearchStrategy[dict[Address, Any]]:
    pairs = addresses.flatmap(
        lambda address: st.tuples(
            st.just(address), st.none() | entries_of(address) if optional else entries_of(address)
        )
    )
    return st.lists(pairs, max_size=3).map(dict)


references = st.builds(Reference, addresses, st.none() | filled)
names = texts | st.sampled_from(["a.b", "[0]", '"', "\\", "\\.", "", "$ref", "output"])
wishes: st.SearchStrategy[Value] = st.recursive(
    leaves | references | st.builds(lambda text: {"$ref": text, "output": text}, texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


def resource_of(
    address: Address,
    attributes: dict[str, Value],
    location: Location,
    labels: dict[str, str],
    lifecycle: Lifecycle,
    depends_on: list[Address],
) -> Resource:
    """A resource as it is read from files: its references stand in its attributes."""
    edges = tuple(Edge(path, reference) for path, reference in references_in(attributes))
    return Resource(address, attributes, location, labels, lifecycle, tuple(depends_on), edges)


resources = st.builds(
    resource_of,
    addresses,
    st.dictionaries(names, wishes, max_size=3),
    st.builds(Location, texts, st.integers(0, 10**6), st.just(1)),
    words,
    lifecycles,
    st.lists(addresses, max_size=2),
)
changes = st.builds(
    OwedChange,
    address=addresses,
    action=texts,
    digest=texts,
    object=st.just(CURRENT) | filled,
    fingerprint=texts,
    steps=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    moved_from=st.none() | addresses,
    started=st.booleans(),
)
options = st.builds(
    PlanOptions,
    scope=st.sampled_from(Scope),
    paths=st.lists(texts, max_size=2).map(tuple),
    targets=st.lists(addresses, max_size=2).map(tuple),
    labels=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    prune=st.booleans(),
    retry_failed=st.booleans(),
    revert_drift=st.booleans(),
)
plans = st.builds(
    ApprovedPlan,
    digest=texts,
    by=texts,
    run_url=texts,
    at=numbers,
    options=options,
    adopt=st.dictionaries(addresses, texts, max_size=2),
    changes=st.lists(changes, max_size=3).map(lambda items: {item.key: item for item in items}),
    resources=st.lists(resources, max_size=2).map(lambda items: {item.address: item for item in items}),
)


def headers(steps: st.SearchStrategy[str]) -> st.SearchStrategy[Header]:
    return st.builds(
        Header,
        attempt=texts,
        address=addresses,
        step=steps,
        operation=texts,
        object=st.just(CURRENT) | filled,
        at=numbers,
        by=texts,
        commit=texts,
        seq=st.integers(1, 10**9),
    )


calls = headers(st.sampled_from(["create", "import[0]", ""]))
intents = calls.flatmap(
    lambda header: st.builds(
        Intent,
        header=st.just(header),
        planned=st.none() | entries_of(header.address),
        attributes=objects,
        outputs=objects,
        before=st.none() | st.lists(texts, max_size=2).map(tuple) | st.builds(Counters, words, objects),
        expires=numbers,
    )
)
records: st.SearchStrategy[Record] = st.one_of(
    intents,
    st.builds(
        Outcome,
        header=calls,
        entries=keyed(optional=True),
        id=texts,
        outputs=objects,
        message=texts,
        done=st.booleans(),
    ),
    st.builds(Failure, header=calls, message=texts),
    st.builds(Strike, header=headers(st.just("approve"))),
    st.builds(
        Moved,
        header=headers(st.just("move")),
        places=st.dictionaries(addresses, addresses, max_size=3),
        lines=st.dictionaries(addresses, st.none() | addresses, max_size=3),
    ),
    st.builds(
        Approved, plan=plans, attempt=texts, at=numbers, by=texts, commit=texts, seq=st.integers(1, 10**9)
    ),
)
states = st.builds(
    State,
    project=filled,
    environment=texts,
    lineage=filled,
    serial=st.integers(0, 10**9),
    account=texts,
    entries=keyed(optional=False),
    intents=st.lists(intents, max_size=2).map(lambda items: {item.header.attempt: item for item in items}),
    approved=st.none() | plans,
    moved=st.dictionaries(addresses, addresses, max_size=3),
)


class NoKinds:
    """Nothing here is of an older format, so that nobody is asked about a kind."""

    def status_fields(self, key: KindKey) -> tuple[str, ...]:
        raise AssertionError(key)

    def takes_reference(self, key: KindKey, path: str) -> bool:
        raise AssertionError(key, path)


@given(states, st.integers(0, 9))
def test_every_state_comes_back(state: State, fence: int) -> None:
    data = write_snapshot(Snapshot(state, fence))
    assert read_snapshot(data, NoKinds()) == Snapshot(state, fence)
    assert write_snapshot(read_snapshot(data, NoKinds())) == data


@given(records)
def test_every_record_comes_back(record: Record) -> None:
    ((_, document),) = decode_lines(encode_line(write_record(record)))
    found = read_record(document, "line 1")
    assert (type(found), found) == (type(record), record)


def followed(state: State, journal: list[Record]) -> State:
    """The state after records, and that following them leaves `state` as it was."""
    live = LiveState(state)
    before = live.frozen()
    for record in journal:
        live.apply(record)
    assert LiveState(state).frozen() == before
    return live.frozen()


@given(states, st.lists(records, max_size=6), st.integers(0, 6))
def test_following_in_two_parts_is_following_at_once(state: State, found: list[Record], cut: int) -> None:
    journal = [numbered(record, state.serial + index) for index, record in enumerate(found, 1)]
    whole, half = followed(state, journal), followed(state, journal[:cut])
    assert whole.serial == state.serial + len(journal)
    assert followed(half, journal[cut:]) == whole
    through_a_snapshot = read_snapshot(write_snapshot(Snapshot(half)), NoKinds()).state
    assert followed(through_a_snapshot, journal[cut:]) == whole


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
