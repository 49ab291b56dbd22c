"""From what was found to what state holds: the same entry, whoever says that a call took effect."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from qfops.core.address import Address, KindKey
from qfops.core.errors import ErrorClass, UsageError
from qfops.core.plan.steps import Call, Repeat
from qfops.core.state.entry import CURRENT, Entry, Retired
from qfops.core.state.records import Header, Intent
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.reconcile.apply.calls import Caller
from qfops.reconcile.effects import Aside, Drops, EntryEdit, Makes, Sets, edited
from qfops.reconcile.journal import Request
from qfops.reconcile.lost_calls.settlement import settle_in_memory, settle_journaled
from qfops.reconcile.outcome import outcome
from qfops.reconcile.state_edits import settle_by_hand
from tests.unit.objects.scripted import Items, Line, error
from tests.unit.reconcile.scripted import Desk, Script

PROMPT, DATASET = (load().kinds[KindKey("v2", name)] for name in ("PromptTemplate", "Dataset"))
ADDRESS, DATA = Address.parse("PromptTemplate/p"), Address.parse("Dataset/d")
OLD = Retired("pt-0", {"templateName": "o"}, {"templateId": "pt-0"})
HELD = Entry(
    address=ADDRESS,
    id="pt-1",
    attributes={"templateName": "p", "templateContent": "old"},
    outputs={"templateId": "pt-1"},
)
BOTH = replace(HELD, retired=(OLD,))
ONLY_OLD = BOTH.without_object()
NEW = Entry(address=ADDRESS, id=None, attributes={"templateName": "p"}, created=5.0)

# --- what was planned, and what has become of the address meanwhile ----------------------------------------

DELETE_CURRENT = Header(attempt="a", address=ADDRESS, step="delete", object=CURRENT)
DELETE_OLD = Header(attempt="b", address=ADDRESS, step="delete", object="pt-0")
CREATE = Header(attempt="c", address=ADDRESS, step="create")


@pytest.mark.parametrize(
    ("header", "planned", "now", "after"),
    [
        (DELETE_CURRENT, ONLY_OLD, BOTH, ONLY_OLD),
        (DELETE_CURRENT, ONLY_OLD, HELD, None),  # the old one has ended meanwhile
        (DELETE_OLD, HELD, BOTH, HELD),
        (DELETE_OLD, HELD, ONLY_OLD, None),  # the current one has
        (DELETE_OLD, BOTH, BOTH, BOTH),  # a step on the way: it still stands there
        (DELETE_CURRENT, None, HELD, None),
        (CREATE, replace(HELD, id=None), None, replace(HELD, id=None)),
        # Another address has linked the old one meanwhile.
        (CREATE, ONLY_OLD, replace(ONLY_OLD, retired=()), replace(ONLY_OLD, retired=())),
    ],
)
def test_what_was_planned_is_laid_over_what_has_happened_since(
    header: Header, planned: Entry | None, now: Entry | None, after: Entry | None
) -> None:
    """Two ends of one address may be open at once; neither may bring the other's object back."""
    closed = outcome(PROMPT, Intent(header=header, planned=planned), {}, now)
    assert closed.entries == {ADDRESS: after}
    assert (closed.header, closed.id, closed.outputs, closed.done) == (header, "", {}, False)


def test_a_new_import_takes_the_place_of_the_one_before() -> None:
    """Its task is what is asked from now on; what the old one showed says nothing of the new one."""
    words = {"importStatus": "ImportFinished", "publishStatus": "Unpublished"}
    held = Entry(
        address=DATA, id="dg-1", outputs={"versionId": "ds-1", "importTaskId": "task-1"}, status=words
    )
    intent = Intent(header=Header(attempt="a", address=DATA, step="import[1]"), planned=held)
    for answered in ({"importTaskId": "task-2"}, {}):  # {}: settled by looking, its answer was lost
        after = outcome(DATASET, intent, answered, held).entries[DATA]
        assert after is not None
        assert after.outputs == {"versionId": "ds-1", **answered}
        assert after.status == {"publishStatus": "Unpublished"}


def test_an_outcome_names_what_was_made_and_nothing_else() -> None:
    """Outputs of an object that was there before are no news of the call."""
    made = outcome(PROMPT, Intent(header=CREATE, planned=NEW), {"templateId": "pt-9"}, None, done=True)
    assert (made.id, made.outputs, made.done) == ("pt-9", {"templateId": "pt-9"}, True)
    assert made.entries == {ADDRESS: replace(NEW, id="pt-9", outputs={"templateId": "pt-9"})}
    modify = replace(CREATE, step="modify")
    changed = outcome(PROMPT, Intent(header=modify, planned=HELD), {"templateId": "pt-9"}, HELD)
    assert (changed.id, changed.outputs, changed.entries) == ("", {}, {ADDRESS: HELD})


