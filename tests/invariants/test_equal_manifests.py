"""Equal means equal: another way of writing the same manifest plans nothing, whatever the kind.

Every default that a kind states is written down and taken out again, every list without an order turned
round, every number spelt otherwise. And what is different stays different.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence

import pytest

from qfops.core.address import Address
from qfops.core.paths import Part, get, join, parse, pattern, step
from qfops.core.resource import Resource
from qfops.core.values import ABSENT, Marker, Slot, Value, same
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.kinds.rules import RuleType
from tests.invariants.cases import CASES, Case
from tests.support.bench import WHOLE, Bench, actions, ref, resource, trouble
from tests.support.project import (
    container,
    dataset,
    deployed,
    imported,
    job,
    model_set,
    run,
    service,
    template,
    version,
)


def _rich() -> Iterator[Case]:
    """The cases, and some in which every list without an order has items to turn round."""
    yield from CASES
    yield _case("of two versions", dataset(), version(**{"import": [{"files": FILES}]}), job(), _rich_run())
    yield _case("prepaid", model_set(), imported(), service("Model/faq-base", billing=PREPAID))
    yield _case("with stops", template(hyperParameters={"temperature": 0.3, "stop": ["End.", "\n\n"]}))
    yield _case("labelled", resource("ModelSet/faq", {**model_set().attributes, "labels": ["b", "a"]}))
    yield _case("undescribed", resource("FineTuningJob/faq", _without(job(), "description")))
    yield _case("undescribed", *deployed()[:-1], service("Model/faq-base", description=ABSENT))
    yield _case("undescribed", model_set(), resource("Model/faq-base", _without(imported(), "description")))
    yield _case("unlabelled", resource("ModelSet/faq", _without(model_set(), "labels")))
    yield _case("unlabelled", template(labels=ABSENT))
    yield _case("of files", container(), version(**{"import": [{"files": FILES}]}))


FILES = ["bos:/acme/faq/one.jsonl", "bos:/acme/faq/two.jsonl"]
PREPAID: Mapping[str, Value] = {
    "paymentTiming": "Prepaid",
    "reservation": {"reservationTimeUnit": "Month", "reservationLength": 1},
}


def _without(item: Resource, name: str) -> dict[str, Value]:
    return {key: value for key, value in item.attributes.items() if key != name}


def _case(label: str, *resources: Resource) -> Case:
    subject = resources[-1].address
    return Case(subject.kind_key, label, str(subject), resources)


def _rich_run() -> Resource:
    plain = run("a", 0.0003).attributes
    sources: list[Value] = [
        {"versionId": ref("Dataset/faq-train")},
        {"versionId": ref("DatasetVersion/faq-spring")},
    ]
    mixed: list[Value] = [
        {"corpusType": 2, "proportion": "1:5"},
        {"corpusType": 3, "proportion": "1:2", "labels": ["news", "law"]},
    ]
    return resource("FineTuningTask/faq-a", {
        **plain,
        "datasetConfig": {"sourceType": "Platform", "versions": sources},
        "corpusConfig": {"config": mixed},
    })  # fmt: skip


every_case = pytest.mark.parametrize("case", list(_rich()), ids=str)


def _subject(case: Case) -> tuple[Kind, Resource]:
    found = next(item for item in case.resources if str(item.address) == case.subject)
    return load().get(found.address), found


def _places(value: Value, parts: Sequence[str], at: tuple[Part, ...] = ()) -> Iterator[tuple[Part, ...]]:
    """The concrete places of a pattern, also below objects that are missing, but not in a missing list."""
    if not parts:
        yield at
        return
    name, *rest = parts
    key = name.removesuffix("[*]")
    inner = step(value, key)
    if key == name:
        yield from _places({} if isinstance(inner, Marker) else inner, rest, (*at, key))
    elif isinstance(inner, list):
        for index, item in enumerate(inner):
            yield from _places(item, rest, (*at, key, index))


def _with(attributes: Mapping[str, Value], place: Sequence[Part], value: Slot) -> dict[str, Value]:
    """A copy with the value at a place (ABSENT: taken out); objects on the way are made."""
    result = copy.deepcopy(dict(attributes))
    here: Value = result
    for part in place[:-1]:
        if isinstance(here, dict):
            here = here.setdefault(str(part), {})
        elif isinstance(here, list) and isinstance(part, int):
            here = here[part]
    assert isinstance(here, dict)
    if isinstance(value, Marker):
        here.pop(str(place[-1]), None)
    else:
        here[str(place[-1])] = value
    return result


def silent(kind: Kind, attributes: Mapping[str, Value]) -> list[tuple[Part, ...]]:
    """Every place at which a default of the kind could be written and is not."""
    found: list[tuple[Part, ...]] = []
    for path in kind.defaults:
        parent = path.rpartition(".")[0]
        if parent and parent.startswith("billing") and isinstance(get(dict(attributes), parent), Marker):
            continue  # what is bought is no object that a default could bring in
        for place in _places(dict(attributes), path.split(".")):
            if isinstance(get(dict(attributes), join(place)), Marker):
                found.append(place)
    return found


def _default(kind: Kind, place: Sequence[Part]) -> Value:
    return kind.defaults[pattern(join(place))]


def _declare(bench: Bench, case: Case, attributes: Mapping[str, Value]) -> None:
    bench.declare(*case.resources, resource(case.subject, attributes))


@every_case
def test_a_default_that_is_written_down_or_taken_out_is_no_change(case: Case, bench: Bench) -> None:
    """Each alone and all together, after an apply in silence; nothing is sent and no drift is seen."""
    kind, subject = _subject(case)
    case.declare(bench)
    assert trouble(bench.apply(WHOLE)) == []
    writes = bench.writes()
    everything: Mapping[str, Value] = subject.attributes
    for place in silent(kind, subject.attributes):
        default = _default(kind, place)
        everything = _with(everything, place, default)
        _declare(bench, case, _with(subject.attributes, place, default))
        plan = bench.plan()
        assert (actions(plan), plan.held_back) == ({}, ()), place
    for attributes in (everything, subject.attributes):
        _declare(bench, case, attributes)
        assert actions(bench.plan()) == {}
        assert trouble(bench.apply(WHOLE)) == []
        assert (actions(bench.plan()), bench.plan().held_back) == ({}, ())
    assert bench.writes() == writes


@every_case
def test_a_default_may_be_written_from_the_start_and_taken_out(case: Case, bench: Bench) -> None:
    """The other direction: what was sent with all its defaults is what silence means."""
    kind, subject = _subject(case)
    everything: Mapping[str, Value] = subject.attributes
    places = silent(kind, subject.attributes)
    for place in places:
        if place[-1] not in ("earlyStoppingThreshold", "earlyStoppingPatience"):  # only with earlyStopping
            everything = _with(everything, place, _default(kind, place))
    _declare(bench, case, everything)
    assert trouble(bench.apply(WHOLE)) == []
    writes = bench.writes()
    for place in places:
        _declare(bench, case, _with(everything, place, ABSENT))
        assert actions(bench.plan()) == {}, place
    case.declare(bench)
    assert actions(bench.plan()) == {}
    assert trouble(bench.apply(WHOLE)) == []
    assert actions(bench.plan()) == {}
    assert bench.writes() == writes


@every_case
def test_a_default_makes_no_other_digest(case: Case, bench: Bench) -> None:
    """What was approved is what will be done; only what can be edited becomes ours by being written."""
    kind, subject = _subject(case)
    said: Mapping[str, Value] = subject.attributes
    for place in silent(kind, subject.attributes):
        rule = kind.rule_at(join(place))
        if rule is not None and rule.type is not RuleType.UPDATABLE:
            said = _with(said, place, _default(kind, place))
    case.declare(bench)
    digest = bench.plan().digest
    _declare(bench, case, said)
    assert bench.plan().digest == digest


@every_case
def test_lists_without_an_order_may_be_turned_round(case: Case, bench: Bench) -> None:
    """At any depth; and the plan of a first apply has one digest, whichever way they are written."""
    kind, subject = _subject(case)
    turned: Mapping[str, Value] = subject.attributes
    for path in [*kind.any_order, *(rule.path for rule in kind.rules if rule.set_of is not None)]:
        for place in _places(dict(turned), path.split(".")):
            items = get(dict(turned), join(place))
            if isinstance(items, list):
                turned = _with(turned, place, [*reversed(items)])
    case.declare(bench)
    digest = bench.plan().digest
    _declare(bench, case, turned)
    assert bench.plan().digest == digest
    case.declare(bench)
    assert trouble(bench.apply(WHOLE)) == []
    writes = bench.writes()
    _declare(bench, case, turned)
    assert actions(bench.plan()) == {}
    assert trouble(bench.apply(WHOLE)) == []
    assert (actions(bench.plan()), bench.writes()) == ({}, writes)


@every_case
def test_numbers_are_equal_by_value(case: Case, bench: Bench) -> None:
    """3.0 is 3: planned and sent as one, in both directions."""
    _, subject = _subject(case)
    spelt = {key: _spelt(value) for key, value in subject.attributes.items()}
    case.declare(bench)
    digest = bench.plan().digest
    _declare(bench, case, spelt)
    assert bench.plan().digest == digest
    assert trouble(bench.apply(WHOLE)) == []
    case.declare(bench)
    assert actions(bench.plan()) == {}


def _spelt(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _spelt(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_spelt(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


OTHER: Mapping[str, Value] = {
    "datasetConfig.versions[0].samplingRate": 2,
    "datasetConfig.splitRatio": 10,
    "hyperParameterConfig.reference": 7,
    "hyperParameterConfig.earlyStopping": "True",
    "corpusConfig.copyData": True,
}


@pytest.mark.parametrize("path", OTHER)
def test_what_is_no_default_is_another_run(path: str, bench: Bench) -> None:
    """Only the very default says what silence says."""
    case = next(case for case in _rich() if case.label == "of two versions")
    _, subject = _subject(case)
    case.declare(bench)
    assert trouble(bench.apply(WHOLE)) == []
    _declare(bench, case, _with(subject.attributes, parse(path), OTHER[path]))
    assert actions(bench.plan()) == {case.subject: "run"}


def test_two_rates_that_change_places_are_another_run(bench: Bench) -> None:
    """Sorted is the list, not what its items say: the rate belongs to its version."""
    case = next(case for case in _rich() if case.label == "of two versions")
    _, subject = _subject(case)
    rated = _with(subject.attributes, parse("datasetConfig.versions[0].samplingRate"), 2)
    swapped = _with(subject.attributes, parse("datasetConfig.versions[1].samplingRate"), 2)
    _declare(bench, case, rated)
    assert trouble(bench.apply(WHOLE)) == []
    _declare(bench, case, swapped)
    assert actions(bench.plan()) == {case.subject: "run"}


def test_an_order_that_means_something_stays() -> None:
    """Imports are made in the order written, so another order is another list."""
    kind = load().get(Address.parse("DatasetVersion/x"))
    first, second = {"files": ["bos:/b/1"]}, {"files": ["bos:/b/2"]}
    form = kind.form.fields["import"]
    assert not same(form.of([first, second]), form.of([second, first]))


def test_every_default_of_every_kind_is_written_in_some_case() -> None:
    """A default that no case can hold is not tested above."""
    written = {
        (kind.key, pattern(join(place)))
        for case in _rich()
        for kind, subject in [_subject(case)]
        for place in silent(kind, subject.attributes)
    }
    stated = {(kind.key, path) for kind in load().kinds.values() for path in kind.defaults}
    assert stated - written == set()


def test_writing_down_what_the_console_chose_is_no_other_run(bench: Bench) -> None:
    """Without a scale the console chooses one and shows it; another one is another run."""
    chosen = _without(run("a", 0.0003), "parameterScale")
    bench.declare(dataset(), job(), resource("FineTuningTask/faq-a", chosen))
    assert trouble(bench.apply(WHOLE)) == []
    scale = bench.shown("FineTuningTask/faq-a")["parameterScale"]
    bench.declare(resource("FineTuningTask/faq-a", {**chosen, "parameterScale": scale}))
    assert actions(bench.plan()) == {}
    assert trouble(bench.apply(WHOLE)) == []
    assert actions(bench.plan()) == {}
    other = "LoRA" if scale == "FullFineTuning" else "FullFineTuning"
    bench.declare(resource("FineTuningTask/faq-a", {**chosen, "parameterScale": other}))
    assert actions(bench.plan()) == {"FineTuningTask/faq-a": "run"}
