"""One change as a story: action, address, why, what is kept, what is lost, what stays, the way on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qfops.core.plan.actions import Action
from qfops.core.plan.change import AttributeChange, Cause, Change
from qfops.core.state.entry import CURRENT
from qfops.render.layout import clean
from qfops.render.story.attributes import details, headline, telling
from qfops.render.story.danger import throws_away
from qfops.render.story.parts import ChangeStory, Edit, Emphasis, Remark
from qfops.render.story.signs import SIGNS, emphasis
from qfops.render.values import duration


def change_story(change: Change, cause: Cause | None) -> ChangeStory:
    """The story of one change; `cause` is the edit that the heading shows (None: no edit, or several)."""
    told = telling(change, cause)
    return ChangeStory(
        action=change.action,
        sign=SIGNS[change.action],
        emphasis=emphasis(change),
        label=label(change),
        facts=tuple(fact for fact in _facts(change, told) if fact),
        details=tuple(details(told)),
        edits=tuple(edit_story(edit) for edit in change.causes) if change.action.held else (),
        remarks=tuple(_remarks(change)),
        ways_on=tuple(Remark("way on", clean(line)) for line in change.decision.remedy.splitlines()),
    )


def label(change: Change) -> str:
    """The address; for a move the old one too, and for an object that is not current its id."""
    if change.action is Action.MOVE and change.origin.moved_from is not None:
        return f"{change.origin.moved_from} → {change.address}"
    old = "" if change.object == CURRENT else f" (old object {clean(change.object)})"
    return f"{change.address}{old}"


def edit_story(cause: Cause) -> Edit:
    """Where an edit was made (`file:line`, else what supplied the value), and what was edited."""
    return Edit(_origin(cause), clean(cause.summary))


def _origin(cause: Cause) -> str:
    if cause.file:
        return f"{clean(cause.file)}:{cause.line}" if cause.line else clean(cause.file)
    return {"file": "manifest", "var": "--var", "env": "environment"}[cause.source]


def _facts(change: Change, told: Sequence[AttributeChange]) -> Iterator[str]:
    """The parts of the change's sentence, some of them empty."""
    if change.action.leaves and change.object == CURRENT:
        yield clean(change.id)
    yield headline(told)
    if change.action is not Action.UPDATE or not told:
        yield clean(change.reason)
    if change.origin.link and change.origin.link not in change.reason:
        yield f"object {clean(change.origin.link)}"
    yield from _cost(change)
    if change.ends.keeps and not (change.action.leaves or change.action is Action.RUN):
        yield f"the old one is kept: {', '.join(clean(item) for item in change.ends.keeps)}"
    yield from (clean(note) for note in change.decision.notes)


def _cost(change: Change) -> Iterator[str]:
    if change.action is Action.WAIT:
        if change.last_duration:
            yield f"the last one took {duration(change.last_duration)}"
        return
    if change.action is Action.RUN:
        if not change.billable:
            yield "not billed"
        if change.last_duration:
            yield f"last run {duration(change.last_duration)}" + (", kept" if change.ends.keeps else "")
        elif change.ends.keeps:
            yield "the last run is kept"
    elif change.bought:
        yield from (str(item) for item in change.bought)
    elif change.billable:
        yield "costs money"


def _remarks(change: Change) -> Iterator[Remark]:
    """What is lost, and what stays behind."""
    if throws_away(change):
        lost = ", ".join(clean(item) for item in change.ends.destroys) or "the run that is still going"
        yield Remark("NOT KEPT", lost, Emphasis.DANGER)
    for text in change.ends.left:
        yield Remark("stays", clean(text), Emphasis.WARN)