# --- the ways in which it becomes known --------------------------------------------------------------------

LOST = error(ErrorClass.UNKNOWN_OUTCOME, status=500)
REFUSED = error(status=400)
GONE = error(status=404, code="NoSuchObject")


@dataclass(frozen=True)
class Story:
    """One call: what state holds before it, its edit, its answer, and what the console shows afterwards.

    `meanwhile` is what another call of the address has left of it before this one is closed.
    """

    kind: Kind
    operation: str
    edit: EntryEdit
    held: Entry | None
    after: Entry | None
    answer: JSON = None
    lists: Mapping[str, Items] = field(default_factory=dict)
    reads: Mapping[str, Line] = field(default_factory=dict)
    object: str = CURRENT
    made: str | None = None
    meanwhile: Entry | None = None

    @property
    def address(self) -> Address:
        return DATA if self.kind is DATASET else ADDRESS

    @property
    def repeat(self) -> Repeat:
        return self.kind.operations[self.operation].repeat

    def console(self, *sends: Line) -> Script:
        return Script(reads=dict(self.reads), lists=dict(self.lists), sends=deque(sends))

    def desk(self, *sends: Line) -> Desk:
        return Desk(*([self.held] if self.held else []), console=self.console(*sends))

    def request(self) -> Request:
        planned = edited(self.edit, self.address, {self.address: self.held}.get)[self.address]
        operation = self.kind.operations[self.operation]
        outputs: Mapping[str, JSON] = self.held.outputs if self.held else {}
        return Request(
            address=self.address,
            kind=self.kind,
            operation=operation,
            call=Call(self.operation, operation.action, operation.repeat),
            body={},
            edit=self.edit,
            object=self.object,
            attributes=planned.attributes if planned else {},
            before=() if self.made else None,
            outputs=outputs if self.object == CURRENT else OLD.outputs,
            ends=self.operation == "delete",
        )


_SHOWN: dict[str, JSON] = {"templateName": "p", "templateContent": "new"}
_PROMPTS: Mapping[str, Items] = {"DescribePromptTemplates": [{"templateId": "pt-9", "templateName": "p"}]}
_ID: dict[str, JSON] = {"templateId": "pt-9"}
_CHANGED = replace(HELD, attributes={**HELD.attributes, "templateContent": "new"})
_SET: dict[str, JSON] = {"datasetId": "dg-1", "versionId": "ds-1"}
STORIES = {
    "a create": Story(
        PROMPT,
        "create",
        Makes(NEW),
        None,
        replace(NEW, id="pt-9", outputs=_ID),
        answer=_ID,
        lists=_PROMPTS,
        reads={"DescribePromptTemplate": {**_ID, **_SHOWN}},
        made="pt-9",
    ),
    "a create in place of another": Story(
        PROMPT,
        "create",
        Makes(NEW, Aside("pt-1", "replaced", "delete")),
        BOTH,
        replace(NEW, id="pt-9", outputs=_ID, retired=(OLD, HELD.as_retired("replaced", "delete"))),
        answer=_ID,
        lists=_PROMPTS,
        reads={"DescribePromptTemplate": {**_ID, **_SHOWN}},
        made="pt-9",
    ),
    "a create of two objects": Story(
        DATASET,
        "create",
        Makes(Entry(address=DATA, id=None, attributes={"datasetName": "d"})),
        None,
        Entry(address=DATA, id="dg-1", attributes={"datasetName": "d"}, outputs=_SET),
        answer={**_SET},
        lists={
            "DescribeDatasets": [{"datasetId": "dg-1", "datasetName": "d"}],
            "DescribeDatasetVersions": [{"versionId": "ds-1", "versionNumber": 1}],
        },
        reads={"DescribeDatasetVersion": {"importStatus": "Created"}},
        made="dg-1",
    ),
    "an update": Story(
        PROMPT,
        "modify",
        Sets((("templateContent", "new"),)),
        BOTH,
        replace(_CHANGED, retired=(OLD,)),
        reads={"DescribePromptTemplate": _SHOWN},
    ),
    "the end of the current object": Story(
        PROMPT, "delete", Drops("pt-1"), BOTH, ONLY_OLD, reads={"DescribePromptTemplate": GONE}
    ),
    "the end of a kept object": Story(
        PROMPT, "delete", Drops("pt-0"), BOTH, HELD, reads={"DescribePromptTemplate": GONE}, object="pt-0"
    ),
    "the end of the last object": Story(
        PROMPT, "delete", Drops("pt-1"), HELD, None, reads={"DescribePromptTemplate": GONE}
    ),
}


