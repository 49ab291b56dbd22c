"""Mutating calls against a scripted console: what each class of error leads to, and what is journaled."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.errors import ApiError, ErrorClass
from qfops.core.plan.steps import Call, Repeat
from qfops.core.state.entry import Entry
from qfops.core.state.records import Approved, Intent, Outcome
from qfops.core.values import JSON
from qfops.kinds.registry import load
from qfops.reconcile.apply.calls import ATTEMPTS, Caller, Interrupted, Unsettled
from qfops.reconcile.effects import Drops, Makes, Sets
from qfops.reconcile.journal import Request
from tests.unit.objects.scripted import Line, error
from tests.unit.reconcile import scripted
from tests.unit.reconcile.scripted import Script

PROMPT = load().kinds[Address.parse("PromptTemplate/p").kind_key]
TASK = load().kinds[Address.parse("FineTuningTask/t").kind_key]
ADDRESS = Address.parse("PromptTemplate/p")
RUN = Address.parse("FineTuningTask/t")
OLD = Entry(
    address=ADDRESS,
    id="pt-1",
    attributes={"templateName": "p", "templateContent": "old"},
    outputs={"templateId": "pt-1"},
)
NEW = replace(OLD, attributes={**OLD.attributes, "templateContent": "new"})
NO_EFFECT = error(ErrorClass.NO_EFFECT, status=429)
REFUSED = error(status=400, code="InappropriateJSON")
LOST = error(ErrorClass.UNKNOWN_OUTCOME, status=500)
GONE = error(status=404, code="NoSuchObject")
CROWDED = error(status=400, code="TaskRunningNumberExceedLimit", crowded=True)
CREATED: JSON = {"templateId": "pt-1"}
SHOWN_OLD: JSON = {"templateId": "pt-1", "templateName": "p", "templateContent": "old"}
SHOWN_NEW: JSON = {"templateId": "pt-1", "templateName": "p", "templateContent": "new"}


class Desk(scripted.Desk):
    """A caller with everything around it under control."""

    def __init__(self, *sends: Line, entry: Entry | None = None) -> None:
        super().__init__(*([entry] if entry else []), console=Script(sends=deque(sends)))
        self.caller = Caller(self.run)

    def call(self, request: Request) -> Outcome:
        return asyncio.run(self.caller.call(request))

    @property
    def entry(self) -> Entry | None:
        """What state holds of the prompt by now."""
        return self.session.state.entry(ADDRESS)


def create() -> Request:
    return Request(
        address=ADDRESS,
        kind=PROMPT,
        operation=PROMPT.create,
        call=Call("create", "CreatePromptTemplate", Repeat.LOOK_UP),
        body={"templateName": "p"},
        edit=Makes(replace(OLD, id=None, outputs={})),
        attributes=OLD.attributes,
        before=("pt-0",),
        last=True,
    )


def modify() -> Request:
    return Request(
        address=ADDRESS,
        kind=PROMPT,
        operation=PROMPT.operations["modify"],
        call=Call("modify", "ModifyPromptTemplate", Repeat.SAFE),
        body={},
        edit=Sets((("templateContent", "new"),)),
        attributes=NEW.attributes,
        outputs=OLD.outputs,
    )


def delete() -> Request:
    return Request(
        address=ADDRESS,
        kind=PROMPT,
        operation=PROMPT.operations["delete"],
        call=Call("delete", "DeletePromptTemplate", Repeat.SAFE),
        body={},
        edit=Drops("pt-1"),
        outputs=OLD.outputs,
        ends=True,
    )


def train() -> Request:
    planned = Entry(address=RUN, id=None, attributes={"jobId": "job-1", "parameterScale": "LoRA"})
    return Request(
        address=RUN,
        kind=TASK,
        operation=TASK.create,
        call=Call("create", "CreateFineTuningTask", Repeat.LOOK_UP),
        body={},
        edit=Makes(planned),
        attributes=planned.attributes,
        before=(),
    )


def attempts_of(desk: Desk) -> set[str]:
    """The attempts that the journal knows of."""
    return {record.header.attempt for record in desk.session.records if not isinstance(record, Approved)}


def test_the_intent_is_written_before_the_call_and_the_outcome_after_it() -> None:
    """With all that settling needs: attributes, what matched before, when the signature ends, who."""
    desk = Desk()
    desk.console.sends.append(lambda: desk.session.types() == ["intent"] and CREATED)
    assert desk.call(create()).id == "pt-1"
    intent, outcome = desk.session.records
    assert isinstance(intent, Intent)
    assert isinstance(outcome, Outcome)
    assert (intent.header.operation, intent.before, intent.expires) == (
        "CreatePromptTemplate",
        ("pt-0",),
        1060.0,
    )
    assert (intent.header.by, intent.header.commit, intent.attributes) == ("ann", "c0ffee", OLD.attributes)
    assert (outcome.header.attempt, outcome.id, outcome.done) == (intent.header.attempt, "pt-1", True)
    assert desk.entry == OLD
    assert not desk.session.state.intents


def test_what_had_no_effect_is_repeated_with_back_off() -> None:
    """One intent and one signature an attempt; the failed ones are closed."""
    desk = Desk(NO_EFFECT, NO_EFFECT, CREATED)
    desk.call(create())
    assert desk.session.types() == ["intent", "failure", "intent", "failure", "intent", "outcome"]
    assert len(attempts_of(desk)) == 3
    assert desk.clock.naps == [2.0, 4.0]
    assert desk.attempts == [1, 2, 3]


@pytest.mark.parametrize(("request_", "entry"), [(create(), None), (modify(), OLD)], ids=["create", "modify"])
def test_there_are_eight_attempts(request_: Request, entry: Entry | None) -> None:
    """Then the last error is the answer."""
    desk = Desk(*[NO_EFFECT] * 10, entry=entry)
    with pytest.raises(ApiError) as raised:
        desk.call(request_)
    assert raised.value is NO_EFFECT
    assert desk.attempts == list(range(1, ATTEMPTS + 1))
    assert not desk.session.state.intents


def test_a_refusal_is_reported_at_once() -> None:
    """Repeating it would be refused again."""
    desk = Desk(REFUSED)
    with pytest.raises(ApiError):
        desk.call(create())
    assert desk.attempts == [1]
    assert desk.session.types() == ["intent", "failure"]


def test_gone_is_what_a_delete_wants_to_hear() -> None:
    """404 on an end is its success; on anything else it is a refusal."""
    desk = Desk(GONE, entry=OLD)
    desk.call(delete())
    assert desk.session.types() == ["intent", "outcome"]
    assert desk.entry is None
    with pytest.raises(ApiError):
        Desk(GONE, entry=OLD).call(modify())


def test_a_lost_safe_write_is_repeated_and_its_intents_close_with_the_answer() -> None:
    """Until then they stay open: whatever becomes of this run, the next one knows what may have been."""
    desk = Desk(LOST, LOST, None, entry=OLD)
    desk.call(modify())
    assert desk.session.types() == ["intent", "intent", "intent", "outcome", "failure", "failure"]
    assert not desk.session.state.intents
    assert desk.entry == NEW


def test_a_safe_write_that_is_lost_eight_times_stays_open() -> None:
    """Nobody knows whether it happened, so nothing says that it did not."""
    desk = Desk(*[LOST] * 8, entry=OLD)
    with pytest.raises(ApiError):
        desk.call(modify())
    assert desk.session.types() == ["intent"] * 8
    assert len(desk.session.state.intents) == 8


@pytest.mark.parametrize(("shown", "works"), [(SHOWN_NEW, True), (SHOWN_OLD, False)])
def test_a_refusal_after_a_lost_answer_is_checked(shown: JSON, works: bool) -> None:
    """The console may refuse to do again what it has done already: then the object shows it."""
    desk = Desk(LOST, REFUSED, entry=OLD)
    desk.console.reads["DescribePromptTemplate"] = shown
    if works:
        desk.call(modify())
        assert desk.entry == NEW
        assert not desk.session.state.intents
    else:
        with pytest.raises(ApiError):
            desk.call(modify())
        assert len(desk.session.state.intents) == 1


def test_a_lost_create_that_is_found_is_not_repeated() -> None:
    """Exactly one match that was not there before."""
    desk = Desk(LOST)
    items: list[dict[str, JSON]] = [{"templateId": name, "templateName": "p"} for name in ("pt-0", "pt-1")]
    desk.console.lists["DescribePromptTemplates"] = items
    desk.console.reads["DescribePromptTemplate"] = SHOWN_OLD
    assert desk.call(create()).id == "pt-1"
    assert desk.attempts == [1]
    assert desk.session.types() == ["intent", "outcome"]


def test_a_lost_create_that_is_not_found_is_repeated_after_its_window() -> None:
    """The signature's sixty seconds and the visibility's; looks come at growing intervals."""
    desk = Desk(LOST, CREATED)
    desk.call(create())
    assert desk.attempts == [1, 2]
    again = desk.session.records[-2]
    assert isinstance(again, Intent)
    assert again.header.at >= 1000.0 + 60.0 + 60.0
    assert desk.clock.naps[:3] == [1.0, 1.5, 2.25]
    assert len(desk.console.asked) < 15


def test_a_lost_create_with_two_matches_is_left_to_a_person() -> None:
    """The intent stays open, and both candidates are named."""
    desk = Desk(LOST)
    items: list[dict[str, JSON]] = [{"templateId": name, "templateName": "p"} for name in ("pt-1", "pt-2")]
    desk.console.lists["DescribePromptTemplates"] = items
    names = iter(("pt-1", "pt-2"))
    desk.console.reads["DescribePromptTemplate"] = lambda: {"templateId": next(names), "templateName": "p"}
    with pytest.raises(Unsettled, match=r"\(pt-1, pt-2\).*state settle PromptTemplate/p"):
        desk.call(create())
    assert len(desk.session.state.intents) == 1


def test_a_lost_create_that_cannot_be_looked_for_is_left_to_a_person() -> None:
    """Only once its window has closed; until then it is tried again."""
    desk = Desk(LOST)
    desk.console.lists["DescribePromptTemplates"] = error(status=403)
    with pytest.raises(Unsettled, match="cannot be read"):
        desk.call(create())
    assert desk.clock.time >= 1120.0
    assert len(desk.session.state.intents) == 1


def test_too_many_running_waits_for_one_of_ours_to_end() -> None:
    """However long that takes; it does not count as an attempt."""
    desk = Desk(CROWDED, {"taskId": "task-1"})

    async def scene() -> None:
        with desk.caller.running.one(TASK):
            asked = asyncio.ensure_future(desk.caller.call(train()))
            while not desk.said:
                await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert not asked.done()
        await asked

    asyncio.run(scene())
    assert "waiting for one of ours to end" in desk.said[0]
    assert desk.attempts == [1, 1]
    assert desk.clock.naps == []


def test_too_many_running_of_others_is_tried_eight_times() -> None:
    """None of ours will end, so patience has its limit."""
    desk = Desk(*[CROWDED] * 10)
    with pytest.raises(ApiError):
        desk.call(train())
    assert len(desk.attempts) == ATTEMPTS


def test_nothing_is_sent_after_the_run_was_asked_to_stop() -> None:
    """Not even announced."""
    desk = Desk(CREATED)
    desk.stop.set()
    with pytest.raises(Interrupted):
        desk.call(create())
    assert desk.session.records == []


def test_a_stop_ends_the_back_off_and_leaves_the_journal_closed() -> None:
    """What had no effect is known not to have happened."""
    desk = Desk(NO_EFFECT)
    desk.console.on_back_off = desk.stop.set
    with pytest.raises(Interrupted):
        desk.call(create())
    assert desk.session.types() == ["intent", "failure"]


def test_a_stop_while_settling_leaves_the_intent_to_the_next_run() -> None:
    """It is too early to tell, and nobody waits any longer."""
    desk = Desk()

    def lost() -> JSON:
        desk.stop.set()
        raise LOST

    desk.console.sends.append(lost)
    with pytest.raises(Unsettled):
        desk.call(create())
    assert len(desk.session.state.intents) == 1
