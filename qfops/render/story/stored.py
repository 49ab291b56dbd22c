"""An approval that state still holds, as a plan tells of it: what is left of it, and what going on drops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from qfops.core.plan.stored import StoredApproval, StoredChange
from qfops.core.state.entry import CURRENT
from qfops.render.layout import ELLIPSIS, clean, plural
from qfops.render.story.parts import Heading, Remark, StoredStory

_MOST = 8


def stored_story(stored: StoredApproval | None, command: str) -> StoredStory | None:
    """The story of a stored approval; `command` is typed before a command. None where nothing is told."""
    if stored is None:
        return None
    told = list(_remarks(stored, f"{command} apply --resume"))
    if not told:
        return None
    when = f"at {datetime.fromtimestamp(stored.at, UTC):%Y-%m-%dT%H:%M:%SZ}" if stored.at else ""
    flags = f"with {clean(stored.flags)}" if stored.flags else ""
    name = "GOES ON" if stored.resumed else "STORED"
    about = " ".join(word for word in (f"plan {stored.digest[:6]}… was approved", when, flags) if word)
    return StoredStory(
        Heading(name, (f"{about}; {plural(len(stored.changes), 'change')} not done yet",)), (*told,)
    )


def _remarks(stored: StoredApproval, resume: str) -> Iterator[Remark]:
    """What is left and what is dropped; while it goes on, the plan itself tells of what is left."""
    kept = [item for item in stored.changes if not item.dropped]
    if kept and not stored.resumed:
        yield Remark("left to do", _named(kept))
    dropped = [item for item in stored.changes if item.dropped]
    label = "dropped" if stored.resumed else "will be dropped"
    for item in dropped[:_MOST]:
        yield Remark(label, f"{_name(item)}: {clean(item.dropped or '')}")
    if len(dropped) > _MOST:
        yield Remark(label, f"{len(dropped) - _MOST:,} more")
    if not stored.resumed:
        yield Remark("way on", resume)


def _named(items: list[StoredChange]) -> str:
    more = f", {ELLIPSIS} {len(items) - _MOST:,} more" if len(items) > _MOST else ""
    return ", ".join(_name(item) for item in items[:_MOST]) + more


def _name(item: StoredChange) -> str:
    old = "" if item.object == CURRENT else f" (old object {clean(item.object)})"
    return f"{clean(item.action)} {item.address}{old}"
