"""The approved plan as JSON and back: everything that its rest needs, and nothing of what others want."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from qfops.reconcile.desired import Desired
from qfops.reconcile.stored import read_resource, resource_json
from qfops.state.replay import Approved

from qfops.core.address import Address, Location
from qfops.core.errors import StateError
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Step
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Ignore, Lifecycle, Resource
from qfops.core.state.entry import Entry
from qfops.core.state.state import State
from qfops.reconcile.approved import approval_json, desired_of, done_or_dropped, named, owed_changes, state_of
from tests.support.bench import ref, resource
from tests.support.project import assistant

TASK, JOB = Address.parse("FineTuningTask/faq-a"), Address.parse("FineTuningJob/faq")
MODEL, PROMPT = Address.parse("Model/faq-a"), Address.parse("PromptTemplate/faq-answer")
RESOURCES = {item.address: item for item in assistant()}
STEPS = (Step("create", "CreateFineTuningTask", repeat="look-up"), Step("ready", "DescribeFineTuningTask"))
RUN = Change(TASK, Action.RUN, "", digest="d1", fingerprint="f1", steps=STEPS)
END = Change(MODEL, Action.DELETE, "", object="amv-0", digest="d2")
MOVED = Change(PROMPT, Action.MOVE, "", moved_from=Address.parse("PromptTemplate/old"))
FULL = resource(
    "FineTuningTask/full",
    {
        "jobId": ref("FineTuningJob/faq"),
        "hyperParameterConfig": {"epoch": 3, "learningRate": 3e-4},
        "extra": {"deep": {"list": [ref("Dataset/faq-train", "versionId"), None, True, 1.5, "文"]}},
    },
    depends_on=["PromptTemplate/faq-answer"],
    lifecycle=Lifecycle(True, (Ignore("a.b", "why", date(2027, 1, 31)), Ignore("c")), "retire", "delete"),
    labels={"team": "支持"},
)


def plan(*changes: Change) -> Plan:
    return Plan("demo", "", "lineage", 1, "whole", changes)


def stored(*changes: Change, desired: Desired = Desired(RESOURCES)) -> dict[str, object]:
    """An approval, through JSON."""
    approval = approval_json(plan(*changes), changes, desired, "ann", "https://ci/1", 5.0)
    return dict(json.loads(json.dumps(approval)))


@pytest.mark.parametrize("item", [*RESOURCES.values(), FULL], ids=lambda item: str(item.address))
def test_a_resource_survives_the_round_trip(item: Resource) -> None:
    """Values, references, lifecycle, labels; origins are for messages and stay behind."""
    back = read_resource(item.address, json.loads(json.dumps(resource_json(item))))
    assert back == replace(item, origins={})


@pytest.mark.parametrize("damage", ["attributes", "lifecycle", "location", "labels", "dependsOn"])
def test_what_cannot_be_read_is_refused(damage: str) -> None:
    """With the address; never half a wish."""
    broken = {**resource_json(FULL), damage: 7}
    with pytest.raises(StateError, match="FineTuningTask/full"):
        read_resource(FULL.address, broken)


def test_it_holds_what_its_changes_need_and_nothing_else() -> None:
    """The declared ones, all that they refer to, the flags and the adoptions."""
    flags = PlanOptions(prune=True, retry_failed=True, targets=(TASK,))
    approval = stored(RUN, desired=Desired(RESOURCES, flags, {JOB: "job-1"}))
    desired = desired_of(approval)  # type: ignore[arg-type]
    assert {str(address) for address in desired.resources} == {
        "FineTuningTask/faq-a",
        "FineTuningJob/faq",
        "Dataset/faq-train",
    }
    assert desired.flags == PlanOptions(prune=True, retry_failed=True)
    assert desired.adopt == {JOB: "job-1"}
    assert (approval["by"], approval["runUrl"], approval["digest"]) == ("ann", "https://ci/1", "whole")


def test_every_owed_change_is_known_by_its_digest_calls_and_object() -> None:
    """`started` are those of which a call took effect since then."""
    working = Approved(stored(RUN, END))  # type: ignore[arg-type]
    working.begin(*RUN.key)
    owed = owed_changes(working, desired_of(working).resources)
    assert owed.keys() == {RUN.key, END.key}
    mine = owed[RUN.key]
    assert (mine.digest, mine.fingerprint, mine.started) == ("d1", "f1", True)
    assert mine.steps == {("create", "CreateFineTuningTask"), ("ready", "DescribeFineTuningTask")}
    assert not owed[END.key].started
    assert owed_changes(None, RESOURCES) == {}


def test_other_values_are_not_the_rest_of_what_was_approved() -> None:
    """The same call on the same object with another value has to be approved itself, wherever it stands."""
    approval = stored(RUN)
    task = RESOURCES[TASK]
    call = replace(RUN, digest="other")
    for values, place, covered in (
        (task.attributes, 99, True),
        ({**task.attributes, "splitRatio": 5}, 1, False),
    ):
        wanted = replace(task, attributes=values, location=Location("moved.yaml", place))
        owed = owed_changes(approval, {**RESOURCES, TASK: wanted})  # type: ignore[arg-type]
        assert owed[RUN.key].covers(call) is covered
        assert owed[RUN.key].covers(RUN)


def test_what_it_is_not_about_is_out_of_sight() -> None:
    """An entry whose manifest is not among its resources must not look removed; old addresses count."""
    addresses = [TASK, MODEL, PROMPT, Address.parse("PromptTemplate/old"), Address.parse("Service/other")]
    state = State("demo", entries={address: Entry(address, f"id-{address}") for address in addresses})
    approval = stored(RUN, END, MOVED)
    seen = state_of(approval, desired_of(approval), state)  # type: ignore[arg-type]
    assert {str(address) for address in seen.entries} == {
        "FineTuningTask/faq-a", "Model/faq-a", "PromptTemplate/faq-answer", "PromptTemplate/old",
    }  # fmt: skip


def test_a_rest_is_done_dropped_or_still_to_do() -> None:
    """Nothing planned any more: done. Planned otherwise: dropped. Not known now, or waiting: still owed."""
    job = Change(JOB, Action.NO_OP, "")
    same = replace(RUN, owed=True)
    keys = [RUN.key, END.key, job.key]
    assert done_or_dropped(keys, plan(same, job)) == ([END.key, job.key], [])
    assert done_or_dropped([RUN.key], plan(RUN)) == ([], [RUN.key])
    for action in (Action.WAIT, Action.UNKNOWN):
        assert done_or_dropped([RUN.key], plan(replace(RUN, action=action))) == ([], [])
    assert done_or_dropped([RUN.key], plan(replace(RUN, action=Action.BLOCKED))) == ([], [RUN.key])
    assert (named(RUN.key), named(END.key)) == ("FineTuningTask/faq-a", "Model/faq-a amv-0")


def test_an_approval_that_is_none_is_refused() -> None:
    """State may have been edited by hand."""
    with pytest.raises(StateError):
        desired_of({"changes": []})
