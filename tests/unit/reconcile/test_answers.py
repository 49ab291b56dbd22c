"""What every caller makes of every answer of the door, row by row.

The door states facts; what a missing object means is for the caller to say, and this is what each says. An
object is young until `wait.visibility` has passed since it was made: a list may not show it yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

import pytest

from qfops.core.address import Location
from qfops.core.errors import ApiError, QfopsError, Stale
from qfops.core.observation import LiveObject, Observed, Phase
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.steps import Call, Repeat
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.state.records import Counters, Header, Intent, Outcome
from qfops.core.state.state import State
from qfops.core.values import JSON, Value
from qfops.kinds.base import Kind
from qfops.kinds.registry import Registry, load
from qfops.objects.answers import CannotTell, Missing, Shown
from qfops.reconcile.apply import checks, requests
from qfops.reconcile.apply.calls import Caller
from qfops.reconcile.apply.change_run import ChangeRun, Scene
from qfops.reconcile.apply.change_view import ChangeView
from qfops.reconcile.apply.read_back import ReadBacks
from qfops.reconcile.apply.result import How
from qfops.reconcile.apply.waiting import Goal, NotReady, Waiter
from qfops.reconcile.lost_calls.look_up import look_for
from qfops.reconcile.lost_calls.search_keys import SearchKeys
from qfops.reconcile.refresh import refresh
from qfops.reconcile.refresh_targets import RefreshScope
from qfops.reconcile.state_edits import settle_by_hand
from tests.support import plans
from tests.unit.objects.scripted import FakeClock, error
from tests.unit.reconcile.scripted import WAIT, Desk, Door, Fact

SHOWN: Final = "shown"
GONE: Final = "missing, by its own read"
OLD: Final = "missing, by a list; old"
YOUNG: Final = "missing, by a list; young"
UNSURE: Final = "cannot tell, without an error"
DENIED: Final = "cannot tell"
NO_CONTAINER: Final = "cannot tell: 404 of the container"
AWAY: Final = "cannot tell, fatal"
ANSWERS = (SHOWN, GONE, OLD, YOUNG, UNSURE, DENIED, NO_CONTAINER, AWAY)

NEVER: Final = "-"  # the door never answers so there
FAILS: Final = "fails with that answer"
STALE: Final = "stale"

# fmt: off
TABLE: Mapping[str, Mapping[str, str]] = {
    "refresh: the list, where there is a read too": {
        SHOWN: "shown", GONE: NEVER, OLD: "missing", YOUNG: "its read decides", UNSURE: "its read decides",
        DENIED: "its read decides", NO_CONTAINER: "its read decides", AWAY: FAILS,
    },
    "refresh: the list, where there is no read": {
        SHOWN: "shown", GONE: NEVER, OLD: "missing", YOUNG: "unreadable", UNSURE: "unreadable",
        DENIED: "unreadable", NO_CONTAINER: "unreadable", AWAY: FAILS,
    },
    "refresh: the part of a listed object": {
        SHOWN: "shown", GONE: NEVER, OLD: "missing", YOUNG: "its read decides", UNSURE: "unreadable",
        DENIED: "unreadable", NO_CONTAINER: "unreadable", AWAY: FAILS,
    },
    "refresh: the read of an object that no list shows": {
        SHOWN: "shown", GONE: "missing", OLD: NEVER, YOUNG: NEVER, UNSURE: "unreadable",
        DENIED: "unreadable", NO_CONTAINER: NEVER, AWAY: FAILS,
    },
    "refresh: the read of a listed object without a status": {
        SHOWN: "shown", GONE: "missing", OLD: NEVER, YOUNG: NEVER, UNSURE: "unreadable",
        DENIED: "unreadable", NO_CONTAINER: NEVER, AWAY: FAILS,
    },
    "refresh: the read of a listed object with its status": {
        SHOWN: "shown", GONE: "missing", OLD: NEVER, YOUNG: NEVER, UNSURE: "as listed",
        DENIED: "as listed", NO_CONTAINER: NEVER, AWAY: FAILS,
    },
    "refresh: the read of the part of a listed object": {
        SHOWN: "shown", GONE: "as listed", OLD: NEVER, YOUNG: NEVER, UNSURE: "as listed",
        DENIED: "as listed", NO_CONTAINER: NEVER, AWAY: FAILS,
    },
    "waiting for it": {
        SHOWN: "the wait ends", GONE: "it vanished", OLD: "it vanished", YOUNG: "it vanished", UNSURE: FAILS,
        DENIED: FAILS, NO_CONTAINER: FAILS, AWAY: FAILS,
    },
    "reading it back": {
        SHOWN: "applied", GONE: "applied, not shown yet", OLD: "applied, not shown yet",
        YOUNG: "applied, not shown yet", UNSURE: FAILS, DENIED: FAILS, NO_CONTAINER: FAILS, AWAY: FAILS,
    },
    "settling a create": {
        SHOWN: "exactly one new match", GONE: NEVER, OLD: "no new match", YOUNG: "no new match",
        UNSURE: "it could not be read", DENIED: "it could not be read",
        NO_CONTAINER: "it could not be read", AWAY: "it could not be read",
    },
    "settling an append": {
        SHOWN: "its counters and status are as before", GONE: "the object is gone",
        OLD: "the object is gone", YOUNG: "the object is gone", UNSURE: "it could not be read",
        DENIED: "it could not be read", NO_CONTAINER: "it could not be read", AWAY: "it could not be read",
    },
    "settling a safe write": {
        SHOWN: "the object shows what was asked for", GONE: "the object is gone",
        OLD: "the object is gone", YOUNG: "the object is gone", UNSURE: "it could not be read",
        DENIED: "it could not be read", NO_CONTAINER: "it could not be read", AWAY: "it could not be read",
    },
    "settling by hand": {
        SHOWN: "noted", GONE: "no such object", OLD: "no such object", YOUNG: "no such object",
        UNSURE: FAILS, DENIED: FAILS, NO_CONTAINER: FAILS, AWAY: FAILS,
    },
    "before a create": {
        SHOWN: "it was there before", GONE: NEVER, OLD: "nothing was there", YOUNG: "nothing was there",
        UNSURE: FAILS, DENIED: FAILS, NO_CONTAINER: FAILS, AWAY: FAILS,
    },
    "before an append": {
        SHOWN: "goes on", GONE: STALE, OLD: STALE, YOUNG: STALE, UNSURE: FAILS, DENIED: FAILS,
        NO_CONTAINER: FAILS, AWAY: FAILS,
    },
    "before a change, once the refresh is old": {
        SHOWN: "goes on", GONE: STALE, OLD: STALE, YOUNG: STALE, UNSURE: FAILS, DENIED: FAILS,
        NO_CONTAINER: FAILS, AWAY: FAILS,
    },
    "before an end, once the refresh is old": {
        SHOWN: "goes on", GONE: "goes on", OLD: "goes on", YOUNG: "goes on", UNSURE: FAILS, DENIED: FAILS,
        NO_CONTAINER: FAILS, AWAY: FAILS,
    },
}
# fmt: on

KINDS = {kind.name: kind for kind in load().kinds.values()}
PROMPT, TASK, DATASET, VERSION = (
    KINDS[name] for name in ("PromptTemplate", "FineTuningTask", "Dataset", "DatasetVersion")
)
SERVICE, JOB = KINDS["Service"], KINDS["FineTuningJob"]
ERRORS = {DENIED: error(status=403), NO_CONTAINER: error(status=404), AWAY: error(fatal=True)}
REASON = "nothing says which"
LONG_AGO = 0.0


def fact(answer: str, live: LiveObject, clock: FakeClock) -> Fact:
    """An answer of the door about this object."""
    began = Door(clock).moment()
    if answer == SHOWN:
        return Shown(live, began)
    if answer in (GONE, OLD, YOUNG):
        return Missing(began, listed=answer != GONE)
    failure = ERRORS.get(answer)
    return CannotTell(str(failure) if failure else REASON, began, failure)


def listing(answer: str, live: LiveObject, clock: FakeClock) -> list[LiveObject] | CannotTell:
    """The list of a kind that shows the object, or does not, or cannot be read."""
    found = fact(answer, live, clock)
    if isinstance(found, CannotTell):
        return found
    return [live] if isinstance(found, Shown) else []


def entry_of(kind: Kind, live: LiveObject, created: float = LONG_AGO, **attributes: JSON) -> Entry:
    """What state knows of an object that shows all that was applied to it."""
    return Entry(
        address=kind.address("x"),
        id=live.id,
        attributes={**live.attributes, **attributes},
        outputs=dict(live.outputs),
        created=created,
    )


def born(answer: str, clock: FakeClock) -> float:
    """When the object was made."""
    return clock.now() - (WAIT.visibility - 1 if answer == YOUNG else WAIT.visibility)


# --- refresh -----------------------------------------------------------------------------------------------

RUN = LiveObject(
    "task-1",
    {"jobId": "job-1", "parameterScale": "LoRA"},
    {"taskId": "task-1"},
    {"runStatus": "Running"},
    Phase.GOING,
)
SPARSE_RUN = replace(RUN, attributes={"jobId": "job-1"})
"""What a list shows that does not show everything."""
DATA = LiveObject("dg-1", {"datasetName": "d"}, {"datasetId": "dg-1"})
VERSION_OF_DATA = LiveObject(
    "dg-1",
    {"publish": False},
    {"versionId": "ds-1"},
    {"importStatus": "Created", "publishStatus": "Unpublished"},
)


async def refreshed(entry: Entry, door: Door, registry: Registry | None = None) -> str:
    """What one refresh says of the only object of a state."""
    state = State(project="demo", entries={entry.address: entry})
    registry = registry or load()
    now = door.moment().time
    wanted = RefreshScope(state, {}, {}, ends=False, now=now, visibility=WAIT.visibility)
    found = await refresh(Desk().console, door, registry, wanted)
    assert entry.id is not None
    (key,) = state.ids()
    live = found.find(key.kind, key.id)
    if key in found.missing:
        assert live is None
        assert key not in found.unreadable
        return "missing"
    if key in found.unreadable:
        return "unreadable"
    assert live is not None
    return "shown" if live.complete else "as listed"


def by_read(said: str, door: Door) -> str:
    """What a refresh said, unless it went on to ask the read of the object."""
    return "its read decides" if any(question.startswith("read") for question in door.asked) else said


async def refresh_list(answer: str) -> str:
    clock = FakeClock()
    listed = listing(answer, replace(RUN, complete=True), clock)
    door = Door(clock, Shown(replace(RUN, complete=True), Door(clock).moment()), {"FineTuningTask": listed})
    entry = entry_of(TASK, RUN, born(answer, clock))
    return by_read(await refreshed(entry, door), door)


async def refresh_list_only(answer: str) -> str:
    clock = FakeClock()
    door = Door(clock, lists={"FineTuningTask": listing(answer, replace(RUN, complete=True), clock)})
    kinds = Registry([replace(TASK, read=None), *(kind for kind in KINDS.values() if kind is not TASK)])
    said = await refreshed(entry_of(TASK, RUN, born(answer, clock)), door, kinds)
    return by_read(said, door)


async def refresh_part(answer: str) -> str:
    clock = FakeClock()
    read = Shown(replace(DATA.completed(VERSION_OF_DATA), complete=True), Door(clock).moment())
    part = fact(answer, VERSION_OF_DATA, clock)
    door = Door(clock, read, {"Dataset": [replace(DATA, complete=True)]}, part)
    entry = entry_of(DATASET, DATA, born(answer, clock), publish=False)
    entry = replace(entry, outputs={**entry.outputs, "versionId": "ds-1"})
    said = await refreshed(entry, door)
    return said if said == "unreadable" else by_read(said, door)


async def refresh_unlisted(answer: str) -> str:
    clock = FakeClock()
    door = Door(clock, fact(answer, replace(RUN, complete=True), clock))
    return await refreshed(entry_of(TASK, RUN, clock.now()), door)


async def refresh_detail(answer: str) -> str:
    clock = FakeClock()
    listed = replace(SPARSE_RUN, status={}, phase=Phase.READY)
    door = Door(clock, fact(answer, replace(RUN, complete=True), clock), {"FineTuningTask": [listed]})
    return await refreshed(entry_of(TASK, RUN), door)


async def refresh_detail_of_known_status(answer: str) -> str:
    clock = FakeClock()
    door = Door(clock, fact(answer, replace(RUN, complete=True), clock), {"FineTuningTask": [SPARSE_RUN]})
    return await refreshed(entry_of(TASK, RUN), door)


async def refresh_detail_of_part(answer: str) -> str:
    clock = FakeClock()
    read = fact(answer, replace(VERSION_OF_DATA, complete=True), clock)
    door = Door(clock, read, {"Dataset": [DATA]})
    entry = replace(entry_of(DATASET, DATA), outputs={"datasetId": "dg-1", "versionId": "ds-1"})
    return await refreshed(entry, door)


# --- an apply ----------------------------------------------------------------------------------------------

TEXT = LiveObject(
    "pt-1", {"templateName": "p", "templateContent": "old"}, {"templateId": "pt-1"}, complete=True
)
NEW_TEXT = replace(TEXT, attributes={**TEXT.attributes, "templateContent": "new"})
PLACE = Location("p.yaml", 1)


def desk_of(kind: Kind, live: LiveObject, answer: str, shown: LiveObject) -> Desk:
    """A run whose state holds `live`, and whose door answers about what has become of it."""
    clock = FakeClock()
    return Desk(entry_of(kind, live), clock=clock, door=Door(clock, fact(answer, shown, clock)))


async def waiting(answer: str) -> str:
    live = LiveObject("svco-1", {}, {"serviceId": "svco-1"}, {"runStatus": "Serving"})
    desk = desk_of(SERVICE, live, answer, live)
    goal = Goal({"runStatus": ("Serving",)})
    found = await Waiter(desk.run, 100.0).until(SERVICE, live.outputs, "", goal, lambda _: None)
    assert found is live
    assert desk.clock.naps == []
    return "the wait ends"


def edit_of_text(action: Action = Action.UPDATE) -> Change:
    """The change of a prompt's text, or its end."""
    ends = action.leaves
    attributes: dict[str, Value] = {**NEW_TEXT.attributes}
    vote = AttributeChange("templateContent", "old", "old", "new", Verdict.UPDATE, operation="modify")
    return plans.change(
        PROMPT.address("x"),
        action,
        id="pt-1",
        resource=None if ends else Resource(PROMPT.address("x"), attributes, PLACE),
        entry=entry_of(PROMPT, TEXT),
        attributes=() if ends else (vote,),
        steps=(Call("modify", "ModifyPromptTemplate", Repeat.SAFE, paths=("templateContent",)),),
    )


