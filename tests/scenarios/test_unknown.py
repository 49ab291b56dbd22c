"""What could not be looked at is unknown, never absent: for every kind, and for every way not to be told.

A console that does not show a list says nothing about what is in it: nothing is made beside what may be
there, nothing is taken for ours, and nothing ends that may hold or serve something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from qfops.console.client import Client
from qfops.core.address import Address
from qfops.core.errors import Stale
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.core.values import JSON, plain
from qfops.kinds.base import Kind
from qfops.kinds.bodies import create_body
from qfops.kinds.ids import malformed
from qfops.kinds.registry import Registry, load
from qfops.reconcile.ports import CallAnswer
from tests.crash.outcome import alive, known
from tests.invariants.cases import CASES, Case
from tests.support.bench import Bench, actions, find, resource, trouble
from tests.support.meddling import Meddled
from tests.support.project import (
    assistant,
    container,
    dataset,
    deployed,
    job,
    run,
    template,
    trained,
    version,
)

NOT_TOLD = (
    *("error:AccessDenied", "error:InappropriateJSON", "error:ResourceNotFound"),
    *("status:500", "nonjson", "nonjson:403", "cut"),
)
"""How a list may be answered without telling anything: refused, no such API, broken, a page, half of it."""

KINDS = [next(case for case in CASES if case.kind == key) for key in sorted(load().kinds)]
PROMPT, RUN, JOB, DATA = (
    *("PromptTemplate/faq-answer", "FineTuningTask/faq-a"),
    *("FineTuningJob/faq", "Dataset/faq-train"),
)
DESTROY = PlanOptions(scope=Scope.DESTROY)


def kind_of(case: Case) -> Kind:
    """The kind that a case is about."""
    return load().kinds[case.kind]


def list_of(kind: Kind) -> str:
    """The action that lists a kind."""
    assert kind.listing is not None
    return kind.listing.action


def answered(bench: Bench, kind: str, *names: str) -> None:
    """From now on these actions are answered so, and all others as they should."""
    bench.emulator.configure(faults=[{"kind": kind, "action": name, "times": None} for name in names])


def denied(bench: Bench, *names: str) -> None:
    """These actions are forbidden from now on, and no others."""
    answered(bench, "error:AccessDenied", *names)


def asked(bench: Bench) -> list[str]:
    """What the console was asked for, in order."""
    return [request.action for request in bench.emulator.requests()]


def version_too() -> Resource:
    """Another further version of the dataset."""
    return replace(version(description="summer"), address=Address.parse("DatasetVersion/faq-summer"))


def say(bench: Bench, *names: str) -> None:
    """Write `adopt: {NAME: null}` to qfops.yaml."""
    bench.settings = replace(bench.settings, adopt=dict.fromkeys(map(Address.parse, names)))


def prepared(bench: Bench, case: Case) -> Resource:
    """Everything of a case but its subject exists; the subject."""
    subject = next(item for item in case.resources if str(item.address) == case.subject)
    bench.declare(*(item for item in case.resources if item is not subject))
    if bench.resources:
        assert trouble(bench.apply()) == []
        bench.pass_time()
    return subject


def made(bench: Bench, *resources: Resource) -> None:
    """These exist, and are not new any more."""
    bench.declare(*resources)
    assert trouble(bench.apply()) == []
    bench.pass_time()


# --- making something


@pytest.mark.parametrize("answer", NOT_TOLD)
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_nothing_is_made_where_nobody_could_look(case: Case, answer: str, bench: Bench) -> None:
    """The plan says unknown, which call failed, and the way out; an apply sends nothing."""
    bench.declare(prepared(bench, case))
    writes = bench.writes()
    answered(bench, answer, list_of(kind_of(case)))
    change = find(bench.plan(), case.subject)
    assert change.action is Action.UNKNOWN
    assert list_of(kind_of(case)) in change.reason
    assert f'adopt: {{"{case.subject}": null}}' in change.decision.remedy
    bench.apply()
    assert bench.writes() == writes


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_what_may_not_be_listed_names_the_policy(case: Case, bench: Bench) -> None:
    """The owner of the keys can be granted what is missing."""
    bench.declare(prepared(bench, case))
    denied(bench, list_of(kind_of(case)))
    assert "AccessPolicy" in find(bench.plan(), case.subject).reason


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_who_says_that_nothing_is_there_is_believed(case: Case, bench: Bench) -> None:
    """`adopt: {ADDR: null}` stands for the look; it is part of the digest, and the object is made once."""
    bench.declare(prepared(bench, case))
    looked = bench.plan().digest
    denied(bench, list_of(kind_of(case)))
    say(bench, case.subject)
    plan = bench.plan()
    assert find(plan, case.subject).action.makes
    assert plan.digest != looked
    with pytest.raises(Stale):
        bench.apply(expected=looked)
    create = kind_of(case).create.action
    before = bench.writes().count(create)
    bench.apply(expected=plan.digest)
    assert bench.writes().count(create) == before + 1
    assert Address.parse(case.subject) in bench.state().entries


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_line_that_is_no_longer_needed_is_told_and_changes_nothing(case: Case, bench: Bench) -> None:
    """Once somebody can look, before the object is made and after it."""
    bench.declare(prepared(bench, case))
    digest = bench.plan().digest
    say(bench, case.subject)
    plan = bench.plan()
    assert plan.digest == digest
    assert [(item.code, item.severity) for item in plan.diagnostics] == [("adopt-not-needed", "warning")]
    bench.apply()
    bench.pass_time()
    assert [str(item.address) for item in bench.plan().diagnostics] == [case.subject]
    bench.settings = replace(bench.settings, adopt={})
    assert bench.plan().diagnostics == ()


def test_a_missing_object_is_not_made_again_where_nobody_could_look(bench: Bench) -> None:
    """Its own read says that it is gone; whether another one has its name only the list could say."""
    made(bench, template(), job())
    bench.emulator.delete(bench.id(PROMPT))
    denied(bench, "DescribePromptTemplates")
    assert actions(bench.plan()) == {PROMPT: "unknown"}
    denied(bench)
    assert actions(bench.plan()) == {PROMPT: "create"}


def test_what_takes_another_name_is_unknown_where_nobody_could_look(bench: Bench) -> None:
    """An edit of its text needs no look."""
    made(bench, template())
    denied(bench, "DescribePromptTemplates")
    bench.edit(PROMPT, templateContent="In short: {input}")
    assert actions(bench.plan()) == {PROMPT: "update"}
    bench.edit(PROMPT, templateName="faq-other")
    change = find(bench.plan(), PROMPT)
    assert (change.action, change.steps) == (Action.UNKNOWN, ())
    assert change.reason.startswith("whether its new name is taken cannot be told")


def test_a_replacement_is_unknown_where_nobody_could_look(bench: Bench) -> None:
    """The object itself is read; whether its successor's name is free is not known."""
    made(bench, *deployed())
    bench.edit("Service/faq", name="faq-next", urlSuffix="faq-next")
    assert find(bench.plan(), "Service/faq").action is Action.REPLACE
    denied(bench, "DescribeServices")
    assert find(bench.plan(), "Service/faq").action is Action.UNKNOWN


