"""The looks right before a call: an object that is no longer what the plan saw is left alone."""

from __future__ import annotations

import asyncio

import pytest

from qfops.core.address import KindKey, Location
from qfops.core.errors import ApiError, Stale
from qfops.core.observation import LiveObject, Observed
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.steps import Call, Repeat
from qfops.core.resource import Resource
from qfops.core.state.entry import Entry
from qfops.core.state.records import Counters
from qfops.core.values import JSON, Value
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.objects.answers import CannotTell, Missing, Moment, Shown
from qfops.reconcile.apply import checks, requests
from qfops.reconcile.apply.change_view import ChangeView
from qfops.reconcile.journal import Request
from tests.support import plans
from tests.unit.objects.scripted import FakeClock, error
from tests.unit.reconcile.scripted import Desk, Door, Fact

PROMPT, VERSION, JOB = (
    load().kinds[KindKey("v2", name)] for name in ("PromptTemplate", "DatasetVersion", "FineTuningJob")
)
NOW = Moment(FakeClock().now())
GONE, UNLISTED = Missing(NOW), Missing(NOW, listed=True)
DENIED, AWAY = (CannotTell("no", NOW, found) for found in (error(status=403), error(fatal=True)))


def prompt(**attributes: JSON) -> LiveObject:
    """The prompt of these tests as its read shows it."""
    whole: dict[str, JSON] = {"templateName": "p", "templateContent": "old", **attributes}
    return LiveObject("pt-1", whole, {"templateId": "pt-1"}, complete=True)


def entry_of(kind: Kind, live: LiveObject) -> Entry:
    """What state knows of an object that shows all that was applied to it."""
    return Entry(
        address=kind.address("x"),
        id=live.id,
        attributes={"templateContent": "old"} if kind is PROMPT else dict(live.attributes),
        outputs=dict(live.outputs),
    )


def change_of(
    kind: Kind, live: LiveObject, action: Action, *votes: AttributeChange, **wanted: Value
) -> Change:
    """A change of that object; an end wants nothing."""
    address = kind.address("x")
    resource = None if action.leaves else Resource(address, dict(wanted), Location("x.yaml", 1))
    entry = entry_of(kind, live)
    return plans.change(address, action, id=live.id, resource=resource, entry=entry, attributes=votes)


def checked(change: Change, fact: Fact | None, kind: Kind = PROMPT, before: LiveObject | None = None) -> Door:
    """Check an object that the plan saw as `before`, while the door answers `fact`; the door."""
    seen = before or prompt()
    door = Door(FakeClock(), fact)
    assert change.entry is not None
    desk = Desk(change.entry, door=door)
    view = ChangeView(change, kind, desk.run.state, Observed({kind.key: {seen.id: seen}}))
    asyncio.run(checks.unmoved(view, door))
    return door


UPDATE, DELETE = (change_of(PROMPT, prompt(), action) for action in (Action.UPDATE, Action.DELETE))


@pytest.mark.parametrize("change", [UPDATE, DELETE], ids=["a change", "an end"])
@pytest.mark.parametrize(
    ("shown", "stale"),
    [
        (prompt(), False),
        (prompt(templateContent="theirs"), True),
        (prompt(templateName="theirs"), False),  # nothing that we applied
    ],
    ids=["as before", "moved", "moved elsewhere"],
)
def test_an_object_that_moved_is_left_alone(change: Change, shown: LiveObject, stale: bool) -> None:
    """Where it moved at what we applied: somebody else is at work on it."""
    if not stale:
        assert checked(change, Shown(shown, NOW)).asked == ["read PromptTemplate pt-1"]
        return
    with pytest.raises(Stale, match="pt-1 changed in the console"):
        checked(change, Shown(shown, NOW))


@pytest.mark.parametrize("fact", [GONE, UNLISTED], ids=["by its read", "by a list"])
def test_what_has_gone_can_still_end_and_cannot_be_changed(fact: Fact) -> None:
    """Its end is done already; a change has nothing to be made to."""
    checked(DELETE, fact)
    with pytest.raises(Stale):
        checked(UPDATE, fact)


