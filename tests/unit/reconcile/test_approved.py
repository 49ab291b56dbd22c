"""The approved plan, to the state and back: all that its rest needs, and nothing of what others want."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from qfops.core.address import Address, Location
from qfops.core.plan.actions import Action
from qfops.core.plan.change import AttributeChange, Change, Seal
from qfops.core.plan.plan import Plan
from qfops.core.plan.steps import Call, Repeat, Wait
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Ignore, Lifecycle, Resource
from qfops.core.state.approved_plan import ApprovedPlan
from qfops.core.state.records import Approved, Header, Outcome
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.reconcile.approved import approved_plan, owed_changes
from qfops.reconcile.world import Desired
from qfops.state.format.approved import read_approved, write_approved
from qfops.state.format.problems import FormatError
from qfops.state.format.resources import read_resource, write_resource
from qfops.state.live_state import LiveState
from tests.support.bench import ref, resource
from tests.support.plans import change
from tests.support.project import assistant

TASK, JOB = Address.parse("FineTuningTask/faq-a"), Address.parse("FineTuningJob/faq")
MODEL, PROMPT = Address.parse("Model/faq-a"), Address.parse("PromptTemplate/faq-answer")
RESOURCES = {item.address: item for item in assistant()}
STEPS = (
    Call("create", "CreateFineTuningTask", Repeat.LOOK_UP),
    Wait("DescribeFineTuningTask", "create"),
)
RUN = change(TASK, Action.RUN, digest="d1", fingerprint="f1", steps=STEPS)
END = change(MODEL, Action.DELETE, object="amv-0", digest="d2")
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
    return Plan(
        project="demo", environment="", lineage="lineage", serial=1, digest="whole", changes=tuple(changes)
    )


def through_json(value: JSON) -> JSON:
    """A document as it comes from the disk."""
    found: JSON = json.loads(json.dumps(value))
    return found


def stored(*changes: Change, desired: Desired = Desired(RESOURCES)) -> ApprovedPlan:
    """An approval, through JSON."""
    approval = approved_plan(plan(*changes), changes, desired, "ann", "https://ci/1", 5.0)
    return read_approved(through_json(write_approved(approval)), "state")


def decided(of: Change, action: Action) -> Change:
    """The same change, planned otherwise."""
    return replace(of, decision=replace(of.decision, action=action))


def sealed(of: Change, *, digest: str = "", owed: bool = False) -> Change:
    """The same change, with another seal."""
    return replace(of, seal=replace(of.seal, digest=digest or of.seal.digest, owed=owed))


@pytest.mark.parametrize("item", [*RESOURCES.values(), FULL], ids=lambda item: str(item.address))
def test_a_resource_survives_the_round_trip(item: Resource) -> None:
    """Values, references, lifecycle, labels; origins are for messages and stay behind."""
    back = read_resource(through_json(write_resource(item)), item.address, "it")
    assert back == replace(item, origins={})


@pytest.mark.parametrize("damage", ["attributes", "lifecycle", "line", "labels", "dependsOn"])
def test_what_cannot_be_read_is_refused(damage: str) -> None:
    """With the address; never half a wish."""
    document = write_approved(replace(stored(RUN), resources={FULL.address: FULL}))
    broken: dict[str, JSON] = {**write_resource(FULL), damage: "7"}
    with pytest.raises(FormatError, match="FineTuningTask/full"):
        read_approved({**document, "resources": {str(FULL.address): broken}}, "state")


def test_it_holds_what_its_changes_need_and_nothing_else() -> None:
    """The declared ones, all that they refer to, the options and the adoptions."""
    options = PlanOptions(prune=True, retry_failed=True, targets=(TASK,))
    approval = stored(RUN, desired=Desired(RESOURCES, options, {JOB: "job-1"}))
    assert {str(address) for address in approval.resources} == {
        "FineTuningTask/faq-a",
        "FineTuningJob/faq",
        "Dataset/faq-train",
    }
    assert approval.options == options
    assert approval.adopt == {JOB: "job-1"}
    assert (approval.by, approval.run_url, approval.digest, approval.at) == (
        "ann",
        "https://ci/1",
        "whole",
        5.0,
    )


def test_every_owed_change_is_known_by_its_digest_calls_and_object() -> None:
    """`started` are those of which a call took effect since then."""
    working = LiveState(State(project="demo"))
    working.apply(Approved(plan=stored(RUN, END), attempt="a"))
    call = Header(attempt="b", address=TASK, step="create", operation="CreateFineTuningTask")
    working.apply(Outcome(header=call, entries={}))
    approval = working.approved
    assert approval is not None
    owed = owed_changes(approval, approval.resources)
    assert owed.keys() == {RUN.key, END.key}
    mine = owed[RUN.key].change
    assert (mine.digest, mine.fingerprint, mine.started, mine.action) == ("d1", "f1", True, "run")
    assert mine.steps == (("create", "CreateFineTuningTask"), ("ready", "DescribeFineTuningTask"))
    assert not owed[END.key].change.started
    assert owed_changes(None, RESOURCES) == {}


def test_other_values_are_not_the_rest_of_what_was_approved() -> None:
    """The same call on the same object with another value has to be approved itself, wherever it stands."""
    approval = stored(RUN)
    task = RESOURCES[TASK]
    call = sealed(RUN, digest="other")
    for values, place, covered in (
        (task.attributes, 99, True),
        ({**task.attributes, "splitRatio": 5}, 1, False),
    ):
        wanted = replace(task, attributes=values, location=Location("moved.yaml", place))
        owed = owed_changes(approval, {**RESOURCES, TASK: wanted})
        assert owed[RUN.key].covers(call) is covered
        assert owed[RUN.key].covers(RUN)


def test_what_narrowed_the_plan_is_kept_by_address() -> None:
    """Going on plans the same part again, whatever files declare it by then."""
    options = PlanOptions(
        scope=Scope.DESTROY,
        paths=("manifests",),
        targets=(MODEL,),
        labels=(("team", "a"),),
        revert_drift=True,
        allow_large_change=True,
        declared=frozenset({TASK}),
    )
    kept = stored(RUN, desired=Desired(RESOURCES, options)).options
    assert kept == PlanOptions(
        scope=Scope.DESTROY, targets=(TASK, MODEL), labels=(("team", "a"),), revert_drift=True
    )
    assert kept.chosen == options.chosen


@pytest.mark.parametrize(
    ("changes", "approved", "covers"),
    [
        ((RUN, END), (RUN, END), "all"),
        ((RUN, END), (RUN,), "part"),
        ((RUN, change(JOB, Action.BLOCKED)), (RUN,), "acting"),
        ((change(TASK, Action.WAIT),), (change(TASK, Action.WAIT),), "part"),
        ((change(TASK, Action.RUN, owed=True),), (change(TASK, Action.RUN, owed=True),), "part"),
    ],
    ids=["all", "a part", "the rest is held", "nothing but waits", "nothing but what is owed"],
)
def test_a_digest_names_an_approval_only_where_it_tells_of_all_of_it(
    changes: tuple[Change, ...], approved: tuple[Change, ...], covers: str
) -> None:
    """What is owed or waits stands in no digest, so a digest of nothing else names nothing."""
    found = approved_plan(plan(*changes), approved, Desired(RESOURCES), "ann", "", 5.0)
    assert found.covers == covers
    assert found.is_named_by("whole") is (covers != "part")
    assert not found.is_named_by("other")
    assert read_approved(through_json(write_approved(found)), "state") == found


@pytest.mark.parametrize(
    ("fingerprint", "started", "covered"),
    [("f1", False, True), ("f2", False, False), ("f2", True, True)],
)
def test_an_object_that_moved_before_its_change_began_is_not_covered(
    fingerprint: str, started: bool, covered: bool
) -> None:
    """Afterwards we moved it ourselves."""
    approval = stored(RUN)
    mine = approval.changes[RUN.key]
    approval = approval.owing({RUN.key: mine.begun("stop") if started else mine})
    rest = replace(RUN, seal=Seal(fingerprint, "other"))
    assert owed_changes(approval, RESOURCES)[RUN.key].covers(rest) is covered


@pytest.mark.parametrize(
    ("rest", "covered"),
    [
        (replace(RUN, steps=STEPS[1:]), True),
        (replace(RUN, steps=(Call("stop", "StopFineTuningTask", Repeat.SAFE),)), False),
        (replace(RUN, attributes=(AttributeChange("a", overwrites=True),)), False),
    ],
    ids=["what is left of it", "a call that was not approved", "a console edit in the way"],
)
def test_what_is_left_of_a_change_is_covered_and_more_is_not(rest: Change, covered: bool) -> None:
    """Steps that are done already are no difference."""
    found = owed_changes(stored(RUN), RESOURCES)[RUN.key]
    assert found.covers(sealed(rest, digest="other")) is covered


def test_a_manifest_that_was_taken_away_is_not_as_approved() -> None:
    """Nor is one that has come back for what was to end."""
    without = {address: item for address, item in RESOURCES.items() if address != TASK}
    assert not owed_changes(stored(RUN), without)[RUN.key].as_approved
    gone = change(MODEL, Action.DELETE)
    approval = stored(gone, desired=Desired({}))
    assert owed_changes(approval, {})[gone.key].as_approved
    assert not owed_changes(approval, RESOURCES)[gone.key].as_approved


@pytest.mark.parametrize(
    ("done", "digest"),
    [(("create",), "d1"), (("create",), "other"), ((), "d1")],
    ids=["same", "rest", "old state"],
)
def test_what_ran_once_is_never_covered_again(done: tuple[str, ...], digest: str) -> None:
    """It ran and failed: making it again is a new change. Older states know that something took effect."""
    mine = replace(stored(RUN).changes[RUN.key], started=True, done=done)
    found = owed_changes(replace(stored(RUN), changes={RUN.key: mine}), RESOURCES)[RUN.key]
    assert not found.covers(sealed(RUN, digest=digest))
    assert found.covers(sealed(replace(RUN, steps=STEPS[1:]), digest="other"))


def test_an_approval_that_is_none_is_refused() -> None:
    """State may have been edited by hand."""
    with pytest.raises(FormatError):
        read_approved({"changes": []}, "state")