def test_a_kept_run_that_cannot_be_read_is_not_repeated(bench: Bench) -> None:
    """The edit is undone: the run exists, so it is not paid for again, though nobody can see it."""
    made(bench, dataset(), job(), run("a", 0.0003))
    made(bench, run("a", 0.0009))
    bench.declare(run("a", 0.0003))
    assert actions(bench.plan()) == {RUN: "adopt"}
    denied(bench, "DescribeFineTuningTasks", "DescribeFineTuningTask")
    change = find(bench.plan(), RUN)
    assert change.action is Action.UNKNOWN
    assert "could not be read" in change.reason or "answered 403" in change.reason


# --- where is looked


def literal(bench: Bench, epoch: int) -> Resource:
    """A run in the job of a bench, which it names by its id."""
    version = bench.state().entries[Address.parse(DATA)].outputs["versionId"]
    config: dict[str, JSON] = {
        "sourceType": "Platform", "versions": [{"versionId": version}], "splitRatio": 10,
    }  # fmt: skip
    parameters: dict[str, JSON] = {"epoch": epoch, "learningRate": 0.0003, "maxSeqLen": 4096}
    spec: dict[str, JSON] = {
        "jobId": bench.id(JOB), "parameterScale": "LoRA", "datasetConfig": config,
        "hyperParameterConfig": parameters,
    }  # fmt: skip
    return resource(RUN, {**spec})


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_in_a_job_that_is_named_by_its_id_is_not_taken_for_ours(bench: Bench, when: str) -> None:
    """The job is listed while planning, so the foreign run was there before: the create is repeated."""
    made(bench, dataset(), job())
    theirs = bench.call("/v2/finetuning", "CreateFineTuningTask", {**literal(bench, 5).attributes})  # type: ignore[dict-item]
    assert isinstance(theirs, dict)
    bench.pass_time()
    bench.declare(literal(bench, 3))
    bench.emulator.configure(faults=[{"kind": "reset", "action": "CreateFineTuningTask", "when": when}])
    assert trouble(bench.apply()) == []
    assert bench.id(RUN) != theirs["taskId"]
    assert len(bench.objects("FineTuningTask")) == 2