async def read_back(answer: str) -> str:
    desk = desk_of(PROMPT, TEXT, answer, NEW_TEXT)
    desk.console.sends.append(None)
    observed, now = Observed({PROMPT.key: {"pt-1": TEXT}}), desk.clock.now()
    search = SearchKeys(desk.objects, observed, now, WAIT.visibility)
    scene = Scene(desk.run, observed, now, Caller(desk.run), Waiter(desk.run, 100.0), search, ReadBacks())
    change = ChangeRun(edit_of_text(), PROMPT, scene, asyncio.Event(), asyncio.Event())
    ending = await change.carry_out()
    assert desk.session.types()[:2] == ["intent", "outcome"]  # what was done stays written down
    if ending.how is How.FAILED:
        assert ending.text == str(ERRORS.get(answer, REASON))
        return FAILS
    assert ending.how is How.APPLIED
    late = "accepted; the console does not show it yet" in desk.said
    return "applied, not shown yet" if late else "applied"


async def unmoved(answer: str, action: Action = Action.UPDATE) -> str:
    desk = desk_of(PROMPT, TEXT, answer, TEXT)
    observed = Observed({PROMPT.key: {"pt-1": TEXT}})
    await checks.unmoved(ChangeView(edit_of_text(action), PROMPT, desk.run.state, observed), desk.objects)
    return "goes on"