async def answered(story: Story) -> Entry | None:
    """The console said so."""
    desk = story.desk(story.answer)
    await Caller(desk.run).call(story.request())
    return _told(desk, story)


async def found(story: Story) -> Entry | None:
    """The answer was lost; the run that sent the call looked, and did not send it again."""
    safe = [REFUSED] if story.repeat is Repeat.SAFE else []  # it is repeated once, and refused as done
    desk = story.desk(LOST, *safe)
    await Caller(desk.run).call(story.request())
    assert len(desk.console.sent) == 1 + len(safe)
    assert not desk.session.state.intents
    return _told(desk, story)


async def found_later(story: Story) -> Entry | None:
    """The run that sent it died; the next one that may write looked."""
    desk = await _left_open(story)
    assert await settle_journaled(desk.run) == {}
    return _told(desk, story)


async def in_memory(story: Story) -> Entry | None:
    """The run that sent it died; a plan looked, and wrote nothing."""
    desk = await _left_open(story)
    records = list(desk.session.records)
    state, unsettled = await settle_in_memory(desk.world, desk.objects, desk.session.state.frozen())
    assert unsettled == {}
    assert desk.session.records == records
    return state.entries.get(story.address)


async def by_hand(story: Story) -> Entry | None:
    """A person said so."""
    desk = await _left_open(story)
    done = story.made is None
    await settle_by_hand(desk.journal, desk.world, story.address, story.made, "qfops", done=done)
    return _told(desk, story)


async def _left_open(story: Story) -> Desk:
    """A call whose run died before the answer came."""
    desk = story.desk()
    await desk.journal.intend(story.request(), 60.0)
    if story.meanwhile is not None:
        await desk.journal.edit_by_hand(story.address, "other", {story.address: story.meanwhile})
    return desk


def _told(desk: Desk, story: Story) -> Entry | None:
    return desk.session.state.entry(story.address)


WAYS: tuple[Callable[[Story], Awaitable[Entry | None]], ...] = (
    answered,
    found,
    found_later,
    in_memory,
    by_hand,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_an_entry_is_the_same_whoever_says_that_the_call_took_effect(
    story: Story, way: Callable[[Story], Awaitable[Entry | None]]
) -> None:
    """An answer, a look in the same run, in the next one or in a plan, a person."""

    async def told() -> Entry | None:
        return await way(story)

    assert asyncio.run(told()) == story.after


@pytest.mark.parametrize("way", [found_later, in_memory, by_hand], ids=lambda way: way.__name__)
@pytest.mark.parametrize(
    ("name", "meanwhile", "after"),
    [
        ("the end of a kept object", ONLY_OLD, None),
        ("the end of the current object", HELD, None),
        (
            "a create in place of another",
            HELD,
            replace(NEW, id="pt-9", outputs=_ID, retired=(HELD.as_retired("replaced", "delete"),)),
        ),
    ],
)
def test_what_has_happened_meanwhile_stays(
    name: str, meanwhile: Entry, after: Entry | None, way: Callable[[Story], Awaitable[Entry | None]]
) -> None:
    """Nothing that has ended comes back, whoever closes the call."""
    story = STORIES[name]

    async def told() -> Entry | None:
        return await way(replace(story, meanwhile=meanwhile))

    assert asyncio.run(told()) == after


@pytest.mark.parametrize("name", [name for name, story in STORIES.items() if story.made is None])
def test_no_person_names_an_object_that_such_a_call_cannot_have_made(name: str) -> None:
    """Not even where no object is current afterwards; the call stays open."""

    async def told() -> None:
        desk = await _left_open(STORIES[name])
        with pytest.raises(UsageError, match="makes no object"):
            await settle_by_hand(desk.journal, desk.world, ADDRESS, "pt-9", "qfops", done=False)
        assert len(desk.session.state.intents) == 1

    asyncio.run(told())


@pytest.mark.parametrize("name", [name for name, story in STORIES.items() if story.made is not None])
def test_no_create_is_done_without_its_object(name: str) -> None:
    """The person must say which."""

    async def told() -> None:
        story = STORIES[name]
        desk = await _left_open(story)
        with pytest.raises(UsageError, match="--done does not say enough"):
            await settle_by_hand(desk.journal, desk.world, story.address, None, "qfops", done=True)
        assert len(desk.session.state.intents) == 1

    asyncio.run(told())