def test_one_list_for_each_container_that_is_named_by_its_id(bench: Bench) -> None:
    """However many resources name it."""
    made(bench, dataset(), job())
    bench.declare(literal(bench, 3), replace(literal(bench, 4), address=Address.parse("FineTuningTask/b")))
    job_id = bench.id(JOB)
    bench.lose_state()  # now the job is only known by what the manifests say
    bench.remove(JOB)
    before = asked(bench).count("DescribeFineTuningTasks")
    plan = bench.plan()
    assert asked(bench).count("DescribeFineTuningTasks") == before + 1
    assert {find(plan, RUN).resource.attributes["jobId"]} == {job_id}  # type: ignore[union-attr]


IN_A_NEW_PLACE = {
    "runs": ([dataset(), job(), run("a", 0.0003), run("b", 0.0001)], "FineTuningTask"),
    "versions": ([container(), version(), version_too()], "DatasetVersion"),
}


@pytest.mark.parametrize(("resources", "kind"), IN_A_NEW_PLACE.values(), ids=IN_A_NEW_PLACE)
def test_what_is_made_with_its_container_is_looked_for_before(
    resources: list[Resource], kind: str, bench: Bench
) -> None:
    """Planned without a look, since nothing can be there; listed once, before the first create in it."""
    made_of = load().get(Address.parse(f"{kind}/x"))
    list_, make = list_of(made_of), made_of.create.action
    bench.declare(*resources)
    assert "unknown" not in actions(bench.plan()).values()
    assert list_ not in asked(bench)
    assert trouble(bench.apply()) == []
    assert asked(bench).count(list_) == 1
    assert asked(bench).index(list_) < asked(bench).index(make)


def test_what_cannot_be_looked_for_before_it_is_made_is_not_made(bench: Bench) -> None:
    """The job is made; its runs are not, and the next plan says why."""
    bench.declare(dataset(), job(), run("a", 0.0003))
    denied(bench, "DescribeFineTuningTasks")
    (said,) = trouble(bench.apply())
    assert said.startswith(f"failed: {RUN}: DescribeFineTuningTasks answered 403")
    assert "CreateFineTuningTask" not in bench.writes()
    assert actions(bench.plan())[RUN] == "unknown"


def unlisted(name: str) -> Registry:
    """All kinds, one of them declared as having no list."""
    kinds = load().kinds.values()
    return Registry([replace(kind, listing=None) if kind.name == name else kind for kind in kinds])


def test_a_kind_without_a_list_is_made_and_only_its_lost_create_is_unknown(bench: Bench) -> None:
    """Nobody can look, before or after: the first create goes ahead, the lost one is for a person."""
    bench.registry = unlisted("PromptTemplate")
    bench.declare(template())
    assert actions(bench.plan()) == {PROMPT: "create"}
    bench.emulator.configure(faults=[{"kind": "reset", "action": "CreatePromptTemplate", "when": "after"}])
    (said,) = trouble(bench.apply())
    assert "the console API has no list of PromptTemplates" in said
    assert "state settle" in said
    assert actions(bench.plan()) == {PROMPT: "unknown"}
    assert bench.writes() == ["CreatePromptTemplate"]


NAMED = [
    case
    for case in KINDS
    if kind_of(case).named
    and not any(item.references for item in case.resources if str(item.address) == case.subject)
]


