"""What each answer of the door means to each of its callers: a table, and every row of it played.

The door states facts; what a missing object means is for the caller to say. Each row is played against the
caller itself on a scripted console, and must end as its pattern says.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from qfops.core.address import Address
from qfops.core.errors import ApiError, QfopsError
from qfops.core.observation import words_of
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.state.records import Header, Intent
from qfops.core.values import JSON, plain
from qfops.kinds.registry import load
from qfops.planning.policy import Approval
from qfops.reconcile.apply.waiting import Goal, Waiter
from qfops.reconcile.fresh_plan import plan_project
from qfops.reconcile.lost_calls.settlement import settle_in_memory
from qfops.reconcile.state_edits import settle_by_hand
from qfops.reconcile.workflow import ApplyOptions, begun, carry_out, prepare
from qfops.reconcile.world import Desired
from tests.support.bench import find, resource
from tests.unit.objects.scripted import FakeClock, Items, Line, error
from tests.unit.reconcile.scripted import WAIT, Desk, Script

JOB = resource("FineTuningJob/j", {"name": "j", "model": "ERNIE-Speed-8K", "trainMode": "SFT"})
"""What only a list shows."""
PROMPT = resource(
    "PromptTemplate/p", {"templateName": "p", "templateContent": "Hi", "variableIdentifier": "{}"}
)
"""What has a read of its own."""
TASK = resource("FineTuningTask/t", {"jobId": "job-1", "parameterScale": "LoRA"})
"""What would cost money to make again."""
JOB_1: dict[str, JSON] = {"jobId": "job-1", "name": "j", "model": "ERNIE-Speed-8K", "trainMode": "SFT"}
PROMPT_1: dict[str, JSON] = {
    "templateId": "pt-1", "templateName": "p", "templateContent": "Hi", "variableIdentifier": "{}"
}  # fmt: skip
PROMPT_2: dict[str, JSON] = {**PROMPT_1, "templateId": "pt-2"}
PROMPT_OTHER: dict[str, JSON] = {**PROMPT_1, "templateContent": "Bye"}
PROMPT_ONLY_NAMED: dict[str, JSON] = {"templateId": "pt-1", "templateName": "p"}
TASK_1: dict[str, JSON] = {"taskId": "task-1", "jobId": "job-1", "parameterScale": "LoRA"}
IDS = {"FineTuningJob": "jobId", "PromptTemplate": "templateId", "FineTuningTask": "taskId"}
LISTS = {
    "FineTuningJob": "DescribeFineTuningJobs",
    "PromptTemplate": "DescribePromptTemplates",
    "FineTuningTask": "DescribeFineTuningTasks",
}
SILENT: JSON = {"serviceId": "svco-1"}
"""A service that shows no status."""
READ_PROMPT = "DescribePromptTemplate"
READS = ("DescribePromptTemplate", "DescribeFineTuningTask")
GONE, FORBIDDEN, AWAY = (
    error(status=404, code="NoSuchObject"),
    error(status=403),
    error(status=401, fatal=True),
)
NOW = 100_000.0
LONG_AGO, JUST_NOW = NOW - WAIT.visibility, NOW - WAIT.visibility + 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """One row: who asks, what the door answers, and what that means to him, in at most 90 characters.

    `plays` are stories that end as a row says: each tells how it ended, and `ends` is the pattern of that.
    """

    caller: str
    answer: str
    meaning: str
    plays: tuple[tuple[Callable[[], str], str], ...] = field(repr=False)


def row(caller: str, answer: str, meaning: str, *plays: tuple[Callable[[], str], str]) -> Row:
    """A row as one writes it."""
    return Row(caller, answer, meaning, plays)


# --- how each caller is made to ask ------------------------------------------------------------------------


def _played(story: Coroutine[Any, Any, str]) -> str:
    """How a story ends; an error ends it with its class and words."""
    try:
        return asyncio.run(story)
    except QfopsError as found:
        return f"{type(found).__name__}: {found}"


def _console(item: Resource, listed: Items | ApiError, read: Line = None) -> Script:
    """A console that answers so to the list and the read of one kind."""
    return Script(reads=dict.fromkeys(READS, read), lists={LISTS[item.address.kind]: listed})


def _entry(item: Resource, id_: str, created: float = LONG_AGO) -> Entry:
    """What state holds of a resource that was applied as it stands."""
    attributes = {key: plain(value) for key, value in item.attributes.items()}
    name = IDS[item.address.kind]
    return Entry(address=item.address, id=id_, attributes=attributes, outputs={name: id_}, created=created)


def _planned(
    item: Resource, listed: Items | ApiError, read: Line = None, *, created: float = LONG_AGO, adopt: str = ""
) -> Callable[[], str]:
    """Plan one resource, in state or to be adopted: what the plan would do, and why."""

    async def story() -> str:
        id_ = {"FineTuningJob": "job-1", "PromptTemplate": "pt-1", "FineTuningTask": "task-1"}[
            item.address.kind
        ]
        entries = [] if adopt else [_entry(item, id_, created)]
        desk = Desk(*entries, console=_console(item, listed, read), clock=FakeClock(NOW))
        options = PlanOptions(allow_large_change=True)
        desired = Desired({item.address: item}, options, {item.address: adopt} if adopt else {})
        plan = (await plan_project(desk.world, desk.session.state.frozen(), desired)).plan
        change = find(plan, str(item.address))
        return f"{change.action}: {change.reason}"

    return lambda: _played(story())


def _waited(*answers: Line) -> Callable[[], str]:
    """Wait for a service whose reads are answered so, one after the other: the status, and how many looks."""

    async def story() -> str:
        left = list(answers)

        def answer() -> JSON:
            found = left.pop(0)
            if isinstance(found, ApiError):
                raise found
            return found() if callable(found) else found

        kind = load().get(Address.parse("Service/s"))
        desk = Desk(console=Script(reads={"DescribeService": answer}), clock=FakeClock(NOW))
        waiter, goal = Waiter(desk.run, float("inf")), Goal(kind.create.until)
        live = await waiter.until(kind, {"serviceId": "svco-1"}, "", goal, lambda _: None)
        return f"{words_of(live.status)} after {len(desk.console.asked)} looks"

    return lambda: _played(story())


def _applied(item: Resource, after: Items | ApiError, read: Line = None) -> Callable[[], str]:
    """Make an object, whose list and read are answered so afterwards: how the change ended, what is known."""

    async def story() -> str:
        id_ = "job-1" if item is JOB else "pt-1"
        console = _console(item, [], read)

        def made() -> JSON:
            console.lists[LISTS[item.address.kind]] = after
            return {IDS[item.address.kind]: id_}

        console.sends.append(made)
        desk = Desk(console=console, clock=FakeClock(NOW))
        options = ApplyOptions(by="ann", allow_large_change=True)
        async with begun(desk.world, desk.session, options, desk.events.append, desk.stop) as run:
            prepared = await prepare(run, Desired({item.address: item}), options)
            result = await carry_out(run, prepared, Approval(whole=True), options)
        ((_, ending),) = result.endings
        entry = desk.session.state.entry(item.address)
        known = f"{entry.id} {sorted(entry.outputs)}" if entry is not None else "nothing"
        said = "; said: not yet" if any("does not show it yet" in text for text in desk.said) else ""
        open_ = f"; {len(desk.session.state.intents)} open" if desk.session.state.intents else ""
        return f"{ending.how.word} {ending.text}; state: {known}{said}{open_}"

    return lambda: _played(story())


def _lost(item: Resource) -> Intent:
    """A create of a resource whose answer was lost just now."""
    planned = Entry(address=item.address, id=None, attributes=_entry(item, "").attributes)
    header = Header(attempt="a", address=item.address, step="create", operation=f"Create{item.address.kind}")
    return Intent(
        header=header, planned=planned, attributes=planned.attributes, before=("pt-0",), expires=NOW
    )


def _settled(
    listed: Items | ApiError, read: Line = None, *, late: bool = False,
    known: tuple[str, ...] | None = ("pt-0",), item: Resource = PROMPT,
) -> Callable[[], str]:  # fmt: skip
    """Look for a lost create, within its window or after it: done, repeat, or why not settled.

    `known` are the ids that were there before the call.
    """

    async def story() -> str:
        clock = FakeClock(NOW + WAIT.visibility - (0 if late else 0.1))
        desk = Desk(console=_console(item, listed, read), clock=clock)
        await desk.session.append(replace(_lost(item), before=known))
        state, unsettled = await settle_in_memory(desk.world, desk.objects, desk.session.state.frozen())
        if item.address in unsettled:
            return f"open: {unsettled[item.address]}"
        entry = state.entries.get(item.address)
        return f"done: {entry.id} {sorted(entry.outputs)}" if entry is not None else "repeat"

    return lambda: _played(story())


def _searched(listed: Items | ApiError, item: Resource = PROMPT) -> Callable[[], str]:
    """Create an object long after its refresh: what was noted before the call, and whether it was sent."""

    async def story() -> str:
        made = {"templateId": "pt-1"} if item is PROMPT else {"taskId": "task-2"}
        console = _console(item, [], PROMPT_1 if item is PROMPT else {**TASK_1, "taskId": "task-2"})
        console.reads["DescribeFineTuningTask"] = {**TASK_1, **made, "runStatus": "Done"}
        console.sends.append({**made})
        desk = Desk(console=console, clock=FakeClock(NOW))
        options = ApplyOptions(by="ann")
        async with begun(desk.world, desk.session, options, desk.events.append, desk.stop) as run:
            prepared = await prepare(run, Desired({item.address: item}), options)
            desk.clock.time += WAIT.visibility + 1
            console.lists[LISTS[item.address.kind]] = listed
            result = await carry_out(run, prepared, Approval(whole=True), options)
        ((_, ending),) = result.endings
        before = [record.before for record in desk.session.records if isinstance(record, Intent)]
        return f"{ending.how.word} {ending.text}; before: {before}; sent: {len(console.sent)}"

    return lambda: _played(story())


def _by_hand(item: Resource, id_: str, listed: Items | ApiError, read: Line = None) -> Callable[[], str]:
    """`state settle … --id` on a lost create: what is said, what state holds, whether the call is open."""

    async def story() -> str:
        desk = Desk(console=_console(item, listed, read), clock=FakeClock(NOW))
        await desk.session.append(_lost(item))
        try:
            said = await settle_by_hand(desk.journal, desk.world, item.address, id_, "qfops", done=False)
        except QfopsError as found:
            assert len(desk.session.state.intents) == 1
            assert desk.session.types() == ["intent"]
            return f"open: {found}"
        entry = desk.session.state.entry(item.address)
        assert entry is not None
        assert not desk.session.state.intents
        return f"{said} {sorted(entry.outputs)}"

    return lambda: _played(story())


# --- the table ---------------------------------------------------------------------------------------------

REFRESH, WAITING, READ_BACK = "refresh", "waiting", "read-back"
SETTLEMENT, SEARCH = "settlement of a lost create", "search before a create"
ADOPT, BY_HAND = "adopt", "`state settle --id`"

ROWS: tuple[Row, ...] = (
    # The refresh behind every plan.
    row(
        REFRESH,
        "Listed with the object",
        "it is there: compared with the manifest, and read where the list shows too little",
        (_planned(JOB, [JOB_1]), "^no-op"),
        (_planned(PROMPT, [{"templateId": "pt-1"}], PROMPT_1), "^no-op"),
        (_planned(PROMPT, [{"templateId": "pt-1"}], {**PROMPT_1, "templateName": "q"}), "^no-op"),
    ),
    row(
        REFRESH,
        "Listed without it, made long ago",
        "it is gone: made again, or blocked where that would cost a run",
        (_planned(JOB, []), r"^create: gone from the console \(job-1\): made again"),
        (_planned(PROMPT, [], error(status=500)), r"^create: gone from the console \(pt-1\)"),
        (_planned(TASK, []), r"^blocked: gone from the console \(task-1\)"),
    ),
    row(
        REFRESH,
        "Listed without it, made a moment ago; then Shown",
        "it is there: the list is only late",
        (_planned(PROMPT, [], PROMPT_1, created=JUST_NOW), "^no-op"),
    ),
    row(
        REFRESH,
        "Listed without it, made a moment ago; then Missing",
        "it is gone, as made long ago",
        (_planned(PROMPT, [], GONE, created=JUST_NOW), r"^create: gone from the console \(pt-1\)"),
    ),
    row(
        REFRESH,
        "Listed without it, made a moment ago, no read of its own",
        "unknown: nothing is planned for it until the list can tell",
        (_planned(JOB, [], created=JUST_NOW), "^unknown: made a moment ago and not in the list yet"),
    ),
    row(
        REFRESH,
        "CannotTell of the list; then Shown",
        "its own read decides",
        (_planned(PROMPT, FORBIDDEN, PROMPT_1), "^no-op"),
    ),
    row(
        REFRESH,
        "CannotTell of the list; then Missing",
        "it is gone, and unknown: what else is there nobody can tell, so nothing is made",
        (_planned(PROMPT, FORBIDDEN, GONE), "^unknown: whether it exists already cannot be told: .*403"),
    ),
    row(
        REFRESH,
        "CannotTell",
        "unknown, with the reason: neither made again nor changed, nor what rests on it",
        (_planned(JOB, FORBIDDEN), "^unknown: .*403"),
        (_planned(JOB, GONE), "^unknown: .*404"),
        (_planned(PROMPT, FORBIDDEN, FORBIDDEN), "^unknown: .*403"),
    ),
    row(
        REFRESH,
        "CannotTell that is fatal",
        "the refresh ends with the error: no plan is made of what is left",
        (_planned(JOB, AWAY), "^ApiError: .*401"),
        (_planned(PROMPT, FORBIDDEN, AWAY), "^ApiError: .*401"),
    ),
    # Waiting for an object to be ready.
    row(
        WAITING,
        "Shown",
        "its status decides: ready, failed, or looked at again",
        (
            _waited({"runStatus": "New"}, {"runStatus": "Serving", "updateStatus": "None"}),
            "Serving/None after 2",
        ),
        (_waited({"runStatus": "Failed", "updateStatus": "None"}), "^NotReady: the console says Failed"),
    ),
    row(
        WAITING,
        "Shown, with nothing of what the step works towards",
        "not proven once the visibility time is over; the next plan says unknown",
        (_waited(*[SILENT] * 40), "^NotProven: not proven: accepted, but"),
        (_waited({"chargeStatus": "Opened"}, {"runStatus": "Serving"}), "^Serving after"),
    ),
    row(
        WAITING,
        "Missing",
        "the change fails: the object vanished while we waited for it",
        (_waited({"runStatus": "New"}, GONE), "^NotReady: it vanished"),
    ),
    row(
        WAITING,
        "CannotTell",
        "the change fails with the error; the next apply waits on",
        (_waited({"runStatus": "New"}, FORBIDDEN), "^ApiError: .*403"),
    ),
    # Reading an object back after the last call of its change.
    row(
        READ_BACK,
        "Shown",
        "its outputs and status are recorded; what it does not show as applied is told",
        (_applied(JOB, [JOB_1]), r"^applied ; state: job-1 \['jobId'\]$"),
        (_applied(PROMPT, [PROMPT_1], PROMPT_1), r"^applied ; state: pt-1 \['templateId'.*\]$"),
    ),
    row(
        READ_BACK,
        "Missing",
        "accepted and not shown yet: told, and the entry stays as the answer made it",
        (_applied(JOB, []), r"^applied ; state: job-1 \['jobId'\]; said: not yet$"),
        (_applied(PROMPT, [], GONE), r"^applied ; state: pt-1 \['templateId'\]; said: not yet$"),
    ),
    row(
        READ_BACK,
        "CannotTell",
        "the change fails with the error; what its calls made stays in state",
        (_applied(JOB, FORBIDDEN), r"^failed .*403.*; state: job-1 \['jobId'\]$"),
        (_applied(PROMPT, [], FORBIDDEN), r"^failed .*403.*; state: pt-1 \['templateId'\]$"),
    ),
    # Looking for what a create whose answer was lost may have made.
    row(
        SETTLEMENT,
        "Listed with one new match; then Shown",
        "it took effect: the match is ours, with the outputs that are shown",
        (_settled([PROMPT_1], PROMPT_1), r"^done: pt-1 \['templateId'"),
        (_settled([PROMPT_1], PROMPT_1, late=True), r"^done: pt-1"),
        (_settled([{**PROMPT_1, "templateId": "pt-0"}, PROMPT_1], PROMPT_1), "^done: pt-1"),
    ),
    row(
        SETTLEMENT,
        "Listed with one new match; then Missing",
        "it took effect: the match is ours, though it may be gone again",
        (_settled([PROMPT_1], GONE), r"^done: pt-1 \['templateId'\]"),
    ),
    row(
        SETTLEMENT,
        "Listed with one new match; then CannotTell",
        "the run ends with the error; the call stays open",
        (_settled([PROMPT_1], FORBIDDEN), "^ApiError: .*403"),
    ),
    row(
        SETTLEMENT,
        "Listed with several new matches",
        "they cannot be told apart: a person says which",
        (_settled([PROMPT_1, PROMPT_2]), r"^open: .*2 objects could be its result \(pt-1, pt-2\)"),
        (_settled([PROMPT_1, PROMPT_2], late=True), r"^open: .*2 objects could be its result"),
    ),
    row(
        SETTLEMENT,
        "Listed without a new match, within the window",
        "too early to tell: looked for again",
        (_settled([]), "^open: .*shows within a minute or two"),
        (_settled([{**PROMPT_1, "templateId": "pt-0"}]), "^open: .*shows within a minute or two"),
    ),
    row(
        SETTLEMENT,
        "Listed without a new match, after the window",
        "it did not take effect: the create may be sent again",
        (_settled([], late=True), "^repeat$"),
        (_settled([{**PROMPT_1, "templateId": "pt-0"}], late=True), "^repeat$"),
    ),
    row(
        SETTLEMENT,
        "CannotTell, within the window",
        "too early to tell: looked for again",
        (_settled(FORBIDDEN), "^open: .*shows within a minute or two"),
        (_settled(GONE), "^open: .*shows within a minute or two"),
        (_settled([PROMPT_ONLY_NAMED], FORBIDDEN), "^open: .*shows within a minute or two"),
    ),
    row(
        SETTLEMENT,
        "CannotTell, after the window",
        "nobody can tell: the create is not sent again, and a person says what became of it",
        (_settled(FORBIDDEN, late=True), r"^open: .*cannot be read .*403.*state settle"),
        (_settled(GONE, late=True), r"^open: .*cannot be read .*404.*state settle"),
        (_settled([PROMPT_ONLY_NAMED], FORBIDDEN, late=True), r"^open: .*cannot be read .*403"),
    ),
    row(
        SETTLEMENT,
        "Listed with a new match that differs from what was planned",
        "not taken over; after the window a person says what became of the call",
        (_settled([PROMPT_OTHER]), "^open: .*shows within a minute or two"),
        (
            _settled([PROMPT_OTHER], late=True),
            r"^open: .*one object could be .*pt-1 differs in templateContent",
        ),
        (_settled([PROMPT_ONLY_NAMED], PROMPT_OTHER, late=True), r"^open: .*pt-1 differs in templateContent"),
        (_settled([PROMPT_OTHER, PROMPT_2], PROMPT_2), "^done: pt-2"),
    ),
    row(
        SETTLEMENT,
        "Listed with a new match, and nobody knows what was there before",
        "not taken over: a person says whether it is the one",
        (_settled([PROMPT_1], known=None), r"^open: .*not known what was there before.*state settle"),
        (_settled([], known=None, late=True), "^repeat$"),
    ),
    row(
        SETTLEMENT,
        "Listed with one new match without a name of its own",
        "ours once the window is over: until then the list may yet show another",
        (_settled([TASK_1], item=TASK), "^open: .*shows within a minute or two"),
        (_settled([TASK_1], TASK_1, late=True, item=TASK), "^done: task-1"),
    ),
    # What matches already before a create is sent.
    row(
        SEARCH,
        "Listed with matches that have no names",
        "noted in the intent: they were there before, and so are not what the create makes",
        (_searched([TASK_1], item=TASK), r"^applied ; before: \[\('task-1',\)\]; sent: 1$"),
    ),
    row(
        SEARCH,
        "Listed with a match by name",
        "the plan is stale: somebody has taken the name, and nothing is made beside it",
        (_searched([PROMPT_2]), r"^stale pt-2 has taken the name .*; before: \[\]; sent: 0$"),
    ),
    row(
        SEARCH,
        "Listed without a match",
        "noted in the intent: every match that shows up later is new",
        (_searched([]), r"^applied ; before: \[\(\)\]; sent: 1$"),
        (_searched([{**PROMPT_1, "templateName": "q"}]), r"^applied ; before: \[\(\)\]; sent: 1$"),
    ),
    row(
        SEARCH,
        "CannotTell",
        "the change fails with the error before the create is sent",
        (_searched(FORBIDDEN), r"^failed .*403.*; before: \[\]; sent: 0$"),
    ),
    # Taking over an object by its id.
    row(
        ADOPT,
        "Listed with the object; then Shown where it has a read of its own",
        "it is taken over as it is; what differs is drift, held back",
        (_planned(JOB, [JOB_1], adopt="job-1"), "^adopt: job-1 is taken over as it is"),
        (_planned(PROMPT, [PROMPT_1], {**PROMPT_1, "templateContent": "Yo"}, adopt="pt-1"), "^adopt: pt-1"),
    ),
    row(
        ADOPT,
        "Listed without it, or Missing",
        "blocked: there is no such object, as far as this account can see",
        (_planned(JOB, [JOB_1], adopt="job-2"), "^blocked: job-2 to adopt does not exist"),
        (_planned(PROMPT, [], PROMPT_1, adopt="pt-1"), "^blocked: pt-1 to adopt does not exist"),
        (_planned(PROMPT, [PROMPT_1], GONE, adopt="pt-1"), "^blocked: pt-1 to adopt does not exist"),
        (_planned(PROMPT, FORBIDDEN, GONE, adopt="pt-1"), "^blocked: pt-1 to adopt does not exist"),
    ),
    row(
        ADOPT,
        "CannotTell",
        "unknown, with the reason: not taken over, and nothing is made in its place",
        (_planned(JOB, FORBIDDEN, adopt="job-1"), "^unknown: .*403"),
        (_planned(PROMPT, FORBIDDEN, FORBIDDEN, adopt="pt-1"), "^unknown: .*403"),
    ),
    # A person says what a lost create made.
    row(
        BY_HAND,
        "Shown",
        "it is what the call made: state holds it with the outputs that are shown",
        (_by_hand(JOB, "job-1", [JOB_1]), r"^FineTuningJob/j is job-1\. \['jobId'\]$"),
        (_by_hand(PROMPT, "pt-1", [], PROMPT_1), r"^PromptTemplate/p is pt-1\. \['templateId'.*\]$"),
    ),
    row(
        BY_HAND,
        "Missing",
        "refused: there is no such object; the call stays open",
        (_by_hand(JOB, "job-2", [JOB_1]), "^open: the console has no FineTuningJob job-2"),
        (_by_hand(PROMPT, "pt-1", [], GONE), "^open: the console has no PromptTemplate pt-1"),
    ),
    row(
        BY_HAND,
        "CannotTell",
        "refused with the error; the call stays open",
        (_by_hand(JOB, "job-1", FORBIDDEN), "^open: .*403"),
        (_by_hand(PROMPT, "pt-1", [], FORBIDDEN), "^open: .*403"),
    ),
)


PLAYS = [
    pytest.param(play, ends, id=f"{found.caller}: {found.answer} ({number})")
    for found in ROWS
    for number, (play, ends) in enumerate(found.plays, start=1)
]


@pytest.mark.parametrize(("play", "ends"), PLAYS)
def test_a_row_of_the_table(play: Callable[[], str], ends: str) -> None:
    """Played against the caller itself."""
    found = play()
    assert re.search(ends, found), found


def test_the_table_is_one_that_people_can_read() -> None:
    """Each pair of caller and answer stands once, in short words without a column's mark, and is played."""
    pairs = [(found.caller, found.answer) for found in ROWS]
    assert len(set(pairs)) == len(pairs)
    for found in ROWS:
        assert found.plays, found
        assert 0 < len(found.meaning) <= 90, found
        assert not any("|" in text or "\n" in text for text in (found.caller, found.answer, found.meaning))


def test_every_caller_says_what_it_makes_of_every_answer() -> None:
    """The refusal to tell above all; and no caller passes it for a denial."""
    callers = {found.caller for found in ROWS}
    assert callers == {REFRESH, WAITING, READ_BACK, SETTLEMENT, SEARCH, ADOPT, BY_HAND}
    for caller in callers:
        answers = " ".join(found.answer for found in ROWS if found.caller == caller)
        assert "CannotTell" in answers, caller
        assert "Shown" in answers or "Listed with" in answers, caller
        assert "Missing" in answers or "Listed without" in answers, caller