async def unmoved_end(answer: str) -> str:
    return await unmoved(answer, Action.DELETE)


ROWS = LiveObject(
    "ds-1",
    {"datasetId": "dg-1"},
    {"versionId": "ds-1", "sampleCount": 3},
    {"importStatus": "Created", "publishStatus": "Unpublished"},
)
IMPORT = Call("import", "CreateImportTask", Repeat.LOOK_UP, 0, ("import[0]",))


async def before_append(answer: str) -> str:
    desk = desk_of(VERSION, ROWS, answer, ROWS)
    wanted: dict[str, Value] = {"datasetId": "dg-1", "import": [{"files": ["bos:/a"]}]}
    change = plans.change(
        VERSION.address("x"),
        Action.UPDATE,
        id="ds-1",
        resource=Resource(VERSION.address("x"), wanted, PLACE),
        entry=entry_of(VERSION, ROWS),
    )
    view = ChangeView(change, VERSION, desk.run.state, Observed({}))
    request = await requests.later(view, desk.objects, IMPORT, last=True)
    assert request.before == Counters(ROWS.status, {"sampleCount": 3})
    return "goes on"


async def before_create(answer: str) -> str:
    clock = FakeClock()
    door = Door(clock, lists={"FineTuningTask": listing(answer, RUN, clock)})
    refreshed_at = clock.now() - WAIT.visibility  # too long ago to serve
    search = SearchKeys(door, Observed({}), refreshed_at, WAIT.visibility)
    found = await search.before(TASK, {**RUN.attributes})
    assert found in ((), ("task-1",))
    return "it was there before" if found else "nothing was there"


