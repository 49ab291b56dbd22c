"""Before and after: an object is still what the plan saw, and shows afterwards what was applied."""

from __future__ import annotations

from qfops.core.errors import Stale
from qfops.core.observation import LiveObject
from qfops.core.plan.actions import Action, Verdict
from qfops.core.state.entry import Entry
from qfops.kinds.flatten import flatten
from qfops.objects.answers import CannotTell, Missing, Shown
from qfops.objects.objects import Objects
from qfops.planning.diff.resource_diff import diff
from qfops.planning.order.digest import fingerprint, held_paths
from qfops.reconcile.apply.change_view import ChangeView
from qfops.reconcile.lost_calls.settlement import unreadable

_TOUCHES = (Action.UPDATE, Action.REPLACE, Action.DELETE, Action.DEACTIVATE)


async def unmoved(view: ChangeView, objects: Objects) -> None:
    """Raise Stale where an object that is about to change or end is not what the plan saw any more."""
    change, kind = view.change, view.kind
    before = view.seen()
    if change.action not in _TOUCHES or not change.id or kind.read is None or before is None:
        return
    named = view.named()
    found = await objects.read(kind, named.outputs, since=objects.moment())
    if isinstance(found, CannotTell):
        raise unreadable(found)
    if isinstance(found, Missing) and change.action.leaves:
        return
    held = held_paths(change.attributes)
    ours = flatten(kind, dict(named.attributes))
    paths = [path for path in flatten(kind, dict(before.attributes)) if path in ours]
    live = found.object if isinstance(found, Shown) else None
    if live is None or fingerprint(kind, live, paths, held) != fingerprint(kind, before, paths, held):
        raise Stale(f"{named.id} changed in the console since the plan was made", remedy="Plan again.")


def unconverged(view: ChangeView, entry: Entry, live: LiveObject) -> list[str]:
    """The paths that the console does not show as applied; console edits left alone are no news."""
    known = {vote.path for vote in view.change.attributes if vote.verdict.held_back}
    votes = diff(view.kind, entry.attributes, entry.attributes, live)
    quiet = (Verdict.NOTE, Verdict.SAME)
    return [vote.path for vote in votes if vote.verdict not in quiet and vote.path not in known]