@pytest.mark.parametrize("case", NAMED, ids=str)
def test_a_name_that_is_taken_while_the_plan_is_read_is_not_doubled(case: Case, bench: Bench) -> None:
    """Lists were late, and the approval took two minutes: the look before the create shows whose it is."""
    subject, kind = prepared(bench, case), kind_of(case)
    bench.declare(subject)
    body = create_body(kind, {key: plain(value) for key, value in subject.attributes.items()})
    bench.show_late()
    bench.call(kind.route_of(kind.create), kind.create.action, body)
    (said,) = trouble(bench.apply(between=lambda _: bench.pass_time(120.0)))
    assert "has taken the name since the plan was made" in said
    assert bench.writes() == [kind.create.action]
    assert bench.state().entries == {}


# --- settling


def test_what_somebody_made_under_our_name_is_not_ours(bench: Bench) -> None:
    """Our create never arrived; theirs has the name and another text: neither taken over nor doubled."""
    bench.declare(template())
    body = {**template(templateContent="theirs {input}").attributes}

    async def theirs(client: Client, action: str) -> None:
        await client.send("/v2/promptTemplates", action, body, valid_until=bench.clock.now() + 30)  # type: ignore[arg-type]
        bench.emulator.configure(faults=[{"kind": "reset", "action": action, "when": "before"}])

    bench.console = lambda client: Meddled(client, before=theirs)
    (said,) = trouble(bench.apply())
    (their_id,) = bench.objects("PromptTemplate")
    assert f"one object could be its result ({their_id}; {their_id} differs in templateContent)" in said
    assert bench.state().entries == {}
    assert actions(bench.plan()) == {PROMPT: "unknown"}


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_nothing_is_taken_over_when_nobody_knew_what_was_there(case: Case, bench: Bench) -> None:
    """Its list could not be read before the call: what it shows afterwards may have been there."""
    bench.declare(prepared(bench, case))
    say(bench, case.subject)
    create = kind_of(case).create.action
    before = bench.writes().count(create)
    order = {"kind": "error:AccessDenied", "action": list_of(kind_of(case)), "times": None}
    bench.emulator.configure(faults=[order, {"kind": "reset", "action": create, "when": "after"}])
    assert any("cannot be read" in item for item in trouble(bench.apply()))
    denied(bench)
    change = find(bench.plan(), case.subject)
    assert change.action is Action.UNKNOWN
    assert "it is not known what was there before the call" in change.reason
    assert bench.writes().count(create) == before + 1


@dataclass
class Misnamed(Meddled):
    """A console whose list of runs names them in another form than their kind has."""

    async def pages(
        self, route: str, action: str, body: Mapping[str, JSON], *, items: str
    ) -> list[dict[str, JSON]]:
        """The items, the ids of runs exchanged."""
        found = await super().pages(route, action, body, items=items)
        return [{key: f"old-{item[key]}" if key == "taskId" else item[key] for key in item} for item in found]


def test_a_match_whose_id_has_not_the_form_of_its_kind_is_left_to_a_person(bench: Bench) -> None:
    """It may be the run that was paid for: not taken over, and not started a second time."""
    made(bench, dataset(), job())
    bench.declare(run("a", 0.0003))
    bench.emulator.configure(faults=[{"kind": "reset", "action": "CreateFineTuningTask", "when": "after"}])
    bench.console = Misnamed
    (said,) = trouble(bench.apply())
    assert "differs in taskId" in said
    assert len(bench.objects("FineTuningTask")) == 1


# --- ids


@dataclass
class Garbled(Meddled):
    """A console that answers creates with something else in the place of an id."""

    keys: tuple[str, ...] = ()
    value: JSON = True

    async def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> CallAnswer:
        """The answer, with the ids of what was made exchanged."""
        answer = await super().send(route, action, body, valid_until=valid_until, attempt=attempt)
        result = answer.result
        if not action.startswith("Create") or action == "CreateImportTask":
            return answer
        if isinstance(result, dict):
            garbled: JSON = {key: self.value if key in self.keys else item for key, item in result.items()}
        else:
            garbled = self.value
        return replace(answer, result=garbled)  # type: ignore[type-var]


NO_IDS: tuple[JSON, ...] = (True, 7, "true", " ", "", None, [], ["pt-1"], {}, "pt 1", "pt-\n", "x-abc")