# --- lost calls --------------------------------------------------------------------------------------------


def lost(kind: Kind, step: str, planned: Entry | None, live: LiveObject) -> Intent:
    """The intent of a call without an answer."""
    return Intent(
        header=Header(attempt="a", address=kind.address("x"), step=step, operation="Act"),
        planned=planned,
        attributes=planned.attributes if planned else {},
        outputs=live.outputs,
    )


async def settle_create(answer: str) -> str:
    clock = FakeClock()
    door = Door(clock, lists={"FineTuningTask": listing(answer, RUN, clock)})
    intent = lost(TASK, "create", replace(entry_of(TASK, RUN), id=None), RUN)
    return await seen(door, TASK, replace(intent, before=()), Repeat.LOOK_UP)


async def settle_append(answer: str) -> str:
    desk = desk_of(VERSION, ROWS, answer, ROWS)
    intent = lost(VERSION, "import[0]", entry_of(VERSION, ROWS), ROWS)
    before = Counters(ROWS.status, {"sampleCount": 3})
    return await seen(desk.objects, VERSION, replace(intent, before=before), Repeat.LOOK_UP)


async def settle_safe_write(answer: str) -> str:
    desk = desk_of(PROMPT, TEXT, answer, NEW_TEXT)
    intent = lost(PROMPT, "modify", entry_of(PROMPT, NEW_TEXT), TEXT)
    return await seen(desk.objects, PROMPT, intent, Repeat.SAFE, entry_of(PROMPT, TEXT))


