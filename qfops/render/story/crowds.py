"""Many changes alike as one: which are alike, and what stands for them.

Only what is harmless or cannot be done is told together; what hurts or costs always has a story of its own.
Words are alike when they differ in the change's own address only; values must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from qfops.core.plan.actions import Action
from qfops.core.plan.change import Cause, Change
from qfops.core.state.entry import CURRENT
from qfops.render.layout import ELLIPSIS
from qfops.render.story.changes import change_story, edit_story
from qfops.render.story.danger import Danger, danger
from qfops.render.story.parts import Between, ChangeStory, Detail, Difference, Phrase, Sides, TextDiff
from qfops.render.values import show

FEW = 8
_NAMES = 4
_PLACEHOLDER = "ADDRESS"
_OWN_STORY = (Action.ADOPT, Action.MOVE, Action.RETIRE, Action.FORGET)


def change_stories(
    changes: Sequence[Change], cause: Cause | None, *, places: bool = False
) -> Iterator[ChangeStory]:
    """The stories of a group's changes, those alike next to each other; more than a few of these are one.

    `cause` is the edit that the heading shows; `places` adds where each manifest stands.
    """
    alike: dict[Hashable, list[tuple[Change, ChangeStory]]] = {}
    for change in changes:
        story = change_story(change, cause)
        alike.setdefault(_likeness(change, story), []).append((change, story))
    for found in alike.values():
        if len(found) > FEW:
            yield _crowd(found)
        else:
            yield from (_placed(change, story) if places else story for change, story in found)


def _placed(change: Change, story: ChangeStory) -> ChangeStory:
    """The story with the place of the change's manifest."""
    if not change.causes:
        return story
    return replace(story, facts=(*story.facts, edit_story(change.causes[0]).place))


def _crowd(found: Sequence[tuple[Change, ChangeStory]]) -> ChangeStory:
    """How many there are, the first and last names, and what is the same for all."""
    change, story = found[0]
    names = [item.address.name for item, _ in found]
    shown = ", ".join([*names[: _NAMES - 1], ELLIPSIS, names[-1]])
    told = _anonymous(story, str(change.address))
    return replace(
        told,
        label=f"{len(found):,} × {str(change.address).rpartition('/')[0]}",
        facts=(shown, *told.facts),
        members=tuple(item.label for _, item in found),
    )


def _likeness(change: Change, story: ChangeStory) -> Hashable:
    """Equal for changes that one story can stand for."""
    alone = danger(change) < Danger.EDITS or change.action in _OWN_STORY or change.object != CURRENT
    if alone and not change.action.held:
        return change.key
    told = _anonymous(story, str(change.address))
    details = tuple(_comparable(item) for item in told.details)
    return (
        change.action,
        change.address.kind_key,
        told.facts,
        details,
        told.edits,
        told.remarks,
        told.ways_on,
    )


def _comparable(item: Detail | Difference) -> Hashable:
    """A detail as something that can be a key: values by how they are shown in full."""
    match item:
        case Detail(title, differences):
            return (title, tuple(_comparable(difference) for difference in differences))
        case Sides(sides):
            return tuple((side.name, show(side.value, 0)) for side in sides)
        case Between(before, after):
            return (show(before, 0), show(after, 0))
        case Phrase() | TextDiff():
            return item


def _anonymous(story: ChangeStory, own: str) -> ChangeStory:
    """The story with a placeholder for the change's own address, in words; values stay what they are."""

    def swap(text: str) -> str:
        return text.replace(own, _PLACEHOLDER)

    return replace(
        story,
        facts=tuple(swap(fact) for fact in story.facts),
        details=tuple(_swapped(detail, swap) for detail in story.details),
        edits=tuple(replace(edit, summary=swap(edit.summary)) for edit in story.edits),
        remarks=tuple(replace(remark, text=swap(remark.text)) for remark in story.remarks),
        ways_on=tuple(replace(way, text=swap(way.text)) for way in story.ways_on),
    )


def _swapped(detail: Phrase | Detail, swap: Callable[[str], str]) -> Phrase | Detail:
    if isinstance(detail, Phrase):
        return replace(detail, text=swap(detail.text))
    differences = (
        replace(item, text=swap(item.text)) if isinstance(item, Phrase) else item
        for item in detail.differences
    )
    return Detail(replace(detail.title, text=swap(detail.title.text)), tuple(differences))
