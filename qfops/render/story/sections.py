"""The groups of a plan as stories: headings, tags, changes, and references to changes told elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from qfops.core.plan.actions import Action, Need
from qfops.core.plan.change import Change
from qfops.render.layout import ELLIPSIS
from qfops.render.story.changes import edit_story, label
from qfops.render.story.crowds import FEW, change_stories
from qfops.render.story.danger import costs, overwritten_paths, throws_away
from qfops.render.story.groups import Group, Topic
from qfops.render.story.parts import Also, Emphasis, GroupStory, Heading, Phrase
from qfops.render.story.signs import SIGNS

_HEADINGS = {
    Topic.BLOCKED: ("BLOCKED", "cannot be done; nothing happens to these"),
    Topic.UNKNOWN: ("UNKNOWN", "could not be told; nothing happens to these"),
    Topic.JOINED: ("NOT CHOSEN", "ends too, because it rests on what was chosen"),
    Topic.DESTROY: ("DESTROY", "what this project made"),
    Topic.REMOVED: ("REMOVED", "manifests that are gone"),
    Topic.REVERT: ("CONSOLE EDITS UNDONE", "by --allow revert-drift"),
    Topic.ADOPTED: ("TAKEN OVER", "objects that exist already"),
    Topic.MOVED: ("MOVED", "to another address, as qfops.yaml says; no call is made"),
    Topic.CONSOLE: ("IN THE CONSOLE", "something happened there; no manifest was edited"),
    Topic.NEW: ("NEW", "manifests without an object"),
    Topic.RETIRED: ("RETIRED OBJECTS", "kept until now, their end is due"),
    Topic.OWED: ("STILL OWED", "approved earlier, not done yet"),
    Topic.WAITING: ("WAITING", "started earlier, still going; nothing is started twice"),
}


def group_story(group: Group) -> GroupStory:
    """A group with its heading; a few changes that are told elsewhere stand for all of these."""
    rest = len(group.also) - FEW
    return GroupStory(
        heading=_heading(group),
        changes=tuple(
            change_stories(
                group.changes, group.cause if group.number else None, places=group.topic is Topic.NEW
            )
        ),
        also=tuple(_also(change, home) for change, home in group.also[:FEW]),
        more=f"{ELLIPSIS} and {rest:,} more have this cause too" if rest > 0 else "",
    )


def noted_story(noted: Sequence[Change]) -> GroupStory | None:
    """Differences that no action follows, of resources that otherwise stay as they are."""
    if not noted:
        return None
    return GroupStory(Heading("NOTED, nothing is done about these"), tuple(change_stories(noted, None)))


def _also(change: Change, home: Group) -> Also:
    verb = f"{SIGNS[change.action]} {change.action}"
    return Also(verb, label(change), f"has this cause too: see {home.name}")


def _heading(group: Group) -> Heading:
    if group.cause is not None and group.number:
        edit = edit_story(group.cause)
        return Heading(group.name, (edit.place, edit.summary), _tags(group))
    name, about = _HEADINGS[group.topic]
    return Heading(name, (about,), _tags(group))


def _tags(group: Group) -> tuple[Phrase, ...]:
    """What must not be missed about a group."""
    changes = group.changes
    found = {
        "DELETES": any(item.action is Action.DELETE for item in changes),
        "DEACTIVATES": any(item.action is Action.DEACTIVATE for item in changes),
        "OLD NOT KEPT": any(throws_away(item) for item in changes),
        "OVERWRITES CONSOLE EDIT": any(overwritten_paths(item) for item in changes),
        "BUYS FOR GOOD": any(Need.PURCHASE in item.needs for item in changes),
    }
    loud = tuple(Phrase(tag, Emphasis.DANGER) for tag, true in found.items() if true)
    return (*loud, Phrase("COSTS MONEY", Emphasis.MONEY)) if any(costs(item) for item in changes) else loud