async def seen(door: object, kind: Kind, intent: Intent, repeat: Repeat, *entries: Entry) -> str:
    """What one look says."""
    assert isinstance(door, Door)
    look, _ = await look_for(door, kind, intent, repeat, {entry.address: entry for entry in entries})
    return str(look.seen)


async def settle_hand(answer: str) -> str:
    clock = FakeClock()
    desk = Desk(clock=clock, door=Door(clock, fact(answer, TEXT, clock)))
    planned = replace(entry_of(PROMPT, TEXT), id=None, outputs={})
    await desk.session.append(lost(PROMPT, "create", planned, TEXT))
    try:
        await settle_by_hand(desk.journal, desk.world, planned.address, "pt-1", "qfops", done=False)
    except QfopsError:
        assert desk.session.types() == ["intent"]  # it stays open
        raise
    closed = desk.session.records[-1]
    assert isinstance(closed, Outcome)
    assert closed.id == "pt-1"
    return "noted"


CALLERS: Mapping[str, Callable[[str], Awaitable[str]]] = {
    "refresh: the list, where there is a read too": refresh_list,
    "refresh: the list, where there is no read": refresh_list_only,
    "refresh: the part of a listed object": refresh_part,
    "refresh: the read of an object that no list shows": refresh_unlisted,
    "refresh: the read of a listed object without a status": refresh_detail,
    "refresh: the read of a listed object with its status": refresh_detail_of_known_status,
    "refresh: the read of the part of a listed object": refresh_detail_of_part,
    "waiting for it": waiting,
    "reading it back": read_back,
    "settling a create": settle_create,
    "settling an append": settle_append,
    "settling a safe write": settle_safe_write,
    "settling by hand": settle_hand,
    "before a create": before_create,
    "before an append": before_append,
    "before a change, once the refresh is old": unmoved,
    "before an end, once the refresh is old": unmoved_end,
}


async def meaning(caller: str, answer: str) -> str:
    """What a caller makes of an answer."""
    try:
        return await CALLERS[caller](answer)
    except QfopsError as raised:
        return named(raised, answer)


def named(failure: QfopsError, answer: str) -> str:
    """The word for an error; one that passes an answer on must say what that answer said."""
    match failure:
        case Stale():
            return STALE
        case NotReady():
            assert "it vanished" in str(failure)
            return "it vanished"
    if answer == UNSURE or answer in ERRORS:
        assert str(failure) == str(ERRORS.get(answer, REASON))
        assert isinstance(failure, ApiError) is (answer in ERRORS)
        return FAILS
    assert "the console has no PromptTemplate pt-1" in str(failure)
    return "no such object"


@pytest.mark.parametrize(
    ("caller", "answer", "expected"),
    [
        pytest.param(caller, answer, said, id=f"{caller} / {answer}")
        for caller, row in TABLE.items()
        for answer, said in row.items()
        if said != NEVER
    ],
)
def test_a_row_of_the_table(caller: str, answer: str, expected: str) -> None:
    """One caller, one answer, one meaning."""

    async def told() -> str:
        return await meaning(caller, answer)

    assert asyncio.run(told()) == expected


def test_the_table_is_whole() -> None:
    """Every caller has a word for every answer, and every caller is asked."""
    assert TABLE.keys() == CALLERS.keys()
    for caller, row in TABLE.items():
        assert tuple(row) == ANSWERS, caller