@pytest.mark.parametrize("change", [UPDATE, DELETE], ids=["a change", "an end"])
@pytest.mark.parametrize("fact", [DENIED, AWAY], ids=["denied", "away"])
def test_what_cannot_be_told_stops_both_with_the_error(change: Change, fact: CannotTell) -> None:
    """Nothing is sent on the strength of an old refresh."""
    with pytest.raises(ApiError) as raised:
        checked(change, fact)
    assert raised.value is fact.error


def test_an_edit_that_is_held_back_is_no_news() -> None:
    """The plan saw it and leaves it alone, so it may go on moving."""
    vote = AttributeChange("templateContent", "old", "theirs", "old", Verdict.DRIFT)
    change = change_of(PROMPT, prompt(), Action.UPDATE, vote)
    checked(change, Shown(prompt(templateContent="theirs again"), NOW))


def test_only_what_the_plan_saw_is_looked_at_and_only_by_its_own_read() -> None:
    """New objects, runs that are only waited for, and kinds that only lists show: nothing is asked."""
    for action in (Action.CREATE, Action.WAIT, Action.ADOPT):
        assert checked(change_of(PROMPT, prompt(), action), None).asked == []
    job = LiveObject("job-1", {"name": "j"}, {"jobId": "job-1"})
    assert checked(change_of(JOB, job, Action.DELETE), None, JOB, job).asked == []
    stranger = LiveObject("pt-2", {}, {"templateId": "pt-2"})
    assert checked(UPDATE, None, before=stranger).asked == []


# --- an append, which counts what is there before it is sent -----------------------------------------------

ROWS = LiveObject(
    "ds-1",
    {"datasetId": "dg-1"},
    {"versionId": "ds-1", "sampleCount": 3},
    {"importStatus": "Created", "publishStatus": "Unpublished"},
)
IMPORT = Call("import", "CreateImportTask", Repeat.LOOK_UP, 0, ("import[0]",))
FILES: dict[str, JSON] = {"files": ["bos:/a"]}


def appended(fact: Fact) -> Request:
    """The request of an import, while the door answers `fact` about its version."""
    wanted: dict[str, Value] = {"datasetId": "dg-1", "import": [FILES]}
    change = change_of(VERSION, ROWS, Action.UPDATE, **wanted)
    door = Door(FakeClock(), fact)
    desk = Desk(entry_of(VERSION, ROWS), door=door)
    view = ChangeView(change, VERSION, desk.run.state, Observed({}))
    request = asyncio.run(requests.later(view, door, IMPORT, last=True))
    assert door.asked == ["read DatasetVersion ds-1 3"]
    return request


def test_an_append_notes_what_is_there_before_it() -> None:
    """By that, and by nothing that state remembers, a lost one is found out."""
    now = LiveObject("ds-1", {}, {"versionId": "ds-1", "sampleCount": 7}, {"importStatus": "ImportFinished"})
    request = appended(Shown(now, NOW))
    assert request.before == Counters({"importStatus": "ImportFinished"}, {"sampleCount": 7})
    assert request.body == {"versionId": "ds-1", **FILES}


@pytest.mark.parametrize("fact", [GONE, UNLISTED], ids=["by its read", "by a list"])
def test_nothing_is_appended_to_what_has_gone(fact: Fact) -> None:
    """The plan no longer fits."""
    with pytest.raises(Stale, match="ds-1 is gone"):
        appended(fact)


@pytest.mark.parametrize("fact", [DENIED, AWAY], ids=["denied", "away"])
def test_nothing_is_appended_to_what_cannot_be_counted(fact: CannotTell) -> None:
    """A lost answer could not be told from none."""
    with pytest.raises(ApiError) as raised:
        appended(fact)
    assert raised.value is fact.error