@pytest.mark.parametrize("value", NO_IDS, ids=repr)
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_an_answer_without_an_id_of_the_kind_is_a_lost_answer(case: Case, value: JSON, bench: Bench) -> None:
    """What was made is looked for and found, once, under the id that it really has."""
    bench.declare(prepared(bench, case))
    bench.console = lambda client: Garbled(client, keys=kind_of(case).id, value=value)
    assert trouble(bench.apply()) == []
    assert alive(bench) == known(bench)
    bench.console = lambda client: client
    bench.pass_time()
    assert actions(bench.plan()) == {}


def test_the_ids_of_the_console_have_the_forms_of_their_kinds(bench: Bench) -> None:
    """Every object of the assistant, and what was made together with it."""
    made(bench, *assistant())
    for address, entry in bench.state().entries.items():
        assert malformed(load().get(address), entry.outputs) == [], address


# --- ending something


@pytest.mark.parametrize("answer", NOT_TOLD)
@pytest.mark.parametrize(
    ("subject", "list_"),
    [
        ("Dataset/faq-train", "DescribeDatasetVersions"),
        ("FineTuningJob/faq", "DescribeFineTuningTasks"),
        ("ModelSet/faq", "DescribeCustomModelSets"),
        ("Model/faq-base", "DescribeServices"),
    ],
)
def test_nothing_ends_whose_content_or_users_nobody_could_list(
    subject: str, list_: str, answer: str, bench: Bench
) -> None:
    """Somebody else's things may be in it, or rest on it."""
    made(bench, container(), job(), *deployed())
    answered(bench, answer, list_)
    change = find(bench.plan(DESTROY), subject)
    assert change.action is Action.UNKNOWN
    assert list_ in change.reason
    bench.apply(asked=DESTROY)
    assert load().get(Address.parse(subject)).operations["delete"].action not in bench.writes()


@pytest.mark.parametrize("answer", [*NOT_TOLD, "error:NoSuchObject"])
def test_only_what_is_known_to_be_gone_is_forgotten(answer: str, bench: Bench) -> None:
    """A list that tells nothing, and a read that knows no such API, leave the entry where it is."""
    made(bench, *trained(), template())
    names = [kind.read.action for kind in load().kinds.values() if kind.read is not None]
    bench.resources.clear()
    lists = [list_of(kind) for kind in load().kinds.values()]
    orders = [{"kind": answer, "action": name, "times": None} for name in lists]
    refused = "error:ResourceNotFound" if answer == "error:NoSuchObject" else answer
    orders += [{"kind": refused, "action": name, "times": None} for name in names]
    bench.emulator.configure(faults=orders)
    entries = bench.state().entries
    assert set(actions(bench.plan()).values()) == {"unknown"}
    bench.apply()
    assert bench.state().entries.keys() == entries.keys()


def test_a_dataset_whose_first_version_is_gone_is_neither_doubled_nor_forgotten(bench: Bench) -> None:
    """Its list shows the dataset, with a version of somebody else: it is there, and not as we made it."""
    made(bench, dataset(), job())
    bench.call("/v2/dataset", "CreateDatasetVersion", {"datasetId": bench.id(DATA)})
    version_id = str(bench.state().entries[Address.parse(DATA)].outputs["versionId"])
    bench.emulator.delete(version_id)
    change = find(bench.plan(), DATA)
    assert change.action is Action.UNKNOWN
    assert change.reason == f"{version_id} is gone, which was made with it; the object itself is there"
    assert find(bench.plan(DESTROY), DATA).action is Action.UNKNOWN


def test_an_end_waits_for_the_call_of_its_address(bench: Bench) -> None:
    """A create whose outcome nobody knows: without its manifest, and with destroy, it is not passed over."""
    bench.declare(template())
    order = {"kind": "error:AccessDenied", "action": "DescribePromptTemplates", "times": None}
    say(bench, PROMPT)
    bench.emulator.configure(
        faults=[order, {"kind": "reset", "action": "CreatePromptTemplate", "when": "after"}]
    )
    bench.apply()
    bench.resources.clear()
    assert actions(bench.plan()) == {PROMPT: "unknown"}
    assert actions(bench.plan(DESTROY)) == {PROMPT: "unknown"}
